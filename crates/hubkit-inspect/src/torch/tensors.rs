//! The tensors of a checkpoint, by the way to each of them.

use std::collections::{BTreeMap, HashMap, HashSet};

use hubkit_types::{ByteRange, shown};

use super::{
    rebuild::{Described, Layout, Storage, describe},
    stores::Stores,
};
use crate::{
    MetadataValue, Place, Tensor,
    findings::Findings,
    pickle::{Id, Picture, Value},
};

/// So deep containers are looked into.
const DEEPEST: usize = 64;

/// So many bytes of names are made; the same containers can be reached by very many ways.
const MOST_NAMES: usize = 64 << 20;

/// So many values of the outermost dict are told, and so much of each.
const MOST_VALUES: usize = 200;
const LONGEST_TEXT: usize = 4096;

/// What is told of the value of a pickle.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub(crate) tensors: Vec<Tensor>,
    pub(crate) metadata: BTreeMap<String, MetadataValue>,
}

/// Goes through all containers, in their order.
pub(crate) fn collect(
    picture: &Picture,
    stores: &Stores<'_>,
    findings: &mut Findings,
) -> Collected {
    let mut collected = Collected::default();
    let Some(root) = picture.root else {
        return collected;
    };
    let mut places = Places::default();
    let mut visited = HashSet::new();
    let mut rest = vec![(root, String::new(), 0)];
    let mut names = 0;
    while let Some((id, name, depth)) = rest.pop() {
        if let Some(described) = describe(picture, id, stores) {
            let tensor = places.tensor(name, described, stores, findings);
            collected.tensors.push(tensor);
            continue;
        }
        if depth == 1
            && let Some(value) = metadata(picture.get(id))
            && collected.metadata.len() < MOST_VALUES
        {
            collected.metadata.insert(name, value);
            continue;
        }
        let children = children(picture, id);
        if children.is_empty() || !visited.insert(id) {
            continue;
        }
        names += children
            .iter()
            .map(|(key, _)| key.len() + name.len() + 40)
            .sum::<usize>();
        if depth == DEEPEST || names > MOST_NAMES {
            let message = "the values go deeper or are more than is looked at: not fully analysed";
            findings.warning("not-analysed", message);
            continue;
        }
        let children = children.into_iter().rev();
        rest.extend(children.map(|(key, child)| (child, joined(&name, &key), depth + 1)));
    }
    places.told(findings);
    collected
}

fn joined(name: &str, key: &str) -> String {
    if name.is_empty() || key.is_empty() {
        return format!("{name}{key}");
    }
    format!("{name}.{key}")
}

/// What is in a container, with the keys that lead there. An empty key adds nothing to the name.
fn children(picture: &Picture, id: Id) -> Vec<(String, Id)> {
    let mut children = Vec::new();
    match picture.get(id) {
        Value::List(items) => numbered(items, &mut children),
        Value::Tuple(items) => numbered(items, &mut children),
        Value::Dict(pairs) => keyed(picture, pairs, &mut children),
        Value::Object(object) => {
            keyed(picture, &object.pairs, &mut children);
            numbered(&object.items, &mut children);
            for state in &object.states {
                match picture.get(*state) {
                    Value::Dict(pairs) => keyed(picture, pairs, &mut children),
                    // Of an object with slots: its attributes, then its slots.
                    Value::Tuple(parts) => {
                        children.extend(parts.iter().map(|part| (String::new(), *part)));
                    }
                    _ => {}
                }
            }
            // Modules keep what they hold in dicts of these names, which are no part of a parameter's name.
            for (key, _) in &mut children {
                if ["_parameters", "_buffers", "_modules"].contains(&key.as_str()) {
                    key.clear();
                }
            }
            // An ordered dict as Python 2 wrote it: from a list of pairs.
            if let Some(("collections", "OrderedDict", [list])) = picture.call(id) {
                let pairs = picture.items(*list).unwrap_or_default().iter();
                let pairs: Vec<_> = pairs
                    .filter_map(|pair| match picture.items(*pair)? {
                        [key, value] => Some((*key, *value)),
                        _ => None,
                    })
                    .collect();
                keyed(picture, &pairs, &mut children);
            }
        }
        _ => {}
    }
    children
}

fn numbered(items: &[Id], children: &mut Vec<(String, Id)>) {
    let items = items.iter().enumerate();
    children.extend(items.map(|(index, item)| (index.to_string(), *item)));
}

/// Of several values for one key the last holds, in the place of the first.
fn keyed(picture: &Picture, pairs: &[(Id, Id)], children: &mut Vec<(String, Id)>) {
    let mut known = HashMap::new();
    for (key, value) in pairs {
        let key = match picture.get(*key) {
            Value::Text(key) => key.to_string(),
            Value::Integer(key) => key.to_string(),
            Value::Boolean(key) => key.to_string(),
            _ => "?".to_owned(),
        };
        match known.get(&key) {
            Some(index) if key != "?" => {
                let (_, old): &mut (String, Id) = &mut children[*index];
                *old = *value;
            }
            _ => {
                known.insert(key.clone(), children.len());
                children.push((key, *value));
            }
        }
    }
}

