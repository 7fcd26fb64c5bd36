//! All of it, for programs.

use std::collections::BTreeMap;

use hubkit::{
    ByteRange, InspectedFile, RepoPath,
    inspect::{
        Amount, Dimension, ElementType, Finding, Graph, Inspection, MetadataValue, Place, PortKind,
        Severity, Slot, Tensor, TrainingAmounts, Verdict,
    },
};
use serde_json::{Map, Value, json};

use super::Told;

/// Sizes are bytes, numbers are numbers; what is not known is null.
pub(super) fn value(told: &Told) -> Value {
    let (model, facts, card) = (&told.model, &told.facts, &told.card);
    let tensors = model.inspections().flat_map(|(file, inspection)| {
        inspection
            .tensors
            .iter()
            .map(|tensor| self::tensor(tensor, &file.name))
    });
    let together = model
        .findings
        .iter()
        .map(|finding| self::finding(finding, None));
    let findings = model.inspections().flat_map(|(file, inspection)| {
        let findings = inspection.findings.iter();
        findings.map(|finding| self::finding(finding, Some(&file.name)))
    });
    let runners = facts.runners.iter();
    let runners = runners.map(|runner| json!({ "name": runner.name, "reason": runner.reason }));
    json!({
        "target": told.target,
        "commit": model.commit.map(|commit| commit.to_string()),
        "verdict": verdict(facts.verdict),
        "architecture": architecture(told),
        "parameters": parameters(told),
        "memory": memory(told),
        "inputs": facts.interface.inputs.iter().map(slot).collect::<Vec<_>>(),
        "outputs": facts.interface.outputs.iter().map(slot).collect::<Vec<_>>(),
        "interface_from": facts.interface.concluded_from.iter().map(|source| source.as_str()).collect::<Vec<_>>(),
        "licenses": card.licenses,
        "task": card.task,
        "library": card.library,
        "base_models": card.base_models,
        "read_by": runners.collect::<Vec<_>>(),
        "findings": findings.chain(together).collect::<Vec<_>>(),
        "unreadable": facts.unreadable.iter().map(|(path, why)| json!({ "path": path, "message": why })).collect::<Vec<_>>(),
        "files": model.files.iter().map(file).collect::<Vec<_>>(),
        "other_weights": model.others.iter().map(RepoPath::as_str).collect::<Vec<_>>(),
        "reading": { "bytes": model.reading.bytes, "of": model.reading.of, "requests": model.reading.requests },
        "tensors": tensors.collect::<Vec<_>>(),
    })
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Sound => "sound",
        Verdict::Suspicious => "suspicious",
        Verdict::Dangerous => "dangerous",
        Verdict::Malformed => "malformed",
    }
}

fn architecture(told: &Told) -> Value {
    let facts = &told.facts.architecture;
    let experts = facts.experts.map(|experts| {
        json!({ "total": experts.total, "active": experts.active, "shared": experts.shared })
    });
    json!({
        "names": facts.names, "model_type": facts.model_type, "layers": facts.layers, "hidden": facts.hidden,
        "intermediate": facts.intermediate, "heads": facts.heads, "kv_heads": facts.kv_heads,
        "head_dim": facts.head_dim, "context": facts.context, "vocabulary": facts.vocabulary, "experts": experts,
        "sliding_window": facts.sliding_window, "position_scaling": facts.position_scaling,
        "dtype": facts.dtype, "ties_embeddings": facts.ties_embeddings,
    })
}

fn parameters(told: &Told) -> Value {
    let facts = &told.facts.parameters;
    let stored: BTreeMap<&String, Value> = facts
        .stored
        .iter()
        .map(|(name, stored)| {
            let value = json!({ "tensors": stored.tensors, "elements": stored.elements, "bytes": stored.bytes });
            (name, value)
        })
        .collect();
    json!({
        "total": facts.total, "active": facts.active(told.facts.architecture.experts), "by_dtype": facts.logical,
        "by_precision": facts.precision, "stored": stored, "scheme": facts.scheme, "notes": facts.notes,
    })
}

fn memory(told: &Told) -> Value {
    let facts = &told.facts.memory;
    let bytes = |amount: &Option<Amount>| amount.as_ref().map(|amount| amount.bytes);
    let cache = facts.cache.as_ref().map(|cache| {
        json!({
            "bytes": cache.total.bytes, "bytes_per_token": cache.per_token, "context": cache.context,
            "batch": cache.batch, "dtype": cache.cache_type.as_str(), "formula": cache.total.formula,
        })
    });
    let training = |amounts: &TrainingAmounts| {
        json!({
            "bytes": amounts.total.bytes, "model": amounts.model.bytes, "gradients": amounts.gradients.bytes,
            "optimizer": amounts.optimizer.bytes, "formula": amounts.total.formula,
        })
    };
    let loaded: BTreeMap<&str, u64> = facts
        .loaded
        .iter()
        .map(|(name, amount)| (*name, amount.bytes))
        .collect();
    json!({
        "weights": bytes(&facts.weights), "cache": cache, "inference": bytes(&facts.inference), "loaded": loaded,
        "largest_layer": facts.largest_layer.as_ref().map(|layer| json!({ "name": layer.name, "bytes": layer.stored.bytes })),
        "training": facts.training.as_ref().map(|amounts| {
            json!({ "full": training(&amounts.full), "mixed": training(&amounts.mixed) })
        }),
        "notes": facts.notes,
    })
}

