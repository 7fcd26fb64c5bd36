//! Mending what can be mended without a question.

mod write;

use std::ops::Range;

use hubkit_types::RepoKind;
use serde_yaml::{Mapping, Value};

use super::{Finding, LintSettings, Surroundings, lint, place::offset};
use crate::{Card, FieldPath, Metadata, Step, split, syntax::Document};

/// One change to the metadata that mends a finding.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Fix {
    /// The field gets this value.
    Set(FieldPath, Value),
    /// What is written at the field is put between quotes, so that everybody reads it as a text.
    Quote(FieldPath),
    /// The field, or the place of a list, goes.
    Remove(FieldPath),
    /// The field gets another name.
    Rename(FieldPath, String),
}

impl Fix {
    pub(super) fn set(path: &FieldPath, value: Value) -> Self {
        Self::Set(path.clone(), value)
    }

    pub(super) fn quote(path: &FieldPath) -> Self {
        Self::Quote(path.clone())
    }

    pub(super) fn remove(path: &FieldPath) -> Self {
        Self::Remove(path.clone())
    }

    pub(super) fn rename(path: &FieldPath, name: &str) -> Self {
        Self::Rename(path.clone(), name.to_owned())
    }
}

/// A card in which was mended what could be.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Mended {
    /// The card as it is then.
    pub text: String,
    /// What was mended, each with its place in the card as it was then.
    pub mended: Vec<Finding>,
    /// What is left, as [`lint`] finds it.
    pub left: Vec<Finding>,
}

/// One repair may uncover another; so often is looked again.
const MOST_ROUNDS: usize = 4;

/// Mends in a card what can be mended without a question: the findings that [`Finding::is_fixable`].
///
/// Only the words and lines that are wrong change: all else stays byte for byte. Every change is read back, and is made only
/// if the metadata then says what was meant and the text below is the same.
pub fn mend(
    kind: RepoKind,
    text: &str,
    around: &Surroundings<'_>,
    settings: &LintSettings,
) -> Mended {
    let mut text = text.to_owned();
    let mut mended = Vec::new();
    for _ in 0..MOST_ROUNDS {
        let found = lint(kind, &Card::read(&text), around, settings);
        let fixable: Vec<_> = found.into_iter().filter(Finding::is_fixable).collect();
        let count = mended.len();
        // From the end on, so that what is not changed yet stays where it was; all at once, or else one by one.
        match apply(&text, &fixable) {
            Some(changed) if !fixable.is_empty() => {
                text = changed;
                mended.extend(fixable);
            }
            _ => {
                for finding in fixable.into_iter().rev().take(MOST_ALONE) {
                    if let Some(changed) = apply(&text, std::slice::from_ref(&finding)) {
                        text = changed;
                        mended.push(finding);
                    }
                }
            }
        }
        if mended.len() == count {
            break;
        }
    }
    let left = lint(kind, &Card::read(&text), around, settings);
    Mended { text, mended, left }
}

/// So many repairs are tried one by one where they can't be made at once.
const MOST_ALONE: usize = 50;

/// The card with some findings mended; `None` if that can't be done without changing something else.
fn apply(text: &str, findings: &[Finding]) -> Option<String> {
    let parts = split(text);
    let block = parts.block?;
    let document = Document::read(block)?;
    let mut wanted = Metadata::read(block).ok()?.as_mapping().clone();
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    let fixes = findings.iter().filter_map(|finding| finding.fix.as_ref());
    let mut fixes: Vec<_> = fixes.collect();
    // What is taken out of a list moves what follows; and a field that is renamed is found by its old name before.
    fixes.sort_by_key(|fix| fix.rank());
    for fix in fixes {
        changes.push(write::replacement(&document, fix)?);
        fix.apply(&mut wanted)?;
    }
    changes.sort_by_key(|(span, _)| span.start);
    let is_apart = |pair: &[(Range<usize>, String)]| pair[0].0.end <= pair[1].0.start;
    if !changes.windows(2).all(is_apart) {
        return None;
    }
    let mut result = String::with_capacity(text.len());
    let base = offset(text, block);
    let mut done = 0;
    for (span, new) in &changes {
        result.push_str(text.get(done..base + span.start)?);
        result.push_str(new);
        done = base + span.end;
    }
    result.push_str(text.get(done..)?);
    let read = split(&result);
    let is_meant = read.body == parts.body
        && Metadata::read(read.block?).is_ok_and(|found| *found.as_mapping() == wanted);
    is_meant.then_some(result)
}

impl Fix {
    fn rank(&self) -> (u8, std::cmp::Reverse<FieldPath>) {
        let (rank, path) = match self {
            Self::Set(path, _) | Self::Quote(path) => (0, path),
            Self::Remove(path) => (1, path),
            Self::Rename(path, _) => (2, path),
        };
        (rank, std::cmp::Reverse(path.clone()))
    }

    /// Makes the change to a value.
    fn apply(&self, root: &mut Mapping) -> Option<()> {
        match self {
            Self::Set(path, value) => {
                *at(root, path.steps())? = value.clone();
            }
            Self::Quote(path) => {
                let value = at(root, path.steps())?;
                if let Value::Number(number) = value {
                    *value = Value::String(number.to_string());
                }
            }
            Self::Remove(path) => {
                let (Step::Index(index), above) = path.steps().split_last()? else {
                    return None;
                };
                let list = at(root, above)?.as_sequence_mut()?;
                (*index < list.len()).then(|| list.remove(*index))?;
            }
            Self::Rename(path, name) => {
                let [Step::Key(former)] = path.steps() else {
                    return None;
                };
                let renamed = |key: &Value| key.as_str() == Some(former);
                let entries = std::mem::take(root).into_iter().map(|(key, value)| {
                    let key = if renamed(&key) {
                        name.as_str().into()
                    } else {
                        key
                    };
                    (key, value)
                });
                *root = entries.collect();
            }
        }
        Some(())
    }
}

fn at<'a>(root: &'a mut Mapping, steps: &[Step]) -> Option<&'a mut Value> {
    let (Step::Key(first), rest) = steps.split_first()? else {
        return None;
    };
    let mut value = root.get_mut(first.as_str())?;
    for step in rest {
        value = match step {
            Step::Key(key) => value.as_mapping_mut()?.get_mut(key.as_str())?,
            Step::Index(index) => value.as_sequence_mut()?.get_mut(*index)?,
        };
    }
    Some(value)
}
