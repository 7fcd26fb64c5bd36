//! Texts and numbers as YAML that every reader of cards reads alike.
//!
//! Hubs read the core schema of YAML 1.2, Python's tools that of 1.1. A text stands without quotes where both read it as
//! that text.

use std::fmt::Write as _;

use serde_yaml::{Number, Value};

use crate::{Dialect, metadata};

/// Where a scalar stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Within {
    /// Lines.
    Block,
    /// Brackets.
    Flow,
}

/// A text on one line.
pub(super) fn text(text: &str, within: Within) -> String {
    if is_plain(text, within) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// A text between quotes.
pub(super) fn quoted(text: &str) -> String {
    if text.chars().any(is_escaped) {
        double(text)
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// A number, with the point and the sign that YAML 1.1 wants of one with an exponent.
pub(super) fn number(number: &Number) -> String {
    let Some(float) = number.as_f64().filter(|_| number.is_f64()) else {
        return number.to_string();
    };
    if float.is_nan() {
        return ".nan".to_owned();
    }
    if float.is_infinite() {
        return if float > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let text = format!("{float:?}");
    let Some((digits, exponent)) = text.split_once('e') else {
        return text;
    };
    let point = if digits.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    format!("{digits}{point}e{sign}{exponent}")
}

/// The lines of a text below a `|` and that sign, where they can be written so.
pub(super) fn literal(text: &str) -> Option<(&'static str, Vec<&str>)> {
    // The last line end of a block is read by one side and not by the other.
    if text.ends_with('\n') || !text.contains('\n') {
        return None;
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let is_filled = |line: &&str| !line.trim_matches([' ', '\t']).is_empty();
    let begins_so = |line: &&str| line.starts_with([' ', '\t']);
    let is_simple = lines
        .first()
        .is_some_and(|first| is_filled(first) && !begins_so(first))
        && lines.iter().all(|line| line.is_empty() || is_filled(line))
        && !text
            .chars()
            .any(|c| !matches!(c, '\n' | '\t') && is_escaped(c));
    is_simple.then_some(("|-", lines))
}

fn is_plain(text: &str, within: Within) -> bool {
    let is_bad = |c: char| {
        is_escaped(c) || within == Within::Flow && matches!(c, ',' | '[' | ']' | '{' | '}' | '?')
    };
    let mut chars = text.chars();
    let Some(first) = chars.next() else {
        return false;
    };
    let is_sign = "-?:,[]{}#&*!|>'\"%@`".contains(first);
    // A dash begins a text when no blank follows it.
    let is_dash = first == '-' && within == Within::Block && chars.next().is_some_and(|c| c != ' ');
    !(is_sign && !is_dash
        || text.starts_with("---")
        || text.starts_with("...")
        || text.starts_with(' ')
        || text.ends_with([' ', ':'])
        || text.contains(": ")
        || text.contains(" #")
        || within == Within::Flow && text.contains(':') && !text.contains("://")
        || text.contains(is_bad)
        || may_be_other(text) && (is_date(text) || is_other(text)))
}

/// Whether a text without quotes could be something else than a text.
fn may_be_other(text: &str) -> bool {
    let first = text.as_bytes().first().copied().unwrap_or_default();
    first.is_ascii_digit()
        || matches!(first, b'+' | b'-' | b'.' | b'~' | b'=' | b'<')
        || text.len() < 6
}

/// Whether a reader takes a text for something else.
fn is_other(text: &str) -> bool {
    let read = |dialect| metadata::value(text, dialect);
    let meant = Value::String(text.to_owned());
    [Dialect::Hub, Dialect::Python]
        .iter()
        .any(|dialect| read(*dialect).as_ref() != Ok(&meant))
}

/// Whether Python takes a text for a date, which is no value of ours.
fn is_date(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let day = text.split(['T', 't', ' ', '\t']).next().unwrap_or(text);
    let parts: Vec<&str> = day.split('-').collect();
    matches!(parts[..], [year, month, day] if year.len() == 4 && month.len() <= 2 && day.len() <= 2)
        && parts.into_iter().all(is_number)
}

/// What is not shown, breaks lines, or can't stand in YAML of either version.
fn is_escaped(c: char) -> bool {
    matches!(
        c,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    ) || c.is_control()
}

fn double(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\0' => quoted.push_str("\\0"),
            c if is_escaped(c) => {
                let code = u32::from(c);
                // Writing to a text does not fail.
                let _ = if code < 0x100 {
                    write!(quoted, "\\x{code:02X}")
                } else {
                    write!(quoted, "\\u{code:04X}")
                };
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_quoted_where_a_reader_would_read_something_else() {
        for plain in [
            "mit",
            "apache-2.0",
            "7b",
            "-x",
            "a:b",
            "a b",
            "x#y",
            "é",
            "https://a/b",
            "1.2.3",
            "n",
            "y",
            "3-4",
            "v1.10",
            "10K<n<100K",
            "a'b",
            "a\"b",
            "100%",
        ] {
            assert_eq!(text(plain, Within::Block), plain);
        }
        for quoted in [
            "",
            "no",
            "NO",
            "on",
            "true",
            "~",
            "null",
            "1",
            "1.10",
            "010",
            "1_000",
            "1:30",
            "0x1F",
            "1e3",
            "1.0e+3",
            ".5",
            "+1",
            "-",
            "- a",
            "? a",
            "a: b",
            "a:",
            "a #b",
            "#a",
            "@a",
            "`a`",
            "%a",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "[a",
            "{a",
            "2020-01-01",
            "2022-13-45",
            "=",
            "<<",
            "---",
            " a",
            "a ",
            "'a",
            ".inf",
            ".NaN",
            "2001-12-14t21:59:43.10-05:00",
        ] {
            assert_eq!(
                text(quoted, Within::Block),
                format!("'{}'", quoted.replace('\'', "''"))
            );
        }
        assert_eq!(
            text("a\nb\u{2028}\u{7}", Within::Block),
            "\"a\\nb\\u2028\\x07\""
        );
        assert_eq!(text("a,b", Within::Flow), "'a,b'");
        assert_eq!(text("a,b", Within::Block), "a,b");
    }

    #[test]
    fn every_text_is_read_back() {
        for special in [
            "a\tb",
            "\u{85}",
            "\u{feff}",
            "\\",
            "\"",
            "''",
            "\0",
            "😀",
            "a: 'b' \"c\"",
            "\u{ffff}",
        ] {
            for within in [Within::Block, Within::Flow] {
                let written = format!("[{}]", text(special, within));
                let list = Value::Sequence(vec![special.into()]);
                if within == Within::Flow {
                    assert_eq!(
                        metadata::value(&written, Dialect::Hub),
                        Ok(list),
                        "{written}"
                    );
                }
                let written = format!("k: {}", text(special, within));
                let read = metadata::value(&written, Dialect::Hub).expect("YAML");
                assert_eq!(read["k"], Value::from(special), "{written}");
            }
        }
    }

    #[test]
    fn numbers_are_numbers_in_both_versions() {
        for (float, written) in [
            (1e-5, "1.0e-5"),
            (1.5e300, "1.5e+300"),
            (2.0, "2.0"),
            (-0.5, "-0.5"),
        ] {
            assert_eq!(number(&Number::from(float)), written);
            assert_eq!(
                metadata::value(written, Dialect::Hub),
                Ok(Value::from(float))
            );
        }
        assert_eq!(number(&Number::from(f64::NEG_INFINITY)), "-.inf");
        assert_eq!(number(&Number::from(7)), "7");
    }
}
