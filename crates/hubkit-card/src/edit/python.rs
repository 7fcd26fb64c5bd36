//! What a change is to Python's client, which reads some values otherwise than a hub.

use std::collections::HashMap;

use serde_yaml::{Mapping, Value};

use super::{align::align, names::text, way::Demand};

/// A value as a hub reads it, and as Python's client does.
#[derive(Clone, Copy)]
pub(super) struct Read<'v> {
    pub(super) hub: &'v Value,
    pub(super) python: &'v Value,
}

/// Whether Python's client reads what changed as a hub does, and all else as before.
pub(super) fn is_kept(old: Read<'_>, new: Read<'_>, demand: Demand) -> bool {
    let is_as_on_a_hub = new.python == new.hub;
    if old.hub == new.hub {
        return new.python == old.python
            || demand == Demand::HubOrBefore && is_either(old.python, new);
    }
    match (old.hub, old.python, new.hub, new.python) {
        (
            Value::Mapping(old_hub),
            Value::Mapping(old_python),
            Value::Mapping(new_hub),
            Value::Mapping(new_python),
        ) => {
            let known: HashMap<_, _> = entries(old_hub, old_python).collect();
            entries(new_hub, new_python).all(|(name, new)| match known.get(&name) {
                Some(old) => is_kept(*old, new, demand),
                None => new.python == new.hub,
            })
        }
        (
            Value::Sequence(old_hub),
            Value::Sequence(old_python),
            Value::Sequence(new_hub),
            Value::Sequence(new_python),
        ) if old_hub.len() == old_python.len() && new_hub.len() == new_python.len() => {
            // As it was written: what stayed goes on, and the rest is new.
            let mut before = vec![None; new_hub.len()];
            for (at, kept) in align(old_hub, new_hub).kept.into_iter().enumerate() {
                if let Some(kept) = kept {
                    before[kept] = Some(item(old_hub, old_python, at));
                }
            }
            before.into_iter().enumerate().all(|(at, before)| {
                let new = item(new_hub, new_python, at);
                before.map_or(new.python == new.hub, |old| is_kept(old, new, demand))
            })
        }
        _ => is_as_on_a_hub,
    }
}

/// Whether each value in one is what it was, or what a hub reads.
fn is_either(old: &Value, new: Read<'_>) -> bool {
    if new.python == old || new.python == new.hub {
        return true;
    }
    match (old, new.hub, new.python) {
        (Value::Mapping(old), Value::Mapping(hub), Value::Mapping(python)) => {
            let is_as_long = old.len() == python.len() && hub.len() == python.len();
            let mut names = old.keys().zip(python.keys());
            let mut values = old.values().zip(hub.values()).zip(python.values());
            is_as_long
                && names.all(|(old, python)| old == python)
                && values.all(|((old, hub), python)| is_either(old, Read { hub, python }))
        }
        (Value::Sequence(old), Value::Sequence(hub), Value::Sequence(python)) => {
            let is_as_long = old.len() == python.len() && hub.len() == python.len();
            let mut values = old.iter().zip(hub).zip(python);
            is_as_long && values.all(|((old, hub), python)| is_either(old, Read { hub, python }))
        }
        _ => false,
    }
}

fn item<'v>(hub: &'v [Value], python: &'v [Value], at: usize) -> Read<'v> {
    Read {
        hub: &hub[at],
        python: &python[at],
    }
}

/// The values that both read, by the name on a hub. One that Python reads otherwise, as `no`, stands in the same place.
fn entries<'v>(hub: &'v Mapping, python: &'v Mapping) -> impl Iterator<Item = (String, Read<'v>)> {
    let is_as_long = hub.len() == python.len();
    let in_place = python.values().map(Some).chain(std::iter::repeat(None));
    hub.iter()
        .zip(in_place)
        .filter_map(move |((name, hub), in_place)| {
            let in_place = in_place.filter(|_| is_as_long);
            let python = python.get(name).or(in_place)?;
            Some((text(name), Read { hub, python }))
        })
}
