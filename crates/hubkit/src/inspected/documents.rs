//! The small documents beside the weights.

use std::collections::BTreeMap;

use bytes::Bytes;
use hubkit_types::RepoPath;

/// The small documents of a model that were read, by path: `config.json` and its kin, and the card.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Documents(BTreeMap<RepoPath, Bytes>);

impl Documents {
    /// The card.
    pub(super) const CARD: &str = "README.md";

    /// The bytes of a document, if it is there and was read.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        let found = self.0.iter().find(|(name, _)| name.as_str() == path);
        found.map(|(_, bytes)| bytes.as_ref())
    }

    /// The documents, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&RepoPath, &[u8])> {
        self.0.iter().map(|(path, bytes)| (path, bytes.as_ref()))
    }

    pub(super) fn insert(&mut self, path: RepoPath, bytes: Bytes) {
        self.0.insert(path, bytes);
    }

    pub(super) fn remove(&mut self, path: &RepoPath) {
        self.0.remove(path);
    }

    /// How many bytes they have together.
    pub(super) fn bytes(&self) -> u64 {
        self.0.values().map(|bytes| bytes.len() as u64).sum()
    }
}

/// The longest document that is read, in bytes. Vocabularies are longer and say nothing that is shown.
pub(super) const LONGEST: u64 = 1 << 20;

/// Whether a document at the top says something of the model.
pub(super) fn is_wanted(path: &RepoPath) -> bool {
    const NAMES: [&str; 4] = [
        "config.json",
        "preprocessor_config.json",
        "processor_config.json",
        "tokenizer_config.json",
    ];
    NAMES.contains(&path.as_str())
}
