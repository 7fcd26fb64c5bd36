//! What stands before the lines of a quotation or an item of a list.

use unicode_width::UnicodeWidthStr as _;

use super::style::Style;

/// What stands before the lines of something.
struct Prefix {
    /// Before the first line, until it was written.
    first: Option<String>,
    rest: String,
    style: Style,
    width: usize,
}

/// What stands before a line, from the outside in. What is nested too deep to leave room for words gets nothing more.
pub(super) struct Prefixes {
    open: Vec<Prefix>,
    /// How many are open without a prefix.
    passed_over: usize,
    width: usize,
    widest: usize,
}

impl Prefixes {
    pub(super) fn new(columns: usize) -> Self {
        Self {
            open: Vec::new(),
            passed_over: 0,
            width: 0,
            widest: columns / 2,
        }
    }

    /// How many columns they take together.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn open(&mut self, first: Option<String>, rest: &str, style: Style) {
        let width = rest.width();
        if self.passed_over > 0 || self.width + width > self.widest {
            self.passed_over += 1;
            return;
        }
        self.width += width;
        self.open.push(Prefix {
            first,
            rest: rest.to_owned(),
            style,
            width,
        });
    }

    /// Whether the innermost has a first line that was not written.
    pub(super) fn waits(&self) -> bool {
        let innermost = self.open.last().filter(|_| self.passed_over == 0);
        innermost.is_some_and(|prefix| prefix.first.is_some())
    }

    pub(super) fn close(&mut self) {
        if self.passed_over > 0 {
            self.passed_over -= 1;
        } else if let Some(prefix) = self.open.pop() {
            self.width -= prefix.width;
        }
    }

    /// What stands before the next line.
    pub(super) fn next(&mut self) -> impl Iterator<Item = (std::borrow::Cow<'_, str>, Style)> {
        self.open.iter_mut().map(|prefix| {
            let text = match prefix.first.take() {
                Some(first) => first.into(),
                None => prefix.rest.as_str().into(),
            };
            (text, prefix.style)
        })
    }

    /// What stands before an empty line.
    pub(super) fn between(&self) -> impl Iterator<Item = (&str, Style)> {
        let prefixes = self.open.iter().take_while(|prefix| prefix.first.is_none());
        prefixes.map(|prefix| (prefix.rest.as_str(), prefix.style))
    }
}
