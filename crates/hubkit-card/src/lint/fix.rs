//! Mending what can be mended without a question.

mod write;

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
    let find = |text: &str| lint(kind, &Card::read(text), around, settings);
    let mut text = text.to_owned();
    let mut mended = Vec::new();
    let mut left = find(&text);
    for _ in 0..MOST_ROUNDS {
        let fixable: Vec<_> = left
            .iter()
            .filter(|found| found.is_fixable())
            .cloned()
            .collect();
        let count = mended.len();
        if let Some((changed, done)) = apply(&text, &fixable) {
            text = changed;
            mended.extend(done);
        } else {
            // One of them changes what it should not: the others are made alone.
            for finding in fixable.iter().rev().take(MOST_ALONE) {
                if let Some((changed, done)) = apply(&text, std::slice::from_ref(finding)) {
                    text = changed;
                    mended.extend(done);
                }
            }
        }
        if mended.len() == count {
            break;
        }
        left = find(&text);
    }
    Mended { text, mended, left }
}

/// So many repairs are tried one by one where they can't be made at once.
const MOST_ALONE: usize = 8;

/// The card with findings mended, and which: where two are about the same words, it is the first. `None` where the card would
/// then say something else than was meant.
fn apply(text: &str, findings: &[Finding]) -> Option<(String, Vec<Finding>)> {
    let parts = split(text);
    let block = parts.block?;
    let document = Document::read(block)?;
    let mut changes: Vec<_> = findings
        .iter()
        .filter_map(|finding| {
            let fix = finding.fix.as_ref()?;
            let (span, new) = write::replacement(&document, fix)?;
            Some((span, new, fix, finding))
        })
        .collect();
    changes.sort_by_key(|(span, ..)| span.start);
    let mut end = 0;
    changes.retain(|(span, ..)| {
        let is_apart = span.start >= end;
        end = if is_apart { span.end } else { end };
        is_apart
    });
    let mut result = String::with_capacity(text.len());
    let base = offset(text, block);
    let mut done = 0;
    for (span, new, ..) in &changes {
        result.push_str(text.get(done..base + span.start)?);
        result.push_str(new);
        done = base + span.end;
    }
    result.push_str(text.get(done..)?);
    // What is taken out of a list moves what follows, and a field is found by its former name.
    let mut wanted = Metadata::read(block).ok()?.as_mapping().clone();
    changes.sort_by_key(|(_, _, fix, _)| fix.rank());
    for (_, _, fix, _) in &changes {
        fix.apply(&mut wanted)?;
    }
    let read = split(&result);
    let is_meant = read.body == parts.body
        && Metadata::read(read.block?).is_ok_and(|found| *found.as_mapping() == wanted);
    let made = changes.iter().map(|(.., finding)| (*finding).clone());
    (is_meant && !changes.is_empty()).then(|| (result, made.collect()))
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
