//! ONNX models: what goes in, what comes out, which operators they are made of, and their weights.
//!
//! The format is that of `onnx.proto` of the ONNX project: one message of Protocol Buffers. No code is made from that
//! schema; the fields that tell something are read by their numbers, and everything else is passed over by its length. So
//! are the weights: a model of any size is described from little more than its description, although what goes in and what
//! comes out stands behind the weights.

use std::collections::{BTreeMap, BTreeSet};

use hubkit_types::shown;

use crate::{
    Format, Graph, InspectError, Inspection, MetadataValue, Severity,
    findings::Findings,
    view::{Step, Stop, View},
};

mod element;
mod external;
mod graph;
mod port;
mod recognise;
mod tensor;
mod walk;
mod wire;

pub(crate) use recognise::is_model;
use walk::Walk;
use wire::{Message, Value};

/// The longest text that is kept, in bytes: a name, or what the metadata holds.
const LONGEST_TEXT: u64 = 10_000_000;

/// The most tensors, and the most inputs or outputs: more than any model has, and few enough to be kept.
const MOST: usize = 100_000;

/// The most kinds of operators, sets of them, functions' domains, and entries of metadata.
const MOST_NAMES: usize = 10_000;

fn malformed(message: impl Into<String>) -> Stop {
    InspectError::malformed(Format::Onnx, message).into()
}

/// Describes a model, of which first all is fetched that has to be read.
pub(crate) fn inspect(view: &mut View) -> Step<Inspection> {
    let mut walk = view
        .take_progress::<Walk>()
        .unwrap_or_else(|| Walk::new(view.size()));
    let walked = walk.go_on(view);
    view.keep_progress(walk);
    walked?;
    describe(view)
}

/// What is gathered while a model is read.
#[derive(Default)]
struct Model {
    graph: Graph,
    tensors: Vec<crate::Tensor>,
    /// What nodes hold: constants, and the weights of graphs within them.
    nested: Vec<crate::Tensor>,
    metadata: BTreeMap<String, MetadataValue>,
    functions: BTreeSet<String>,
    /// Which domains operators are of.
    domains: BTreeSet<String>,
    version: Option<u64>,
    findings: Findings,
}

fn describe(view: &View) -> Step<Inspection> {
    let mut model = Model::default();
    let (mut functions, mut graphs) = (0_u64, 0);
    let mut fields = Message::whole(view);
    while let Some(field) = fields.next()? {
        match (field.number, field.value) {
            (1, Value::Number(version)) => {
                model.version = Some(version);
                model.number("ir_version", version);
            }
            (2, Value::Bytes(span)) => model.text("producer_name", &fields.text(span)?),
            (3, Value::Bytes(span)) => model.text("producer_version", &fields.text(span)?),
            (4, Value::Bytes(span)) => model.text("domain", &fields.text(span)?),
            (5, Value::Number(version)) => model.number("model_version", version),
            (7, Value::Bytes(span)) => {
                graphs += 1;
                graph::main(&mut model, fields.inner(span))?;
            }
            (8, Value::Bytes(span)) => model.operator_set(fields.inner(span))?,
            (14, Value::Bytes(span)) => {
                let (key, value) = entry(fields.inner(span))?;
                model.text(&format!("metadata_props.{key}"), &value);
            }
            (25, Value::Bytes(span)) => {
                functions += 1;
                graph::function(&mut model, fields.inner(span))?;
            }
            _ => {}
        }
        model.stays_small()?;
    }
    if graphs != 1 {
        model.findings.add(Severity::Fault, "graph", || {
            format!("expected one graph, found {graphs}")
        });
    }
    if functions > 0 {
        model.number("functions", functions);
    }
    external::check(&mut model);
    model.remark_on_domains();
    let Graph { inputs, .. } = &mut model.graph;
    let weights: BTreeSet<&str> = model
        .tensors
        .iter()
        .map(|tensor| tensor.name.as_str())
        .collect();
    inputs.retain(|input| !weights.contains(input.name.as_str()));
    model.tensors.append(&mut model.nested);
    Ok(Inspection {
        variant: model
            .version
            .map(|version| format!("IR {version}"))
            .unwrap_or_default(),
        tensors: model.tensors,
        metadata: model.metadata,
        graph: Some(model.graph),
        findings: model.findings.finish(),
        ..Inspection::new(Format::Onnx)
    })
}

