//! GGUF: Python's `gguf` of llama.cpp writes and reads, `@huggingface/gguf` reads.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use hubkit_inspect::{
    Inspection, MetadataValue, Place, Tensor, Verdict, check_gguf_parts, gguf_part_names,
};
use hubkit_tests::{Home, Python};
use serde_json::{Value, json};

use crate::{Both, inspect, same, written};

const SCRIPT: &str = "write_gguf.py";

pub(crate) fn as_python(python: &Python) -> Result<()> {
    let home = Home::new()?;
    for (name, theirs) in written(python, &home, SCRIPT)? {
        let ours = sound(&home.path().join(&name))?;
        let metadata = ours
            .metadata
            .iter()
            .map(|(key, value)| (key.clone(), plain(value)));
        let mut theirs = theirs;
        let metadata: Value = metadata.collect::<serde_json::Map<_, _>>().into();
        same(&name, &metadata, &theirs["metadata"])?;
        let their_tensors = theirs["tensors"].as_array_mut().context("no tensors")?;
        ensure!(
            ours.tensors.len() == their_tensors.len(),
            "{name}: other tensors"
        );
        for (ours, theirs) in ours.tensors.iter().zip(their_tensors) {
            let bytes = if theirs["bytes"].is_null() {
                Value::Null
            } else {
                json!(ours.bytes)
            };
            let mut described = described(ours)?;
            described["bytes"] = bytes;
            same(&name, &described, theirs)?;
        }
    }
    Ok(())
}

pub(crate) fn as_javascript(both: &Both) -> Result<()> {
    let home = Home::new()?;
    let names = written(both.python, &home, SCRIPT)?;
    let paths: Vec<PathBuf> = names.keys().map(|name| home.path().join(name)).collect();
    let outcome = both
        .node
        .script(&home, "gguf.mjs", &paths)
        .run()?
        .success()?;
    let theirs = outcome.json()?;
    for path in &paths {
        let ours = sound(path)?;
        let tensors = ours
            .tensors
            .iter()
            .map(described)
            .collect::<Result<Vec<_>>>()?;
        let elements = ours
            .tensors
            .iter()
            .map(Tensor::elements)
            .sum::<Option<u64>>();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .context("no name")?;
        let described = json!({
            "version": 3,
            "entries": ours.metadata.len(),
            "littleEndian": ours.variant == "v3",
            "parameters": elements,
            "tensors": tensors,
        });
        same(name, &described, &theirs[name])?;
    }
    Ok(())
}

pub(crate) fn parts(python: &Python) -> Result<()> {
    let home = Home::new()?;
    let names: Vec<String> = written(python, &home, SCRIPT)?.into_keys().collect();
    let names: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| name.starts_with("split"))
        .collect();
    ensure!(names.len() == 3, "{names:?}");
    let siblings = gguf_part_names(names[1]).context("no name of a part")?;
    ensure!(siblings == names, "{siblings:?}");
    let parts = names.iter().map(|name| sound(&home.path().join(name)));
    let parts = parts.collect::<Result<Vec<_>>>()?;
    let all: Vec<_> = names.iter().copied().zip(&parts).collect();
    let findings = check_gguf_parts(&all);
    ensure!(findings.is_empty(), "{findings:?}");
    ensure!(
        check_gguf_parts(&all[..2]).len() == 2,
        "a missing part is not missed"
    );
    Ok(())
}

fn sound(path: &Path) -> Result<Inspection> {
    let inspection = inspect(path)?;
    ensure!(
        inspection.verdict() == Verdict::Sound,
        "{}: {:?}",
        path.display(),
        inspection.findings
    );
    Ok(inspection)
}

fn described(tensor: &Tensor) -> Result<Value> {
    let Place::Here(range) = &tensor.place else {
        anyhow::bail!("{} is {:?}", tensor.name, tensor.place);
    };
    Ok(json!({
        "name": tensor.name,
        "element": tensor.element.name(),
        "shape": tensor.shape,
        "start": range.start(),
    }))
}

fn plain(value: &MetadataValue) -> Value {
    match value {
        MetadataValue::Text(text) => json!(text),
        MetadataValue::Integer(number) => match u64::try_from(*number) {
            Ok(number) => json!(number),
            Err(_) => json!(i64::try_from(*number).ok()),
        },
        MetadataValue::Float(number) => json!(number),
        MetadataValue::Boolean(truth) => json!(truth),
        MetadataValue::List {
            element,
            length,
            first,
        } => {
            let first: Vec<Value> = first.iter().map(plain).collect();
            json!({"list": element, "length": length, "first": first})
        }
        other => json!(format!("{other:?}")),
    }
}
