//! Why a card is not changed.

use crate::{FieldPath, MetadataError};

/// What a path is called in a message: that of the metadata as a whole has no text.
fn called(path: &FieldPath) -> String {
    if path.is_root() {
        "the metadata".to_owned()
    } else {
        format!("`{path}`")
    }
}

/// Why a card can't be changed as asked. Nothing of it was.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The metadata can't be read, or could not be any more.
    #[error("the metadata can't be read")]
    Unreadable(#[from] MetadataError),
    /// The card begins with a line of dashes that no other one closes: whether metadata was meant can't be known.
    #[error("the card begins with a line of `---`, and no other one closes the metadata")]
    Unclosed,
    /// There is nothing at the path.
    #[error("{}: nothing is there", called(path))]
    Missing {
        /// The path.
        path: FieldPath,
    },
    /// The name that something is to get is there already.
    #[error("{}: the name is there already", called(path))]
    Occupied {
        /// The name.
        path: FieldPath,
    },
    /// What is on the way is not what the path says.
    #[error("{}: expected {expected}, found {found}", called(path))]
    Shape {
        /// How far the path goes.
        path: FieldPath,
        /// What the next step needs.
        expected: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// The value can't be written in a card.
    #[error(
        "{}: expected a value that cards can hold, found {found}",
        called(path)
    )]
    Unwritable {
        /// Where it was to be.
        path: FieldPath,
        /// What it is.
        found: &'static str,
    },
    /// Other places repeat the value, or a part of it, by an alias (`*name`), and would change as well.
    #[error(
        "{}: a value is repeated elsewhere by an alias, and would change there as well",
        called(path)
    )]
    Shared {
        /// The value that has the anchor (`&name`).
        path: FieldPath,
    },
    /// The name is not written there, but comes from another mapping (`<<: *name`).
    #[error(
        "{}: the name comes from a mapping that is merged in (`<<`), and can't be removed here",
        called(path)
    )]
    Merged {
        /// The name.
        path: FieldPath,
    },
    /// The change could not be written in a way that is read back as it was meant.
    #[error("no way was found to write the change that leaves everything else as it is")]
    NotKept,
}
