//! Weights: `TensorProto` and `SparseTensorProto`.

use hubkit_types::{ByteRange, shown};

use super::{
    element, entry, malformed,
    port::MOST_DIMENSIONS,
    wire::{self, Message, Span, Value},
};
use crate::{ElementType, Place, Severity, Tensor, findings::Findings, view::Step};

/// The most that is said of where the elements are.
const MOST_ENTRIES: usize = 64;

/// What the fields of a tensor say.
#[derive(Default)]
struct Fields {
    name: String,
    shape: Vec<u64>,
    element: Option<ElementType>,
    raw: Option<Span>,
    /// How many bytes the fields of typed values take.
    typed: u64,
    any_typed: bool,
    external: Vec<(String, String)>,
    is_external: bool,
}

/// Reads a tensor, but for its elements.
pub(super) fn read(fields: Message<'_>, findings: &mut Findings) -> Step<Tensor> {
    let fields = Fields::read(fields)?;
    let expected = fields.expected();
    let title = || shown(&fields.name, 80);
    if expected.is_none()
        && fields
            .element
            .as_ref()
            .is_some_and(|element| element.block().is_some())
    {
        findings.add(Severity::Fault, "overflow", || {
            format!("'{}' has more elements than 63 bits can count", title())
        });
    }
    if fields.element.is_none() {
        findings.add(Severity::Fault, "type", || {
            format!("nothing says of what type '{}' is", title())
        });
    }
    let (place, bytes) = match fields.raw {
        _ if fields.is_external => {
            let (place, length) = fields.beside(findings, expected);
            (place, length)
        }
        Some(span) => (
            ByteRange::new(span.start, span.end).map_or(Place::Within, Place::Here),
            Some(span.len()),
        ),
        None => (Place::Within, Some(fields.typed)),
    };
    let stored = bytes.filter(|_| fields.is_external || fields.raw.is_some());
    if let (Some(expected), Some(found)) = (expected, stored)
        && expected != found
    {
        findings.add(Severity::Fault, "length", || {
            format!("expected {expected} bytes of '{}', found {found}", title())
        });
    }
    let stores_nothing = fields.raw.is_none() && !fields.any_typed && !fields.is_external;
    if stores_nothing && expected != Some(0) {
        findings.add(Severity::Warning, "no-data", || {
            format!("'{}' has no elements with it", title())
        });
    }
    Ok(fields.tensor(place, bytes))
}

/// Reads a sparse tensor: the name and the type are those of its values, the shape is its own.
pub(super) fn read_sparse(mut fields: Message<'_>, findings: &mut Findings) -> Step<Tensor> {
    let (mut values, mut shape) = (Fields::default(), Vec::new());
    while let Some(field) = fields.next()? {
        match (field.number, field.value) {
            (1, Value::Bytes(span)) => values = Fields::read(fields.inner(span))?,
            (3, value) => lengths(&fields, value, &mut shape)?,
            _ => {}
        }
    }
    let name = shown(&values.name, 80);
    findings.add(Severity::Note, "sparse", || {
        format!("'{name}' is sparse: only some elements are stored")
    });
    values.shape = shape;
    Ok(values.tensor(Place::Within, None))
}

fn lengths(fields: &Message<'_>, value: Value, into: &mut Vec<u64>) -> Step<()> {
    match value {
        Value::Number(length) if into.len() < MOST_DIMENSIONS => into.push(length),
        Value::Number(_) => {
            return Err(malformed(format!(
                "expected at most {MOST_DIMENSIONS} dimensions, found more"
            )));
        }
        Value::Bytes(span) => wire::numbers(fields.bytes(span)?, MOST_DIMENSIONS, into)?,
        Value::Fixed => {}
    }
    Ok(())
}

impl Fields {
    fn read(mut fields: Message<'_>) -> Step<Self> {
        let mut read = Self::default();
        while let Some(field) = fields.next()? {
            match (field.number, field.value) {
                (1, value) => lengths(&fields, value, &mut read.shape)?,
                (2, Value::Number(number)) => read.element = element::of(number),
                (4..=7 | 10 | 11, Value::Bytes(span)) => {
                    read.any_typed = true;
                    read.typed = read.typed.saturating_add(span.len());
                }
                (4..=7 | 10 | 11, _) => read.any_typed = true,
                (8, Value::Bytes(span)) => read.name = fields.text(span)?,
                (9, Value::Bytes(span)) => read.raw = Some(span),
                (13, Value::Bytes(_)) if read.external.len() == MOST_ENTRIES => {
                    return Err(malformed(format!(
                        "expected at most {MOST_ENTRIES} entries about external data, found more"
                    )));
                }
                (13, Value::Bytes(span)) => read.external.push(entry(fields.inner(span))?),
                (14, Value::Number(location)) => read.is_external = location == 1,
                _ => {}
            }
        }
        Ok(read)
    }

    /// How many bytes the elements take, where nothing is packed away.
    fn expected(&self) -> Option<u64> {
        let most = i64::MAX.unsigned_abs();
        let elements = self.shape.iter().try_fold(1_u64, |product, length| {
            product
                .checked_mul(*length)
                .filter(|product| (*product).max(*length) <= most)
        })?;
        element::bytes_of(self.element.as_ref()?, elements)
    }

    /// Where elements are that are stored in another file, and how many bytes they take there.
    fn beside(&self, findings: &mut Findings, expected: Option<u64>) -> (Place, Option<u64>) {
        let said = |key: &str| {
            let entry = self.external.iter().rev().find(|(name, _)| name == key);
            entry.map(|(_, value)| value.as_str())
        };
        let mut number = |key: &str| {
            let text = said(key)?;
            let number = text.parse::<u64>().ok();
            if number.is_none() {
                findings.add(Severity::Fault, "external-range", || {
                    format!(
                        "expected a number as the {key} of '{}', found '{}'",
                        shown(&self.name, 80),
                        shown(text, 40)
                    )
                });
            }
            number
        };
        let (offset, length) = (number("offset").unwrap_or(0), number("length"));
        let length = length.or(expected);
        let range = length.and_then(|length| ByteRange::new(offset, offset.checked_add(length)?));
        let file = said("location").unwrap_or_default().to_owned();
        (Place::Beside { file, range }, length)
    }

    fn tensor(self, place: Place, bytes: Option<u64>) -> Tensor {
        Tensor {
            name: self.name,
            element: self
                .element
                .unwrap_or_else(|| ElementType::unsized_type("undefined")),
            shape: self.shape,
            bytes,
            place,
        }
    }
}
