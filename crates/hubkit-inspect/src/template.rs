//! Chat templates: Jinja that a program renders when it talks to a model. Read here, never rendered.

/// What a template reaches for that no honest one needs: attributes with two underscores before and behind, by which
/// Python's objects lead to all others (the way of CVE-2024-34359), written out, in a text, or in a text with escapes; and the
/// filter `attr`, which finds attributes by computed names.
pub(crate) fn reaches(template: &str) -> Option<String> {
    code_of(template).find_map(|code| {
        let mut words = Words { rest: code };
        let mut before = None;
        loop {
            let word = words.next()?;
            match &word {
                Word::Name(name) if is_dunder(name) => return Some((*name).to_owned()),
                Word::Name("attr") if before == Some('|') => return Some("attr".to_owned()),
                Word::Text(text) => {
                    if let Some(found) = text
                        .split(|character| !is_word(character))
                        .find(|part| is_dunder(part))
                    {
                        return Some(found.to_owned());
                    }
                }
                Word::Name(_) | Word::Mark(_) => {}
            }
            before = match word {
                Word::Mark(mark) => Some(mark),
                _ => None,
            };
        }
    })
}

fn is_dunder(word: &str) -> bool {
    word.len() > 4 && word.starts_with("__") && word.ends_with("__")
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// What stands between the marks of Jinja. A comment is none, and where one looks like the end of another they are told
/// apart as Jinja does: the first end counts.
fn code_of(template: &str) -> impl Iterator<Item = &str> {
    let mut rest = template;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find('{')?;
            let inner = rest.get(start + 2..);
            let end = match rest.as_bytes().get(start + 1) {
                Some(b'{') => "}}",
                Some(b'%') => "%}",
                Some(b'#') => "#}",
                _ => {
                    rest = &rest[start + 1..];
                    continue;
                }
            };
            let inner = inner?;
            let length = if end == "#}" {
                inner.find(end)
            } else {
                end_of_code(inner, end)
            };
            let length = length.unwrap_or(inner.len());
            let code = &inner[..length];
            rest = inner.get(length + 2..).unwrap_or_default();
            if end != "#}" {
                return Some(code);
            }
        }
    })
}

/// Where code ends: marks within texts are none.
fn end_of_code(code: &str, end: &str) -> Option<usize> {
    let mut words = Words { rest: code };
    loop {
        if words.rest.trim_start().starts_with(end) {
            return Some(code.len() - words.rest.trim_start().len());
        }
        words.next()?;
    }
}

enum Word<'code> {
    Name(&'code str),
    /// With its escapes resolved.
    Text(String),
    Mark(char),
}

struct Words<'code> {
    rest: &'code str,
}

impl<'code> Words<'code> {
    fn next(&mut self) -> Option<Word<'code>> {
        let rest = self.rest.trim_start();
        let first = rest.chars().next()?;
        if is_word(first) {
            let behind = rest.trim_start_matches(is_word);
            self.rest = behind;
            return Some(Word::Name(&rest[..rest.len() - behind.len()]));
        }
        if matches!(first, '\'' | '"') {
            let (text, behind) = text(&rest[1..], first);
            self.rest = behind;
            return Some(Word::Text(text));
        }
        self.rest = &rest[first.len_utf8()..];
        Some(Word::Mark(first))
    }
}

/// A text up to its quote, and what follows. A text without end goes on to the end.
fn text(code: &str, quote: char) -> (String, &str) {
    let mut text = String::new();
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        if character == quote {
            return (text, characters.as_str());
        }
        if character != '\\' {
            text.push(character);
            continue;
        }
        let rest = characters.as_str();
        let (digits, radix, skipped) = match rest.as_bytes().first() {
            Some(b'x') => (2, 16, 1),
            Some(b'u') => (4, 16, 1),
            Some(b'U') => (8, 16, 1),
            Some(b'0'..=b'7') => (
                rest.bytes()
                    .take(3)
                    .take_while(|byte| matches!(byte, b'0'..=b'7'))
                    .count(),
                8,
                0,
            ),
            _ if rest.starts_with("N{LOW LINE}") => {
                text.push('_');
                characters = rest["N{LOW LINE}".len()..].chars();
                continue;
            }
            _ => {
                text.extend(characters.next());
                continue;
            }
        };
        let number = rest.get(skipped..skipped + digits);
        let character = number
            .and_then(|number| u32::from_str_radix(number, radix).ok())
            .and_then(char::from_u32);
        if let Some(character) = character {
            text.push(character);
            characters = rest[skipped + digits..].chars();
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_that_reaches_for_more_is_found_out() {
        for (template, reach) in [
            ("{{ ''.__class__.__mro__ }}", "__class__"),
            ("{% for x in ().__class__ %}{% endfor %}", "__class__"),
            ("a {{ x['__init__'] }}", "__init__"),
            ("{{ x['\\x5f\\x5finit\\x5f\\137'] }}", "__init__"),
            ("{{ x[\"\\u005f\\N{LOW LINE}init__\"] }}", "__init__"),
            ("{{ x | attr('y' ~ z) }}", "attr"),
            ("{{ '}}' ~ x.__globals__ }}", "__globals__"),
            ("{# {{ #}{{ x.__a__", "__a__"),
            (
                "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
                "__init__",
            ),
        ] {
            assert_eq!(reaches(template).as_deref(), Some(reach), "{template}");
        }
    }

    #[test]
    fn an_honest_template_is_left_alone() {
        for template in [
            "",
            "{% for message in messages %}{{ message['role'] + ': ' + message.content | trim }}{% endfor %}",
            "__class__ {# {{ x.__class__ }} #} { x.__class__ }",
            "{%- if loop.first and attr is defined %}{{- '____' }}{%- endif %}",
            "{{ x.attr }}{{ 'é\\é' }}{{ '\\xzz' }}",
            "{",
        ] {
            assert_eq!(reaches(template), None, "{template}");
        }
    }
}
