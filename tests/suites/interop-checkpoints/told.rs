//! What we say of files, held against what those say who wrote them.

use std::{collections::BTreeSet, fs, io::Cursor, path::Path};

use anyhow::{Context as _, Result, ensure};
use hubkit_inspect::{Inspection, MetadataValue, Place, Tensor, inspect_reader};
use serde_json::{Value, json};

/// Holds every file that `said.json` of this folder speaks of against what it says.
pub(crate) fn compare(folder: &Path) -> Result<()> {
    let said = fs::read(folder.join("said.json")).context("nothing was said")?;
    let said: Value = serde_json::from_slice(&said)?;
    let files = said.as_object().context("files by their names")?;
    ensure!(!files.is_empty(), "no file was written");
    let mut differences = Vec::new();
    for (name, said) in files {
        let file = fs::read(folder.join(name))?;
        match inspect_reader(&mut Cursor::new(&file)) {
            Ok(told) => {
                differences.extend(differ(&file, &told, said).map(|what| format!("{name}: {what}")))
            }
            Err(fault) => differences.push(format!("{name}: {fault:?}")),
        }
    }
    ensure!(differences.is_empty(), "{}", differences.join("\n"));
    Ok(())
}

fn differ<'said>(
    file: &'said [u8],
    told: &'said Inspection,
    said: &'said Value,
) -> impl Iterator<Item = String> {
    let ours = |key: &str| match key {
        "format" => json!(told.format.as_str()),
        "verdict" => json!(format!("{:?}", told.verdict())),
        "tensors" => json!(sorted(told.tensors.iter().map(tensor).collect())),
        "members" => told
            .members
            .iter()
            .map(
                |member| json!({"name": member.name, "size": member.size, "packed": member.packed}),
            )
            .collect(),
        "imports" => value(told.metadata.get("pickle.imports")),
        "protocol" => value(told.metadata.get("pickle.protocol")),
        "layers" => match told.metadata.get("keras.layers") {
            Some(MetadataValue::List { length, .. }) => json!(length),
            _ => Value::Null,
        },
        "metadata" => {
            let own = told.metadata.iter().filter(|(key, _)| !key.contains('.'));
            own.map(|(key, found)| (key.clone(), value(Some(found))))
                .collect()
        }
        other => value(told.metadata.get(other)),
    };
    let mut differences = Vec::new();
    for (key, theirs) in said.as_object().into_iter().flatten() {
        let theirs = match key.as_str() {
            "tensors" => json!(sorted(
                theirs.as_array().into_iter().flatten().map(plain).collect()
            )),
            _ => theirs.clone(),
        };
        let ours = ours(key);
        if ours != theirs {
            differences.push(format!(
                "{key}: expected {theirs}\n   found {ours}\n   {:?}",
                told.findings
            ));
        }
    }
    let places = said["tensors"].as_array().into_iter().flatten();
    for theirs in places.filter(|tensor| tensor["place"].is_string()) {
        let name = &theirs["name"];
        let found = told.tensors.iter().find(|tensor| tensor.name == *name);
        let bytes = found
            .and_then(|tensor| content(file, &tensor.place))
            .map(hexadecimal);
        if bytes.as_deref() != theirs["place"].as_str() {
            differences.push(format!(
                "the bytes of {name}: expected {}, found {bytes:?}",
                theirs["place"]
            ));
        }
    }
    differences.into_iter()
}

fn tensor(tensor: &Tensor) -> Value {
    json!({"name": tensor.name, "element": tensor.element.name(), "shape": tensor.shape})
}

fn plain(theirs: &Value) -> Value {
    json!({"name": theirs["name"], "element": theirs["element"], "shape": theirs["shape"]})
}

fn sorted(tensors: Vec<Value>) -> BTreeSet<String> {
    tensors
        .into_iter()
        .map(|tensor| tensor.to_string())
        .collect()
}

fn value(value: Option<&MetadataValue>) -> Value {
    match value {
        Some(MetadataValue::Text(text)) => json!(text),
        Some(MetadataValue::Integer(number)) => {
            i64::try_from(*number).map_or(Value::Null, |number| json!(number))
        }
        // As bits: reading a number in decimal may round.
        Some(MetadataValue::Float(number)) => json!({"bits": number.to_bits().to_string()}),
        Some(MetadataValue::Boolean(truth)) => json!(truth),
        Some(MetadataValue::List { first, .. }) => {
            first.iter().map(|item| self::value(Some(item))).collect()
        }
        _ => Value::Null,
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of a tensor, of members that are stored as they are.
fn content<'file>(file: &'file [u8], place: &Place) -> Option<&'file [u8]> {
    let (start, range) = match place {
        Place::Here(range) => (0, range),
        Place::Member { name, range } => (start_of(file, name)?, range.as_ref()?),
        _ => return None,
    };
    let at = |offset: u64| Some(start + usize::try_from(offset).ok()?);
    file.get(at(range.start())?..at(range.end())?)
}

/// Where the content of a member starts, found by its own header.
fn start_of(file: &[u8], name: &str) -> Option<usize> {
    let number = |at: usize| {
        Some(usize::from(u16::from_le_bytes([
            *file.get(at)?,
            *file.get(at + 1)?,
        ])))
    };
    let mut headers = (0..file.len()).filter(|at| file[*at..].starts_with(b"PK\x03\x04"));
    headers.find_map(|at| {
        let name_end = at + 30 + number(at + 26)?;
        (file.get(at + 30..name_end)? == name.as_bytes()).then_some(name_end + number(at + 28)?)
    })
}
