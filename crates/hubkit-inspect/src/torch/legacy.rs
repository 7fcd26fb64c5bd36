//! Checkpoints of before PyTorch 1.6: five pickles in a row, then the storages.
//!
//! The pickles are a mark, the version, what machine wrote it, the value, and the keys of the storages in their order. A
//! storage is the count of its elements in eight bytes, and the elements.

use std::collections::HashMap;

use hubkit_types::{ByteRange, shown};

use super::{
    rebuild,
    stores::{Store, Stores},
    tensors,
};
use crate::{
    Format, Inspection, MetadataValue,
    findings::Findings,
    pickle::{self, Bytes, Outcome, Picture, Value},
    view::{Step, View},
};

/// The number that the first pickle is.
const MARK: [u8; 10] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19];
const VERSION: i64 = 1001;

/// What stands before the elements of a storage.
const COUNT: u64 = 8;

/// Whether a file whose first pickle this is is such a checkpoint.
pub(crate) fn is_mark(picture: &Picture) -> bool {
    let root = picture.root.map(|root| picture.get(root));
    matches!(root, Some(Value::Large(bytes)) if bytes.strip_prefix(&MARK).is_some_and(|rest| rest.iter().all(|byte| *byte == 0)))
}

/// Inspects the checkpoint, from behind its first pickle.
pub(crate) fn inspect(view: &View, mark: Picture) -> Step<Inspection> {
    let mut inspection = Inspection::new(Format::PyTorch);
    "legacy".clone_into(&mut inspection.variant);
    let mut findings = Findings::default();
    pickle::can_run_code(&mut findings);
    let mut pickles = vec![mark];
    for _ in 1..5 {
        let last = &pickles[pickles.len() - 1];
        if last.root.is_none() || last.end >= view.size() {
            break;
        }
        let next = pickle::run(Bytes::File(view), last.end)?;
        pickles.push(next);
    }
    let imports: Vec<_> = pickles
        .iter()
        .flat_map(|picture| picture.imports.clone())
        .collect();
    pickle::list(&imports, &mut inspection);
    if let [_, version, system, value, keys] = pickles.as_slice() {
        told(version, system, &mut inspection, &mut findings);
        let stores = stores(view, value, keys, &mut findings);
        let collected = tensors::collect(value, &stores, &mut findings);
        inspection.tensors = collected.tensors;
        inspection.metadata.extend(collected.metadata);
    } else {
        let message = format!("expected five pickles in a row, found {}", pickles.len());
        findings.fault("cut-off", message);
    }
    let names = [
        "the mark",
        "the version",
        "the system",
        "the value",
        "the list of keys",
    ];
    for (picture, name) in pickles.into_iter().zip(names) {
        if pickle::report(picture, name, &mut findings) == Outcome::Broken {
            break;
        }
    }
    inspection.findings = findings.finish();
    Ok(inspection)
}

fn told(version: &Picture, system: &Picture, inspection: &mut Inspection, findings: &mut Findings) {
    let number = version.root.and_then(|root| version.integer(root));
    if number != Some(VERSION) {
        let found = number.map_or_else(|| "none".to_owned(), |number| number.to_string());
        findings.fault(
            "version",
            format!("expected version {VERSION}, found {found}"),
        );
    }
    let pairs = match system.root.map(|root| system.get(root)) {
        Some(Value::Dict(pairs)) => pairs.as_slice(),
        _ => &[],
    };
    let little = pairs
        .iter()
        .find(|(key, _)| system.text(*key) == Some("little_endian"));
    if let Some((_, value)) = little
        && let Value::Boolean(little) = system.get(*value)
    {
        let order = if *little { "little" } else { "big" };
        let order = MetadataValue::Text(order.to_owned());
        inspection
            .metadata
            .insert("torch.byteorder".to_owned(), order);
    }
}

/// Where the storages are: one behind the other, behind the pickles.
fn stores<'archive>(
    view: &View,
    value: &Picture,
    keys: &Picture,
    findings: &mut Findings,
) -> Stores<'archive> {
    let sizes: HashMap<String, Option<u64>> = rebuild::storages(value)
        .map(|storage| (storage.key, storage.bytes))
        .collect();
    let list = keys.root.and_then(|root| keys.items(root));
    let mut at = keys.end;
    let mut storages = HashMap::new();
    for key in list.unwrap_or_default() {
        let Some(key) = keys.text(*key) else {
            findings.fault(
                "keys",
                "expected the key of a storage, found something else",
            );
            return Stores::none();
        };
        // One that no tensor lies in has a length that only the file tells, and what follows it has no place then.
        let Some(size) = sizes.get(key).copied().flatten() else {
            let message = format!(
                "no tensor tells how long the storage `{}` is",
                shown(key, 40)
            );
            findings.warning("not-analysed", message);
            return Stores::none();
        };
        let start = at.saturating_add(COUNT);
        at = start.saturating_add(size);
        if let Some(range) = ByteRange::new(start, at) {
            storages.insert(key.to_owned(), Store::Range(range));
        }
    }
    if at > view.size() {
        let message = format!(
            "expected storages up to byte {at}, found the end at {}",
            view.size()
        );
        findings.fault("cut-off", message);
    } else if at < view.size() {
        let message = format!(
            "{} bytes stand behind the storages: not analysed",
            view.size() - at
        );
        findings.warning("trailing-data", message);
    }
    Stores::new(storages)
}
