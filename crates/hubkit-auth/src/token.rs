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
        if text
            .get(..7)
            .is_some_and(|start| start.eq_ignore_ascii_case("bearer "))
        {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_line_ends_around_a_token_are_dropped() {
        for text in ["hf_abc", " hf_abc\n", "\thf_abc\r\n"] {
            let token: Token = text.parse().expect("a token");
            assert_eq!(token.expose(), "hf_abc");
        }
        let longest = "a".repeat(4096);
        assert!(longest.parse::<Token>().is_ok());
        // A word that only starts like the scheme.
        assert!("bearer_token".parse::<Token>().is_ok());
    }

    #[test]
    fn what_could_not_be_a_header_is_refused_with_its_reason() {
        let too_long = "s3cret".repeat(2000);
        for (text, reason) in [
            ("", "empty"),
            (" \r\n", "empty"),
            ("hf_s3cret\nX-Injected: 1", "control character"),
            ("hf_s3cret\rmore", "control character"),
            ("hf_s3cret\0", "control character"),
            ("hf_s3cret more", "blank"),
            ("hf_s3cr\u{e9}t", "outside ASCII"),
            ("\u{feff}hf_s3cret", "outside ASCII"),
            ("Bearer hf_s3cret", "`Bearer`"),
            ("bearer hf_s3cret", "`Bearer`"),
            ("\"hf_s3cret\"", "quotation mark"),
            ("'hf_s3cret'", "quotation mark"),
            (&too_long, "longer than 4096 bytes"),
        ] {
            let error = text.parse::<Token>().expect_err(reason);
            let shown = format!("{error} {error:?}");
            assert!(shown.contains(reason), "{shown}");
            assert!(!shown.contains("s3cr"), "{shown}");
        }
    }

    #[test]
    fn any_text_is_a_token_or_an_error() {
        for text in [
            "bearer",
            "Bearer",
            "bearer ",
            "\u{e9}\u{e9}\u{e9}\u{e9}x",
            "aaaaaa\u{e9}b",
        ] {
            drop(text.parse::<Token>());
        }
    }

    #[test]
    fn a_token_is_never_printed() {
        let token: Token = "hf_s3cret".parse().expect("a token");
        assert_eq!(
            format!("{token:?} {:#?}", Some(&token)),
            "Token(***) Some(\n    Token(***),\n)"
        );
    }
}
