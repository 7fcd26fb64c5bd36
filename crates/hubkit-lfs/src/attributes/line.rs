//! One line of a `.gitattributes` file.

use super::State;

/// What a line is about, and what it says.
pub(crate) struct Line {
    pub(crate) target: Target,
    pub(crate) assignments: Vec<Assignment>,
}

pub(crate) enum Target {
    /// The paths that a pattern matches.
    Pattern(Vec<u8>),
    /// The definition of a name for several attributes.
    Macro(String),
}

#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    pub(super) name: String,
    pub(super) state: State,
}

impl Assignment {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn state(&self) -> State {
        self.state
    }
}

impl Line {
    /// Git ignores longer lines.
    pub(crate) const LIMIT: usize = 2048;

    /// Reads a line; `None` for a blank line, a comment and what git ignores.
    pub(crate) fn parse(line: &[u8]) -> Option<Self> {
        // To git a line is a string of C, and so ends at a zero byte.
        let line = line.split(|byte| *byte == 0).next()?;
        let line = skip_blanks(line);
        if line.is_empty() || line[0] == b'#' || line.len() >= Self::LIMIT {
            return None;
        }
        let (pattern, rest) = unquote(line).unwrap_or_else(|| {
            let (pattern, rest) = split_word(line);
            (pattern.to_vec(), rest)
        });
        let target = match pattern.strip_prefix(b"[attr]") {
            Some(name) if !name.is_empty() => {
                Target::Macro(attribute_name(split_word(skip_blanks(name)).0)?)
            }
            _ => Target::Pattern(pattern),
        };
        Some(Self {
            target,
            assignments: parse_assignments(rest)?,
        })
    }
}

/// One bad name spoils the whole line.
fn parse_assignments(mut rest: &[u8]) -> Option<Vec<Assignment>> {
    let mut assignments = Vec::new();
    loop {
        rest = skip_blanks(rest);
        if rest.is_empty() {
            return Some(assignments);
        }
        let (word, behind) = split_word(rest);
        rest = behind;
        let equals = word.iter().position(|byte| *byte == b'=');
        let (name, value) = equals.map_or((word, None), |at| (&word[..at], Some(&word[at + 1..])));
        let (name, state) = match (name, value) {
            ([b'-' | b'!', name @ ..], _) => (name, State::Other),
            (name, None) => (name, State::Set),
            (name, Some(b"lfs")) => (name, State::Lfs),
            (name, Some(_)) => (name, State::Other),
        };
        assignments.push(Assignment {
            name: attribute_name(name)?,
            state,
        });
    }
}

fn attribute_name(name: &[u8]) -> Option<String> {
    let legal = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let valid = !name.is_empty() && name[0] != b'-' && name.iter().all(legal);
    let reserved = name.starts_with(b"builtin_");
    (valid && !reserved).then(|| name.iter().copied().map(char::from).collect())
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

fn skip_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|byte| is_blank(**byte)).count();
    &text[blanks..]
}

fn split_word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().take_while(|byte| !is_blank(**byte)).count();
    text.split_at(end)
}

/// Reads a pattern in quotes, with the escapes of C; the rest starts behind the closing quote. `None` when there is
/// no opening quote, no closing one, or a wrong escape: then git takes the quote for a part of the pattern.
fn unquote(line: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = line.strip_prefix(b"\"")?;
    let mut text = Vec::new();
    loop {
        let (byte, behind) = rest.split_first()?;
        rest = behind;
        match byte {
            b'"' => break,
            b'\\' => {
                let (byte, behind) = unescape(rest)?;
                text.push(byte);
                rest = behind;
            }
            other => text.push(*other),
        }
    }
    if let Some(end) = text.iter().position(|byte| *byte == 0) {
        text.truncate(end);
    }
    Some((text, rest))
}

fn unescape(rest: &[u8]) -> Option<(u8, &[u8])> {
    let octal = |byte: &u8| matches!(byte, b'0'..=b'7');
    Some(match rest {
        [high @ b'0'..=b'3', middle, low, rest @ ..] if octal(middle) && octal(low) => {
            let byte = (high - b'0') << 6 | (middle - b'0') << 3 | (low - b'0');
            (byte, rest)
        }
        [escaped, rest @ ..] => {
            let byte = match escaped {
                b'a' => 7,
                b'b' => 8,
                b't' => b'\t',
                b'n' => b'\n',
                b'v' => 11,
                b'f' => 12,
                b'r' => b'\r',
                b'"' | b'\\' => *escaped,
                _ => return None,
            };
            (byte, rest)
        }
        [] => return None,
    })
}
