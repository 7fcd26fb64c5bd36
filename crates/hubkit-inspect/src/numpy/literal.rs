//! The literals of Python that a header may hold: what `ast.literal_eval` reads of dicts, lists, tuples, texts, whole
//! numbers and truth values. Nothing is evaluated.

use hubkit_types::shown;

/// A value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Literal {
    /// A dict whose keys are texts, in its order, twice where they stand twice.
    Dict(Vec<(String, Literal)>),
    List(Vec<Literal>),
    Tuple(Vec<Literal>),
    Text(String),
    Integer(i128),
    Boolean(bool),
    None,
}

impl Literal {
    /// What it is, for a message.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Dict(_) => "a dict",
            Self::List(_) => "a list",
            Self::Tuple(_) => "a tuple",
            Self::Text(_) => "a text",
            Self::Integer(_) => "a number",
            Self::Boolean(_) => "a truth value",
            Self::None => "None",
        }
    }
}

/// How deep values may lie in each other. Types of types of types are rare.
const DEEPEST: u32 = 32;

/// Reads one literal, and blanks around it.
pub(super) fn parse(text: &str) -> Result<Literal, String> {
    let mut reader = Reader { rest: text };
    let literal = reader.value(0)?;
    reader.blanks();
    if reader.rest.is_empty() {
        Ok(literal)
    } else {
        Err(reader.unexpected("the end of the header"))
    }
}

struct Reader<'text> {
    rest: &'text str,
}

impl Reader<'_> {
    fn unexpected(&self, expected: &str) -> String {
        if self.rest.is_empty() {
            return format!("expected {expected}, found the end of the header");
        }
        format!("expected {expected}, found `{}`", shown(self.rest, 24))
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    /// Takes a character, and the blanks before it, if it comes next.
    fn take(&mut self, wanted: char) -> bool {
        self.blanks();
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn value(&mut self, depth: u32) -> Result<Literal, String> {
        if depth > DEEPEST {
            return Err(format!("expected at most {DEEPEST} values in each other"));
        }
        self.blanks();
        if self.take('{') {
            return self.entries(depth);
        }
        if self.take('[') {
            return Ok(Literal::List(self.items(depth, ']')?.0));
        }
        if self.take('(') {
            let (mut items, comma) = self.items(depth, ')')?;
            // A single value in parentheses is that value.
            return Ok(match items.pop() {
                Some(only) if items.is_empty() && !comma => only,
                last => {
                    items.extend(last);
                    Literal::Tuple(items)
                }
            });
        }
        for (word, literal) in [
            ("True", Literal::Boolean(true)),
            ("False", Literal::Boolean(false)),
            ("None", Literal::None),
        ] {
            if let Some(rest) = self.rest.strip_prefix(word) {
                self.rest = rest;
                return Ok(literal);
            }
        }
        // Texts of Python 2 have a letter before them.
        let text = self.rest.strip_prefix(['u', 'b']).unwrap_or(self.rest);
        if let Some(quote @ ('\'' | '"')) = text.chars().next() {
            self.rest = &text[1..];
            return self.text(quote).map(Literal::Text);
        }
        self.integer()
    }

    /// Values up to the end mark, and whether a comma stands behind the last.
    fn items(&mut self, depth: u32, end: char) -> Result<(Vec<Literal>, bool), String> {
        let (mut items, mut comma) = (Vec::new(), true);
        while !self.take(end) {
            if !comma {
                return Err(self.unexpected("a comma"));
            }
            items.push(self.value(depth + 1)?);
            comma = self.take(',');
        }
        Ok((items, comma))
    }

    fn entries(&mut self, depth: u32) -> Result<Literal, String> {
        let (mut entries, mut comma) = (Vec::new(), true);
        while !self.take('}') {
            if !comma {
                return Err(self.unexpected("a comma"));
            }
            let Literal::Text(key) = self.value(depth + 1)? else {
                return Err("expected texts as the keys of a dict".to_owned());
            };
            if !self.take(':') {
                return Err(self.unexpected("a colon"));
            }
            entries.push((key, self.value(depth + 1)?));
            comma = self.take(',');
        }
        Ok(Literal::Dict(entries))
    }

    fn text(&mut self, quote: char) -> Result<String, String> {
        let mut text = String::new();
        let mut characters = self.rest.chars();
        while let Some(character) = characters.next() {
            match character {
                '\n' => break,
                '\\' => text.push(escaped(&mut characters)?),
                end if end == quote => {
                    self.rest = characters.as_str();
                    return Ok(text);
                }
                plain => text.push(plain),
            }
        }
        Err("expected the end of a text, found the end of its line".to_owned())
    }

    fn integer(&mut self) -> Result<Literal, String> {
        let digits = self.rest.strip_prefix(['+', '-']).unwrap_or(self.rest);
        let behind = digits.trim_start_matches(|character: char| character.is_ascii_digit());
        let number = &self.rest[..self.rest.len() - behind.len()];
        let Ok(value) = number.parse() else {
            return Err(self.unexpected("a value"));
        };
        // Python 2 wrote long numbers with a letter behind them.
        self.rest = behind.strip_prefix('L').unwrap_or(behind);
        Ok(Literal::Integer(value))
    }
}

/// The character that an escape stands for; the names of characters and octal numbers are not known.
fn escaped(characters: &mut std::str::Chars<'_>) -> Result<char, String> {
    let fault = || "expected an escape of a text, found another".to_owned();
    let digits = match characters.next().ok_or_else(fault)? {
        plain @ ('\\' | '\'' | '"') => return Ok(plain),
        'n' => return Ok('\n'),
        't' => return Ok('\t'),
        'r' => return Ok('\r'),
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => return Err(fault()),
    };
    let rest = characters.as_str();
    let code = rest
        .get(..digits)
        .and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let character = code.and_then(char::from_u32).ok_or_else(fault)?;
    *characters = rest[digits..].chars();
    Ok(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_read_and_nothing_else() {
        let text = |text: &str| Literal::Text(text.to_owned());
        let read =
            parse(" {'a': (1, -2), \"b'\": [True, None, (3,), (4)], 'c': u'x\\x41\\n', } \n");
        let number = Literal::Integer;
        let want = Literal::Dict(vec![
            ("a".to_owned(), Literal::Tuple(vec![number(1), number(-2)])),
            (
                "b'".to_owned(),
                Literal::List(vec![
                    Literal::Boolean(true),
                    Literal::None,
                    Literal::Tuple(vec![number(3)]),
                    number(4),
                ]),
            ),
            ("c".to_owned(), text("xA\n")),
        ]);
        assert_eq!(read, Ok(want));
        assert_eq!(parse("()"), Ok(Literal::Tuple(Vec::new())));
        assert_eq!(parse("3L"), Ok(number(3)));
    }

    #[test]
    fn what_is_no_literal_is_refused() {
        for wrong in [
            "",
            "{",
            "{'a'}",
            "{'a':}",
            "{1: 2}",
            "[1 2]",
            "(,)",
            "'a",
            "'a\n'",
            "'\\q'",
            "'\\ud800'",
            "1 2",
            "__import__('os')",
            "1+1",
            "[1,,2]",
            "99999999999999999999999999999999999999999999",
            "'\\xé1'",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        let deep = "[".repeat(100_000);
        assert!(parse(&deep).is_err());
    }
}
