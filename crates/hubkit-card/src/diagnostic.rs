//! What is to be said about a card.

use std::fmt;

use crate::FieldPath;

/// A place in the text of a card. Both count from 1; columns are characters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Location {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// How much a diagnostic matters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// Something to know; nothing is wrong.
    Note,
    /// A reader will miss something, or be misled.
    Warning,
    /// A hub refuses the card.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing to be said about a card.
///
/// The message repeats texts of the author, with what can't be seen escaped.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// The stable name of the rule, in lower case with hyphens: `unknown-license`.
    pub rule: &'static str,
    /// What was expected and what was found, as a lower-case fragment.
    pub message: String,
    /// The field it is about; the root for the metadata as a whole or for the text.
    pub path: FieldPath,
    /// Where it stands in the text of the card, where that is known.
    pub location: Option<Location>,
    /// What would be right, where there is one answer: the nearest known value.
    pub suggestion: Option<String>,
}

impl Diagnostic {
    /// A diagnostic about a field.
    pub fn new(
        severity: Severity,
        rule: &'static str,
        path: FieldPath,
        message: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            rule,
            message: message.into(),
            path,
            location: None,
            suggestion: None,
        }
    }

    /// Says where it stands.
    pub fn at(mut self, location: Option<Location>) -> Self {
        self.location = location;
        self
    }

    /// Says what would be right.
    pub fn suggest(mut self, suggestion: Option<String>) -> Self {
        self.suggestion = suggestion;
        self
    }
}

impl fmt::Display for Diagnostic {
    /// `3:10: error: license: expected …, found … [unknown-license]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = self.location {
            write!(f, "{location}: ")?;
        }
        write!(f, "{}: ", self.severity)?;
        if !self.path.is_root() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{} [{}]", self.message, self.rule)
    }
}
