//! Days and moments that metadata names.

/// Whether a text is a moment in RFC 3339.
pub(crate) fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some((head, tail)) = bytes.split_at_checked(19) else {
        return false;
    };
    let number = |from: usize, to: usize| -> Option<u32> { text.get(from..to)?.parse().ok() };
    let has_form = head.iter().enumerate().all(|(at, byte)| match at {
        4 | 7 => *byte == b'-',
        10 => *byte == b'T',
        13 | 16 => *byte == b':',
        _ => byte.is_ascii_digit(),
    });
    let within = |value: Option<u32>, least: u32, most: u32| {
        value.is_some_and(|value| (least..=most).contains(&value))
    };
    let zone = match tail.split_first() {
        Some((b'.', rest)) => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return false;
            }
            rest.get(digits..).unwrap_or_default()
        }
        _ => tail,
    };
    let days = match (number(0, 4), number(5, 7)) {
        (Some(year), Some(2)) if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        (_, Some(2)) => 28,
        (_, Some(4 | 6 | 9 | 11)) => 30,
        _ => 31,
    };
    let is_zone = match zone {
        b"Z" => true,
        [b'+' | b'-', hours @ ..] => {
            let text = std::str::from_utf8(hours).unwrap_or_default();
            let (hours, minutes) = text.split_once(':').unwrap_or_default();
            let two = |text: &str, most: u32| text.len() == 2 && within(text.parse().ok(), 0, most);
            two(hours, 23) && two(minutes, 59)
        }
        _ => false,
    };
    has_form
        && is_zone
        && within(number(5, 7), 1, 12)
        && within(number(8, 10), 1, days)
        && within(number(11, 13), 0, 23)
        && within(number(14, 16), 0, 59)
        && within(number(17, 19), 0, 59)
}

/// Whether a text is a day as ISO 8601 and RFC 3339 write it.
pub(crate) fn is_day(text: &str) -> bool {
    text.len() == 10 && is_time(&format!("{text}T00:00:00Z"))
}

/// Whether a text is a day or a moment in ISO 8601, in its extended form. A moment may do without a zone and without seconds.
pub(crate) fn is_day_or_time(text: &str) -> bool {
    let (head, zone) = match text.find(['Z', '+']) {
        Some(at) => text.split_at(at),
        None => (text, "Z"),
    };
    let seconds = if head.len() == 16 { ":00" } else { "" };
    is_day(text) || is_time(text) || is_time(&format!("{head}{seconds}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_moments_are_times() {
        for text in [
            "2026-11-27T08:00:00Z",
            "2026-11-27T08:00:00.000Z",
            "2024-02-29T23:59:59+05:30",
        ] {
            assert!(is_time(text), "{text}");
        }
        for text in [
            "",
            "2026-11-27",
            "2026-11-27T08:00:00",
            "2026-13-27T08:00:00Z",
            "2026-02-29T08:00:00Z",
            "2026-11-27T24:00:00Z",
            "2026-11-27T08:00:00.Z",
            "2026-11-27T08:00:00+0530",
            "2026-11-27 08:00:00Z",
            "2026-11-27T08:00:0ä",
        ] {
            assert!(!is_time(text), "{text}");
        }
    }

    #[test]
    fn a_day_is_enough_and_so_is_a_moment_of_an_unknown_zone() {
        for text in [
            "2026-11-27",
            "2026-11-27T08:00",
            "2026-11-27T08:00Z",
            "2026-11-27T08:00+01:00",
            "2026-11-27T08:00:00.123456",
            "2026-11-27T08:00:00-01:00",
        ] {
            assert!(is_day_or_time(text), "{text}");
        }
        for text in [
            "",
            "2026",
            "27.11.2026",
            "2026-02-30",
            "2026-11-27T08",
            "2026-11-27ZZ",
            "Z",
            "20261127",
            "2026-11-2ä",
        ] {
            assert!(!is_day_or_time(text), "{text}");
        }
    }
}
