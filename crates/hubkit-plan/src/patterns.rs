//! Patterns that a user gives to keep some files and not others.

use std::fmt;

use hubkit_types::RepoPath;

/// A pattern of paths, as Python's `fnmatch.fnmatchcase` reads it: what `hf download --include` takes.
///
/// It is about the whole path: `*` is any text, slashes included; `?` is any character; `[abc]`, `[a-c]` and `[!a]`
/// are one of a class. Nothing is escaped. A slash at the end stands for everything in that folder.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    tokens: Vec<Token>,
}

#[derive(Clone, Debug)]
enum Token {
    One(char),
    AnyOne,
    Class {
        ranges: Vec<(char, char)>,
        kind: Kind,
    },
    AnyText,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    OneOf,
    NoneOf,
}

impl Pattern {
    /// Reads a pattern. Every text is one.
    pub fn new(text: &str) -> Self {
        let mut characters: Vec<char> = text.chars().collect();
        if text.ends_with('/') {
            characters.push('*');
        }
        let mut tokens = Vec::new();
        let mut at = 0;
        while let Some(&c) = characters.get(at) {
            at += 1;
            match c {
                // Two in a row are one.
                '*' if matches!(tokens.last(), Some(Token::AnyText)) => {}
                '*' => tokens.push(Token::AnyText),
                '?' => tokens.push(Token::AnyOne),
                '[' => {
                    if let Some((class, length)) = parse_class(&characters[at..]) {
                        tokens.push(class);
                        at += length;
                    } else {
                        tokens.push(Token::One('['));
                    }
                }
                plain => tokens.push(Token::One(plain)),
            }
        }
        Self {
            text: text.to_owned(),
            tokens,
        }
    }

    /// Whether the pattern is about this path.
    ///
    /// Takes at most the product of both lengths in time.
    pub fn matches(&self, path: &RepoPath) -> bool {
        self.matches_text(path.as_str())
    }

    fn matches_text(&self, text: &str) -> bool {
        let mut rest = text.chars();
        let mut token = 0;
        // The last star, and what follows the text that it stands for so far. Only the last one need ever be longer.
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            if let Some(Token::AnyText) = self.tokens.get(token) {
                token += 1;
                retry = Some((token, rest.clone()));
                continue;
            }
            let before = rest.clone();
            match (self.tokens.get(token), rest.next()) {
                (None, None) => return true,
                (Some(expected), Some(c)) if expected.matches(c) => token += 1,
                _ => {
                    rest = before;
                    let Some((behind_star, behind_text)) = &mut retry else {
                        return false;
                    };
                    if behind_text.next().is_none() {
                        return false;
                    }
                    token = *behind_star;
                    rest.clone_from(behind_text);
                }
            }
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Token {
    fn matches(&self, c: char) -> bool {
        match self {
            Self::One(expected) => c == *expected,
            Self::AnyOne => true,
            Self::AnyText => false,
            Self::Class { ranges, kind } => {
                let found = ranges
                    .iter()
                    .any(|(first, last)| (*first..=*last).contains(&c));
                found == (*kind == Kind::OneOf)
            }
        }
    }
}

/// Reads what follows an opening bracket, and says how long it is with the closing one; `None` without one.
fn parse_class(text: &[char]) -> Option<(Token, usize)> {
    let negated = text.first() == Some(&'!');
    let start = usize::from(negated);
    // A closing bracket that comes first is a member.
    let end = (start + 1..text.len()).find(|index| text[*index] == ']')?;
    let mut ranges = Vec::new();
    let mut members = &text[start..end];
    loop {
        match members {
            [] => break,
            [first, '-', last, rest @ ..] => {
                ranges.push((*first, *last));
                members = rest;
            }
            [single, rest @ ..] => {
                ranges.push((*single, *single));
                members = rest;
            }
        }
    }
    let kind = if negated { Kind::NoneOf } else { Kind::OneOf };
    Some((Token::Class { ranges, kind }, end + 1))
}

/// Which files a user wants.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

impl Selection {
    /// The files that a pattern of `include` matches, but for those that one of `exclude` does. Without any `include`
    /// all files are wanted.
    pub fn new<Text: AsRef<str>>(
        include: impl IntoIterator<Item = Text>,
        exclude: impl IntoIterator<Item = Text>,
    ) -> Self {
        let read = |text: Text| Pattern::new(text.as_ref());
        Self {
            include: include.into_iter().map(read).collect(),
            exclude: exclude.into_iter().map(read).collect(),
        }
    }

    /// Whether the file is wanted.
    pub fn keeps(&self, path: &RepoPath) -> bool {
        self.keeps_text(path.as_str())
    }

    /// Whether a file would be wanted whose name is not a path of a repository. Such a file can't be had; whether it is
    /// missed depends on the patterns.
    pub fn keeps_text(&self, text: &str) -> bool {
        let any = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches_text(text));
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, matched: &[&str], unmatched: &[&str]) {
        let path = |path: &str| -> RepoPath { path.parse().expect("a path") };
        let pattern = Pattern::new(pattern);
        for text in matched {
            assert!(pattern.matches(&path(text)), "{pattern} {text}");
        }
        for text in unmatched {
            assert!(!pattern.matches(&path(text)), "{pattern} {text}");
        }
    }

    #[test]
    fn a_star_crosses_slashes_and_a_pattern_is_about_the_whole_path() {
        check("*.json", &["a.json", "x/y/a.json"], &["a.jsonl"]);
        check("onnx/*", &["onnx/a", "onnx/x/a"], &["x/onnx/a"]);
        check("onnx/", &["onnx/a", "onnx/x/a"], &["onnx", "x/onnx/a"]);
        check("a?c", &["abc", "a/c", "aéc"], &["ac", "abbc"]);
        check("*a*b*c", &["aXbXc", "abcabc"], &["abca", "acb"]);
        check("a", &["a"], &["A", "ab", "x/a"]);
        check("**", &["a/b"], &[]);
    }

    #[test]
    fn classes_are_read_as_python_reads_them() {
        check("[abc]", &["a", "c"], &["d", "ab"]);
        check("[!a-c]", &["d", "-"], &["a", "b"]);
        check("[]a]", &["]", "a"], &["b"]);
        check("[!]a]", &["b"], &["]", "a"]);
        check("[a-]", &["a", "-"], &["b"]);
        check("[-a]", &["a", "-"], &["b"]);
        check("[a-c-e]", &["b", "-", "e"], &["d"]);
        check("[c-a]", &[], &["a", "b", "c", "-"]);
        check("[!c-a]", &["a", "-"], &[]);
        check("[a", &["[a"], &["a"]);
        check("[!]", &["[!]"], &["a"]);
        check("[^a]", &["^", "a"], &["b"]);
        check("[a-c][x]", &["bx"], &["b"]);
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        check(&"*a".repeat(500), &[], &[&format!("{}b", "a".repeat(200))]);
    }

    #[test]
    fn a_selection_includes_first_and_excludes_then() {
        let path = |path: &str| -> RepoPath { path.parse().expect("a path") };
        let all = Selection::default();
        assert!(all.keeps(&path("a")));
        let some = Selection::new(["*.json", "*.txt"], ["vocab*"]);
        assert!(some.keeps(&path("a.json")) && !some.keeps(&path("vocab.txt")));
        assert!(!some.keeps(&path("a.bin")));
    }
}
