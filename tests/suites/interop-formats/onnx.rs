//! ONNX: the reference package writes models, brings models of its own, and reads both.

use std::{io::Cursor, path::Path};

use anyhow::{Context as _, Result, ensure};
use hubkit_inspect::{
    Dimension, Format, Inspection, MetadataValue, Place, Port, PortKind, Tensor, inspect_reader,
};
use hubkit_tests::{Home, Python, files_below};
use serde_json::{Value, json};

use crate::{element, inspect, same, written};

const SCRIPT: &str = "write_onnx.py";

pub(crate) fn as_python(python: &Python) -> Result<()> {
    let home = Home::new()?;
    let models = written(python, &home, SCRIPT)?;
    // Those of the package itself too.
    ensure!(models.len() > 100, "{} models only", models.len());
    for (path, theirs) in models {
        let ours = inspect(Path::new(&path))?;
        ensure!(ours.format == Format::Onnx, "{path}: {}", ours.format);
        let faults = ours
            .findings
            .iter()
            .filter(|finding| finding.code != "sparse" && finding.code != "operators");
        let faults: Vec<_> = faults.collect();
        ensure!(faults.is_empty(), "{path}: {faults:?}");
        same(&path, &described(&ours)?, &theirs)?;
    }
    Ok(())
}

/// Tensors alone are messages too, and the package brings many.
pub(crate) fn others(python: &Python) -> Result<()> {
    let home = Home::new()?;
    let models = written(python, &home, SCRIPT)?;
    let paths = models.keys().map(Path::new);
    let mut packages = paths.filter_map(|path| {
        path.ancestors()
            .find(|path| path.ends_with("site-packages/onnx"))
    });
    let package = packages.next().context("no model of the package")?;
    let messages = files_below(package)?;
    let messages = messages.iter().filter(|(path, _)| path.ends_with(".pb"));
    let mut count = 0;
    for (path, bytes) in messages {
        let told = inspect_reader(&mut Cursor::new(bytes));
        ensure!(
            told.is_err(),
            "{path} is taken for {:?}",
            told.map(|told| told.format)
        );
        count += 1;
    }
    ensure!(count > 100, "{count} messages only");
    Ok(())
}

/// Of a megabyte of weights, and of the large constant, next to nothing is read.
pub(crate) fn in_part(python: &Python) -> Result<()> {
    let home = Home::new()?;
    written(python, &home, SCRIPT)?;
    for name in ["large.onnx", "branches.onnx"] {
        let ours = inspect(&home.path().join(name))?;
        ensure!(ours.size > 1_000_000, "{name} is small");
        ensure!(
            ours.bytes_read < 200_000,
            "{name}: read {} bytes of {}",
            ours.bytes_read,
            ours.size
        );
    }
    Ok(())
}

fn described(ours: &Inspection) -> Result<Value> {
    let graph = ours.graph.as_ref().context("no graph")?;
    let number = |key: &str| {
        ours.metadata
            .get(key)
            .and_then(MetadataValue::as_u64)
            .unwrap_or(0)
    };
    let text = |value: &MetadataValue| value.as_text().map(str::to_owned);
    let properties = ours.metadata.iter().filter_map(|(key, value)| {
        let key = key.strip_prefix("metadata_props.")?;
        Some((key.to_owned(), text(value)?.into()))
    });
    Ok(json!({
        "version": number("ir_version"),
        "producer": ours.metadata.get("producer_name").and_then(text).unwrap_or_default(),
        "graph": graph.name,
        "inputs": graph.inputs.iter().map(port).collect::<Vec<_>>(),
        "outputs": graph.outputs.iter().map(port).collect::<Vec<_>>(),
        "sets": graph.operators.sets,
        "uses": graph.operators.uses,
        "tensors": ours.tensors.iter().map(weight).collect::<Vec<_>>(),
        "functions": number("functions"),
        "properties": properties.collect::<serde_json::Map<_, _>>(),
    }))
}

fn port(port: &Port) -> Value {
    let kind = match port.kind {
        PortKind::Tensor => json!("tensor"),
        PortKind::SparseTensor => json!("sparse_tensor"),
        PortKind::Sequence => json!("sequence"),
        PortKind::Map => json!("map"),
        PortKind::Optional => json!("optional"),
        _ => Value::Null,
    };
    let shape = port.shape.as_ref().map(|shape| {
        let lengths = shape.iter().map(|length| match length {
            Dimension::Fixed(length) => json!(length),
            Dimension::Named(name) => json!(name),
            Dimension::Free => Value::Null,
        });
        lengths.collect::<Vec<_>>()
    });
    json!({"name": port.name, "kind": kind, "element": element(port.element.as_ref()), "shape": shape})
}

fn weight(tensor: &Tensor) -> Value {
    let (raw, file, range) = match &tensor.place {
        Place::Here(range) => (Some(range.len()), None, None),
        Place::Beside { file, range } => (None, Some(file), *range),
        _ => (None, None, None),
    };
    let (start, length) = range.map(|range| (range.start(), range.len())).unzip();
    json!({
        "name": tensor.name,
        "element": tensor.element.name(),
        "shape": tensor.shape,
        "raw": raw,
        "file": file,
        "start": start,
        "length": length,
    })
}
