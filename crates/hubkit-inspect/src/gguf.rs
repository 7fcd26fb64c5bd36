//! GGUF files, as llama.cpp and all that is built on ggml read them.
//!
//! The format is that of `docs/gguf.md` of ggml: versions 1 to 3, in either byte order. A head says how many tensors and
//! entries there are; the entries of the metadata follow, then what describes the tensors, then, aligned, their bytes.
//! The checks are those of ggml's own reader, and stricter where two readers could differ.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use hubkit_types::shown;

use crate::{
    Format, InspectError, Inspection, MetadataValue, Severity,
    findings::Findings,
    model::absurd_heads,
    template,
    view::{Step, Stop, View},
};

mod cursor;
mod layout;
mod split;
mod tensors;
mod types;
mod value;

use cursor::Cursor;
pub use split::{GgufPart, check_gguf_parts, gguf_part_names};

/// What every file starts with, in either byte order.
const MARK: &[u8] = b"GGUF";

/// The most entries of metadata.
const MOST_ENTRIES: u64 = 100_000;

/// The most tensors: more of them than any model has, and few enough to be kept.
const MOST_TENSORS: u64 = 500_000;

/// Where the bytes of tensors begin: a multiple of this, unless the metadata says another number.
const ALIGNMENT: u64 = 32;

/// Whether a file that starts so is a GGUF file.
pub(crate) fn is_gguf(start: &[u8]) -> bool {
    start.starts_with(MARK)
}

fn malformed(message: impl Into<String>) -> Stop {
    InspectError::malformed(Format::Gguf, message).into()
}

pub(crate) fn inspect(view: &View) -> Step<Inspection> {
    let mut findings = Findings::default();
    let mut cursor = Cursor::open(view)?;
    let (tensors, entries) = (cursor.length()?, cursor.length()?);
    for (found, most, what) in [
        (tensors, MOST_TENSORS, "tensors"),
        (entries, MOST_ENTRIES, "entries of metadata"),
    ] {
        if found > most {
            return Err(malformed(format!(
                "expected at most {most} {what}, found {found}"
            )));
        }
    }
    cursor.expect(
        entries * value::SHORTEST_ENTRY + tensors * tensors::SHORTEST,
        cursor::LONGEST,
    )?;
    let metadata = read_metadata(&mut cursor, entries, &mut findings)?;
    let mut tensors = tensors::read(&mut cursor, tensors, &mut findings)?;
    let alignment = alignment(&metadata, &mut findings);
    let start = alignment.and_then(|alignment| {
        let start = cursor.position().checked_next_multiple_of(alignment)?;
        Some((start, alignment))
    });
    if let Some((start, alignment)) = start {
        layout::place(&mut tensors, start, alignment, view.size(), &mut findings);
    }
    remark_on(&metadata, &mut findings);
    Ok(Inspection {
        variant: cursor.variant(),
        tensors: tensors.into_iter().map(|each| each.tensor).collect(),
        metadata,
        findings: findings.finish(),
        ..Inspection::new(Format::Gguf)
    })
}

fn read_metadata(
    cursor: &mut Cursor<'_>,
    entries: u64,
    findings: &mut Findings,
) -> Step<BTreeMap<String, MetadataValue>> {
    let mut metadata = BTreeMap::new();
    let mut room = value::MOST_IN_WHOLE;
    for _ in 0..entries {
        let (key, value) = value::read_entry(cursor, findings, &mut room)?;
        if key.is_empty() {
            findings.add(Severity::Fault, "empty-key", || {
                "an entry of the metadata has no name".to_owned()
            });
        }
        match metadata.entry(key) {
            Entry::Vacant(place) => {
                place.insert(value);
            }
            Entry::Occupied(place) => findings.add(Severity::Fault, "duplicate-key", || {
                format!(
                    "the entry '{}' stands twice in the metadata",
                    shown(place.key(), 80)
                )
            }),
        }
    }
    Ok(metadata)
}

/// Where tensors begin, or nothing where what is said of it is no sense.
fn alignment(metadata: &BTreeMap<String, MetadataValue>, findings: &mut Findings) -> Option<u64> {
    let Some(said) = metadata.get("general.alignment") else {
        return Some(ALIGNMENT);
    };
    let alignment = said.as_u64().filter(|said| said.is_power_of_two());
    if alignment.is_none() {
        findings.add(Severity::Fault, "alignment", || {
            let found = match said {
                MetadataValue::Integer(number) => number.to_string(),
                _ => "something else".to_owned(),
            };
            format!("expected a power of two as general.alignment, found {found}")
        });
    }
    alignment
}

/// What readers should know of the metadata.
fn remark_on(metadata: &BTreeMap<String, MetadataValue>, findings: &mut Findings) {
    let names: BTreeSet<&str> = metadata.keys().map(String::as_str).collect();
    for name in names {
        // Also the templates for single uses, as in `tokenizer.chat_template.tool_use`.
        let value = &metadata[name];
        let text = name
            .starts_with("tokenizer.chat_template")
            .then(|| value.as_text())
            .flatten();
        if let Some(reach) = text.and_then(template::reaches) {
            findings.add(Severity::Warning, "template", || {
                format!(
                    "the template '{}' reaches for `{}`, by which a template that is rendered can run code",
                    shown(name, 80),
                    shown(&reach, 40)
                )
            });
        }
    }
    for (key, heads) in absurd_heads(metadata) {
        findings.add(Severity::Warning, "heads", || {
            format!(
                "expected a number of heads as '{}', found {heads}",
                shown(&key, 80)
            )
        });
    }
    if let Some(part) = GgufPart::of(metadata) {
        let (severity, message) = part.told();
        findings.add(severity, "split", || message);
    }
}

#[cfg(test)]
mod tests;
