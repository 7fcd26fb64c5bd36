//! Links, images and references to footnotes.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{
    super::{
        RemoteImages, Resolver,
        anchor::{ID_PREFIX, slug},
        link::{self, Target},
    },
    Page,
};

/// An image as far as it has been read.
pub(super) struct Image {
    target: String,
    words: String,
    /// How many images within it are open.
    depth: usize,
}

impl Image {
    pub(super) fn at(target: String) -> Self {
        Self {
            target,
            words: String::new(),
            depth: 0,
        }
    }
}

impl<R: Resolver> Page<'_, R> {
    pub(super) fn open_link(&mut self, target: &str) {
        let address = self.address(target);
        // The parser nests no links, but an image that is shown as a link may stand in one.
        let is_open = address.is_some() && !self.links.contains(&true);
        if let Some(address) = address.filter(|_| is_open) {
            self.out.open(
                "a",
                &[("href", &address), ("rel", "nofollow noopener noreferrer")],
            );
        }
        self.links.push(is_open);
    }

    /// Where a link leads, as it may be written.
    fn address(&self, target: &str) -> Option<String> {
        match link::read(target)? {
            Target::Elsewhere(address) => Some(address),
            Target::Heading("") => None,
            Target::Heading(name) => Some(format!("#{ID_PREFIX}{name}")),
            Target::Near(reference) => {
                let address = self.resolver.link(&reference);
                address.filter(|address| link::is_harmless(address))
            }
        }
    }

    pub(super) fn close_link(&mut self) {
        if self.links.pop() == Some(true) {
            self.out.close("a");
        }
    }

    /// The words of an image are gathered until it ends; an image within them counts as words.
    pub(super) fn within_image(&mut self, event: Event<'_>) {
        let Some(image) = &mut self.image else { return };
        match event {
            Event::Start(Tag::Image { .. }) => image.depth += 1,
            Event::End(TagEnd::Image) if image.depth > 0 => image.depth -= 1,
            Event::End(TagEnd::Image) => self.write_image(),
            Event::Text(text) | Event::Code(text) => image.words.push_str(&text),
            Event::SoftBreak | Event::HardBreak => image.words.push(' '),
            _ => {}
        }
    }

    fn write_image(&mut self) {
        let Some(Image { target, words, .. }) = self.image.take() else {
            return;
        };
        let shown = match link::read(&target) {
            Some(Target::Near(reference)) => self.resolver.image(&reference),
            Some(Target::Elsewhere(address)) if is_shown(&address, self.remote_images) => {
                Some(address)
            }
            _ => None,
        };
        if let Some(address) = shown.filter(|address| link::is_harmless(address)) {
            self.out.single(
                "img",
                &[
                    ("src", &address),
                    ("alt", &words),
                    ("loading", "lazy"),
                    ("referrerpolicy", "no-referrer"),
                ],
            );
            return;
        }
        self.open_link(&target);
        self.out.text(if words.trim().is_empty() {
            "image"
        } else {
            &words
        });
        self.close_link();
    }

    /// A reference to a footnote, which is a link of its own unless it stands in one.
    pub(super) fn note(&mut self, label: &str) {
        let to = format!("#{ID_PREFIX}fn-{}", slug(label));
        let is_open = !self.links.contains(&true);
        self.out.open("sup", &[]);
        if is_open {
            self.out.open("a", &[("href", &to)]);
        }
        self.out.text(label);
        if is_open {
            self.out.close("a");
        }
        self.out.close("sup");
    }
}

/// Whether an image that lies elsewhere is fetched.
fn is_shown(address: &str, remote_images: RemoteImages) -> bool {
    let is_mail = address
        .get(..7)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
    remote_images == RemoteImages::Shown && !is_mail
}
