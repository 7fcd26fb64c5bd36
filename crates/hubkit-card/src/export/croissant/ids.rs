//! Names of the parts of a document.

use std::collections::HashSet;

/// The names that are taken in a document.
#[derive(Debug, Default)]
pub(super) struct Ids(HashSet<String>);

impl Ids {
    /// A name that nothing else in the document has: `_` for whatever is neither a letter, a digit, `-`, `_` nor `.`, and
    /// `_0` or a later number at its end where the name is taken. The Hub's own documents are made in this manner.
    pub(super) fn take(&mut self, text: &str) -> String {
        self.take_below("", text)
    }

    /// The same for a part of a part: `parent/name`.
    pub(super) fn take_below(&mut self, parent: &str, text: &str) -> String {
        let slash = if parent.is_empty() { "" } else { "/" };
        let name = format!("{parent}{slash}{}", clean(text));
        let mut unique = name.clone();
        let mut number = 0;
        while !self.0.insert(unique.clone()) {
            unique = format!("{name}_{number}");
            number += 1;
        }
        unique
    }
}

fn clean(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let clean: String = text
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect();
    if clean.is_empty() {
        "_".to_owned()
    } else {
        clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_each_is_given_once() {
        let mut ids = Ids::default();
        assert_eq!(ids.take("a/b c"), "a_b_c");
        assert_eq!(ids.take("a b/c"), "a_b_c_0");
        assert_eq!(ids.take("a?b?c"), "a_b_c_1");
        assert_eq!(ids.take(""), "_");
        assert_eq!(ids.take_below("x", "ü"), "x/_");
        assert_eq!(ids.take_below("x", "_"), "x/__0");
        assert_eq!(ids.take_below("y", "_"), "y/_");
    }
}
