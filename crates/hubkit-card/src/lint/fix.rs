//! Mending what can be mended without a question.

use std::{cmp::Reverse, collections::HashSet};

use hubkit_types::RepoKind;
use serde_yaml::Value;

use super::{Finding, LintSettings, Surroundings, lint};
use crate::{Card, Change, Edit, FieldPath, edit::edit};

/// One change to the metadata that mends a finding.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Fix(Edit);

impl Fix {
    /// The field gets this value.
    pub(super) fn set(path: &FieldPath, value: Value) -> Self {
        Self::new(path, Change::Set(value))
    }

    /// What is written at the field is put between quotes, so that everybody reads it as a text.
    pub(super) fn quote(path: &FieldPath) -> Self {
        Self::new(path, Change::Quote)
    }

    /// The field, or the place of a list, goes.
    pub(super) fn remove(path: &FieldPath) -> Self {
        Self::new(path, Change::Remove)
    }

    /// The field gets another name.
    pub(super) fn rename(path: &FieldPath, name: &str) -> Self {
        Self::new(path, Change::Rename(name.to_owned()))
    }

    fn new(path: &FieldPath, change: Change) -> Self {
        Self(Edit::new(path.clone(), change))
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
/// Only the words and lines that are wrong change, as [`edit`](crate::edit()) changes them: all else stays byte for byte. Every
/// change is read back, and is made only if the metadata then says what was meant and the text below is the same.
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
        if fixable.is_empty() {
            break;
        }
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

/// The card with findings mended, and which: where two are about the same, it is the first. `None` where the card can't be
/// changed so without saying something else.
fn apply(text: &str, findings: &[Finding]) -> Option<(String, Vec<Finding>)> {
    let mut fixes: Vec<_> = findings
        .iter()
        .filter_map(|finding| Some((finding.fix.as_ref()?, finding)))
        .collect();
    let mut known = HashSet::new();
    fixes.retain(|(fix, _)| known.insert((fix.rank() == Fix::RENAMED, &fix.0.path)));
    // What is taken out of a list moves what follows, and a field is found by its former name.
    fixes.sort_by_key(|(fix, _)| (fix.rank(), Reverse(&fix.0.path)));
    let edits: Vec<Edit> = fixes.iter().map(|(fix, _)| fix.0.clone()).collect();
    let changed = edit(text, &edits).ok()?;
    fixes.sort_by_key(|(_, finding)| finding.span.as_ref().map(|span| span.start));
    let made = fixes.into_iter().map(|(_, finding)| finding.clone());
    (!edits.is_empty() && changed != text).then(|| (changed, made.collect()))
}

impl Fix {
    const RENAMED: u8 = 3;

    fn rank(&self) -> u8 {
        match self.0.change {
            Change::Quote => 0,
            Change::Remove => 2,
            Change::Rename(_) => Self::RENAMED,
            _ => 1,
        }
    }
}
