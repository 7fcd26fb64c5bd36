//! Whether bytes that pass in order are a file, and whether answers are about the same one.

use std::sync::{Arc, OnceLock};

use hubkit_store::Digester;
use hubkit_types::{BlobId, Etag, TreeFile};

use crate::{Error, ErrorKind};

/// Hashes a file that passes from its start to its end.
pub(crate) struct Whole {
    digester: Digester,
    blob: BlobId,
    size: u64,
    hashed: u64,
}

impl Whole {
    pub(crate) fn new(file: &TreeFile) -> Self {
        Self {
            digester: Digester::for_blob(file.blob(), file.size),
            blob: file.blob(),
            size: file.size,
            hashed: 0,
        }
    }

    /// How many bytes from the start have passed in order.
    pub(crate) fn hashed(&self) -> u64 {
        self.hashed
    }

    /// Takes in the next bytes; fails where they are the last ones and the digest is wrong.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.digester.update(bytes);
        self.hashed += bytes.len() as u64;
        if self.hashed < self.size {
            return Ok(());
        }
        let found = self.digester.clone().finish();
        if found == self.blob {
            return Ok(());
        }
        let message = format!("the bytes hash to {found}, not to {}", self.blob);
        Err(Error::new(ErrorKind::Integrity, message))
    }
}

/// The tag of a file's first answer, which all later ones must have. Clones share it.
#[derive(Clone, Default, Debug)]
pub(crate) struct Version(Arc<OnceLock<Etag>>);

impl Version {
    pub(crate) fn tag(&self) -> Option<&Etag> {
        self.0.get()
    }

    /// Takes note of an answer's tag. A weak one says nothing of bytes. Fails unless it is that of the first answer.
    pub(crate) fn confirm(&self, tag: Option<Etag>) -> Result<(), Error> {
        let tag = tag.filter(Etag::is_strong);
        let Some(first) = self.0.get() else {
            if let Some(tag) = tag {
                // Only one reader fills it, so nobody was faster.
                let _ = self.0.set(tag);
            }
            return Ok(());
        };
        if tag.as_ref() == Some(first) {
            return Ok(());
        }
        let found = tag.map_or_else(|| "none".to_owned(), |tag| tag.to_string());
        let message =
            format!("the server has another version now: its tag was {first} and is {found}");
        Err(Error::new(ErrorKind::Integrity, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> Etag {
        text.parse().expect("a tag")
    }

    #[test]
    fn the_first_strong_tag_is_the_one_that_counts() {
        let version = Version::default();
        for harmless in [None, Some("W/\"x\""), Some("\"a\""), Some("\"a\"")] {
            version
                .confirm(harmless.map(tag))
                .expect("nothing contradicts it");
        }
        for other in [Some("\"b\""), Some("W/\"a\""), None] {
            let error = version
                .confirm(other.map(tag))
                .expect_err("another version");
            assert_eq!(error.kind(), ErrorKind::Integrity);
        }
    }
}
