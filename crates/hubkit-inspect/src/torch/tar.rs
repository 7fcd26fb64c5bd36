//! The first checkpoints, of before PyTorch 0.1.10: tar archives of four members.
//!
//! `storages` has a pickle of their count, and for each a pickle of key, place and type, the count of its elements and the
//! elements, then a pickle of views. `tensors` has a pickle of their count, and for each a pickle of key, storage and type,
//! the count of dimensions in eight bytes, lengths, strides and offset. `pickle` names tensors by their keys.
//!
//! Source for the archive itself: POSIX.1-2024, `pax`, ustar interchange format.

use std::collections::HashMap;

use hubkit_types::{ByteRange, shown};

use super::{
    element,
    rebuild::{Described, Layout, Storage},
    stores::{Store, Stores},
    tensors,
};
use crate::{
    ElementType, Format, InspectError, Inspection, Member,
    findings::Findings,
    little_endian::{i64_at, u64_at},
    pickle::{self, Bytes, Picture},
    view::{Step, View},
};

const BLOCK: u64 = 512;

/// The most members that are looked at, and the most storages and tensors.
const MOST_MEMBERS: usize = 1_000;
const MOST_PARTS: i64 = 5_000;
const MOST_DIMENSIONS: u64 = 64;

/// Whether a file that starts so is a tar archive.
pub(crate) fn recognised(start: &[u8]) -> bool {
    let Some(block) = start.first_chunk::<512>() else {
        return false;
    };
    let checksum = octal(&block[148..156]);
    let sum = block.iter().enumerate().map(|(at, byte)| {
        // The checksum itself counts as spaces.
        u64::from(if (148..156).contains(&at) {
            b' '
        } else {
            *byte
        })
    });
    block[0] != 0 && checksum.is_some_and(|checksum| checksum == sum.sum::<u64>())
}

/// A member: its name and where its content is.
type Part = (String, ByteRange);

/// Inspects an archive, which is known here only where it is a checkpoint.
pub(crate) fn inspect(view: &View) -> Step<Inspection> {
    let mut findings = Findings::default();
    let parts = parts(view, &mut findings)?;
    let find = |name: &str| {
        parts
            .iter()
            .find(|(found, _)| found.trim_start_matches("./") == name)
    };
    let Some((_, value)) =
        find("pickle").filter(|_| find("storages").is_some() || find("tensors").is_some())
    else {
        return Err(InspectError::Unrecognised {
            found: Some("a tar archive".to_owned()),
        }
        .into());
    };
    let mut inspection = Inspection::new(Format::PyTorch);
    "tar".clone_into(&mut inspection.variant);
    pickle::can_run_code(&mut findings);
    let mut read = Read {
        view,
        findings,
        imports: Vec::new(),
    };
    let mut storages = HashMap::new();
    if let Some((_, range)) = find("storages") {
        storages = read.storages(*range)?;
    }
    let mut described = HashMap::new();
    if let Some((_, range)) = find("tensors") {
        described = read.tensors(*range, &storages)?;
    }
    let mut stores = Stores::none();
    for (key, (_, range)) in storages {
        stores.add(key.to_string(), Store::Range(range));
    }
    let stores = stores.with_tensors(described);
    for name in ["sys_info", "pickle"] {
        let Some((_, range)) = find(name) else {
            continue;
        };
        let picture = pickle::run(Bytes::File(view), range.start())?;
        read.imports.extend_from_slice(&picture.imports);
        if range == value {
            let collected = tensors::collect(&picture, &stores, &mut read.findings);
            inspection.tensors = collected.tensors;
            inspection.metadata.extend(collected.metadata);
        }
        pickle::report(picture, &format!("`{name}`"), &mut read.findings);
    }
    pickle::list(&read.imports, &mut inspection);
    inspection.members = parts
        .iter()
        .map(|(name, range)| Member {
            name: name.clone(),
            size: range.len(),
            packed: range.len(),
        })
        .collect();
    inspection.findings = read.findings.finish();
    Ok(inspection)
}

/// All members, from one header to the next.
fn parts(view: &View, findings: &mut Findings) -> Step<Vec<Part>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at + BLOCK <= view.size() && parts.len() < MOST_MEMBERS {
        let block = view.bytes(at, BLOCK)?;
        if block.iter().all(|byte| *byte == 0) {
            return Ok(parts);
        }
        let (true, Some(size)) = (recognised(block), octal(&block[124..136])) else {
            findings.fault(
                "broken",
                format!("expected the header of a member at byte {at}, found none"),
            );
            return Ok(parts);
        };
        let name = block[..100]
            .split(|byte| *byte == 0)
            .next()
            .unwrap_or_default();
        let name = String::from_utf8_lossy(name).into_owned();
        at += BLOCK;
        let end = at.saturating_add(size);
        if end > view.size() {
            let message = format!(
                "expected the member `{}` up to byte {end}, found the end at {}",
                shown(&name, 80),
                view.size()
            );
            findings.fault("cut-off", message);
            return Ok(parts);
        }
        if let Some(range) = ByteRange::new(at, end) {
            parts.push((name, range));
        }
        at = end.next_multiple_of(BLOCK);
    }
    findings.fault("cut-off", "expected the end of the archive, found none");
    Ok(parts)
}

