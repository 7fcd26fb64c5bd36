//! Archives, pickles and what is in them.

use std::io::Cursor;

use hubkit_inspect::{Inspection, Place, inspect_reader};

use crate::Target;

pub(crate) const TARGETS: &[Target] = &[("archive", whole), ("pickle", pickle)];

/// As a whole file.
fn whole(data: &[u8]) {
    if let Ok(told) = inspect_reader(&mut Cursor::new(data)) {
        sound(&told, data.len() as u64);
    }
}

/// As the opcodes of a pickle, behind its mark.
fn pickle(data: &[u8]) {
    whole(&[b"\x80\x05", data].concat());
}

/// What is told of a file lies in it, and can be shown.
fn sound(told: &Inspection, size: u64) {
    assert!(told.bytes_read <= size);
    assert!(told.findings.len() < 500);
    for finding in &told.findings {
        assert!(
            !finding.message.chars().any(char::is_control),
            "{:?}",
            finding.message
        );
    }
    let malformed = told.verdict() == hubkit_inspect::Verdict::Malformed;
    for tensor in &told.tensors {
        if let Place::Here(range) = tensor.place {
            assert!(malformed || range.end() <= size);
        }
        if let Place::Member {
            name,
            range: Some(range),
        } = &tensor.place
        {
            let member = told.members.iter().filter(|member| member.name == *name);
            let longest = member.map(|member| member.size).max();
            assert!(malformed || longest.is_some_and(|longest| range.end() <= longest));
        }
    }
}
