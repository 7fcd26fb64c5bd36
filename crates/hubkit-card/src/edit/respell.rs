//! Changes to how something is written, in its own place: names that get another one, and values that get quotes.

use std::{collections::HashSet, ops::Range};

use serde_yaml::Value;

use super::{
    Change, Edit, EditError, emit,
    frame::Frame,
    layout,
    model::upper,
    python_value,
    scalar::{self, Within},
};
use crate::{
    Metadata, Step,
    syntax::{Content, Document, Layout, Node},
};

/// The text of a card in which names and values are written otherwise.
pub(super) fn respell(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let frame = Frame::of(text, layout::line_end(text))?;
    let mut block = frame.block.to_owned();
    let mut new = Value::Mapping(Metadata::read(&block)?.as_mapping().clone());
    let mut python = python_value(text);
    for edits in batches(edits) {
        let mut splices = Vec::new();
        let document = Document::read(&block).ok_or(EditError::NotKept)?;
        for edit in edits {
            let (splice, meant) = splice(&document, edit)?;
            meant.apply(&mut new)?;
            // What a hub reads at a path may be elsewhere for Python's client, which is then not asked.
            python = python.and_then(|mut value| meant.apply(&mut value).ok().map(|()| value));
            splices.push(splice);
        }
        splices.sort_by_key(|splice| std::cmp::Reverse(splice.range.start));
        splices.dedup();
        for splice in splices {
            block.replace_range(splice.range, &splice.text);
        }
    }
    let (changed, _) = frame.checked(&block, &new).ok_or(EditError::NotKept)?;
    let is_kept = python.is_none_or(|python| python_value(&changed) == Some(python));
    is_kept.then_some(changed).ok_or(EditError::NotKept)
}

/// Bytes of the block, and what takes their place.
#[derive(PartialEq)]
struct Splice {
    range: Range<usize>,
    text: String,
}

/// Changes whose paths are all to be found in the text before the first of them.
fn batches(edits: &[Edit]) -> Vec<&[Edit]> {
    let mut batches = Vec::new();
    let (mut begin, mut renamed) = (0, HashSet::new());
    for (at, edit) in edits.iter().enumerate() {
        let mut ways = (1..=edit.path.steps().len()).map(|depth| upper(&edit.path, depth));
        if !renamed.is_empty() && ways.any(|path| renamed.contains(&path)) {
            batches.push(&edits[begin..at]);
            begin = at;
            renamed.clear();
        }
        if let (Change::Rename(name), Some(depth)) =
            (&edit.change, edit.path.steps().len().checked_sub(1))
        {
            renamed.insert(upper(&edit.path, depth).key(name));
        }
    }
    batches.push(&edits[begin..]);
    batches
}

/// One change to the text, and to the value.
fn splice(document: &Document<'_>, edit: &Edit) -> Result<(Splice, Edit), EditError> {
    let path = &edit.path;
    let missing = || EditError::Missing { path: path.clone() };
    if let Change::Rename(name) = &edit.change {
        let (Step::Key(former), above) = path.steps().split_last().ok_or_else(missing)? else {
            return Err(missing());
        };
        let above = document
            .get(&upper(path, above.len()))
            .ok_or_else(missing)?;
        let (key, within) = key(above, former).ok_or_else(missing)?;
        if key.anchor != 0 {
            return Err(EditError::Shared { path: path.clone() });
        }
        let text = emit::key(&Value::String(name.clone()), within);
        let text = text.map_err(|found| EditError::Unwritable {
            path: path.clone(),
            found,
        })?;
        let range = key.span.clone();
        return Ok((Splice { range, text }, edit.clone()));
    }
    let node = document.get(path).ok_or_else(missing)?;
    let source = document.source.get(node.span.clone()).unwrap_or_default();
    let text = node.as_text().ok_or(EditError::NotKept)?;
    let is_open = node.is_plain() && node.anchor == 0 && node.tag.is_none();
    if !is_open || source.contains(['\n', '\r']) {
        return Err(EditError::NotKept);
    }
    let (range, meant) = (node.span.clone(), Change::Set(text.into()));
    let text = scalar::quoted(text);
    Ok((Splice { range, text }, Edit::new(path.clone(), meant)))
}

/// The name of an entry as it is written, and where.
fn key<'n>(mapping: &'n Node<'_>, name: &str) -> Option<(&'n Node<'n>, Within)> {
    let Content::Mapping { entries, layout } = &mapping.content else {
        return None;
    };
    let within = match layout {
        Layout::Block => Within::Block,
        Layout::Flow => Within::Flow,
    };
    let mut keys = entries.iter().map(|(key, _)| key);
    Some((keys.find(|key| key.as_text() == Some(name))?, within))
}
