//! Texts as the oldest protocol writes them, with escapes.

/// A text in quotes, with the escapes of Python's byte strings; `None` where the quotes are missing.
pub(super) fn unquoted(line: &[u8]) -> Option<String> {
    let line = line.trim_ascii();
    let quote = line.first().filter(|byte| b"'\"".contains(byte))?;
    let inner = line.strip_prefix(&[*quote])?.strip_suffix(&[*quote])?;
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let Some((escape, behind)) = rest.split_first() else {
            break;
        };
        rest = behind;
        match escape {
            b'n' => bytes.push(b'\n'),
            b'r' => bytes.push(b'\r'),
            b't' => bytes.push(b'\t'),
            b'a' => bytes.push(7),
            b'b' => bytes.push(8),
            b'v' => bytes.push(11),
            b'f' => bytes.push(12),
            b'x' => match number(rest, 2, 16) {
                Some((code, behind)) => {
                    bytes.push(u8::try_from(code).unwrap_or(b'?'));
                    rest = behind;
                }
                None => bytes.extend(b"\\x"),
            },
            b'0'..=b'7' => {
                let digits = inner.len() - rest.len() - 1;
                let octal = inner[digits..].iter().take(3);
                let length = octal
                    .take_while(|byte| (b'0'..=b'7').contains(byte))
                    .count();
                let (code, behind) = number(&inner[digits..], length, 8).unwrap_or((0, rest));
                // Python drops what does not fit a byte.
                bytes.push(u8::try_from(code & 0xFF).unwrap_or_default());
                rest = behind;
            }
            b'\\' | b'\'' | b'"' => bytes.push(*escape),
            other => bytes.extend([b'\\', *other]),
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A text of Latin-1 in which code points are escaped with `\u` and `\U`.
pub(super) fn raw_unicode(line: &[u8]) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        let digits = match (first, behind.first()) {
            (b'\\', Some(b'u')) => 4,
            (b'\\', Some(b'U')) => 8,
            _ => {
                text.push(char::from(*first));
                continue;
            }
        };
        if let Some((code, behind)) = number(&behind[1..], digits, 16) {
            text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            rest = behind;
        } else {
            text.push('\\');
        }
    }
    text
}

/// A number of exactly so many digits, and what is behind it.
fn number(bytes: &[u8], digits: usize, base: u32) -> Option<(u32, &[u8])> {
    let (digits, behind) = bytes.split_at_checked(digits)?;
    let mut number: u32 = 0;
    for digit in digits {
        number = number * base + char::from(*digit).to_digit(base)?;
    }
    Some((number, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_as_python_reads_them() {
        assert_eq!(
            unquoted(b"'a\\x6f\\163\\'\\n\\q'").as_deref(),
            Some("aos'\n\\q")
        );
        assert_eq!(unquoted(b"\"os\"").as_deref(), Some("os"));
        assert_eq!(unquoted(b"'\\777'").as_deref(), Some("\u{FFFD}"));
        for broken in ["", "'", "os", "'os\""] {
            assert_eq!(unquoted(broken.as_bytes()), None, "{broken}");
        }
        assert_eq!(
            raw_unicode(b"\\u006fs\\U0001F600\\x\\u12\xE9"),
            "os\u{1F600}\\x\\u12é"
        );
        assert_eq!(raw_unicode(b"\\U99999999"), "\u{FFFD}");
    }
}
