//! The metadata of another card, or of a document, put into a card.

mod results;

use std::collections::HashSet;

use serde_yaml::{Mapping, Value};

use crate::{
    Change, Edit, EditError, FieldPath, Step,
    edit::{shape, step},
    metadata::key,
};

/// What becomes of what both sides have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MergeRules {
    /// Of values that differ.
    pub differing: Differing,
    /// Of lists that hold nothing but single values.
    pub lists: MergedLists,
}

/// What becomes of a value that both sides have and that differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Differing {
    /// It stays.
    #[default]
    Keep,
    /// It becomes the given one.
    Overwrite,
}

/// What becomes of a list of single values, such as `tags`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MergedLists {
    /// It gets, at its end, what it lacks.
    #[default]
    Extend,
    /// It becomes the given one, whatever the rule for what differs.
    Replace,
}

/// What has to change so that a card says what another one says as well.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Merge {
    /// The changes, for [`edit`](crate::edit()) or [`Edit::apply`], in this order. With [`Differing::Keep`] they only add.
    pub edits: Vec<Edit>,
    /// The values that both sides have and that differ, in the order in which they are given. With
    /// [`Differing::Overwrite`] they are changed, else they stay: whoever wants all or nothing does nothing.
    pub conflicts: Vec<Conflict>,
}

/// A value that both sides have and that differs.
#[derive(Clone, PartialEq, Debug)]
pub struct Conflict {
    /// Where it is in the card.
    pub path: FieldPath,
    /// What is there.
    pub there: Value,
    /// What is given.
    pub given: Value,
}

/// The changes that put given metadata into the metadata of a card.
///
/// Names that are missing are added, and mappings are merged name by name. A list of single values gets what it lacks; a
/// single value counts as a list of one beside a list, but not a `license`, of which two would say something else than
/// one. Every other list is one value. `null` says nothing: it is neither given nor in the way, and so is an empty list
/// or mapping. Numbers are the same where they are equal (`1` and `1.0`).
///
/// `model-index` is merged as Python's `huggingface_hub.metadata_update` does it: by the name of the model (one without a
/// name is the first), by task (`type`), data (`type`, `name`, `config`, `split`, `revision`, `args`) and source (`url`,
/// where both have one), and by metric (`type`, `name`, `config`, `args`). A metric that is there with another value is a
/// conflict; where it is overwritten by one that nobody signed, `verified` and `verifyToken` go. No metric gets a source
/// that nobody named for it: where only one side names one, metrics that only one side has are in results of their own.
///
/// What is merged once more changes nothing. Takes time and memory in proportion to both sides.
///
/// # Errors
///
/// When a given name is a list or a mapping, which no path names ([`EditError::Unwritable`]).
pub fn merge(there: &Mapping, given: &Mapping, rules: MergeRules) -> Result<Merge, EditError> {
    let mut merger = Merger {
        rules,
        done: Merge::default(),
    };
    merger.mapping(&FieldPath::root(), there, given, &[])?;
    Ok(merger.done)
}

struct Merger {
    rules: MergeRules,
    done: Merge,
}

impl Merger {
    /// Merges name by name, but for some names.
    fn mapping(
        &mut self,
        path: &FieldPath,
        there: &Mapping,
        given: &Mapping,
        except: &[&str],
    ) -> Result<(), EditError> {
        let begin = self.done.edits.len();
        // Names that are no texts: a path would make texts of them.
        let mut others = Mapping::new();
        for (name, value) in given {
            if matches!(name, Value::Sequence(_) | Value::Mapping(_)) {
                if there.get(name).is_some_and(|found| is_same(found, value)) {
                    continue;
                }
                let (path, found) = (path.clone(), shape(name));
                return Err(EditError::Unwritable { path, found });
            }
            let Step::Key(text) = step(name) else {
                continue;
            };
            if value.is_null() || except.contains(&text.as_str()) {
                continue;
            }
            match there
                .get(key(there, &text))
                .filter(|found| !found.is_null())
            {
                Some(found) => self.value(&path.key(&text), found, value)?,
                None if name.is_string() => self.edit(path.key(&text), Change::Set(value.clone())),
                None => {
                    others.insert(name.clone(), value.clone());
                }
            }
        }
        if !others.is_empty() {
            let mut whole = there.clone();
            whole.extend(others);
            let edit = Edit::new(path.clone(), Change::Set(whole.into()));
            self.done.edits.insert(begin, edit);
        }
        Ok(())
    }

