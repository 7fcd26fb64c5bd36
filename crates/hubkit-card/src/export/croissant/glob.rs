//! Patterns of file names, as the library `datasets` understands them in a card.

/// Whether a pattern is a name and nothing else.
pub(super) fn is_plain(pattern: &str) -> bool {
    !pattern.contains(['*', '?', '['])
}

/// The folder that whatever matches lies below: the parts before the first that is a pattern, with their slashes.
pub(super) fn fixed_part(pattern: &str) -> &str {
    let first = pattern.find(['*', '?', '[']).unwrap_or(pattern.len());
    let end = pattern[..first].rfind('/').map_or(0, |slash| slash + 1);
    &pattern[..end]
}

/// A pattern. `*` and `?` stand for anything but a slash, `[…]` for one character, and a part that is `**` for any number
/// of parts. What lies in a folder whose name begins with `__`, or is hidden by a dot, only matches a pattern that says as
/// many such names.
pub(super) struct Glob {
    parts: Vec<Part>,
    hidden: usize,
    special: usize,
}

enum Part {
    AnyNumber,
    Name(Vec<Token>),
}

impl Glob {
    pub(super) fn new(pattern: &str) -> Self {
        let part = |part: &str| match part {
            "**" => Part::AnyNumber,
            part => Part::Name(tokens(part)),
        };
        Self {
            parts: pattern.split('/').map(part).collect(),
            hidden: hidden(pattern),
            special: special(pattern),
        }
    }

    /// Whether a path matches. Takes time in proportion to the product of both lengths at most.
    pub(super) fn matches(&self, path: &str) -> bool {
        let names: Vec<&str> = path.split('/').collect();
        let is_many = |part: &Part| matches!(part, Part::AnyNumber);
        let fits = |part: &Part, name: &&str| match part {
            Part::AnyNumber => true,
            Part::Name(tokens) => fits(tokens, name),
        };
        search(&self.parts, &names, is_many, fits)
            && self.hidden == hidden(path)
            && self.special == special(path)
    }
}

/// How many names are hidden.
fn hidden(path: &str) -> usize {
    let is_hidden = |name: &&str| name.starts_with('.') && name.bytes().any(|byte| byte != b'.');
    path.split('/').filter(is_hidden).count()
}

/// How many folders are special.
fn special(path: &str) -> usize {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let is_special = |name: &&str| name.starts_with("__");
    folders.split('/').filter(is_special).count()
}

fn fits(tokens: &[Token], name: &str) -> bool {
    let chars: Vec<char> = name.chars().collect();
    let is_many = |token: &Token| matches!(token, Token::Many);
    search(tokens, &chars, is_many, |token, c| match token {
        Token::One(expected) => expected == c,
        Token::Any | Token::Many => true,
        Token::Set { ranges, negated } => {
            ranges
                .iter()
                .any(|(first, last)| (first..=last).contains(&c))
                != *negated
        }
    })
}

enum Token {
    One(char),
    Any,
    Many,
    Set {
        ranges: Vec<(char, char)>,
        negated: bool,
    },
}

fn tokens(pattern: &str) -> Vec<Token> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        at += 1;
        tokens.push(match c {
            '*' => Token::Many,
            '?' => Token::Any,
            '[' => match set(&chars[at..]) {
                Some((token, length)) => {
                    at += length;
                    token
                }
                None => Token::One('['),
            },
            c => Token::One(*c),
        });
    }
    tokens
}

/// A set up to its bracket, and how many characters that are. The first character in it may be a bracket.
fn set(chars: &[char]) -> Option<(Token, usize)> {
    let negated = matches!(chars.first(), Some('!' | '^'));
    let begin = usize::from(negated);
    let length = chars.iter().skip(begin + 1).position(|c| *c == ']')? + 1;
    let inner = &chars[begin..begin + length];
    let (mut ranges, mut at) = (Vec::new(), 0);
    while let Some(first) = inner.get(at) {
        let to = (inner.get(at + 1) == Some(&'-')).then(|| inner.get(at + 2));
        let last = to.flatten();
        ranges.push((*first, *last.unwrap_or(first)));
        at += if last.is_some() { 3 } else { 1 };
    }
    Some((Token::Set { ranges, negated }, begin + length + 1))
}

/// Matches a row against a pattern in which some elements stand for any number of the row: only the last of these is
/// ever tried again, so no pattern takes more than the product of both lengths.
fn search<P, T>(
    pattern: &[P],
    row: &[T],
    is_many: impl Fn(&P) -> bool,
    fits: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut p, mut r) = (0, 0);
    let mut again: Option<(usize, usize)> = None;
    while r < row.len() {
        match pattern.get(p) {
            Some(element) if is_many(element) => {
                again = Some((p + 1, r));
                p += 1;
            }
            Some(element) if fits(element, &row[r]) => {
                p += 1;
                r += 1;
            }
            _ => match again {
                Some((after, from)) => {
                    again = Some((after, from + 1));
                    p = after;
                    r = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(is_many)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_datasets() {
        for (pattern, path, expected) in [
            ("train.csv", "train.csv", true),
            ("*.csv", "train.csv", true),
            ("*.csv", "data/train.csv", false),
            ("**/*.csv", "train.csv", true),
            ("**/*.csv", "a/b/train.csv", true),
            ("**", "a/b/train.csv", true),
            ("data/**", "data/a/b", true),
            ("data/*/train-*.parquet", "data/en/train-0.parquet", true),
            ("data/*/train-*.parquet", "data/train-0.parquet", false),
            ("a?c", "abc", true),
            ("[a-c]x[!0-9]", "bxz", true),
            ("[a-c]x[!0-9]", "bx5", false),
            ("[]]", "]", true),
            ("[a", "[a", true),
            ("[-._ 0-9]", "_", true),
            ("[-._ 0-9]", "x", false),
            ("**/*[-._ 0-9]test[-._ 0-9]*", "a/my_test.csv", true),
            ("**/*[-._ 0-9]test[-._ 0-9]*", "a/mytest.csv", false),
            ("**", ".hidden/a.csv", false),
            (".hidden/*", ".hidden/a.csv", true),
            ("**", "__pycache__/a.csv", false),
            ("__*/*", "__pycache__/a.csv", true),
            ("ü*", "über", true),
            ("", "a", false),
        ] {
            assert_eq!(
                Glob::new(pattern).matches(path),
                expected,
                "{pattern} {path}"
            );
        }
        assert_eq!(fixed_part("data/en/train-*.csv"), "data/en/");
        assert_eq!(fixed_part("data/en/train.csv"), "data/en/");
        assert_eq!(fixed_part("*.csv"), "");
        assert!(is_plain("a/b.csv") && !is_plain("a/[b]"));
    }

    #[test]
    fn no_pattern_takes_long() {
        let pattern = "*a".repeat(500);
        let path = format!("{}b", "a".repeat(5_000));
        assert!(!Glob::new(&pattern).matches(&path));
        let pattern = "**/a/".repeat(500);
        let path = "a/".repeat(2_000);
        assert!(!Glob::new(&format!("{pattern}b")).matches(&path));
    }
}