impl Model {
    /// Names that are kept once each can still be without end.
    fn stays_small(&self) -> Step<()> {
        let Self {
            graph,
            metadata,
            functions,
            ..
        } = self;
        let operators = &graph.operators;
        let tensors = self.tensors.len().max(self.nested.len());
        if tensors.max(graph.inputs.len()).max(graph.outputs.len()) > MOST {
            return Err(malformed(format!(
                "expected at most {MOST} tensors, inputs and outputs, found more"
            )));
        }
        for (what, found) in [
            ("kinds of operators", operators.uses.len()),
            ("sets of operators", operators.sets.len()),
            ("domains of functions", functions.len()),
            ("entries of metadata", metadata.len()),
        ] {
            if found > MOST_NAMES {
                return Err(malformed(format!(
                    "expected at most {MOST_NAMES} {what}, found more"
                )));
            }
        }
        Ok(())
    }

    fn text(&mut self, key: &str, text: &str) {
        let value = MetadataValue::Text(text.to_owned());
        self.metadata.insert(key.to_owned(), value);
    }

    fn number(&mut self, key: &str, number: u64) {
        let value = MetadataValue::Integer(number.cast_signed().into());
        self.metadata.insert(key.to_owned(), value);
    }

    fn operator_set(&mut self, mut fields: Message<'_>) -> Step<()> {
        let (mut domain, mut version) = (String::new(), 0);
        while let Some(field) = fields.next()? {
            match (field.number, field.value) {
                (1, Value::Bytes(span)) => domain = fields.text(span)?,
                (2, Value::Number(number)) => version = number,
                _ => {}
            }
        }
        if domain.is_empty() {
            STANDARD.clone_into(&mut domain);
        }
        let before = self.graph.operators.sets.insert(domain.clone(), version);
        if before.is_some_and(|before| before != version) {
            self.findings.add(Severity::Warning, "operator-set", || {
                format!("two versions of the operators of {}", shown(&domain, 80))
            });
        }
        Ok(())
    }

    fn remark_on_domains(&mut self) {
        let Self {
            domains,
            functions,
            graph,
            findings,
            ..
        } = self;
        for domain in domains.iter() {
            if !graph.operators.sets.contains_key(domain) && !functions.contains(domain) {
                findings.add(Severity::Warning, "operator-set", || {
                    format!(
                        "operators of {} are used, and no version of them is named",
                        shown(domain, 80)
                    )
                });
            }
            if !KNOWN.contains(&domain.as_str()) && !functions.contains(domain) {
                findings.add(Severity::Note, "operators", || {
                    format!(
                        "operators of {} take a library of their own",
                        shown(domain, 80)
                    )
                });
            }
        }
    }
}

/// The domain of the standard's operators, which may stand as nothing.
const STANDARD: &str = "ai.onnx";

/// The domains of operators that common runtimes bring along.
const KNOWN: [&str; 7] = [
    STANDARD,
    "ai.onnx.ml",
    "ai.onnx.training",
    "ai.onnx.preview",
    "ai.onnx.preview.training",
    "com.microsoft",
    "com.microsoft.nchwc",
];

/// A key and a value.
fn entry(mut fields: Message<'_>) -> Step<(String, String)> {
    let (mut key, mut value) = (String::new(), String::new());
    while let Some(field) = fields.next()? {
        match (field.number, field.value) {
            (1, Value::Bytes(span)) => key = fields.text(span)?,
            (2, Value::Bytes(span)) => value = fields.text(span)?,
            _ => {}
        }
    }
    Ok((key, value))
}

#[cfg(test)]
mod tests;