fn metadata(value: &Value) -> Option<MetadataValue> {
    Some(match value {
        Value::Boolean(value) => MetadataValue::Boolean(*value),
        Value::Integer(value) => MetadataValue::Integer(i128::from(*value)),
        Value::Float(value) => MetadataValue::Float(*value),
        Value::Text(text) => MetadataValue::Text(text.chars().take(LONGEST_TEXT).collect()),
        _ => return None,
    })
}

/// Which part of which storage a tensor is.
type Part = (Storage, u64, Vec<u64>, Vec<u64>);

/// Where tensors are, and which share a place.
#[derive(Debug, Default)]
struct Places {
    first: HashMap<Part, String>,
    scattered: usize,
}

impl Places {
    fn tensor(
        &mut self,
        name: String,
        described: Described,
        stores: &Stores<'_>,
        findings: &mut Findings,
    ) -> Tensor {
        let (bytes, place) = match &described.layout {
            Layout::Within(bytes) => (*bytes, Place::Within),
            Layout::Nowhere => (Some(0), Place::Within),
            Layout::Strided {
                storage,
                offset,
                strides,
            } => {
                let part = (
                    storage.clone(),
                    *offset,
                    described.shape.clone(),
                    strides.clone(),
                );
                if let Some(first) = self.first.get(&part) {
                    let names = (shown(&name, 100), shown(first, 100));
                    findings.note(
                        "shared",
                        format!("`{}` is the same storage as `{}`", names.0, names.1),
                    );
                } else {
                    self.first.insert(part, name.clone());
                }
                self.strided(&name, &described, stores, findings)
            }
        };
        Tensor {
            name,
            element: described.element,
            shape: described.shape,
            bytes,
            place,
        }
    }

    fn strided(
        &mut self,
        name: &str,
        described: &Described,
        stores: &Stores<'_>,
        findings: &mut Findings,
    ) -> (Option<u64>, Place) {
        let Layout::Strided {
            storage,
            offset,
            strides,
        } = &described.layout
        else {
            return (None, Place::Within);
        };
        let name = shown(name, 100);
        let extent = extent(&described.shape, strides);
        let at = |count: u64| described.element.bytes_of(count);
        let range = extent
            .and_then(|extent| ByteRange::new(at(*offset)?, at(offset.checked_add(extent)?)?));
        let Some(range) = range else {
            findings.fault(
                "size",
                format!("the tensor `{name}` is larger than 64 bits can say, or of no known type"),
            );
            return (None, Place::Within);
        };
        let store = stores.find(&storage.key);
        let least = [storage.bytes, store.map(super::stores::Store::size)]
            .into_iter()
            .flatten()
            .min();
        if least.is_some_and(|least| range.end() > least) && !range.is_empty() {
            let message = format!(
                "expected the tensor `{name}` within the {} bytes of its storage, found it to end at {}",
                least.unwrap_or_default(),
                range.end()
            );
            findings.fault("beyond-storage", message);
        }
        let Some(store) = store else {
            if stores.are_known() && !range.is_empty() {
                let message = format!(
                    "expected the storage `{}` of the tensor `{name}`, found none",
                    shown(&storage.key, 40)
                );
                findings.fault("missing-storage", message);
            }
            return (Some(range.len()), Place::Within);
        };
        if let Some(expected) = storage.bytes.filter(|bytes| *bytes != store.size()) {
            let message = format!(
                "expected {expected} bytes in the storage `{}`, found {}",
                shown(&storage.key, 40),
                store.size()
            );
            if store.size() < expected {
                findings.fault("storage-size", message);
            } else {
                findings.note("storage-size", message);
            }
        }
        let contiguous = is_row_major(&described.shape, strides);
        self.scattered += usize::from(!contiguous);
        (Some(range.len()), store.place(contiguous.then_some(range)))
    }

    fn told(self, findings: &mut Findings) {
        if self.scattered > 0 {
            let message = format!(
                "{} tensors are not kept in one piece in their order: of them the storage is told, and no range",
                self.scattered
            );
            findings.note("strided", message);
        }
    }
}

/// How many elements of a storage it reaches over; `None` where 64 bits can't say.
fn extent(shape: &[u64], strides: &[u64]) -> Option<u64> {
    if shape.contains(&0) {
        return Some(0);
    }
    let pairs = shape.iter().zip(strides);
    pairs
        .map(|(length, stride)| (length - 1).checked_mul(*stride))
        .try_fold(1_u64, |sum, part| sum.checked_add(part?))
}

fn is_row_major(shape: &[u64], strides: &[u64]) -> bool {
    let mut expected = Some(1_u64);
    shape.contains(&0)
        || shape.iter().zip(strides).rev().all(|(length, stride)| {
            let fits = *length == 1 || expected == Some(*stride);
            expected = expected.and_then(|expected| expected.checked_mul(*length));
            fits
        })
}
