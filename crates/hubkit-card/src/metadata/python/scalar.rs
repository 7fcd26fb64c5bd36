//! What a plain text of YAML 1.1 stands for.

use serde_yaml::Value;

use super::number;

/// What a plain text stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Meaning {
    Null,
    Bool,
    Int,
    Float,
    Timestamp,
    /// `<<`, whose mapping counts as written here.
    Merge,
    /// `=`, which has no value of its own.
    Default,
    Text,
}

/// What a plain text stands for, by the patterns of PyYAML's `Resolver`.
pub(super) fn meaning(text: &str) -> Meaning {
    let Some(first) = text.bytes().next() else {
        return Meaning::Null;
    };
    match first {
        b'~' if text == "~" => Meaning::Null,
        b'<' if text == "<<" => Meaning::Merge,
        b'=' if text == "=" => Meaning::Default,
        b'n' | b'N' if matches!(text, "null" | "Null" | "NULL") => Meaning::Null,
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' => {
            match cased(text).and_then(|word| flag(&word)) {
                Some(_) => Meaning::Bool,
                None => Meaning::Text,
            }
        }
        b'-' | b'+' | b'.' | b'0'..=b'9' if number::is_float(text) => Meaning::Float,
        b'-' | b'+' | b'0'..=b'9' if number::is_int(text) => Meaning::Int,
        b'0'..=b'9' if is_timestamp(text) => Meaning::Timestamp,
        _ => Meaning::Text,
    }
}

/// A word in lower case, of those that are written `word`, `Word` or `WORD`.
fn cased(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let rest = text.get(1..)?;
    let is_one_of_them = rest == &lower[1..] || text == text.to_ascii_uppercase();
    is_one_of_them.then_some(lower)
}

fn flag(word: &str) -> Option<bool> {
    match word {
        "yes" | "true" | "on" => Some(true),
        "no" | "false" | "off" => Some(false),
        _ => None,
    }
}

/// The truth value that a word stands for, however it is cased.
pub(super) fn bool(text: &str) -> Option<Value> {
    flag(&text.to_ascii_lowercase()).map(Value::Bool)
}

/// Whether a text is written as a day is, or as a moment.
fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_day = |at: usize, digit: &u8| match at {
        4 | 7 => *digit == b'-',
        _ => digit.is_ascii_digit(),
    };
    let is_short = bytes.len() == 10 && bytes.iter().enumerate().all(|(at, b)| is_day(at, b));
    is_short || Moment::read(text).is_some_and(|moment| moment.time.is_some())
}

/// The text of a day or a moment that there is.
pub(super) fn timestamp(text: &str) -> Option<Value> {
    let moment = Moment::read(text)?;
    moment.exists().then(|| Value::String(text.to_owned()))
}

struct Moment {
    year: u32,
    month: u32,
    day: u32,
    /// Hours, minutes, seconds, and how far from Greenwich in minutes.
    time: Option<([u32; 3], u32)>,
}

impl Moment {
    fn read(text: &str) -> Option<Self> {
        let mut rest = text;
        let year = digits(&mut rest, 4, 4)?;
        let month = digits(skip(&mut rest, '-')?, 1, 2)?;
        let day = digits(skip(&mut rest, '-')?, 1, 2)?;
        let mut time = None;
        if !rest.is_empty() {
            let blanks = rest.trim_start_matches([' ', '\t']);
            rest = match rest.strip_prefix(['T', 't']) {
                Some(rest) => rest,
                None if blanks.len() < rest.len() => blanks,
                None => return None,
            };
            let hour = digits(&mut rest, 1, 2)?;
            let minute = digits(skip(&mut rest, ':')?, 2, 2)?;
            let second = digits(skip(&mut rest, ':')?, 2, 2)?;
            if let Some(fraction) = rest.strip_prefix('.') {
                rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            }
            time = Some(([hour, minute, second], zone(rest)?));
        }
        Some(Self {
            year,
            month,
            day,
            time,
        })
    }