    fn value(&mut self, path: &FieldPath, there: &Value, given: &Value) -> Result<(), EditError> {
        if is_same(there, given) || is_nothing(given) {
            return Ok(());
        }
        if is_nothing(there) {
            self.edit(path.clone(), Change::Set(given.clone()));
            return Ok(());
        }
        if let (Value::Mapping(there), Value::Mapping(given)) = (there, given) {
            return self.mapping(path, there, given, &[]);
        }
        let is_at = |name: &str| *path == FieldPath::of(name);
        if let (Value::Sequence(there), Value::Sequence(given)) = (there, given)
            && is_at("model-index")
            && let Some((index, models)) = results::read(there, given)
        {
            return self.results(path, &index, &models);
        }
        if self.rules.lists == MergedLists::Replace && given.is_sequence() {
            self.edit(path.clone(), Change::Set(given.clone()));
        } else if let Some(missing) = missing(there, given).filter(|missing| {
            // With one more licence the whole would be offered otherwise.
            !is_at("license")
                || missing.is_empty()
                    && self::missing(given, there).is_some_and(|more| more.is_empty())
        }) {
            for item in missing {
                self.edit(path.clone(), Change::Append(item.clone()));
            }
        } else {
            self.conflict(path, there, given);
        }
        Ok(())
    }

    fn conflict(&mut self, path: &FieldPath, there: &Value, given: &Value) {
        if self.rules.differing == Differing::Overwrite {
            self.edit(path.clone(), Change::Set(given.clone()));
        }
        self.done.conflicts.push(Conflict {
            path: path.clone(),
            there: there.clone(),
            given: given.clone(),
        });
    }

    fn edit(&mut self, path: FieldPath, change: Change) {
        self.done.edits.push(Edit::new(path, change));
    }
}

/// The given items that a list lacks; `None` where one side is no list of single values, or neither is a list.
fn missing<'v>(there: &'v Value, given: &'v Value) -> Option<Vec<&'v Value>> {
    let (there, given) = match (there, given) {
        (Value::Sequence(there), Value::Sequence(given)) => (there.as_slice(), given.as_slice()),
        (Value::Sequence(there), given) => (there.as_slice(), std::slice::from_ref(given)),
        (there, Value::Sequence(given)) => (std::slice::from_ref(there), given.as_slice()),
        _ => return None,
    };
    let is_single = |value: &Value| {
        matches!(
            value,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)
        )
    };
    if !there.iter().chain(given).all(is_single) {
        return None;
    }
    // As text: all fractions have one hash in `serde_yaml`.
    let text = |item: &Value| format!("{item:?}");
    let mut known: HashSet<String> = there.iter().map(text).collect();
    let missing = given.iter().filter(|item| known.insert(text(item)));
    Some(missing.collect())
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(entries) => entries.is_empty(),
        _ => false,
    }
}

/// Whether two values say the same: a number is one however it is written, and the order of names says nothing.
fn is_same(one: &Value, two: &Value) -> bool {
    match (one, two) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || left.as_f64() == right.as_f64() && left.is_f64() != right.is_f64()
        }
        (Value::Sequence(left), Value::Sequence(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| is_same(left, right))
        }
        (Value::Mapping(left), Value::Mapping(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, left)| right.get(name).is_some_and(|right| is_same(left, right)))
        }
        _ => one == two,
    }
}

#[cfg(test)]
mod tests;
