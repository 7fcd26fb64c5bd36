//! Fixed-length hexadecimal, both ways.

/// Reads exactly `N` bytes of hex. `None` for another length or another character.
pub(crate) fn decode<const N: usize>(text: &str, case: Case) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let values = case.values();
    let mut bytes = [0; N];
    // Whether each is a digit is asked once, at the end: which one comes next is anybody's guess.
    let mut wrong = 0;
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let (high, low) = (values[usize::from(pair[0])], values[usize::from(pair[1])]);
        wrong |= high | low;
        *byte = high << 4 | low & 15;
    }
    (wrong < 16).then_some(bytes)
}

/// Which letters count as hex digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    /// Only `a` to `f`.
    Lower,
    /// `a` to `f` and `A` to `F`.
    Either,
}

impl Case {
    /// What each byte stands for as a digit: 255 where it is none.
    fn values(self) -> &'static [u8; 256] {
        const LOWER: [u8; 256] = table(false);
        const EITHER: [u8; 256] = table(true);
        match self {
            Self::Lower => &LOWER,
            Self::Either => &EITHER,
        }
    }
}

const fn table(upper: bool) -> [u8; 256] {
    let mut values = [u8::MAX; 256];
    let mut value = 0;
    while value < 16 {
        let digit = b"0123456789abcdef"[value as usize];
        values[digit as usize] = value;
        if upper {
            values[digit.to_ascii_uppercase() as usize] = value;
        }
        value += 1;
    }
    values
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
