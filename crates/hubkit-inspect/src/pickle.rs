//! Pickles: programs that make Python's values, read without being carried out.
//!
//! Source: `pickletools.py` of CPython, protocols 0 to 5. A machine works through the opcodes and makes a picture of the
//! value; what would be imported and called is noted. It goes by what Python's own reader does, not by patterns, and what it
//! could not work through to the end is told.

mod imports;
mod machine;
mod numpy;
mod opcode;
mod operand;
mod source;
mod text;
mod value;

use hubkit_types::shown;

pub(crate) use imports::holds_values;
pub(crate) use machine::run;
pub(crate) use numpy::{array, lengths};
pub(crate) use source::Bytes;
pub(crate) use value::{Id, Import, Picture, Value};

use crate::{
    Format, Inspection, MetadataValue, Severity,
    findings::Findings,
    little_endian::u64_at,
    torch::{self, stores::Stores, tensors},
    view::{Step, View},
};

/// The longest header of safetensors.
const LONGEST_HEADER: u64 = 100_000_000;

/// So many pickles are read that follow one another.
const MOST_IN_A_ROW: usize = 64;

/// So many imports are listed in the metadata.
const MOST_LISTED: usize = 200;

/// Whether a file that starts so is a pickle. `whole` says that this is all of it.
pub(crate) fn recognised(start: &[u8], whole: bool) -> bool {
    // The length of a header of safetensors can look like the mark and an opcode. No pickle goes on with the zeros behind.
    if start.get(8) == Some(&b'{') && u64_at(start, 0) <= LONGEST_HEADER {
        return false;
    }
    match start {
        [0x80, 0..=5, opcode, ..] => opcode::is_known(*opcode),
        // Without the mark of newer protocols, it is one if it can be read as one.
        [opcode, ..] if opcode::is_known(*opcode) && *opcode < 0x80 => {
            let Ok(picture) = run(Bytes::Here(start), 0) else {
                return false;
            };
            let ends = picture.root.is_some();
            let all = whole && picture.end == start.len() as u64;
            (ends && (all || picture.opcodes >= 8 || torch::legacy::is_mark(&picture)))
                || (!picture.imports.is_empty() && picture.opcodes >= 6)
                || (!whole && picture.opcodes >= 64)
        }
        _ => false,
    }
}

/// Whether a pickle may start so: the cheap half of [`recognised`].
pub(crate) fn may_start(start: &[u8]) -> bool {
    match start {
        [0x80, protocol, ..] => *protocol <= 5,
        [opcode, ..] => *opcode < 0x80 && opcode::is_known(*opcode),
        [] => false,
    }
}

/// Inspects a file that is one pickle, or several in a row.
pub(crate) fn inspect(view: &View) -> Step<Inspection> {
    let mut picture = run(Bytes::File(view), 0)?;
    if torch::legacy::is_mark(&picture) {
        return torch::legacy::inspect(view, picture);
    }
    let mut inspection = Inspection::new(Format::Pickle);
    let mut findings = Findings::default();
    can_run_code(&mut findings);
    let collected = tensors::collect(&picture, &Stores::none(), &mut findings);
    inspection.tensors = collected.tensors;
    inspection.metadata = collected.metadata;
    let protocol = MetadataValue::Integer(picture.protocol.into());
    inspection
        .metadata
        .insert("pickle.protocol".to_owned(), protocol);
    let mut imports = Vec::new();
    for number in 1.. {
        let end = picture.end;
        imports.append(&mut picture.imports.clone());
        if report(picture, "the pickle", &mut findings) == Outcome::Broken || end >= view.size() {
            break;
        }
        let next = run(Bytes::File(view), end)?;
        // What can't be read as a pickle, and imports nothing up to there, is something else.
        if number == MOST_IN_A_ROW || (next.broken.is_some() && next.imports.is_empty()) {
            let message = format!(
                "expected the file to end with the pickle, found {} bytes behind it: not analysed",
                view.size() - end
            );
            findings.warning("trailing-data", message);
            break;
        }
        if number == 1 {
            findings.note("several-pickles", "several pickles follow one another");
        }
        picture = next;
    }
    list(&imports, &mut inspection);
    inspection.findings = findings.finish();
    Ok(inspection)
}

/// Says once of a file that it holds a pickle at all.
pub(crate) fn can_run_code(findings: &mut Findings) {
    findings.note(
        "pickle",
        "a pickle is a program: loading one can run code, and only safetensors can not",
    );
}

/// Lists in the metadata what would be imported.
pub(crate) fn list(imports: &[Import], inspection: &mut Inspection) {
    let mut names: Vec<String> = imports.iter().map(ToString::to_string).collect();
    names.sort_unstable();
    names.dedup();
    let value = MetadataValue::List {
        element: "text",
        length: names.len() as u64,
        first: names
            .into_iter()
            .take(MOST_LISTED)
            .map(MetadataValue::Text)
            .collect(),
    };
    inspection
        .metadata
        .insert("pickle.imports".to_owned(), value);
}

/// How reading a pickle ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    Whole,
    Broken,
}

/// Tells what is dangerous in one pickle, or wrong. `what` names it in messages.
pub(crate) fn report(picture: Picture, what: &str, findings: &mut Findings) -> Outcome {
    report_but(picture, what, |_| false, findings)
}

/// As [`report`], but for those imports of which the reader of the format knows better.
pub(crate) fn report_but(
    picture: Picture,
    what: &str,
    known: impl Fn(&Import) -> bool,
    findings: &mut Findings,
) -> Outcome {
    let strange = picture
        .imports
        .iter()
        .filter(|import| !holds_values(import) && !known(import));
    let mut count = 0;
    for import in strange {
        count += 1;
        findings.add(Severity::Danger, "import", || {
            let name = shown(&import.to_string(), 200);
            format!("{what} imports `{name}`: it can run code when it is loaded")
        });
    }
    findings.append(picture.findings);
    let Some(fault) = picture.broken else {
        return Outcome::Whole;
    };
    let message = format!("{what} was not analysed to its end: {}", shown(&fault, 300));
    // A pickle runs as it is read: what stands before the fault has run when a reader comes to it.
    if count > 0 {
        findings.danger("broken-pickle", message);
    } else {
        findings.fault("broken-pickle", message);
    }
    Outcome::Broken
}
