//! Signatures of results.

use std::fmt;

/// `verifyToken`: a signature that is to prove where a result is from. It is not checked here, and shown by nothing but
/// [`expose`](Self::expose).
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyToken(String);

impl VerifyToken {
    /// Takes a text for a signature, as it is.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The signature itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for VerifyToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifyToken(***)")
    }
}
