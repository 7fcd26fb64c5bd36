//! Where in the metadata something stands.

use std::{fmt, str::FromStr};

/// Where in the metadata of a card something stands, as `model-index[0].results[2].dataset.config`.
///
/// Names are separated by points and places of a list stand in brackets, counted from 0. A name that holds a point, a
/// bracket, a quote or a blank, or nothing, is written in double quotes, in which `\"` and `\\` stand for the two
/// characters. The path of nothing is the metadata as a whole.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct FieldPath(Vec<Step>);

/// One step of a path.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Step {
    /// To the value of a name.
    Key(String),
    /// To a place of a list, counted from 0.
    Index(usize),
}

/// A text that is no path.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("expected a path such as `license` or `model-index[0].name`, found `{text}`: {reason}")]
pub struct ParseFieldPathError {
    text: String,
    reason: &'static str,
}

impl FieldPath {
    /// The path of the metadata as a whole.
    pub fn root() -> Self {
        Self::default()
    }

    /// The path of a name at the top.
    pub fn of(key: &str) -> Self {
        Self::root().key(key)
    }

    /// The path of a name below this one.
    pub fn key(&self, key: &str) -> Self {
        self.with(Step::Key(key.to_owned()))
    }

    /// The path of a place of the list at this one.
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    /// The steps, from the top.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether it is the path of the metadata as a whole.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

fn is_plain(key: &str) -> bool {
    let is_special = |c: char| matches!(c, '.' | '[' | ']' | '"' | '\\') || c.is_whitespace();
    !key.is_empty() && !key.contains(is_special)
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => {
                    let point = if at == 0 { "" } else { "." };
                    if is_plain(key) {
                        write!(f, "{point}{key}")?;
                    } else {
                        let quoted = key.replace('\\', "\\\\").replace('"', "\\\"");
                        write!(f, "{point}\"{quoted}\"")?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl FromStr for FieldPath {
    type Err = ParseFieldPathError;

    /// Reads a path. The path of the metadata as a whole has no text.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        steps(text).map(Self).map_err(|reason| ParseFieldPathError {
            text: text.to_owned(),
            reason,
        })
    }
}

fn steps(text: &str) -> Result<Vec<Step>, &'static str> {
    let mut steps = Vec::new();
    let mut rest = text;
    loop {
        if let Some(index) = rest.strip_prefix('[').filter(|_| !steps.is_empty()) {
            let (digits, after) = index.split_once(']').ok_or("a bracket is not closed")?;
            let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            let index = digits.parse().ok().filter(|_| is_number);
            steps.push(Step::Index(index.ok_or("a place of a list is a number")?));
            rest = after;
        } else {
            if !steps.is_empty() {
                rest = rest.strip_prefix('.').ok_or("a name follows a point")?;
            }
            let (key, after) = key(rest)?;
            steps.push(Step::Key(key));
            rest = after;
        }
        if rest.is_empty() {
            return Ok(steps);
        }
    }
}

fn key(text: &str) -> Result<(String, &str), &'static str> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(['.', '[']).unwrap_or(text.len());
        let (key, rest) = text.split_at(end);
        return if is_plain(key) {
            Ok((key.to_owned(), rest))
        } else {
            Err("a name that is empty or has blanks stands in double quotes")
        };
    };
    let mut key = String::new();
    let mut chars = quoted.chars();
    loop {
        match chars.next().ok_or("a quote is not closed")? {
            '"' => return Ok((key, chars.as_str())),
            '\\' => key.push(chars.next().ok_or("a quote is not closed")?),
            c => key.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_as_it_is_written() {
        for text in [
            "license",
            "model-index[0].results[12].dataset.config",
            "dataset_info.features[0].dtype.class_label.names.\"0.5\"",
            "\"\".\"a \\\"b\\\" \\\\c\"",
            "a.0",
        ] {
            let path: FieldPath = text.parse().expect(text);
            assert_eq!(path.to_string(), text);
        }
        let path = FieldPath::of("model-index").index(0).key("a.b");
        assert_eq!(path.to_string(), "model-index[0].\"a.b\"");
        assert_eq!(path.to_string().parse(), Ok(path));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [
            "",
            ".",
            "a.",
            ".a",
            "[0]",
            "a[",
            "a[]",
            "a[-1]",
            "a[+1]",
            "a[x]",
            "a[0]b",
            "a b",
            "\"a",
            "a]",
            "a[99999999999999999999999]",
        ] {
            assert!(text.parse::<FieldPath>().is_err(), "{text}");
        }
    }
}