/// A number in octal digits, between spaces and zeros.
fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    u64::from_str_radix(text.trim_matches(['\0', ' ']), 8).ok()
}

struct Read<'view> {
    view: &'view View,
    findings: Findings,
    imports: Vec<pickle::Import>,
}

impl Read<'_> {
    /// The next pickle of a member, and where it ends; `None` where it is broken, which is told.
    fn pickle(&mut self, at: u64, what: &str) -> Step<Option<Picture>> {
        let picture = pickle::run(Bytes::File(self.view), at)?;
        self.imports.extend_from_slice(&picture.imports);
        let plain = picture.broken.is_none() && picture.imports.iter().all(pickle::holds_values);
        if plain {
            return Ok(Some(picture));
        }
        pickle::report(picture, what, &mut self.findings);
        Ok(None)
    }

    fn count(&mut self, at: u64, what: &str) -> Step<(i64, u64)> {
        let picture = self.pickle(at, what)?;
        let found =
            picture.and_then(|picture| Some((picture.integer(picture.root?)?, picture.end)));
        let Some((count, end)) = found.filter(|(count, _)| (0..=MOST_PARTS).contains(count)) else {
            let message = format!(
                "expected a count of at most {MOST_PARTS} before {what}, found none: not analysed"
            );
            self.findings.fault("count", message);
            return Ok((0, at));
        };
        Ok((count, end))
    }

    /// The storages by their keys: what they hold and where.
    fn storages(&mut self, range: ByteRange) -> Step<HashMap<i64, (ElementType, ByteRange)>> {
        let (count, mut at) = self.count(range.start(), "the storages")?;
        let mut storages = HashMap::new();
        for _ in 0..count {
            let Some(picture) = self.pickle(at, "a storage")? else {
                break;
            };
            let found = picture
                .root
                .and_then(|root| picture.items(root))
                .and_then(|items| {
                    let [key, _, kind] = items else { return None };
                    let (_, kind) = picture.import(*kind)?;
                    Some((picture.integer(*key)?, element::of_storage(kind)?))
                });
            let fits = picture.end.saturating_add(8) <= range.end();
            let Some((key, element)) = found.filter(|_| fits) else {
                self.findings.fault(
                    "broken",
                    "expected key, place and type of a storage, found something else",
                );
                break;
            };
            let elements = u64_at(self.view.bytes(picture.end, 8)?, 0);
            let start = picture.end + 8;
            let end = element
                .bytes_of(elements)
                .and_then(|bytes| start.checked_add(bytes));
            let Some(end) = end.filter(|end| *end <= range.end()) else {
                self.findings.fault(
                    "cut-off",
                    format!("expected {elements} elements of a storage, found the end"),
                );
                break;
            };
            at = end;
            if let Some(range) = ByteRange::new(start, end) {
                storages.insert(key, (element, range));
            }
        }
        Ok(storages)
    }

    /// The tensors by their keys.
    fn tensors(
        &mut self,
        range: ByteRange,
        storages: &HashMap<i64, (ElementType, ByteRange)>,
    ) -> Step<HashMap<i64, Described>> {
        let (count, mut at) = self.count(range.start(), "the tensors")?;
        let mut tensors = HashMap::new();
        for _ in 0..count {
            let Some(picture) = self.pickle(at, "a tensor")? else {
                break;
            };
            let found = picture
                .root
                .and_then(|root| picture.items(root))
                .and_then(|items| {
                    let [key, storage, kind] = items else {
                        return None;
                    };
                    let (_, kind) = picture.import(*kind)?;
                    Some((
                        picture.integer(*key)?,
                        picture.integer(*storage)?,
                        element::of_tensor(kind)?,
                    ))
                });
            let fits = picture.end.saturating_add(8) <= range.end();
            let Some((key, storage, element)) = found.filter(|_| fits) else {
                self.findings.fault(
                    "broken",
                    "expected key, storage and type of a tensor, found something else",
                );
                break;
            };
            let dimensions = u64_at(self.view.bytes(picture.end, 8)?, 0) & 0xFFFF_FFFF;
            let length = 16 * dimensions + 8;
            if dimensions > MOST_DIMENSIONS || picture.end + 8 + length > range.end() {
                self.findings.fault(
                    "cut-off",
                    format!("expected a tensor of {dimensions} dimensions, found the end"),
                );
                break;
            }
            let numbers = self.view.bytes(picture.end + 8, length)?;
            let numbers: Option<Vec<u64>> = (0..numbers.len() / 8)
                .map(|index| u64::try_from(i64_at(numbers, index * 8)).ok())
                .collect();
            let Some((shape, rest)) = numbers
                .as_ref()
                .map(|numbers| numbers.split_at(numbers.len() / 2))
            else {
                self.findings.fault(
                    "broken",
                    "expected lengths that are not negative, found others",
                );
                break;
            };
            at = picture.end + 8 + length;
            let (strides, offset) = rest.split_at(shape.len());
            let storage = Storage {
                bytes: storages.get(&storage).map(|(_, range)| range.len()),
                key: storage.to_string(),
            };
            let layout = Layout::Strided {
                storage,
                offset: offset.first().copied().unwrap_or_default(),
                strides: strides.to_vec(),
            };
            let described = Described {
                element,
                shape: shape.to_vec(),
                layout,
            };
            tensors.insert(key, described);
        }
        Ok(tensors)
    }
}
