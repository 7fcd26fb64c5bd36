//! What one form of a description can't say of another.

use std::fmt;

/// Something that was left out, because it is not known or because the other form has no words for it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Loss {
    /// What was left out. It may be a stranger's text.
    pub what: String,
    /// Why, as a fragment of a sentence.
    pub why: String,
}

impl Loss {
    pub(crate) fn new(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            why: why.into(),
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)
    }
}