fn slot(slot: &Slot) -> Value {
    let port = &slot.port;
    let kind = match port.kind {
        PortKind::Tensor => "tensor",
        PortKind::SparseTensor => "sparse_tensor",
        PortKind::Sequence => "sequence",
        PortKind::Map => "map",
        PortKind::Optional => "optional",
        _ => "unknown",
    };
    let shape = port
        .shape
        .as_ref()
        .map(|shape| shape.iter().map(dimension).collect::<Vec<_>>());
    json!({
        "name": port.name, "kind": kind, "dtype": port.element.as_ref().map(ElementType::name), "shape": shape,
        "about": slot.about,
    })
}

/// A number, a name, or null where the length is free.
fn dimension(dimension: &Dimension) -> Value {
    match dimension {
        Dimension::Fixed(length) => (*length).into(),
        Dimension::Named(name) => name.as_str().into(),
        Dimension::Free => Value::Null,
    }
}

fn finding(finding: &Finding, file: Option<&str>) -> Value {
    json!({
        "severity": severity(finding.severity), "code": finding.code, "message": finding.message, "file": file,
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Danger => "danger",
        Severity::Fault => "fault",
    }
}

fn file(file: &InspectedFile) -> Value {
    let told = file.outcome.as_ref();
    let mut value = json!({
        "path": file.name, "size": file.size, "blob": file.blob.map(|blob| blob.to_string()),
        "error": told.err().map(ToString::to_string),
        "external": file.external.iter().map(|file| json!({ "path": file.name, "size": file.size })).collect::<Vec<_>>(),
    });
    if let (Ok(inspection), Some(map)) = (told, value.as_object_mut()) {
        map.extend(described(inspection));
    }
    value
}

fn described(inspection: &Inspection) -> Map<String, Value> {
    let metadata: Map<String, Value> = inspection
        .metadata
        .iter()
        .map(|(key, value)| (key.clone(), self::metadata(value)))
        .collect();
    let members = inspection.members.iter();
    let members = members
        .map(|member| json!({ "path": member.name, "size": member.size, "packed": member.packed }));
    let fields = [
        ("format", inspection.format.as_str().into()),
        ("variant", inspection.variant.as_str().into()),
        ("read", inspection.bytes_read.into()),
        ("verdict", verdict(inspection.verdict()).into()),
        ("metadata", metadata.into()),
        ("graph", inspection.graph.as_ref().map(graph).into()),
        ("members", members.collect()),
    ];
    fields
        .map(|(key, value)| (key.to_owned(), value))
        .into_iter()
        .collect()
}

fn metadata(value: &MetadataValue) -> Value {
    match value {
        MetadataValue::Text(text) => text.as_str().into(),
        MetadataValue::Integer(number) => match (i64::try_from(*number), u64::try_from(*number)) {
            (Ok(number), _) => number.into(),
            (_, Ok(number)) => number.into(),
            _ => number.to_string().into(),
        },
        MetadataValue::Float(number) => (*number).into(),
        MetadataValue::Boolean(flag) => (*flag).into(),
        MetadataValue::List {
            element,
            length,
            first,
        } => json!({
            "list_of": element, "length": length, "first": first.iter().map(metadata).collect::<Vec<_>>(),
        }),
        _ => Value::Null,
    }
}

fn graph(graph: &Graph) -> Value {
    json!({
        "name": graph.name, "operator_sets": graph.operators.sets, "operators": graph.operators.uses,
        "external_files": graph.external_files,
    })
}

fn tensor(tensor: &Tensor, file: &str) -> Value {
    let mut value = json!({
        "name": tensor.name, "dtype": tensor.element.name(), "shape": tensor.shape, "bytes": tensor.bytes, "file": file,
    });
    let place = match &tensor.place {
        Place::Here(range) => vec![("start", json!(range.start())), ("end", json!(range.end()))],
        Place::Member { name, range } => {
            let start = range.map(ByteRange::start);
            vec![("member", json!(name)), ("start", json!(start))]
        }
        Place::Beside { file, range } => {
            let (start, end) = (range.map(ByteRange::start), range.map(ByteRange::end));
            vec![
                ("beside", json!(file)),
                ("start", json!(start)),
                ("end", json!(end)),
            ]
        }
        _ => Vec::new(),
    };
    if let Some(map) = value.as_object_mut() {
        map.extend(
            place
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value)),
        );
    }
    value
}
