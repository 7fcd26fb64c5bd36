//! Base64 as Python reads it.

/// The bytes that a text stands for. What is no sign of base64 is passed over, as Python does.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, &'static str> {
    if !text.is_ascii() {
        return Err("found other signs than those of base64");
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut signs, mut fillers) = (0_u32, 0_u8, 0_u8);
    for byte in text.bytes() {
        if byte == b'=' {
            fillers = fillers.saturating_add(1);
            if signs >= 2 && signs + fillers >= 4 {
                return Ok(bytes);
            }
            continue;
        }
        let Some(value) = value(byte) else { continue };
        fillers = 0;
        bits = bits << 6 | u32::from(value);
        signs = (signs + 1) % 4;
        match signs {
            2 => bytes.push(low_byte(bits >> 4)),
            3 => bytes.push(low_byte(bits >> 2)),
            0 => bytes.push(low_byte(bits)),
            _ => {}
        }
    }
    match signs {
        0 => Ok(bytes),
        _ => Err("found base64 that ends too early"),
    }
}

fn low_byte(bits: u32) -> u8 {
    let [low, ..] = bits.to_le_bytes();
    low
}

fn value(sign: u8) -> Option<u8> {
    Some(match sign {
        b'A'..=b'Z' => sign - b'A',
        b'a'..=b'z' => sign - b'a' + 26,
        b'0'..=b'9' => sign - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_as_python_reads_it() {
        for (text, bytes) in [
            ("aGVsbG8=", &b"hello"[..]),
            ("aGVs\n bG8=\n", b"hello"),
            ("aGVsbG8h", b"hello!"),
            ("aA==", b"h"),
            ("", b""),
            ("!?", b""),
        ] {
            assert_eq!(decode(text).as_deref(), Ok(bytes), "{text}");
        }
        for text in ["aGk", "a", "a=", "é"] {
            assert!(decode(text).is_err(), "{text}");
        }
    }
}
