//! Fixed-length hexadecimal, both ways.

/// Reads exactly `N` bytes of hex. `None` for another length or another character.
pub(crate) fn decode<const N: usize>(text: &str, case: Case) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0], case)? << 4 | digit(pair[1], case)?;
    }
    Some(bytes)
}

/// Which letters count as hex digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    /// Only `a` to `f`.
    Lower,
    /// `a` to `f` and `A` to `F`.
    Either,
}

fn digit(byte: u8, case: Case) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' if case == Case::Either => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Prints bytes as lower-case hex.
pub(crate) fn encode(bytes: &[u8], f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    /// A SHA-256 is printed in one piece.
    const AT_ONCE: usize = 32;
    for bytes in bytes.chunks(AT_ONCE) {
        let mut digits = [0; 2 * AT_ONCE];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        let digits = &digits[..2 * bytes.len()];
        f.write_str(std::str::from_utf8(digits).expect("digits are ASCII"))?;
    }
    Ok(())
}

/// Shows text of a stranger in an error of this crate.
pub(crate) fn shown(text: &str) -> String {
    crate::shown(text, 80)
}
