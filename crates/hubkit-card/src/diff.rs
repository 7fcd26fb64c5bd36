//! What changed between two cards in what users rely on.

mod aspect;
mod facts;
mod results;

use std::collections::BTreeMap;

use serde_yaml::Value;

use crate::{EvalEntry, Metadata};

pub use aspect::Aspect;

/// One fact that two cards differ in.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    /// What it is about.
    pub aspect: Aspect,
    /// The field, with the names of list entries in brackets: `license`, `dataset_info[default].features[label].dtype`. A
    /// result is told by what was measured on what. Texts of others are in it, with what can't be seen escaped.
    pub subject: String,
    /// What the first card says; `None` where it says nothing.
    pub old: Option<Value>,
    /// What the second card says.
    pub new: Option<Value>,
}

/// Tells what changed from one card to another in what users rely on: the licence, who gets in, what it was made from, data,
/// tasks, languages, results. How the card and its text look is left out: titles, pictures, colours, widgets.
///
/// One value and a list of one are the same, and so are lists in another order. Entries of lists are held against those
/// that have their name. Takes time in proportion to the metadata, but for sorting.
pub fn diff(old: &Metadata, new: &Metadata) -> Vec<Difference> {
    diff_with_entries((old, &[]), (new, &[]))
}

/// The same of cards beside which there are files of results, with the entries of these.
pub fn diff_with_entries(
    old: (&Metadata, &[EvalEntry]),
    new: (&Metadata, &[EvalEntry]),
) -> Vec<Difference> {
    let mut subjects: BTreeMap<(Aspect, String), [Vec<Value>; 2]> = BTreeMap::new();
    for (side, (metadata, entries)) in [old, new].into_iter().enumerate() {
        let mut take = |aspect, subject, value| {
            let values = subjects.entry((aspect, subject)).or_default();
            values[side].push(value);
        };
        facts::read(metadata, &mut take);
        results::of_entries(entries, &mut take);
    }
    let mut changes = Vec::new();
    for ((aspect, subject), [old, new]) in subjects {
        let (old, new) = without_equal(old, new);
        // A value that became another; where several come and go, nobody knows which became which.
        let is_one = old.len() <= 1 && new.len() <= 1;
        let mut add = |old, new| {
            let subject = subject.clone();
            changes.push(Difference {
                aspect,
                subject,
                old,
                new,
            });
        };
        if is_one {
            let (old, new) = (old.into_iter().next(), new.into_iter().next());
            if old.is_some() || new.is_some() {
                add(old, new);
            }
            continue;
        }
        for value in old {
            add(Some(value), None);
        }
        for value in new {
            add(None, Some(value));
        }
    }
    changes
}

/// Takes what both sides have, as often as both have it, from each.
fn without_equal(old: Vec<Value>, new: Vec<Value>) -> (Vec<Value>, Vec<Value>) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for value in &new {
        *counts.entry(facts::text(value)).or_default() += 1;
    }
    let take = |counts: &mut BTreeMap<String, usize>, value: &Value| {
        let count = counts.get_mut(&facts::text(value));
        let left = count.filter(|count| **count > 0);
        left.map(|count| *count -= 1).is_some()
    };
    let mut shared: BTreeMap<String, usize> = BTreeMap::new();
    let gone = old.into_iter().filter(|value| {
        let is_shared = take(&mut counts, value);
        if is_shared {
            *shared.entry(facts::text(value)).or_default() += 1;
        }
        !is_shared
    });
    let gone: Vec<_> = gone.collect();
    let come = new.into_iter().filter(|value| !take(&mut shared, value));
    (gone, come.collect())
}

#[cfg(test)]
mod tests;
