//! A bound on fractions as names, which no card has and an attack may.
//!
//! All fractions have one hash in `serde_yaml`: a mapping with many of them for names takes as long as comparing each with
//! each.

use super::MetadataError;
use crate::{
    Dialect,
    syntax::{Content, Document, Node},
};

/// How many names of one mapping may be fractions, or values that stand elsewhere.
const MOST: usize = 1_000;

/// Refuses a text with more. Others cost one look at each byte.
pub(super) fn check(text: &str, dialect: Dialect) -> Result<(), MetadataError> {
    if suspects(text.as_bytes()) <= MOST {
        return Ok(());
    }
    let fault = |line: usize, column: usize, reason: String| MetadataError::Yaml {
        line: line as u64,
        column: column as u64,
        reason,
    };
    let document = Document::read_as(text, dialect).map_err(|found| {
        let location = found.location;
        fault(location.line, location.column, found.reason)
    })?;
    let mut refused = None;
    if let Some(root) = &document.root {
        root.each(&mut |node| {
            if let Content::Mapping { entries, .. } = &node.content
                && entries.iter().filter(|(key, _)| is_suspect(key)).count() > MOST
            {
                refused.get_or_insert(node.start);
            }
        });
    }
    match refused {
        None => Ok(()),
        Some(start) => {
            let reason = format!("found more than {MOST} fractions for names");
            Err(fault(start.line, start.column, reason))
        }
    }
}

/// Whether a name may be read as a fraction: one that has no quotes and no other letters, or an alias.
fn is_suspect(key: &Node<'_>) -> bool {
    let is_number = |byte: u8| byte.is_ascii_digit() || b"._+-:eE".contains(&byte);
    match &key.content {
        Content::Scalar { text, .. } => {
            let is_read = key.is_plain() || key.tag.is_some();
            let is_begun = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
            is_read && is_begun && text.bytes().all(is_number) && has_fraction(text.as_bytes())
        }
        content => matches!(content, Content::Alias(_)),
    }
}

fn has_fraction(token: &[u8]) -> bool {
    token.iter().any(u8::is_ascii_digit)
        && token.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
}

/// How many names may be a fraction, or an alias of one, by what stands before each colon.
fn suspects(bytes: &[u8]) -> usize {
    let is_name =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'+' | b'-');
    let is_around = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'');
    let is_suspect = |at: usize| match bytes[at] {
        b'?' => bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace),
        b':' => {
            let around = bytes[..at]
                .iter()
                .rev()
                .take_while(|byte| is_around(byte))
                .count();
            let end = at - around;
            // A number that is longer is none that differs from others.
            let length = bytes[..end]
                .iter()
                .rev()
                .take(64)
                .take_while(|byte| is_name(byte))
                .count();
            let begin = end - length;
            has_fraction(&bytes[begin..end])
                || begin.checked_sub(1).is_some_and(|at| bytes[at] == b'*')
        }
        _ => false,
    };
    (0..bytes.len()).filter(|at| is_suspect(*at)).count()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::metadata;

    #[test]
    fn many_fractions_for_names_are_refused() {
        type Entry<'e> = &'e dyn Fn(u32) -> String;
        let entries: [(&str, Entry<'_>, &str); 4] = [
            ("", &|at| format!("{at}.5: a\n"), ""),
            ("a: {", &|at| format!("{at}.5: a, "), "}"),
            ("", &|at| format!("? {at}.5\n"), ""),
            ("", &|at| format!("? {at}.5\n: a\n"), ""),
        ];
        for (before, entry, after) in entries {
            let card = |count: u32| {
                let entries: String = (0..count).map(entry).collect();
                format!("{before}{entries}{after}")
            };
            for dialect in [Dialect::Hub, Dialect::Python] {
                assert!(metadata::value(&card(900), dialect).is_ok(), "{}", card(3));
                let error = metadata::value(&card(20_000), dialect).expect_err("an error");
                let found = error.to_string();
                assert!(found.contains("fractions for names"), "{found}");
            }
        }
    }

    #[test]
    fn texts_and_whole_numbers_for_names_are_as_many_as_they_are() {
        for name in ["", "'", "v1.", "e", "1.5 MB "] {
            let mut text = String::new();
            for at in 0..3_000 {
                let end = if name == "'" { ".5'" } else { "" };
                let _ = writeln!(text, "{name}{at}{end}: a");
            }
            for dialect in [Dialect::Hub, Dialect::Python] {
                let read = metadata::value(&text, dialect);
                assert!(read.is_ok(), "{name}: {read:?}");
            }
        }
    }
}
