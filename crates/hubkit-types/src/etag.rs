//! Entity tags.

use std::{error, fmt, str::FromStr};

use crate::{BlobId, hex::shown};

/// An HTTP entity tag (RFC 9110, section 8.8.3), without its quotes.
///
/// On a hub the tag of a file is usually the digest of its bytes: [`Etag::blob_id`] says so, and nothing else of the
/// tag is ever part of a path.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Etag {
    tag: String,
    strength: Strength,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Strength {
    Strong,
    Weak,
}

impl Etag {
    const LONGEST: usize = 256;

    /// The strong tag of a blob.
    pub fn of(blob: BlobId) -> Self {
        Self {
            tag: blob.to_string(),
            strength: Strength::Strong,
        }
    }

    /// The text between the quotes.
    pub fn as_str(&self) -> &str {
        &self.tag
    }

    /// Whether equal tags promise equal bytes. Only such a tag may stand in `If-Range`.
    pub fn is_strong(&self) -> bool {
        self.strength == Strength::Strong
    }

    /// The digest that this tag is, if it is one.
    pub fn blob_id(&self) -> Option<BlobId> {
        self.tag.parse().ok()
    }
}

impl FromStr for Etag {
    type Err = ParseEtagError;

    /// Reads the value of an `ETag` header: quoted or, as some servers write it, bare; weak with `W/` before it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (rest, strength) = match text.strip_prefix("W/") {
            Some(rest) => (rest, Strength::Weak),
            None => (text, Strength::Strong),
        };
        let tag = rest
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap_or(rest);
        let legal = tag
            .bytes()
            .all(|byte| byte == b'!' || (b'#'..=b'~').contains(&byte));
        if tag.is_empty() || tag.len() > Self::LONGEST || !legal {
            return Err(ParseEtagError(shown(text)));
        }
        Ok(Self {
            tag: tag.to_owned(),
            strength,
        })
    }
}

impl fmt::Display for Etag {
    /// The header's form, with quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.strength == Strength::Weak {
            f.write_str("W/")?;
        }
        write!(f, "\"{}\"", self.tag)
    }
}

/// The text is not an entity tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseEtagError(String);

impl fmt::Display for ParseEtagError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not an entity tag: expected 1 to {} printable characters",
            self.0,
            Etag::LONGEST
        )
    }
}

impl error::Error for ParseEtagError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_weakness_and_case_are_read_away() {
        let digest = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
        for text in [
            digest.to_owned(),
            format!("\"{digest}\""),
            format!("W/\"{}\"", digest.to_uppercase()),
        ] {
            let tag: Etag = text.parse().expect("a legal tag");
            assert_eq!(
                tag.blob_id().map(|id| id.to_string()).as_deref(),
                Some(digest),
                "{text}"
            );
        }
        assert!(!"W/\"x\"".parse::<Etag>().expect("legal").is_strong());
    }

    #[test]
    fn a_tag_that_is_no_digest_names_no_blob() {
        let tag: Etag = "\"../../../../x\"".parse().expect("legal, if odd");
        assert_eq!(tag.blob_id(), None);
        for wrong in ["", "\"\"", "a\"b", "a b", "a\nb", &"x".repeat(300)] {
            assert!(wrong.parse::<Etag>().is_err(), "{wrong:?}");
        }
    }
}
