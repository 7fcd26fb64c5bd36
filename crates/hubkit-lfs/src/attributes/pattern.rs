//! Git's patterns of paths (`gitignore(5)`, without negation).

use hubkit_types::RepoPath;

/// A pattern, ready to be compared with paths byte by byte, as git does.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    scope: Scope,
    /// Compared as it stands, before the tokens.
    literal: Vec<u8>,
    tokens: Vec<Token>,
}

#[derive(Clone, Copy, Debug)]
enum Scope {
    /// A pattern without a slash is about the last part of a path, at any depth.
    Name,
    /// A pattern with a slash is about the whole path.
    Path,
}

#[derive(Clone, Debug)]
enum Token {
    /// This byte.
    Byte(u8),
    /// Any byte but a slash.
    AnyByte,
    /// A byte of a class, and no slash.
    Class(Class),
    /// Any bytes but slashes.
    Star,
    /// Any bytes.
    DeepStar,
    /// Nothing: or else the two tokens that follow, which are a deep star and a slash.
    OptionalFolders,
    /// No byte: the rest of the pattern is malformed.
    Never,
}

impl Pattern {
    /// Reads a pattern. `None` for one that can't match a file, and for a negated one, which git ignores here.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        if text.is_empty() || text[0] == b'!' || text.ends_with(b"/") {
            return None;
        }
        let scope = if text.contains(&b'/') {
            Scope::Path
        } else {
            Scope::Name
        };
        let text = text.strip_prefix(b"/").unwrap_or(text);
        let special = |byte: &u8| matches!(byte, b'*' | b'?' | b'[' | b'\\');
        // What follows the plain beginning is a pattern of its own: that `a**/b` matches `ab` is git's doing.
        let plain = text.iter().position(special).unwrap_or(text.len());
        let (literal, pattern) = text.split_at(plain);
        Some(Self {
            scope,
            literal: literal.to_vec(),
            tokens: compile(pattern),
        })
    }

    pub(super) fn matches(&self, path: &RepoPath) -> bool {
        let subject = match self.scope {
            Scope::Name => path.file_name(),
            Scope::Path => path.as_str(),
        };
        subject
            .as_bytes()
            .strip_prefix(self.literal.as_slice())
            .is_some_and(|rest| run(&self.tokens, rest))
    }
}

fn compile(pattern: &[u8]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = pattern.get(at) {
        at += 1;
        match byte {
            b'*' => {
                let before = at.checked_sub(2).map(|before| pattern[before]);
                let stars = 1 + pattern[at..]
                    .iter()
                    .take_while(|byte| **byte == b'*')
                    .count();
                at += stars - 1;
                let rest = &pattern[at..];
                let between_slashes = matches!(before, None | Some(b'/'))
                    && (rest.is_empty() || rest.starts_with(b"/") || rest.starts_with(b"\\/"));
                if stars == 1 || !between_slashes {
                    tokens.push(Token::Star);
                } else {
                    if rest.starts_with(b"/") {
                        tokens.push(Token::OptionalFolders);
                    }
                    tokens.push(Token::DeepStar);
                }
            }
            b'?' => tokens.push(Token::AnyByte),
            b'[' => {
                let Some((class, length)) = Class::parse(&pattern[at..]) else {
                    tokens.push(Token::Never);
                    break;
                };
                at += length;
                tokens.push(Token::Class(class));
            }
            b'\\' => {
                tokens.push(
                    pattern
                        .get(at)
                        .map_or(Token::Never, |escaped| Token::Byte(*escaped)),
                );
                at += 1;
            }
            plain => tokens.push(Token::Byte(plain)),
        }
    }
    tokens
}

/// Follows every way through the tokens at once, so that no pattern takes more than tokens times bytes.
fn run(tokens: &[Token], text: &[u8]) -> bool {
    let mut here = Places::new(tokens.len());
    let mut next = Places::new(tokens.len());
    here.enter(0, tokens);
    for &byte in text {
        for index in 0..here.list.len() {
            let place = here.list[index];
            match tokens.get(place) {
                Some(Token::Byte(expected)) if byte == *expected => next.enter(place + 1, tokens),
                Some(Token::AnyByte) if byte != b'/' => next.enter(place + 1, tokens),
                Some(Token::Class(class)) if byte != b'/' && class.contains(byte) => {
                    next.enter(place + 1, tokens);
                }
                Some(Token::Star) if byte != b'/' => next.enter(place, tokens),
                Some(Token::DeepStar) => next.enter(place, tokens),
                _ => {}
            }
        }
        if next.list.is_empty() {
            return false;
        }
        std::mem::swap(&mut here, &mut next);
        next.clear();
    }
    here.entered[tokens.len()]
}

