//! Accounts: the users and organisations of a hub.

use std::{error, fmt, str::FromStr};

use crate::{RepoId, hex::shown};

/// What a user or an organisation is called: the part of a repository's id before the slash, and under its rules.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AccountName(String);

impl AccountName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountName {
    type Err = ParseAccountNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let id = text.parse::<RepoId>().ok();
        id.filter(|id| id.namespace().is_none())
            .map(|_| Self(text.to_owned()))
            .ok_or_else(|| ParseAccountNameError(shown(text)))
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is not the name of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseAccountNameError(String);

impl fmt::Display for ParseAccountNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not the name of an account: expected 1 to 96 letters, digits, `_`, `-` and `.`",
            self.0
        )
    }
}

impl error::Error for ParseAccountNameError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_part_of_an_id() {
        for right in ["ada", "open-engines", "a.b_c"] {
            let name: AccountName = right.parse().expect("a name");
            assert_eq!(name.to_string(), right);
        }
        for wrong in ["", "a/b", "..", "a--b", "-a", "a b", "\u{fc}"] {
            assert!(wrong.parse::<AccountName>().is_err(), "{wrong}");
        }
    }
}
