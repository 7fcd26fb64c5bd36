//! One change to the metadata, as bytes of the card that others take the place of.

use std::ops::Range;

use serde_yaml::Value;

use super::Fix;
use crate::{
    FieldPath, Step,
    syntax::{Content, Document, Layout, Node, ScalarStyle},
};

/// Which bytes of the block give way to which text; `None` where that can't be said without a doubt.
pub(super) fn replacement(document: &Document<'_>, fix: &Fix) -> Option<(Range<usize>, String)> {
    let source = document.source;
    match fix {
        Fix::Set(path, Value::String(text)) => {
            let node = scalar(document, path)?;
            Some((node.span.clone(), written(text)))
        }
        Fix::Set(path, Value::Sequence(_)) => {
            let node = scalar(document, path)?;
            let text = source.get(node.span.clone())?;
            Some((node.span.clone(), format!("[{text}]")))
        }
        Fix::Set(..) => None,
        Fix::Quote(path) => {
            let node = scalar(document, path)?;
            let text = source.get(node.span.clone())?;
            let is_simple = !text.contains(['"', '\\', '\n', '\r']);
            is_simple.then(|| (node.span.clone(), format!("\"{text}\"")))
        }
        Fix::Rename(path, name) => Some((key(document, path)?, name.clone())),
        Fix::Remove(path) => removed(document, path).map(|span| (span, String::new())),
    }
}

/// A text of one line that stands for itself: what has a name or is one may be meant elsewhere too.
fn scalar<'d, 'a>(document: &'d Document<'a>, path: &FieldPath) -> Option<&'d Node<'a>> {
    let node = document.get(path)?;
    let Content::Scalar { style, .. } = &node.content else {
        return None;
    };
    let is_line = !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded)
        && !document
            .source
            .get(node.span.clone())?
            .contains(['\n', '\r']);
    (is_line && node.anchor == 0 && node.tag.is_none()).then_some(node)
}

/// A word of a list as YAML. The few that would be read as something else are put between quotes.
fn written(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '<' | '+');
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(is_plain)
        && !matches!(
            text,
            "no" | "yes" | "on" | "off" | "true" | "false" | "null" | "y" | "n"
        );
    if is_word || text.ends_with(|c: char| c.is_ascii_alphabetic()) && text.contains('<') {
        text.to_owned()
    } else {
        format!("\"{text}\"")
    }
}

fn key(document: &Document<'_>, path: &FieldPath) -> Option<Range<usize>> {
    let ([Step::Key(name)], Content::Mapping { entries, .. }) =
        (path.steps(), &document.root.as_ref()?.content)
    else {
        return None;
    };
    let mut keys = entries.iter().map(|(key, _)| key);
    let key = keys.find(|key| key.as_text() == Some(name))?;
    (key.anchor == 0).then(|| key.span.clone())
}

/// What goes with an item of a list that is not its first.
fn removed(document: &Document<'_>, path: &FieldPath) -> Option<Range<usize>> {
    let (Step::Index(index), above) = path.steps().split_last()? else {
        return None;
    };
    let mut list = document.root.as_ref()?;
    for step in above {
        let (Step::Key(name), Content::Mapping { entries, .. }) = (step, &list.content) else {
            return None;
        };
        list = &entries
            .iter()
            .find(|(key, _)| key.as_text() == Some(name))?
            .1;
    }
    let Content::Sequence { items, layout } = &list.content else {
        return None;
    };
    let (item, before) = (items.get(*index)?, items.get(index.checked_sub(1)?)?);
    if item.anchor != 0 || before.span.end > item.span.start {
        return None;
    }
    let source = document.source;
    let between = source.get(before.span.end..item.span.start)?;
    match layout {
        Layout::Flow => {
            let is_bare = between.chars().all(|c| c == ',' || c.is_whitespace());
            is_bare.then_some(before.span.end..item.span.end)
        }
        Layout::Block => {
            let begin = source[..item.span.start].rfind('\n').map(|end| end + 1)?;
            let length = source[item.span.end..].find('\n').map(|end| end + 1);
            let is_alone = source[begin..item.span.start].trim() == "-";
            // The last line of the block ends with it: the end before it goes.
            let span = if let Some(length) = length {
                begin..item.span.end + length
            } else {
                let end = begin.checked_sub(1)?;
                let end = end - usize::from(source[..end].ends_with('\r'));
                end..source.len()
            };
            is_alone.then_some(span)
        }
    }
}
