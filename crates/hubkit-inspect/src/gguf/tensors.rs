//! What describes the tensors.

use std::collections::HashSet;

use hubkit_types::shown;

use super::{cursor::Cursor, malformed, types};
use crate::{ElementType, Place, Severity, Tensor, findings::Findings, view::Step};

/// The fewest bytes that the description of a tensor takes.
pub(super) const SHORTEST: u64 = 4 + 4 + 4 + 8;

/// The most dimensions that are read.
const MOST_DIMENSIONS: u32 = 8;

/// The most dimensions that ggml has.
const DIMENSIONS: u32 = 4;

/// The longest name that ggml takes, in bytes: it keeps 64, of which the last is zero.
const LONGEST_NAME: usize = 63;

/// A tensor, and where it begins among the bytes of all.
pub(super) struct Stored {
    pub(super) tensor: Tensor,
    pub(super) offset: u64,
}

/// Reads so many descriptions.
pub(super) fn read(
    cursor: &mut Cursor<'_>,
    tensors: u64,
    findings: &mut Findings,
) -> Step<Vec<Stored>> {
    let mut read = Vec::new();
    for left in (1..=tensors).rev() {
        cursor.expect(left * SHORTEST, super::cursor::LONGEST)?;
        read.push(read_one(cursor, findings)?);
    }
    let mut names = HashSet::with_capacity(read.len());
    for Stored { tensor, .. } in &read {
        if !names.insert(tensor.name.as_str()) {
            findings.add(Severity::Fault, "duplicate-tensor", || {
                format!("there are two tensors '{}'", shown(&tensor.name, 80))
            });
        }
    }
    Ok(read)
}

fn read_one(cursor: &mut Cursor<'_>, findings: &mut Findings) -> Step<Stored> {
    let name = cursor.text()?;
    let name = name_of(name, findings);
    let title = || shown(&name, 80);
    let dimensions = cursor.u32()?;
    if dimensions > MOST_DIMENSIONS {
        return Err(malformed(format!(
            "expected at most {MOST_DIMENSIONS} dimensions of '{}', found {dimensions}",
            title()
        )));
    }
    if dimensions > DIMENSIONS {
        findings.add(Severity::Fault, "dimensions", || {
            format!(
                "expected at most {DIMENSIONS} dimensions of '{}', found {dimensions}",
                title()
            )
        });
    }
    let lengths = (0..dimensions).map(|_| cursor.length());
    let mut shape = lengths.collect::<Step<Vec<u64>>>()?;
    let kind = cursor.u32()?;
    let offset = cursor.u64()?;
    let element = types::of(kind);
    if element.is_none() {
        findings.add(Severity::Fault, "type", || match types::removed(kind) {
            Some(removed) => format!(
                "'{}' is of type {removed}, which ggml reads no longer",
                title()
            ),
            None => format!("expected a type of ggml for '{}', found {kind}", title()),
        });
    }
    let element = element.unwrap_or_else(|| match types::removed(kind) {
        Some(removed) => ElementType::unsized_type(removed),
        None => ElementType::unsized_type(format!("ggml type {kind}")),
    });
    let bytes = bytes_of(&element, &shape).unwrap_or_else(|fault| {
        let (code, message) = fault.told(&shape);
        findings.add(Severity::Fault, code, || format!("'{}' {message}", title()));
        None
    });
    // Stored with the fastest first.
    shape.reverse();
    let tensor = Tensor {
        name,
        element,
        shape,
        bytes,
        place: Place::Within,
    };
    Ok(Stored { tensor, offset })
}

fn name_of(name: &[u8], findings: &mut Findings) -> String {
    let text = String::from_utf8_lossy(name).into_owned();
    if std::str::from_utf8(name).is_err() {
        findings.add(Severity::Fault, "encoding", || {
            format!(
                "expected the name of a tensor in UTF-8, found '{}'",
                shown(&text, 80)
            )
        });
    }
    if name.len() > LONGEST_NAME {
        findings.add(Severity::Warning, "long-name", || {
            format!(
                "expected names of at most {LONGEST_NAME} bytes, found '{}' of {}",
                shown(&text, 80),
                name.len()
            )
        });
    }
    if text.contains(char::is_control) {
        findings.add(Severity::Warning, "control-characters", || {
            format!(
                "the name '{}' has control characters in it",
                shown(&text, 80)
            )
        });
    }
    text
}

/// Why a shape comes to no number of bytes.
enum Misfit {
    Overflow,
    Block(u64),
}

impl Misfit {
    fn told(&self, shape: &[u64]) -> (&'static str, String) {
        match self {
            Self::Overflow => {
                let shape = shape.iter().rev().map(u64::to_string);
                let shape = shape.collect::<Vec<_>>().join(", ");
                (
                    "overflow",
                    format!("has more elements than 63 bits can count: [{shape}]"),
                )
            }
            Self::Block(elements) => (
                "block",
                format!(
                    "has rows of {} elements, expected a multiple of {elements}",
                    shape.first().copied().unwrap_or(1)
                ),
            ),
        }
    }
}

/// How many bytes a tensor takes, of which the fastest dimension comes first. Rows are made of whole blocks.
fn bytes_of(element: &ElementType, shape: &[u64]) -> Result<Option<u64>, Misfit> {
    let most = i64::MAX.unsigned_abs();
    let elements = shape.iter().try_fold(1_u64, |product, length| {
        // A dimension alone must fit too: it may stand beside one of zero.
        product
            .checked_mul(*length)
            .filter(|product| (*product).max(*length) <= most)
    });
    let elements = elements.ok_or(Misfit::Overflow)?;
    let Some((block, _)) = element.block() else {
        return Ok(None);
    };
    if !shape.first().copied().unwrap_or(1).is_multiple_of(block) {
        return Err(Misfit::Block(block));
    }
    let bytes = element.bytes_of(elements).filter(|bytes| *bytes <= most);
    bytes.map(Some).ok_or(Misfit::Overflow)
}
