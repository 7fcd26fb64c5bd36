//! Where the storages of a checkpoint are.

use std::collections::HashMap;

use hubkit_types::ByteRange;

use super::rebuild::Described;
use crate::{
    Place,
    pickle::{Id, Picture},
};

/// The storages of one checkpoint.
#[derive(Debug, Default)]
pub(crate) struct Stores<'archive> {
    /// By their keys: the file within the archive, or its place in the file.
    storages: HashMap<String, Store<'archive>>,
    /// Tensors that the pickle tells by number alone.
    tensors: HashMap<i64, Described>,
    known: bool,
}

/// One storage.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Store<'archive> {
    Member { name: &'archive str, size: u64 },
    Range(ByteRange),
}

impl<'archive> Stores<'archive> {
    /// Where it is not known.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    pub(crate) fn new(storages: HashMap<String, Store<'archive>>) -> Self {
        Self {
            storages,
            tensors: HashMap::new(),
            known: true,
        }
    }

    /// Adds one of several, of which not all may be known.
    pub(crate) fn add(&mut self, key: String, store: Store<'archive>) {
        self.storages.insert(key, store);
    }

    /// With tensors that the pickle tells by number alone.
    pub(crate) fn with_tensors(mut self, tensors: HashMap<i64, Described>) -> Self {
        self.tensors = tensors;
        self
    }

    /// Whether all storages are known.
    pub(crate) fn are_known(&self) -> bool {
        self.known
    }

    pub(crate) fn find(&self, key: &str) -> Option<Store<'archive>> {
        self.storages.get(key).copied()
    }

    pub(crate) fn tensor(&self, picture: &Picture, name: Id) -> Option<Described> {
        self.tensors.get(&picture.integer(name)?).cloned()
    }
}

impl Store<'_> {
    /// The length in bytes.
    pub(crate) fn size(self) -> u64 {
        match self {
            Self::Member { size, .. } => size,
            Self::Range(range) => range.len(),
        }
    }

    /// Where these bytes of it are; `None` for those that are not in one piece.
    pub(crate) fn place(self, range: Option<ByteRange>) -> Place {
        match (self, range) {
            (Self::Member { name, .. }, range) => Place::Member {
                name: name.to_owned(),
                range,
            },
            (Self::Range(whole), Some(range)) => {
                let place = |at: u64| whole.start().saturating_add(at);
                ByteRange::new(place(range.start()), place(range.end()))
                    .map_or(Place::Within, Place::Here)
            }
            (Self::Range(_), None) => Place::Within,
        }
    }
}
