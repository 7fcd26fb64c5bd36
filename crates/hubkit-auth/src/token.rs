//! Access tokens.

use std::{error, fmt, str::FromStr};

use zeroize::Zeroizing;

/// A secret that proves who asks. Never printed: `Debug` shows stars, there is no `Display`, and
/// [`Token::expose`] is the one way out. Its memory is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Zeroizing<String>);

impl Token {
    const LONGEST: usize = 4096;

    /// The secret itself, for the `Authorization` header and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for Token {
    type Err = ParseTokenError;

    /// Reads a token as it stands in a variable or a file; blanks and line ends around it are dropped.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim_matches([' ', '\t', '\r', '\n']);
        if text.is_empty() {
            return Err(ParseTokenError("it is empty"));
        }
        if text.len() > Self::LONGEST {
            return Err(ParseTokenError("it is longer than 4096 bytes"));
        }
        if text.len() > 7 && text[..text.len().min(7)].eq_ignore_ascii_case("bearer ") {
            return Err(ParseTokenError(
                "it starts with `Bearer`; give the token alone",
            ));
        }
        if text.starts_with(['"', '\'']) {
            return Err(ParseTokenError(
                "it starts with a quotation mark; give the token alone",
            ));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ParseTokenError(
                "it holds a blank, a control character or a character outside ASCII",
            ));
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

/// The text can't be a token. Never repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseTokenError(&'static str);

impl fmt::Display for ParseTokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a token: {}", self.0)
    }
}

impl error::Error for ParseTokenError {}