/// The places in the pattern that the text read so far can lead to.
struct Places {
    list: Vec<usize>,
    entered: Vec<bool>,
    open: Vec<usize>,
}

impl Places {
    fn new(tokens: usize) -> Self {
        Self {
            list: Vec::new(),
            entered: vec![false; tokens + 1],
            open: Vec::new(),
        }
    }

    fn clear(&mut self) {
        for place in self.list.drain(..) {
            self.entered[place] = false;
        }
    }

    /// Adds a place, and those that are reached from it without a byte.
    fn enter(&mut self, place: usize, tokens: &[Token]) {
        self.open.push(place);
        while let Some(place) = self.open.pop() {
            if std::mem::replace(&mut self.entered[place], true) {
                continue;
            }
            self.list.push(place);
            match tokens.get(place) {
                Some(Token::OptionalFolders) => self.open.extend([place + 1, place + 3]),
                Some(Token::Star | Token::DeepStar) => self.open.push(place + 1),
                _ => {}
            }
        }
    }
}

/// A set of bytes, as between brackets.
#[derive(Clone, Debug, Default)]
struct Class {
    bits: [u64; 4],
}

impl Class {
    fn contains(&self, byte: u8) -> bool {
        self.bits[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }

    fn add(&mut self, byte: u8) {
        self.bits[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    /// Reads what follows the opening bracket, and says how long it is with the closing one.
    fn parse(text: &[u8]) -> Option<(Self, usize)> {
        let mut class = Self::default();
        let negated = matches!(text.first(), Some(b'!' | b'^'));
        let mut at = usize::from(negated);
        let mut previous = None;
        // A closing bracket that comes first is a member.
        let first = at;
        loop {
            let byte = *text.get(at)?;
            at += 1;
            match byte {
                b']' if at - 1 > first => break,
                b'\\' => {
                    let escaped = *text.get(at)?;
                    at += 1;
                    class.add(escaped);
                    previous = Some(escaped);
                }
                b'-' if previous.is_some() && text.get(at).is_some_and(|next| *next != b']') => {
                    let mut last = text[at];
                    at += 1;
                    if last == b'\\' {
                        last = *text.get(at)?;
                        at += 1;
                    }
                    for member in previous.take().unwrap_or(last)..=last {
                        class.add(member);
                    }
                }
                b'[' if text.get(at) == Some(&b':') => {
                    let name = &text[at + 1..];
                    let end = name.iter().position(|byte| *byte == b']')?;
                    if let Some(name) = name[..end].strip_suffix(b":") {
                        let members = named(name)?;
                        for member in (0..=u8::MAX).filter(members) {
                            class.add(member);
                        }
                        at += end + 2;
                        previous = None;
                    } else {
                        class.add(b'[');
                        previous = Some(b'[');
                    }
                }
                member => {
                    class.add(member);
                    previous = Some(member);
                }
            }
        }
        if negated {
            class.bits = class.bits.map(|bits| !bits);
        }
        Some((class, at))
    }
}

/// The classes of C's `ctype.h`.
fn named(name: &[u8]) -> Option<fn(&u8) -> bool> {
    Some(match name {
        b"alnum" => u8::is_ascii_alphanumeric,
        b"alpha" => u8::is_ascii_alphabetic,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"cntrl" => u8::is_ascii_control,
        b"digit" => u8::is_ascii_digit,
        b"graph" => u8::is_ascii_graphic,
        b"lower" => u8::is_ascii_lowercase,
        b"print" => |byte| matches!(byte, b' '..=b'~'),
        b"punct" => u8::is_ascii_punctuation,
        b"space" => |byte| matches!(byte, b' ' | b'\t'..=b'\r'),
        b"upper" => u8::is_ascii_uppercase,
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    })
}
