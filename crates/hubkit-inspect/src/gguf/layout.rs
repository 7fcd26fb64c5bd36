//! Where the bytes of tensors are: aligned, within the file, and none of them two tensors'.

use hubkit_types::{ByteRange, shown};

use super::tensors::Stored;
use crate::{ElementType, Place, Severity, findings::Findings};

/// Gives each tensor its place, where the bytes of all begin at `start`.
pub(super) fn place(
    tensors: &mut [Stored],
    start: u64,
    alignment: u64,
    size: u64,
    findings: &mut Findings,
) {
    let room = size.saturating_sub(start);
    widen_q2_0(tensors, room, findings);
    let mut next = 0;
    let mut in_order = true;
    for Stored { tensor, offset } in &mut *tensors {
        let title = || shown(&tensor.name, 80);
        if !offset.is_multiple_of(alignment) {
            findings.add(Severity::Fault, "unaligned", || {
                format!(
                    "'{}' begins at {offset}, expected a multiple of {alignment}",
                    title()
                )
            });
        }
        let Some(bytes) = tensor.bytes else {
            in_order = false;
            continue;
        };
        match offset.checked_add(bytes).filter(|end| *end <= room) {
            Some(end) => {
                tensor.place = ByteRange::new(start + *offset, start + end)
                    .map_or(Place::Within, Place::Here);
                if in_order && *offset > next {
                    findings.add(Severity::Warning, "gap", || {
                        format!("'{}' begins at {offset}, where llama.cpp expects {next}", title())
                    });
                    in_order = false;
                }
                next = end.checked_next_multiple_of(alignment).unwrap_or(end);
            }
            None => findings.add(Severity::Fault, "out-of-bounds", || {
                format!(
                    "'{}' takes {bytes} bytes from {offset} on, and {room} are there for all tensors",
                    title()
                )
            }),
        }
    }
    overlaps(tensors, findings);
}

fn overlaps(tensors: &[Stored], findings: &mut Findings) {
    let mut places: Vec<(ByteRange, &str)> = tensors
        .iter()
        .filter_map(|Stored { tensor, .. }| match tensor.place {
            Place::Here(range) if !range.is_empty() => Some((range, tensor.name.as_str())),
            _ => None,
        })
        .collect();
    places.sort_unstable_by_key(|(range, _)| (range.start(), range.end()));
    let mut before: Option<(ByteRange, &str)> = None;
    for (range, name) in places {
        if let Some((other, other_name)) = before
            && range.start() < other.end()
        {
            findings.add(Severity::Fault, "overlap", || {
                format!(
                    "'{}' and '{}' share bytes",
                    shown(other_name, 80),
                    shown(name, 80)
                )
            });
        }
        // The one that reaches farthest is what the next is held against.
        if before.is_none_or(|(other, _)| other.end() < range.end()) {
            before = Some((range, name));
        }
    }
}

/// A fork of llama.cpp that models are published for packs the elements of `Q2_0` by 128 and not by 64, under the same
/// number. Where the tensors can't be the one, and can be the other, they are.
fn widen_q2_0(tensors: &mut [Stored], room: u64, findings: &mut Findings) {
    const WIDE: ElementType = ElementType::blocks("Q2_0", 128, 34);
    let widened = |stored: &Stored| match stored.tensor.element.name() {
        "Q2_0" => WIDE.bytes_of(stored.tensor.elements()?),
        _ => stored.tensor.bytes,
    };
    let any = tensors
        .iter()
        .any(|each| each.tensor.element.name() == "Q2_0");
    if !any || fits(tensors, room, |each| each.tensor.bytes) || !fits(tensors, room, widened) {
        return;
    }
    for stored in tensors {
        if stored.tensor.element.name() == "Q2_0" {
            stored.tensor.bytes = widened(stored);
            stored.tensor.element = WIDE;
        }
    }
    findings.add(Severity::Warning, "type", || {
        "Q2_0 stands for blocks of 128 elements here, which llama.cpp itself does not read"
            .to_owned()
    });
}

/// Whether each tensor ends before the next one begins.
fn fits(tensors: &[Stored], room: u64, bytes: impl Fn(&Stored) -> Option<u64>) -> bool {
    let places = tensors.iter().map(|each| {
        let end = each.offset.checked_add(bytes(each)?)?;
        Some((each.offset, end))
    });
    let Some(mut places) = places.collect::<Option<Vec<_>>>() else {
        return false;
    };
    places.sort_unstable();
    let ends = places.iter().map(|(_, end)| *end);
    let next = places.iter().map(|(start, _)| *start).skip(1).chain([room]);
    ends.zip(next).all(|(end, next)| end <= next)
}
