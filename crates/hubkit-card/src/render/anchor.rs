//! The names of headings.

use std::collections::HashMap;

/// What every `id` in a rendered text begins with, so that none of them is one of the page around it.
pub const ID_PREFIX: &str = "card-";

const LONGEST: usize = 500;

/// Gives every heading a name of its own, made as the Hub and GitHub make it.
#[derive(Default)]
pub(crate) struct Anchors(HashMap<String, usize>);

impl Anchors {
    pub(crate) fn name(&mut self, heading: &str) -> String {
        let slug = slug(heading);
        let mut name = slug.clone();
        let mut count = self.0.get(&slug).copied().unwrap_or_default();
        // A heading may be called what another one's number would make of it.
        while self.0.contains_key(&name) {
            count += 1;
            name = format!("{slug}-{count}");
        }
        self.0.insert(slug, count);
        self.0.entry(name.clone()).or_default();
        name
    }
}

/// Lower case, with hyphens for blanks and without punctuation.
pub(super) fn slug(heading: &str) -> String {
    let mut slug = String::new();
    for c in heading.trim().chars() {
        if slug.len() >= LONGEST {
            break;
        }
        match c {
            ' ' | '-' => slug.push('-'),
            '_' => slug.push('_'),
            c if c.is_alphanumeric() || is_mark(c) => slug.extend(c.to_lowercase()),
            _ => {}
        }
    }
    slug
}

/// Signs that change the letter before them, as far as they are no letters themselves.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{94d}' | '\u{9cd}' | '\u{e31}' | '\u{e34}'..='\u{e4e}' | '\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_lower_case_words_with_hyphens() {
        assert_eq!(slug(" How to use it? (v1.0) "), "how-to-use-it-v10");
        assert_eq!(slug("Übung_1 — 模型"), "übung_1--模型");
        assert_eq!(slug("\"><script>"), "script");
        assert!(slug(&"x".repeat(10_000)).len() <= LONGEST);
    }

    #[test]
    fn a_name_that_comes_again_is_numbered() {
        let mut anchors = Anchors::default();
        let names = ["Use", "use", "Use!"].map(|heading| anchors.name(heading));
        assert_eq!(names, ["use", "use-1", "use-2"]);
        let mut anchors = Anchors::default();
        let names = ["use 1", "use", "use"].map(|heading| anchors.name(heading));
        assert_eq!(names, ["use-1", "use", "use-2"]);
    }
}
