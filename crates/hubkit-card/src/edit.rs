//! Changes to a card that leave the rest of it as its author wrote it.

mod align;
mod block;
mod emit;
mod error;
mod flow;
mod layout;
mod list;
mod mapping;
mod model;
mod names;
mod place;
mod python;
mod replace;
mod rewrite;
mod scalar;
mod way;

use serde_yaml::Value;

pub use self::error::EditError;
use self::python::Read;
pub(crate) use self::{model::shape, names::step};
use crate::{Card, Dialect, FieldPath, Metadata, MetadataError, Parts, metadata, split};

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
    let line_end = layout::line_end(text);
    let frame = frame(text, line_end)?;
    let old = Value::Mapping(Metadata::read(frame.block)?.as_mapping().clone());
    let mut new = old.clone();
    for edit in edits {
        edit.apply(&mut new)?;
    }
    if old == new {
        return Ok(text.to_owned());
    }
    let python = python_value(text);
    way::first(frame.block, line_end, &old, &new, |block, demand| {
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
    let old = metadata::value(text, Dialect::Hub)?;
    if old == *new {
        return Ok(text.to_owned());
    }
    let line_end = layout::line_end(text);
    let is_meant =
        |document: &str| metadata::value(document, Dialect::Hub).is_ok_and(|value| value == *new);
    way::first(text, line_end, &old, new, |document, _| {
        is_meant(document).then(|| document.to_owned())
    })
}

/// A card around its block of metadata.
struct Frame<'a> {
    before: String,
    block: &'a str,
    after: String,
    /// The body that the changed card has.
    body: &'a str,
}

impl Frame<'_> {
    fn with(&self, block: &str) -> String {
        format!("{}{block}{}", self.before, self.after)
    }

    /// The card with another block, and what that says, where it is read back as it is meant.
    fn checked(&self, block: &str, value: &Value) -> Option<(String, Value)> {
        let text = self.with(block);
        let parts = split(&text);
        let read = Metadata::read(parts.block?).ok()?;
        let read = Value::Mapping(read.as_mapping().clone());
        let is_kept = parts.body == self.body
            && parts.block == Some(block.trim_matches(['\r', '\n']))
            && read == *value;
        is_kept.then_some((text, read))
    }
}

fn frame<'a>(text: &'a str, line_end: &str) -> Result<Frame<'a>, EditError> {
    let Parts { block, body } = split(text);
    if let Some(block) = block {
        // The block is a part of the text, so the distance between the two is a number of bytes of it.
        let begin = (block.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        let end = begin + block.len();
        // An empty block may stand within a line end.
        let is_within = |at: usize| text[..at].ends_with('\r') && text[at..].starts_with('\n');
        let begin = if block.is_empty() && is_within(begin) {
            begin - 1
        } else {
            begin
        };
        let before = text[..begin].to_owned();
        let after = text[end - (end - begin - block.len())..].to_owned();
        return Ok(Frame {
            before,
            block,
            after,
            body,
        });
    }
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if let Some(inside) = start.strip_prefix("---")
        && inside.starts_with(['\r', '\n'])
    {
        return between_dashes(text, inside).ok_or(EditError::Unclosed);
    }
    let (mark, body) = text.split_at(if text.starts_with('\u{feff}') { 3 } else { 0 });
    Ok(Frame {
        before: format!("{mark}---{line_end}"),
        block: "",
        after: format!("{line_end}---{line_end}{body}"),
        body,
    })
}

/// Two lines of dashes with nothing between them, which a hub does not take for a block, but their author does.
fn between_dashes<'a>(text: &'a str, inside: &'a str) -> Option<Frame<'a>> {
    let mut ends = ["\r\n", "\n"].into_iter();
    let line_end = ends.find(|end| inside.starts_with(end))?;
    let after = &inside[line_end.len()..];
    let rest = after.strip_prefix("---")?.trim_start_matches([' ', '\t']);
    let mut bodies = ["\r\n", "\n"]
        .iter()
        .filter_map(|end| rest.strip_prefix(end));
    let body = bodies.next().or_else(|| rest.is_empty().then_some(rest))?;
    Some(Frame {
        before: text[..text.len() - after.len()].to_owned(),
        block: "",
        after: format!("{line_end}{after}"),
        body,
    })
}

#[cfg(test)]
mod tests;
