//! What stands around the metadata of a card.

use serde_yaml::Value;

use super::EditError;
use crate::{Metadata, Parts, split};

/// A card around its block of metadata.
pub(super) struct Frame<'a> {
    before: String,
    pub(super) block: &'a str,
    after: String,
    /// The body that the changed card has.
    body: &'a str,
}

impl<'a> Frame<'a> {
    /// The frame of a card; where it has no block, of one in front. Errors are those of [`edit`](super::edit).
    pub(super) fn of(text: &'a str, line_end: &str) -> Result<Self, EditError> {
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
            return Ok(Self {
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
        Ok(Self {
            before: format!("{mark}---{line_end}"),
            block: "",
            after: format!("{line_end}---{line_end}{body}"),
            body,
        })
    }

    fn with(&self, block: &str) -> String {
        format!("{}{block}{}", self.before, self.after)
    }

    /// The card with another block, and what that says, where it is read back as it is meant.
    pub(super) fn checked(&self, block: &str, value: &Value) -> Option<(String, Value)> {
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
