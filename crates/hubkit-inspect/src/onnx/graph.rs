//! Graphs: the main one, those within nodes, and the bodies of functions.

use std::{borrow::Cow, collections::HashSet};

use hubkit_types::shown;

use super::{
    Model, STANDARD, port, tensor,
    wire::{Message, Span, Value},
};
use crate::{Severity, view::Step};

/// Reads the graph of a model.
pub(super) fn main(model: &mut Model, mut fields: Message<'_>) -> Step<()> {
    while let Some(field) = fields.next()? {
        let Value::Bytes(span) = field.value else {
            continue;
        };
        match field.number {
            1 => node(model, fields.inner(span))?,
            2 => model.graph.name = fields.text(span)?,
            5 => {
                let tensor = tensor::read(fields.inner(span), &mut model.findings)?;
                model.tensors.push(tensor);
            }
            11 => model.graph.inputs.push(port::read(fields.inner(span))?),
            12 => model.graph.outputs.push(port::read(fields.inner(span))?),
            15 => {
                let tensor = tensor::read_sparse(fields.inner(span), &mut model.findings)?;
                model.tensors.push(tensor);
            }
            _ => {}
        }
        model.stays_small()?;
    }
    let mut names = HashSet::new();
    for tensor in &model.tensors {
        if !names.insert(tensor.name.as_str()) {
            model.findings.add(Severity::Fault, "duplicate-tensor", || {
                format!("there are two tensors '{}'", shown(&tensor.name, 80))
            });
        }
    }
    Ok(())
}

/// Reads a graph within a node: its operators count, and its weights are weights of the model.
fn inner(model: &mut Model, mut fields: Message<'_>) -> Step<()> {
    while let Some(field) = fields.next()? {
        let Value::Bytes(span) = field.value else {
            continue;
        };
        let tensor = match field.number {
            1 => {
                node(model, fields.inner(span))?;
                continue;
            }
            5 => tensor::read(fields.inner(span), &mut model.findings)?,
            15 => tensor::read_sparse(fields.inner(span), &mut model.findings)?,
            _ => continue,
        };
        model.nested.push(tensor);
        model.stays_small()?;
    }
    Ok(())
}

/// Counts the operators of a function's body, and notes that the model brings the operators of its domain itself.
pub(super) fn function(model: &mut Model, mut fields: Message<'_>) -> Step<()> {
    while let Some(field) = fields.next()? {
        match (field.number, field.value) {
            (7, Value::Bytes(span)) => node(model, fields.inner(span))?,
            (10, Value::Bytes(span)) => {
                let domain = fields.text(span)?;
                model.functions.insert(domain);
            }
            _ => {}
        }
    }
    Ok(())
}

fn node(model: &mut Model, mut fields: Message<'_>) -> Step<()> {
    let (mut name, mut domain) = (Cow::Borrowed(""), Cow::Borrowed(STANDARD));
    let (mut output, mut constant) = (None, None);
    while let Some(field) = fields.next()? {
        match (field.number, field.value) {
            (2, Value::Bytes(span)) => output = output.or(Some(span)),
            (4, Value::Bytes(span)) => name = String::from_utf8_lossy(fields.bytes(span)?),
            (5, Value::Bytes(span)) => {
                constant = attribute(model, fields.inner(span))?.or(constant);
            }
            (7, Value::Bytes(span)) if span.len() > 0 => {
                domain = String::from_utf8_lossy(fields.bytes(span)?);
            }
            _ => {}
        }
    }
    if let (Some(constant), "Constant", STANDARD) = (constant, name.as_ref(), domain.as_ref()) {
        // Some exporters keep all weights so. The name by which others know it is that of what comes out.
        let mut tensor = tensor::read(fields.inner(constant), &mut model.findings)?;
        if let Some(output) = output {
            tensor.name = fields.text(output)?;
        }
        model.nested.push(tensor);
    }
    if domain != STANDARD {
        name = Cow::Owned(format!("{domain}.{name}"));
    }
    let uses = &mut model.graph.operators.uses;
    if let Some(uses) = uses.get_mut(name.as_ref()) {
        *uses += 1;
    } else {
        uses.insert(name.into_owned(), 1);
    }
    if !model.domains.contains(domain.as_ref()) {
        model.domains.insert(domain.into_owned());
    }
    model.stays_small()
}

/// An attribute, which may hold graphs. Returns the tensor that it holds instead, if it does.
fn attribute(model: &mut Model, mut fields: Message<'_>) -> Step<Option<Span>> {
    let mut tensor = None;
    while let Some(field) = fields.next()? {
        match (field.number, field.value) {
            (5, Value::Bytes(span)) => tensor = Some(span),
            (6 | 11, Value::Bytes(span)) => inner(model, fields.inner(span))?,
            _ => {}
        }
    }
    Ok(tensor)
}
