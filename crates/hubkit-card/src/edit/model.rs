//! Changes to a value.

use serde_yaml::{Mapping, Value};

use super::{Change, EditError};
use crate::{FieldPath, Step, metadata::key};

pub(super) fn apply(root: &mut Value, path: &FieldPath, change: &Change) -> Result<(), EditError> {
    match change {
        Change::Set(value) => *make(root, path)? = value.clone(),
        Change::Append(value) => list(root, path)?.push(value.clone()),
        Change::Include(value) => {
            // A value that is there already leaves even a single one as it is.
            let found = find(root, path)?;
            if found.is_some_and(|found| holds(found, value)) {
                return Ok(());
            }
            list(root, path)?.push(value.clone());
        }
        Change::Exclude(value) => exclude(root, path, value)?,
        Change::Remove => remove(root, path)?,
        Change::Rename(name) => rename(root, path, name)?,
        Change::Quote => {
            let missing = || EditError::Missing { path: path.clone() };
            let value = find(root, path)?.ok_or_else(missing)?;
            if let Value::Number(number) = value {
                *value = Value::String(number.to_string());
            }
        }
    }
    Ok(())
}

fn rename(root: &mut Value, path: &FieldPath, name: &str) -> Result<(), EditError> {
    let missing = || EditError::Missing { path: path.clone() };
    let (Step::Key(former), above) = path.steps().split_last().ok_or_else(missing)? else {
        return Err(missing());
    };
    let above = upper(path, above.len());
    let found = find(root, &above)?.and_then(Value::as_mapping_mut);
    let mapping = found.ok_or_else(missing)?;
    let former = key(mapping, former);
    if !mapping.contains_key(&former) {
        return Err(missing());
    }
    let new = Value::String(name.to_owned());
    if mapping.contains_key(&new) && new != former {
        let path = above.key(name);
        return Err(EditError::Occupied { path });
    }
    let entries = std::mem::take(mapping).into_iter();
    *mapping = entries
        .map(|(name, value)| (if name == former { new.clone() } else { name }, value))
        .collect();
    Ok(())
}

fn holds(found: &Value, value: &Value) -> bool {
    match found {
        Value::Sequence(items) => items.contains(value),
        single => single == value,
    }
}

/// What is at a path, made where it is missing.
fn make<'a>(root: &'a mut Value, path: &FieldPath) -> Result<&'a mut Value, EditError> {
    let mut value = root;
    for (depth, step) in path.steps().iter().enumerate() {
        value = match step {
            Step::Key(name) => {
                if value.is_null() {
                    *value = Value::Mapping(Mapping::new());
                }
                let found = shape(value);
                let Value::Mapping(mapping) = value else {
                    return Err(wrong(path, depth, "names with their values", found));
                };
                let key = key(mapping, name);
                mapping.entry(key).or_insert(Value::Null)
            }
            Step::Index(index) => {
                if value.is_null() && *index == 0 {
                    *value = Value::Sequence(Vec::new());
                }
                let found = shape(value);
                let Value::Sequence(items) = value else {
                    return Err(wrong(path, depth, "a list", found));
                };
                if *index == items.len() {
                    items.push(Value::Null);
                }
                let missing = || EditError::Missing {
                    path: upper(path, depth + 1),
                };
                items.get_mut(*index).ok_or_else(missing)?
            }
        };
    }
    Ok(value)
}

/// The list at a path, made of what is there.
fn list<'a>(root: &'a mut Value, path: &FieldPath) -> Result<&'a mut Vec<Value>, EditError> {
    let value = make(root, path)?;
    let depth = path.steps().len();
    if let Value::Mapping(_) = value {
        return Err(wrong(path, depth, "a list", shape(value)));
    }
    if !value.is_sequence() {
        let single = std::mem::take(value);
        let items = if single.is_null() {
            Vec::new()
        } else {
            vec![single]
        };
        *value = Value::Sequence(items);
    }
    let found = shape(value);
    let items = value.as_sequence_mut();
    items.ok_or_else(|| wrong(path, depth, "a list", found))
}

fn exclude(root: &mut Value, path: &FieldPath, item: &Value) -> Result<(), EditError> {
    let depth = path.steps().len();
    match find(root, path)? {
        Some(Value::Sequence(items)) => items.retain(|found| found != item),
        Some(mapping @ Value::Mapping(_)) => {
            return Err(wrong(path, depth, "a list", shape(mapping)));
        }
        Some(single) if single == item => return remove(root, path),
        _ => {}
    }
    Ok(())
}

fn remove(root: &mut Value, path: &FieldPath) -> Result<(), EditError> {
    let missing = || EditError::Missing { path: path.clone() };
    let depth = path.steps().len().checked_sub(1).ok_or_else(missing)?;
    let parent = find(root, &upper(path, depth))?.ok_or_else(missing)?;
    match (&path.steps()[depth], parent) {
        (Step::Key(name), Value::Mapping(mapping)) => {
            let key = key(mapping, name);
            mapping.shift_remove(&key).map(drop).ok_or_else(missing)
        }
        (Step::Index(index), Value::Sequence(items)) if *index < items.len() => {
            items.remove(*index);
            Ok(())
        }
        _ => Err(missing()),
    }
}

fn find<'a>(root: &'a mut Value, path: &FieldPath) -> Result<Option<&'a mut Value>, EditError> {
    let mut value = root;
    for (depth, step) in path.steps().iter().enumerate() {
        let found = shape(value);
        let next = match (step, value) {
            (Step::Key(name), Value::Mapping(mapping)) => {
                let key = key(mapping, name);
                mapping.get_mut(&key)
            }
            (Step::Index(index), Value::Sequence(items)) => items.get_mut(*index),
            (_, Value::Null) => None,
            (Step::Key(_), _) => return Err(wrong(path, depth, "names with their values", found)),
            (Step::Index(_), _) => return Err(wrong(path, depth, "a list", found)),
        };
        match next {
            Some(next) => value = next,
            None => return Ok(None),
        }
    }
    Ok(Some(value))
}

/// The value at a path.
pub(super) fn at<'v>(root: &'v Value, path: &FieldPath) -> Option<&'v Value> {
    path.steps()
        .iter()
        .try_fold(root, |value, step| match step {
            Step::Key(name) => {
                let mapping = value.as_mapping()?;
                mapping.get(key(mapping, name))
            }
            Step::Index(index) => value.as_sequence()?.get(*index),
        })
}

/// The first steps of a path.
pub(super) fn upper(path: &FieldPath, depth: usize) -> FieldPath {
    let mut upper = FieldPath::root();
    for step in path.steps().iter().take(depth) {
        upper = match step {
            Step::Key(name) => upper.key(name),
            Step::Index(index) => upper.index(*index),
        };
    }
    upper
}

fn wrong(path: &FieldPath, depth: usize, expected: &'static str, found: &'static str) -> EditError {
    EditError::Shape {
        path: upper(path, depth),
        expected,
        found,
    }
}

/// What a value is, for people.
pub(crate) fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "names with their values",
        Value::Tagged(_) => "a value of a type of its own",
    }
}
