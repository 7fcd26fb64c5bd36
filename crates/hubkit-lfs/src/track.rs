//! Choosing files for LFS: `.gitattributes` read and changed line by line.

use std::collections::HashSet;

use crate::{
    Attributes,
    attributes::{Assignment, Line, State, Target},
};

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
    lines.filter_map(of_line).collect()
}

fn of_line(line: &[u8]) -> Option<TrackedPattern> {
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
}

/// The text of a file `.gitattributes` with one more pattern kept in LFS, as `git lfs track` writes it; `None` where the
/// pattern is kept in LFS already, and no later line takes its files out again. All that stands there stays as it is, line ends included; the new line comes last, so
/// that it counts.
///
/// # Errors
///
/// For a pattern that would keep nothing in LFS: an empty one, one with a line break, one that git takes for a negation or
/// the definition of a macro, one that ends in a slash, and one whose line is so long that git ignores it.
pub fn track(text: &[u8], pattern: &str) -> Result<Option<Vec<u8>>, TrackError> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    refuse(pattern)?;
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let known = |line: &&[u8]| of_line(line).filter(|known| known.pattern == pattern);
    if let Some(at) = lines.iter().rposition(|line| known(line).is_some())
        && known(&lines[at]).is_some_and(|known| known.is_lfs)
        && !is_taken_out(&lines[at + 1..].join(&b'\n'), pattern)
    {
        return Ok(None);
    }
    let ends_as_windows = text.windows(2).any(|pair| pair == b"\r\n");
    let end: &[u8] = if ends_as_windows { b"\r\n" } else { b"\n" };
    let mut changed = text.to_vec();
    if !changed.is_empty() && !changed.ends_with(b"\n") {
        changed.extend_from_slice(end);
    }
    changed.extend_from_slice(line_of(pattern).as_bytes());
    changed.extend_from_slice(end);
    Ok(Some(changed))
}

fn refuse(pattern: &str) -> Result<(), TrackError> {
    let because = |reason| Err(TrackError(reason));
    if pattern.is_empty() {
        return because("it is empty");
    }
    if pattern.contains(['\n', '\r', '\0']) {
        return because("a pattern is one line, and this has a line break or a zero byte in it");
    }
    if pattern.starts_with('!') {
        return because("`.gitattributes` knows no negation by `!`");
    }
    if pattern.starts_with("[attr]") {
        return because("git takes what starts with `[attr]` for the definition of a macro");
    }
    if pattern.ends_with('/') {
        return because(
            "a pattern that ends with `/` matches no file; `folder/**` matches all in a folder",
        );
    }
    // The line may end as on Windows.
    if line_of(pattern).len() + 1 >= Line::LIMIT {
        return because("it is too long: git ignores lines of 2,048 bytes and more");
    }
    Ok(())
}

fn line_of(pattern: &str) -> String {
    format!("{} {CHOSEN}", escaped(pattern))
}

/// Whether these lines take the files of a pattern out of LFS, as far as can be told without the files: for a name that the
/// pattern matches and hardly another one does.
fn is_taken_out(lines: &[u8], pattern: &str) -> bool {
    let Ok(path) = pattern
        .trim_start_matches('/')
        .replace(['*', '?'], "x")
        .parse()
    else {
        return false;
    };
    let lines = Attributes::parse(lines);
    let expansion = |name: &str| lines.expansion(name);
    let said = lines.filter(&path, &expansion, &mut HashSet::new());
    said.is_some_and(|state| state != State::Lfs)
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

/// The text can't be a pattern of `.gitattributes` that keeps files in LFS; says why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TrackError(&'static str);

impl std::fmt::Display for TrackError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "expected a pattern such as `*.bin`: {}", self.0)
    }
}

impl std::error::Error for TrackError {}

#[cfg(test)]
mod tests {
    use super::*;

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
    }

    #[test]
    fn what_a_later_line_takes_out_is_added_again() {
        for later in ["*.bin -filter", "* filter=other", "*.bin !filter"] {
            let text = format!("{BIN}\n{later}\n");
            check(&text, "*.bin", Some(&format!("{text}{BIN}\n")));
            let text = format!("a.bin filter=lfs\n{later}\n");
            let added = BIN.replacen('*', "a", 1);
            check(&text, "a.bin", Some(&format!("{text}{added}\n")));
        }
        // What is kept out in one folder alone stays so.
        check(&format!("{BIN}\ndocs/*.bin -filter\n"), "*.bin", None);
        check(&format!("{BIN}\n*.bin text\n* filter=lfs\n"), "*.bin", None);
    }

    #[test]
    fn what_would_keep_nothing_is_refused_with_the_reason() {
        let long = "x".repeat(2040);
        for (wrong, reason) in [
            ("", "empty"),
            ("./", "empty"),
            ("a\nb", "line break"),
            ("!a", "negation"),
            ("[attr]lfs", "macro"),
            ("weights/", "matches no file"),
            (long.as_str(), "too long"),
        ] {
            let error = track(b"", wrong).expect_err(reason);
            assert!(error.to_string().contains(reason), "{error}");
        }
        // The longest that is taken counts.
        let longest = "x".repeat(Line::LIMIT - 2 - line_of("").len());
        let text = track(b"", &longest).expect("a pattern").expect("a change");
        assert_eq!(tracked(&text).len(), 1);
        assert!(track(b"", &format!("{longest}x")).is_err());
    }
}
