//! What the columns of a data set hold.
//!
//! The types and both of their spellings are those of the library `datasets` 5.2: a list of `name` and `dtype` in cards,
//! and a mapping with `_type` as in `dataset_infos.json`.

mod named;
mod read;

use serde_yaml::{Mapping, Value};

/// A column of a data set, or a field of a structure.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Column {
    /// What it is called.
    pub name: String,
    /// What it holds.
    pub feature: Feature,
}

/// What a column holds.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Feature {
    /// A single value of a type of Arrow: `string`, `int64`, `float32`, `bool`, `timestamp[us]`, `binary`, …
    Value {
        /// The type.
        dtype: String,
    },
    /// A number that stands for a name.
    ClassLabel {
        /// The names, from that of 0 on. Empty where they are not told.
        names: Vec<String>,
    },
    /// Several of the same.
    List {
        /// Of what.
        feature: Box<Feature>,
        /// How many, where that is fixed.
        length: Option<u64>,
        /// How it is written.
        kind: ListKind,
    },
    /// Fields with names.
    Struct(Vec<Column>),
    /// A picture: its bytes, a path, or both.
    Image,
    /// A sound.
    Audio {
        /// How many samples a second.
        sampling_rate: Option<u64>,
    },
    /// A film.
    Video,
    /// The same text in several languages, each once.
    Translation {
        /// The languages.
        languages: Vec<String>,
    },
    /// The same text in several languages, of which some may be missing or be there several times.
    TranslationVariableLanguages {
        /// The languages.
        languages: Vec<String>,
    },
    /// Numbers in two to five dimensions.
    Array {
        /// How many in each; `None` where it varies.
        shape: Vec<Option<u64>>,
        /// The type of each.
        dtype: String,
    },
    /// A type with a name of its own, as `pdf`, `nifti`, `mesh`, `json`.
    Other {
        /// The name, in lower case with low lines.
        name: String,
        /// What else is said of it.
        options: Mapping,
    },
    /// What can't be told, as it is written.
    Unknown(Value),
}

/// How a list is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ListKind {
    /// `list`: values of one after the other.
    List,
    /// `large_list`: the same with 64-bit offsets.
    LargeList,
    /// `sequence`, the older word. Of a structure it is a structure of lists: each field is a column of its own.
    Sequence,
}

#[cfg(test)]
mod tests;
