//! Percent signs of addresses.

/// The bytes that a text stands for: each percent sign with two hexadecimal digits is one byte, and all else is itself.
pub(crate) fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let digits = tail.get(..2).filter(|_| first == b'%');
        let byte = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    bytes
}

/// The same as text, in which what is no UTF-8 is replaced.
pub(crate) fn decode_lossy(text: &str) -> String {
    String::from_utf8_lossy(&decode(text)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_are_a_byte_and_all_else_is_itself() {
        for (text, decoded) in [
            ("a%20b", "a b"),
            ("%C3%a4", "ä"),
            ("100%", "100%"),
            ("%4", "%4"),
            ("%+f%zz", "%+f%zz"),
            ("%ä", "%ä"),
            ("%ff", "\u{fffd}"),
        ] {
            assert_eq!(decode_lossy(text), decoded, "{text}");
        }
    }
}
