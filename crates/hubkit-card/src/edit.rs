//! Changes to a card that leave the rest of it as its author wrote it.

mod align;
mod block;
mod emit;
mod error;
mod flow;
mod frame;
mod gone;
mod layout;
mod list;
mod mapping;
mod model;
mod names;
mod place;
mod python;
mod replace;
mod respell;
mod rewrite;
mod scalar;
mod way;

use std::borrow::Cow;

use serde_yaml::Value;

pub use self::error::EditError;
use self::{frame::Frame, gone::Gone, python::Read};
pub(crate) use self::{model::shape, names::step};
use crate::{Card, Dialect, FieldPath, Metadata, MetadataError, metadata};

/// A change to the metadata of a card.
#[derive(Clone, PartialEq, Debug)]
pub struct Edit {
    /// What is changed.
    pub path: FieldPath,
    /// How.
    pub change: Change,
}

/// What becomes of the value at a path.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Change {
    /// It is this one. Mappings on the way to it are made where they are missing.
    Set(Value),
    /// The list there ends with this item. A single value counts as a list of one, and nothing as an empty one.
    Append(Value),
    /// The same, unless the list has the item already.
    Include(Value),
    /// The list there has no item that equals this one. It is no error when it never had.
    Exclude(Value),
    /// It is gone, with its name. What it was in stays, be it empty.
    Remove,
    /// It has this name, in the place of its own.
    Rename(String),
    /// It is the text that is written there, between quotes: `1.10` becomes `'1.10'`, and `no` the word to everybody. Of a
    /// text without a card, [`Edit::apply`] makes the text of a number as numbers are printed.
    Quote,
}

impl Change {
    /// Whether it changes how something is written, and not what it is in.
    fn is_spelling(&self) -> bool {
        matches!(self, Self::Rename(_) | Self::Quote)
    }
}

impl Edit {
    /// A change of the value at a path.
    pub fn new(path: FieldPath, change: Change) -> Self {
        Self { path, change }
    }

    /// Makes the change to a value, without any text.
    ///
    /// # Errors
    ///
    /// When the path leads nowhere ([`EditError::Missing`]), or through something else than it says
    /// ([`EditError::Shape`]). The value may then be changed in part.
    pub fn apply(&self, value: &mut Value) -> Result<(), EditError> {
        model::apply(value, &self.path, &self.change)
    }
}

/// The text of a card with changes made to its metadata, one after the other.
///
/// Only lines that hold what changes are written anew, and among them what can stay stays: remarks, order, quotes, line
/// ends, a byte order mark and the text below are kept byte for byte, and changes that change nothing give the same
/// text. A card without metadata gets a block in front.
///
/// The result is read back before it is returned: its metadata is that of the card with [`Edit::apply`] done to it, and
/// its body is the card's. Where Python's client reads the card too, it reads what is new as a hub does, and the rest as
/// before; where that can't be, as with a text that gains the line end which a hub has read all along, it comes to read
/// what a hub reads. Takes time and memory in proportion to the text and the changes.
///
/// # Errors
///
/// When the metadata can't be read, a path leads nowhere, or the change can't be written without changing something else
/// as well, as with a value that other places repeat by an alias.
pub fn edit(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let mut text = Cow::Borrowed(text);
    let is_alike = |one: &Edit, two: &Edit| one.change.is_spelling() == two.change.is_spelling();
    // Even no changes need metadata that can be read.
    let none = edits.is_empty().then_some(edits);
    for edits in edits.chunk_by(is_alike).chain(none) {
        let is_spelling = edits.iter().all(|edit| edit.change.is_spelling());
        text = Cow::Owned(if is_spelling && !edits.is_empty() {
            respell::respell(&text, edits)?
        } else {
            revalue(&text, edits)?
        });
    }
    Ok(text.into_owned())
}

/// Changes of values.
fn revalue(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let line_end = layout::line_end(text);
    let frame = Frame::of(text, line_end)?;
    let old = Value::Mapping(Metadata::read(frame.block)?.as_mapping().clone());
    let mut new = old.clone();
    for edit in edits {
        edit.apply(&mut new)?;
    }
    if old == new {
        return Ok(text.to_owned());
    }
    let python = python_value(text);
    let gone = Gone::of(&old, edits);
    way::first(frame.block, line_end, &old, &new, &gone, |block, demand| {
        let (changed, read) = frame.checked(block, &new)?;
        let Some(python) = &python else {
            return Some(changed);
        };
        // A card that Python's client reads, it reads still.
        let again = python_value(&changed)?;
        let before = Read { hub: &old, python };
        let after = Read {
            hub: &read,
            python: &again,
        };
        python::is_kept(before, after, demand).then_some(changed)
    })
}

/// What Python's client reads in a card; `None` where it reads nothing.
fn python_value(text: &str) -> Option<Value> {
    let card = Card::read_as(text, Dialect::Python);
    let is_read = card.fault.is_none();
    is_read.then(|| Value::Mapping(card.metadata.as_mapping().clone()))
}

/// The value of a YAML document, read as [`Metadata`] is, whatever it is.
///
/// # Errors
///
/// As with [`Metadata::read`], but for a value that is no mapping.
pub fn read_document(text: &str) -> Result<Value, MetadataError> {
    metadata::value(text, Dialect::Hub)
}

/// The text of a YAML document, such as one of `.eval_results`, whose value becomes another one, with the promises and the
/// errors of [`edit`]. An empty document is written anew.
///
/// # Errors
///
/// As with [`edit`].
pub fn edit_document(text: &str, new: &Value) -> Result<String, EditError> {
    const MARK: char = '\u{feff}';
    // A mark at the beginning belongs to the file, not to its first line.
    if let Some(rest) = text.strip_prefix(MARK) {
        return edit_document(rest, new).map(|edited| format!("{MARK}{edited}"));
    }
    let old = metadata::value(text, Dialect::Hub)?;
    if old == *new {
        return Ok(text.to_owned());
    }
    let line_end = layout::line_end(text);
    let is_meant =
        |document: &str| metadata::value(document, Dialect::Hub).is_ok_and(|value| value == *new);
    way::first(
        text,
        line_end,
        &old,
        new,
        &Gone::default(),
        |document, _| is_meant(document).then(|| document.to_owned()),
    )
}

#[cfg(test)]
mod tests;