    fn exists(&self) -> bool {
        let is_leap = self.year.is_multiple_of(4)
            && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let days = match self.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if is_leap => 29,
            2 => 28,
            _ => 0,
        };
        let is_day = self.year > 0 && (1..=days).contains(&self.day);
        let is_time = self.time.is_none_or(|([hour, minute, second], zone)| {
            hour < 24 && minute < 60 && second < 60 && zone < 24 * 60
        });
        is_day && is_time
    }
}

/// How far from Greenwich a zone is, in minutes; none is Greenwich.
fn zone(text: &str) -> Option<u32> {
    let mut rest = text.trim_start_matches([' ', '\t']);
    if text.is_empty() || rest == "Z" {
        return Some(0);
    }
    rest = rest.strip_prefix(['+', '-'])?;
    let hours = digits(&mut rest, 1, 2)?;
    let minutes = match rest.strip_prefix(':') {
        Some(minutes) => {
            rest = minutes;
            digits(&mut rest, 2, 2)?
        }
        None => 0,
    };
    rest.is_empty().then_some(hours * 60 + minutes)
}

/// The number of as many digits as there are, up to the most.
fn digits(rest: &mut &str, least: usize, most: usize) -> Option<u32> {
    let bytes = rest.bytes().take(most);
    let count = bytes.take_while(u8::is_ascii_digit).count();
    let (number, after) = rest.split_at(count);
    *rest = after;
    (count >= least).then_some(number)?.parse().ok()
}

fn skip<'r, 'a>(rest: &'r mut &'a str, sign: char) -> Option<&'r mut &'a str> {
    *rest = rest.strip_prefix(sign)?;
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_texts_stand_for_what_pyyaml_says() {
        for (meaning, texts) in [
            (Meaning::Null, &["", "~", "null", "Null", "NULL"][..]),
            (Meaning::Bool, &["yes", "No", "ON", "off", "true", "FALSE"]),
            (
                Meaning::Int,
                &[
                    "0",
                    "-12",
                    "+1_000",
                    "010",
                    "0b1_0",
                    "0xFf",
                    "1:30",
                    "0_",
                    "190:20:59",
                ],
            ),
            (
                Meaning::Float,
                &[
                    "1.", "-1.5", ".5", "1.5e+3", "1_0.5", "1:30.5", ".inf", "-.INF", ".NaN",
                ],
            ),
            (
                Meaning::Timestamp,
                &[
                    "2022-13-45",
                    "2022-3-1 1:00:00",
                    "2022-03-01T10:00:00.5 +02:00",
                    "2022-03-01t10:00:00Z",
                ],
            ),
            (Meaning::Merge, &["<<"]),
            (Meaning::Default, &["="]),
            (
                Meaning::Text,
                &[
                    "y",
                    "N",
                    "yEs",
                    "nUll",
                    "08",
                    "0o10",
                    "1e3",
                    "1.5e3",
                    "-.5",
                    "1:60",
                    "+",
                    "-",
                    ".",
                    "2022-3-1",
                    "2022-03-01 ",
                    "2022-03-01T10:00",
                    "2022-03-01T10:00:00 ",
                    "0x",
                    "0b2",
                    "1__:3x",
                    "é",
                    "+.nan",
                    "0:30",
                    "_1",
                ],
            ),
        ] {
            for text in texts {
                assert_eq!(super::meaning(text), meaning, "{text}");
            }
        }
    }

    #[test]
    fn days_that_are_none_are_refused() {
        for (text, exists) in [
            ("2022-13-45", false),
            ("2022-02-29", false),
            ("2024-02-29", true),
            ("1900-02-29", false),
            ("0000-01-01", false),
            ("2022-01-01 24:00:00", false),
            ("2022-01-01 23:59:59 +23:59", true),
            ("2022-01-01 23:59:59 -24:00", false),
        ] {
            assert_eq!(timestamp(text).is_some(), exists, "{text}");
        }
    }
}
