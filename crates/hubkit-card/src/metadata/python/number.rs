//! Numbers of YAML 1.1.

use serde_yaml::Value;

/// Python refuses whole numbers of more decimal digits.
const MOST_DIGITS: usize = 4_300;

/// Whether a text is written as a whole number is.
pub(super) fn is_int(text: &str) -> bool {
    let text = unsigned(text);
    let all = |digits: &str, is: fn(u8) -> bool| {
        !digits.is_empty() && digits.bytes().all(|b| b == b'_' || is(b))
    };
    if let Some(digits) = text.strip_prefix("0b") {
        return all(digits, |b| matches!(b, b'0' | b'1'));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return all(digits, |b| b.is_ascii_hexdigit());
    }
    if let Some(digits) = text.strip_prefix('0') {
        return digits.is_empty() || all(digits, |b| matches!(b, b'0'..=b'7'));
    }
    is_clock(text)
}

/// Whether a text is written as a number with a point is.
pub(super) fn is_float(text: &str) -> bool {
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let digits = unsigned(text);
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let Some((whole, rest)) = digits.split_once('.') else {
        return false;
    };
    let fraction = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
    let is_exponent = fraction.strip_prefix(['e', 'E']).is_some_and(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    });
    if whole.is_empty() {
        // With a sign it is no number.
        return digits.len() == text.len()
            && rest.starts_with(|c: char| c.is_ascii_digit())
            && (fraction.is_empty() || is_exponent);
    }
    if !whole.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    if whole.contains(':') {
        fraction.is_empty() && is_sexagesimal(whole)
    } else {
        whole.bytes().all(|b| b.is_ascii_digit() || b == b'_')
            && (fraction.is_empty() || is_exponent)
    }
}

/// `12`, `1_2`, `1:30`: digits from 1 on, and then what is below sixty.
fn is_clock(text: &str) -> bool {
    text.starts_with(|c: char| matches!(c, '1'..='9')) && is_sexagesimal(text)
}

fn is_sexagesimal(text: &str) -> bool {
    let mut parts = text.split(':');
    let first = parts.next().unwrap_or_default();
    let is_below_sixty =
        |part: &str| matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
    first.bytes().all(|b| b.is_ascii_digit() || b == b'_') && parts.all(is_below_sixty)
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

/// The whole number that a text stands for.
pub(super) fn int(text: &str) -> Option<Value> {
    let text = text.trim().replace('_', "");
    let digits = unsigned(&text);
    let is_negative = text.starts_with('-');
    if let Some(digits) = digits.strip_prefix("0b") {
        return whole(digits, 2, is_negative);
    }
    if let Some(digits) = digits.strip_prefix("0x") {
        return whole(digits, 16, is_negative);
    }
    if digits != "0" && digits.starts_with('0') {
        let digits = digits.strip_prefix("0o").unwrap_or(digits);
        return whole(digits, 8, is_negative);
    }
    let mut sum = Some(0_i128);
    let mut float = 0.0;
    for part in digits.split(':') {
        let is_number = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !is_number || part.len() > MOST_DIGITS {
            return None;
        }
        let number: Option<i128> = part.parse().ok();
        sum = (|| sum?.checked_mul(60)?.checked_add(number?))();
        float = float * 60.0 + part.parse::<f64>().ok()?;
    }
    Some(number(sum, float, is_negative))
}

fn whole(digits: &str, radix: u32, is_negative: bool) -> Option<Value> {
    if digits.is_empty() {
        return None;
    }
    let mut sum = Some(0_i128);
    let mut float = 0.0;
    for digit in digits.chars() {
        let digit = digit.to_digit(radix)?;
        sum = (|| sum?.checked_mul(radix.into())?.checked_add(digit.into()))();
        float = float * f64::from(radix) + f64::from(digit);
    }
    Some(number(sum, float, is_negative))
}

/// A whole number in 64 bits, or else the nearest float.
fn number(sum: Option<i128>, float: f64, is_negative: bool) -> Value {
    let sum = sum.map(|sum| if is_negative { -sum } else { sum });
    let positive = sum.and_then(|sum| u64::try_from(sum).ok());
    let signed = sum.and_then(|sum| i64::try_from(sum).ok());
    match (positive, signed) {
        (Some(number), _) => number.into(),
        (None, Some(number)) => number.into(),
        (None, None) if is_negative => (-float).into(),
        (None, None) => float.into(),
    }
}

/// The float that a text stands for.
pub(super) fn float(text: &str) -> Option<Value> {
    let text = text.trim().replace('_', "").to_ascii_lowercase();
    let digits = unsigned(&text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    let number = match digits {
        ".inf" => f64::INFINITY,
        ".nan" => return Some(f64::NAN.into()),
        _ => {
            let mut sum = 0.0;
            for part in digits.split(':') {
                sum = sum * 60.0 + part.parse::<f64>().ok()?;
            }
            sum
        }
    };
    Some((sign * number).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_those_of_python() {
        for (text, number) in [
            ("0", 0_i64),
            ("010", 8),
            ("-0x1_F", -31),
            ("0b101", 5),
            ("1:30", 90),
            ("190:20:30", 685_230),
            ("1_000", 1000),
            ("0_", 0),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(int(text), Some(number.into()), "{text}");
        }
        assert_eq!(int("18446744073709551615"), Some(u64::MAX.into()));
        assert_eq!(
            int("-12345678901234567890123"),
            Some((-1.234_567_890_123_456_8e22).into())
        );
        for text in ["", "0b_", "x", "1:", "--1", &"1".repeat(4_301)] {
            assert_eq!(int(text), None, "{text}");
        }
    }

    #[test]
    fn floats_are_those_of_python() {
        for (text, number) in [
            ("1.", 1.0),
            ("-1_0.5", -10.5),
            (".5", 0.5),
            ("1.5e+3", 1500.0),
            ("12:30:45.5", 45_045.5),
            ("-.INF", f64::NEG_INFINITY),
            ("1.0e+999", f64::INFINITY),
        ] {
            assert_eq!(float(text), Some(number.into()), "{text}");
        }
        assert_eq!(float("x"), None);
    }
}
