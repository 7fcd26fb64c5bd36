//! Extensions: what changed a file on its way into the store.

use std::fmt;

use hubkit_types::Sha256;

use super::{ParsePointerError, digest};

/// One step that a file took on its way into the store: a line such as `ext-0-name sha256:…` of a pointer.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Extension {
    priority: u8,
    name: String,
    oid: Sha256,
}

impl Extension {
    /// An extension of this name, at this place of the order; `oid` is the digest of what it was given.
    ///
    /// # Errors
    ///
    /// [`ParsePointerError::Extension`] for a priority above 9, and for a name that does not begin with a letter, a digit
    /// or `_` of ASCII, or that holds a blank or a line break.
    pub fn new(priority: u8, name: &str, oid: Sha256) -> Result<Self, ParsePointerError> {
        let ends_early = |byte: u8| matches!(byte, b' ' | b'\n' | b'\r');
        if priority > 9 || !begins_with_word(name) || name.bytes().any(ends_early) {
            return Err(ParsePointerError::Extension);
        }
        Ok(Self {
            priority,
            name: name.to_owned(),
            oid,
        })
    }

    /// The place in the order, from 0 to 9.
    pub fn priority(&self) -> u8 {
        self.priority
    }

    /// What the extension is called. A stranger's text.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The digest of what the extension was given.
    pub fn oid(&self) -> Sha256 {
        self.oid
    }

    /// Whether a line with this key is one of an extension.
    pub(super) fn is_key(key: &str) -> bool {
        split(key).is_some()
    }

    pub(super) fn parse(key: &str, value: &str) -> Result<Self, ParsePointerError> {
        let (priority, name) = split(key).ok_or(ParsePointerError::Extension)?;
        Ok(Self {
            priority,
            name: name.to_owned(),
            oid: digest(value).ok_or(ParsePointerError::Extension)?,
        })
    }
}

fn split(key: &str) -> Option<(u8, &str)> {
    let (priority, name) = key.strip_prefix("ext-")?.split_once('-')?;
    match priority.as_bytes() {
        [digit @ b'0'..=b'9'] if begins_with_word(name) => Some((digit - b'0', name)),
        _ => None,
    }
}

fn begins_with_word(name: &str) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    name.as_bytes().first().is_some_and(is_word)
}

impl fmt::Display for Extension {
    /// The line of a pointer, without its line break.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            priority,
            name,
            oid,
        } = self;
        write!(f, "ext-{priority}-{name} sha256:{oid}")
    }
}
