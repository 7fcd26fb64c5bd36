//! Choosing files for LFS: `.gitattributes` read and changed line by line.

use crate::attributes::{Assignment, Line, State, Target};

/// What git-lfs writes behind a pattern.
const CHOSEN: &str = "filter=lfs diff=lfs merge=lfs -text";

/// A pattern that a file `.gitattributes` names, and what it makes of the files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrackedPattern {
    /// The pattern as people write it: a blank is a blank again.
    pub pattern: String,
    /// Whether its files are kept in LFS; otherwise they are kept out of it.
    pub is_lfs: bool,
}

/// The patterns of a file `.gitattributes` that say something of LFS, in their order. A pattern that is not UTF-8 is shown
/// as near as can be.
pub fn tracked(text: impl AsRef<[u8]>) -> Vec<TrackedPattern> {
    let lines = text.as_ref().split(|byte| *byte == b'\n');
    lines
        .filter_map(|line| {
            let Line {
                target: Target::Pattern(pattern),
                assignments,
            } = Line::parse(line)?
            else {
                return None;
            };
            let is_filter = |assignment: &&Assignment| assignment.name() == "filter";
            let filter = assignments.iter().rfind(is_filter)?;
            let pattern = String::from_utf8_lossy(&pattern).into_owned();
            Some(TrackedPattern {
                pattern: plain(&pattern),
                is_lfs: filter.state() == State::Lfs,
            })
        })
        .collect()
}

/// The text of a file `.gitattributes` with one more pattern kept in LFS, as `git lfs track` writes it; `None` where the
/// pattern is kept in LFS already. All that stands there stays as it is, line ends included; the new line comes last, so
/// that it counts.
///
/// # Errors
///
/// For a pattern that can't stand in such a file: an empty one, one with a line break, and one that git would take for a
/// comment's or a negation's.
pub fn track(text: &[u8], pattern: &str) -> Result<Option<Vec<u8>>, TrackError> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    if pattern.is_empty() || pattern.contains(['\n', '\r', '\0']) || pattern.starts_with('!') {
        return Err(TrackError);
    }
    let last = tracked(text)
        .into_iter()
        .rfind(|known| known.pattern == pattern);
    if last.is_some_and(|known| known.is_lfs) {
        return Ok(None);
    }
    let ends_as_windows = text.windows(2).any(|pair| pair == b"\r\n");
    let end: &[u8] = if ends_as_windows { b"\r\n" } else { b"\n" };
    let mut changed = text.to_vec();
    if !changed.is_empty() && !changed.ends_with(b"\n") {
        changed.extend_from_slice(end);
    }
    changed.extend_from_slice(escaped(pattern).as_bytes());
    changed.push(b' ');
    changed.extend_from_slice(CHOSEN.as_bytes());
    changed.extend_from_slice(end);
    Ok(Some(changed))
}

/// A blank would end the pattern, and a `#` at its start make it a comment.
fn escaped(pattern: &str) -> String {
    let pattern = pattern.replace([' ', '\t'], "[[:space:]]");
    match pattern.strip_prefix(['#', '"']) {
        Some(rest) => format!("\\{}{rest}", &pattern[..1]),
        None => pattern,
    }
}

fn plain(pattern: &str) -> String {
    let pattern = pattern.replace("[[:space:]]", " ");
    match pattern.strip_prefix('\\') {
        Some(rest) if rest.starts_with(['#', '"']) => rest.to_owned(),
        _ => pattern,
    }
}

/// The text can't be a pattern of `.gitattributes`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TrackError;

impl std::fmt::Display for TrackError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("expected a pattern such as `*.bin`: one line that is not empty and does not start with `!`")
    }
}

impl std::error::Error for TrackError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Attributes;

    const BIN: &str = "*.bin filter=lfs diff=lfs merge=lfs -text";

    #[track_caller]
    fn check(text: &str, pattern: &str, expected: Option<&str>) {
        let changed = track(text.as_bytes(), pattern).expect("a pattern");
        let changed = changed.map(|bytes| String::from_utf8(bytes).expect("text"));
        assert_eq!(changed.as_deref(), expected);
    }

    #[test]
    fn a_pattern_is_added_at_the_end_and_all_else_stays() {
        check("", "*.bin", Some(&format!("{BIN}\n")));
        let text = "# weights\n\n*.h5   filter=lfs -text";
        check(text, "*.bin", Some(&format!("{text}\n{BIN}\n")));
        check("a b\r\n", "*.bin", Some(&format!("a b\r\n{BIN}\r\n")));
        let text = format!("{BIN}\n*.bin -filter\n");
        check(&text, "*.bin", Some(&format!("{text}{BIN}\n")));
    }

    #[test]
    fn what_is_kept_in_lfs_already_is_not_added_again() {
        check(&format!("{BIN}\n"), "*.bin", None);
        check("*.bin filter=lfs", "./*.bin", None);
    }

    #[test]
    fn a_pattern_counts_whatever_is_in_it() {
        for (pattern, path) in [
            ("a b.bin", "a b.bin"),
            ("#x", "#x"),
            ("d/**/*.bin", "d/e/f.bin"),
            ("\u{e9}*", "\u{e9}t\u{e9}"),
        ] {
            let text = track(b"", pattern).expect("a pattern").expect("a change");
            let attributes = Attributes::parse(&text);
            assert!(
                attributes.is_lfs(&path.parse().expect("a path")),
                "{pattern}"
            );
            let known = TrackedPattern {
                pattern: pattern.to_owned(),
                is_lfs: true,
            };
            assert_eq!(tracked(&text), [known]);
            assert_eq!(track(&text, pattern), Ok(None), "{pattern}");
        }
        for wrong in ["", "a\nb", "!a", "./"] {
            assert_eq!(track(b"", wrong), Err(TrackError), "{wrong:?}");
        }
    }
}
