//! A model in several files, as `gguf-split` of llama.cpp makes them.

use std::collections::{BTreeMap, BTreeSet};

use hubkit_types::shown;

use crate::{Finding, Format, Inspection, MetadataValue, Severity, findings::Findings};

/// Which part of a model in several files a GGUF file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GgufPart {
    /// Its number, the first one zero (`split.no`).
    pub number: u64,
    /// How many parts there are (`split.count`).
    pub count: u64,
    /// How many tensors all parts have, where that is said (`split.tensors.count`).
    pub tensors: Option<u64>,
}

impl GgufPart {
    /// What the metadata of a file says; nothing for a file that is whole.
    pub fn of(metadata: &BTreeMap<String, MetadataValue>) -> Option<Self> {
        let number = |key: &str| metadata.get(key).and_then(MetadataValue::as_u64);
        let count = number("split.count").filter(|count| *count > 1)?;
        Some(Self {
            number: number("split.no").unwrap_or(0),
            count,
            tensors: number("split.tensors.count"),
        })
    }

    pub(super) fn told(&self) -> (Severity, String) {
        let Self { number, count, .. } = self;
        if number < count {
            let number = number + 1;
            (
                Severity::Note,
                format!("part {number} of {count}: the other parts are files beside it"),
            )
        } else {
            (
                Severity::Fault,
                format!("expected a split.no below {count}, found {number}"),
            )
        }
    }
}

/// The most parts whose names are told.
const MOST_PARTS: u32 = 99_999;

/// Returns the names of all parts of a model of which one part is named so, as in `a-00001-of-00003.gguf`; nothing for
/// another name. It may stand behind folders.
pub fn gguf_part_names(name: &str) -> Option<Vec<String>> {
    let (front, _, count) = numbers(name)?;
    let names = (1..=count).map(|number| format!("{front}-{number:05}-of-{count:05}.gguf"));
    Some(names.collect())
}

/// What stands before the numbers, the number from one on, and the count.
fn numbers(name: &str) -> Option<(&str, u32, u32)> {
    let (front, count) = name.strip_suffix(".gguf")?.rsplit_once("-of-")?;
    let (front, number) = front.rsplit_once('-')?;
    let read = |digits: &str| {
        let plain = digits.len() == 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse::<u32>().ok())?
    };
    let (number, count) = (read(number)?, read(count)?);
    let sound = (1..=count).contains(&number) && count <= MOST_PARTS;
    (sound && !front.is_empty() && !front.ends_with('/')).then_some((front, number, count))
}

/// Holds the parts of a model against each other: whether all are there, once each, under the right names, with the
/// tensors that they promise. Findings about single parts are not repeated.
pub fn check_gguf_parts(parts: &[(&str, &Inspection)]) -> Vec<Finding> {
    let mut findings = Findings::default();
    let (mut seen, mut tensors) = (BTreeSet::new(), BTreeSet::new());
    let mut first: Option<GgufPart> = None;
    for (name, inspection) in parts {
        let mut fault = |code, message: String| {
            let title = shown(name, 80);
            findings.add(Severity::Fault, code, || format!("{title}: {message}"));
        };
        if inspection.format != Format::Gguf {
            fault(
                "part",
                format!("expected a GGUF file, found {}", inspection.format),
            );
            continue;
        }
        for tensor in &inspection.tensors {
            if !tensors.insert(tensor.name.as_str()) {
                let tensor = shown(&tensor.name, 80);
                fault(
                    "duplicate-tensor",
                    format!("'{tensor}' is in another part too"),
                );
            }
        }
        let Some(part) = GgufPart::of(&inspection.metadata) else {
            fault(
                "part",
                "expected a part of a model, found a whole one".to_owned(),
            );
            continue;
        };
        let first = *first.get_or_insert(part);
        if (part.count, part.tensors) != (first.count, first.tensors) {
            let message = format!(
                "expected a part of {} files, found one of {}",
                first.count, part.count
            );
            fault("part", message);
        }
        if !seen.insert(part.number) {
            fault(
                "part",
                format!("part {} is there twice", part.number.saturating_add(1)),
            );
        }
        if let Some((_, number, count)) = numbers(name)
            && (u64::from(number), u64::from(count)) != (part.number.saturating_add(1), part.count)
        {
            let message = format!(
                "named part {number} of {count}, and says that it is part {} of {}",
                part.number.saturating_add(1),
                part.count
            );
            fault("part-name", message);
        }
    }
    if let Some(first) = first {
        // No more are told than a name could count.
        let missing =
            (0..first.count.min(MOST_PARTS.into())).filter(|number| !seen.contains(number));
        for number in missing {
            findings.add(Severity::Fault, "missing-part", || {
                format!("part {} of {} is not there", number + 1, first.count)
            });
        }
        let found = tensors.len() as u64;
        if let Some(promised) = first.tensors.filter(|promised| *promised != found) {
            findings.add(Severity::Fault, "tensor-count", || {
                format!("expected {promised} tensors in all parts, found {found}")
            });
        }
    }
    findings.finish()
}
