//! Links and images: their addresses are numbered, and told before the next heading.

use std::collections::{BTreeMap, HashMap};

use super::{
    super::{
        inline,
        style::{Colour, Style},
        wrap::Run,
    },
    Page,
};
use crate::render::{
    Resolver,
    link::{self, Use},
};

/// A link that is open: the number of its address, or the address itself where the words may be the same.
pub(super) struct Open {
    address: Option<String>,
    pub(super) words: String,
}

/// Addresses that were named by number. One keeps its number in the whole text, and is told in every section.
#[derive(Default)]
pub(super) struct Notes {
    numbers: HashMap<String, usize>,
    /// Those of this section.
    here: BTreeMap<usize, String>,
}

impl Notes {
    fn number(&mut self, address: String) -> usize {
        let next = self.numbers.len() + 1;
        let number = *self.numbers.entry(address.clone()).or_insert(next);
        self.here.entry(number).or_insert(address);
        number
    }
}

impl<R: Resolver> Page<'_, R> {
    pub(super) fn link(&mut self, to: &str) {
        let address = link::resolve(to, Use::Link, self.resolver);
        let is_link = address.is_some();
        self.stress(|style| {
            style.underlined = is_link;
            style.colour = is_link.then_some(Colour::Blue).or(style.colour);
        });
        let words = String::new();
        self.links.push(Open { address, words });
    }

    pub(super) fn end_link(&mut self) {
        self.relax();
        let Some(Open { address, words }) = self.links.pop() else {
            return;
        };
        if let Some(address) = address {
            self.refer(address, words.trim());
        }
    }

    /// Names an address by number, unless the words before are it.
    pub(super) fn refer(&mut self, address: String, words: &str) {
        let is_it = |prefix: &str| address.strip_prefix(prefix) == Some(words);
        let is_same = ["", "mailto:", "http://", "https://"]
            .into_iter()
            .any(is_it)
            || address.trim_end_matches('/') == words.trim_end_matches('/');
        if is_same {
            return;
        }
        let number = self.notes.number(address);
        // The number belongs to the word before it, and stays on its line.
        inline::push(&mut self.words, &format!("\u{a0}[{number}]"), Style::FAINT);
    }

    pub(super) fn write_image(&mut self) {
        let Some((to, alt)) = self.image.take() else {
            return;
        };
        let alt = alt.trim();
        let shown = if alt.is_empty() { "image" } else { alt };
        let words = match alt {
            "" => "[image]".to_owned(),
            alt => format!("[image: {alt}]"),
        };
        let style = Style {
            faint: true,
            ..self.style
        };
        inline::push(&mut self.words, &words, style);
        if let Some(link) = self.links.last_mut() {
            link.words.push_str(shown);
            return;
        }
        let address = link::resolve(&to, Use::Image, self.resolver);
        if let Some(address) = address {
            self.refer(address, shown);
        }
    }

    /// The addresses that were named by number since the last heading.
    pub(super) fn tell_addresses(&mut self) {
        let here = std::mem::take(&mut self.notes.here);
        if here.is_empty() {
            return;
        }
        self.is_apart = true;
        self.part();
        for (number, address) in here {
            let text = format!("[{number}] {}", inline::code(&address));
            let style = Style::FAINT;
            self.line(&[Run { text, style }]);
        }
        self.is_apart = true;
    }
}
