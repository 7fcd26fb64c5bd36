//! A card as a whole.

use crate::{Metadata, MetadataError, split};

/// A card: what its metadata says, and the text below it.
#[derive(Clone, PartialEq, Debug)]
pub struct Card<'a> {
    /// The metadata; empty where there is none, or where it can't be read.
    pub metadata: Metadata,
    /// Why the metadata can't be read.
    pub fault: Option<MetadataError>,
    /// The text below the metadata: Markdown, as its author wrote it.
    pub body: &'a str,
}

impl<'a> Card<'a> {
    /// Reads a card. One whose metadata is broken still has its text.
    pub fn read(text: &'a str) -> Self {
        let parts = split(text);
        let read = parts
            .block
            .map_or_else(|| Ok(Metadata::default()), Metadata::read);
        let (metadata, fault) = match read {
            Ok(metadata) => (metadata, None),
            Err(fault) => (Metadata::default(), Some(fault)),
        };
        Self {
            metadata,
            fault,
            body: parts.body,
        }
    }
}
