//! Inputs and outputs: `ValueInfoProto` and the types in it.

use super::{
    element, malformed,
    wire::{Message, Value},
};
use crate::{Dimension, ElementType, Port, PortKind, view::Step};

/// The most dimensions of a tensor.
pub(super) const MOST_DIMENSIONS: usize = 64;

pub(super) fn read(mut fields: Message<'_>) -> Step<Port> {
    let mut port = Port {
        name: String::new(),
        kind: PortKind::Unknown,
        element: None,
        shape: None,
    };
    while let Some(field) = fields.next()? {
        match (field.number, field.value) {
            (1, Value::Bytes(span)) => port.name = fields.text(span)?,
            (2, Value::Bytes(span)) => kind(&mut port, fields.inner(span), Level::Outermost)?,
            _ => {}
        }
    }
    Ok(port)
}

/// Whether a type is that of the port itself, or of what lies in it, of which no shape is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Outermost,
    Within,
}

fn kind(port: &mut Port, mut fields: Message<'_>, level: Level) -> Step<()> {
    while let Some(field) = fields.next()? {
        let Value::Bytes(span) = field.value else {
            continue;
        };
        let (kind, inner) = match field.number {
            1 => (PortKind::Tensor, Inner::Tensor),
            8 => (PortKind::SparseTensor, Inner::Tensor),
            4 => (PortKind::Sequence, Inner::Type(1)),
            5 => (PortKind::Map, Inner::Type(2)),
            9 => (PortKind::Optional, Inner::Type(1)),
            _ => continue,
        };
        if level == Level::Outermost {
            port.kind = kind;
        }
        let fields = fields.inner(span);
        match inner {
            Inner::Tensor => {
                let (element, shape) = tensor(fields)?;
                port.element = element;
                if level == Level::Outermost {
                    port.shape = shape;
                }
            }
            Inner::Type(number) => of_values(port, fields, number)?,
        }
    }
    Ok(())
}

/// What a type holds.
#[derive(Clone, Copy)]
enum Inner {
    Tensor,
    /// Another type, in this field.
    Type(u32),
}

fn of_values(port: &mut Port, mut fields: Message<'_>, number: u32) -> Step<()> {
    while let Some(field) = fields.next()? {
        match field.value {
            Value::Bytes(span) if field.number == number => {
                kind(port, fields.inner(span), Level::Within)?;
            }
            _ => {}
        }
    }
    Ok(())
}

type Typed = (Option<ElementType>, Option<Vec<Dimension>>);

fn tensor(mut fields: Message<'_>) -> Step<Typed> {
    let (mut kind, mut lengths) = (None, None);
    while let Some(field) = fields.next()? {
        match (field.number, field.value) {
            (1, Value::Number(number)) => kind = element::of(number),
            (2, Value::Bytes(span)) => lengths = Some(shape(fields.inner(span))?),
            _ => {}
        }
    }
    Ok((kind, lengths))
}

fn shape(mut fields: Message<'_>) -> Step<Vec<Dimension>> {
    let mut shape = Vec::new();
    while let Some(field) = fields.next()? {
        if let (1, Value::Bytes(span)) = (field.number, field.value) {
            if shape.len() == MOST_DIMENSIONS {
                return Err(malformed(format!(
                    "expected at most {MOST_DIMENSIONS} dimensions, found more"
                )));
            }
            shape.push(dimension(fields.inner(span))?);
        }
    }
    Ok(shape)
}

fn dimension(mut fields: Message<'_>) -> Step<Dimension> {
    let mut dimension = Dimension::Free;
    while let Some(field) = fields.next()? {
        match (field.number, field.value) {
            // Some exporters write -1 where they mean that it is free.
            (1, Value::Number(length)) => {
                let length = u64::try_from(length.cast_signed());
                dimension = length.map_or(Dimension::Free, Dimension::Fixed);
            }
            (2, Value::Bytes(span)) => {
                let name = fields.text(span)?;
                dimension = if name.is_empty() {
                    Dimension::Free
                } else {
                    Dimension::Named(name)
                };
            }
            _ => {}
        }
    }
    Ok(dimension)
}
