//! Calls within code, read as far as it takes to know what they are given.

use std::ops::Range;

/// A call.
pub(super) struct Call<'a> {
    /// From its name to the parenthesis that closes it.
    pub(super) span: Range<usize>,
    /// What stands between the parentheses.
    pub(super) arguments: &'a str,
}

impl<'a> Call<'a> {
    /// No longer call is read.
    const LONGEST: usize = 1_000;
    /// So many are read of a name in a block.
    const MOST: usize = 200;

    /// Every call of a name, which ends with its parenthesis.
    pub(super) fn all(code: &'a str, name: &'a str) -> impl Iterator<Item = Self> {
        code.match_indices(name)
            .take(Self::MOST)
            .map(move |(at, _)| {
                let begin = at + name.len();
                let length = close(code.as_bytes().get(begin..).unwrap_or_default());
                let arguments = code.get(begin..begin + length).unwrap_or_default();
                let end = (begin + length + 1).min(code.len());
                Self {
                    span: at..if code.is_char_boundary(end) {
                        end
                    } else {
                        begin
                    },
                    arguments,
                }
            })
    }

    /// The first argument, with the name that it is given by taken off.
    pub(super) fn first_argument(&self) -> Option<&'a str> {
        let first = self.arguments.split([',', '\n']).map(str::trim);
        let first = first.into_iter().find(|argument| !argument.is_empty())?;
        for name in ["repo_id", "pretrained_model_name_or_path", "path"] {
            if let Some(value) = first.strip_prefix(name).map(str::trim_start)
                && let Some(value) = value.strip_prefix('=')
            {
                return Some(value.trim());
            }
        }
        Some(first)
    }

    /// What an argument is given by its name.
    pub(super) fn value(&self, argument: &str) -> Option<&'a str> {
        let mut named = self.arguments.match_indices(argument);
        named.find_map(|(at, _)| {
            let before = self.arguments[..at].bytes().next_back();
            if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                return None;
            }
            let after = self.arguments[at + argument.len()..].trim_start();
            let value = after.strip_prefix('=')?.split([',', '\n']).next()?;
            Some(value.split('#').next()?.trim())
        })
    }
}

/// How many bytes stand before the parenthesis that closes.
fn close(code: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut quote = None;
    let window = &code[..code.len().min(Call::LONGEST)];
    for (at, byte) in window.iter().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if open == byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') if depth == 0 => return at,
            (None, b')') => depth -= 1,
            _ => {}
        }
    }
    window.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_ends_with_its_own_parenthesis() {
        let code = "x = load(f(')'), a, revision = 'b')\nload(\n  repo_id=\"a/b\",\n)\nload('ä";
        let found: Vec<_> = Call::all(code, "load(")
            .map(|call| {
                (
                    &code[call.span.clone()],
                    call.first_argument(),
                    call.value("revision"),
                )
            })
            .collect();
        assert_eq!(
            found[0],
            (
                "load(f(')'), a, revision = 'b')",
                Some("f(')')"),
                Some("'b'")
            )
        );
        assert_eq!(
            found[1],
            ("load(\n  repo_id=\"a/b\",\n)", Some("\"a/b\""), None)
        );
        assert_eq!(found[2].1, Some("'ä"));
    }
}
