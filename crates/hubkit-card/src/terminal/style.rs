//! How words look.

use super::Stress;

/// How words look.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Style {
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) struck: bool,
    pub(super) faint: bool,
    pub(super) underlined: bool,
    pub(super) colour: Option<Colour>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Colour {
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
}

impl Style {
    pub(super) const FAINT: Self = Self {
        bold: false,
        italic: false,
        struck: false,
        faint: true,
        underlined: false,
        colour: None,
    };

    /// Writes words in this style. They hold no control characters.
    pub(super) fn write(self, words: &str, stress: Stress, out: &mut String) {
        if stress == Stress::Signs || self == Self::default() || words.is_empty() {
            out.push_str(words);
            return;
        }
        out.push_str("\u{1b}[");
        let colour = self.colour.map(|colour| match colour {
            Colour::Red => "31",
            Colour::Green => "32",
            Colour::Yellow => "33",
            Colour::Blue => "34",
            Colour::Magenta => "35",
            Colour::Cyan => "36",
        });
        let codes = [
            self.bold.then_some("1"),
            self.faint.then_some("2"),
            self.italic.then_some("3"),
            self.underlined.then_some("4"),
            self.struck.then_some("9"),
            colour,
        ];
        let mut is_first = true;
        for code in codes.into_iter().flatten() {
            if !is_first {
                out.push(';');
            }
            is_first = false;
            out.push_str(code);
        }
        out.push('m');
        out.push_str(words);
        out.push_str("\u{1b}[0m");
    }
}
