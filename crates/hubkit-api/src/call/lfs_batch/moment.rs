//! Moments as the batch API writes them (RFC 3339).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Reads `2016-11-10T15:29:07Z`, with a fraction of a second and an offset where they are given. A moment before 1970 is
/// none.
pub(super) fn read(text: &str) -> Option<SystemTime> {
    if !text.is_ascii() {
        return None;
    }
    let (date, rest) = text.split_once(['T', 't', ' '])?;
    let [year, month, day] = numbers(date, '-')?;
    let clock = rest.get(..8)?;
    let [hour, minute, second] = numbers(clock, ':')?;
    let rest = &rest[8..];
    let digits = rest.strip_prefix('.').map_or(0, |rest| {
        1 + rest.bytes().take_while(u8::is_ascii_digit).count()
    });
    let offset = offset(&rest[digits..])?;
    let legal = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !legal {
        return None;
    }
    let days = days_since_1970(year, month, day);
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second - offset;
    let seconds = u64::try_from(seconds).ok()?;
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// Writes a moment, cut to the second. One outside the years 1970 to 9999 becomes the nearest that the format knows.
pub(super) fn write(moment: SystemTime) -> String {
    const LAST: i64 = 253_402_300_799;
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(LAST).min(LAST);
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970 + days / 366;
    while days_since_1970(year + 1, 1, 1) <= days {
        year += 1;
    }
    let mut month = 12;
    while days_since_1970(year, month, 1) > days {
        month -= 1;
    }
    let day = days - days_since_1970(year, month, 1) + 1;
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

fn numbers(text: &str, between: char) -> Option<[i64; 3]> {
    let mut parts = text.split(between).map(number);
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}

fn number(text: &str) -> Option<i64> {
    let plain = matches!(text.len(), 2 | 4) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

/// In seconds.
fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    Some(sign * (number(hours)? * 3600 + number(minutes)? * 60))
}

/// In the calendar of today, at all times.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let leaps = |year: i64| year / 4 - year / 100 + year / 400;
    let is_leap = leaps(year) > leaps(year - 1);
    let index = usize::try_from(month - 1).unwrap_or(0).min(11);
    let of_year = BEFORE[index] + i64::from(index > 1 && is_leap) + day - 1;
    (year - 1970) * 365 + leaps(year - 1) - leaps(1969) + of_year
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_and_written() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2016-11-10T15:29:07Z", 1_478_791_747),
            ("2024-02-29T12:00:00Z", 1_709_208_000),
            ("2024-12-31T23:59:59Z", 1_735_689_599),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] {
            let moment = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(read(text), Some(moment), "{text}");
            assert_eq!(write(moment), text);
        }
        let moment = read("2016-11-10T15:29:07Z");
        for other in [
            "2016-11-10t15:29:07.123456789z",
            "2016-11-10 16:29:07.5+01:00",
            "2016-11-10T10:59:07-04:30",
        ] {
            assert_eq!(read(other), moment, "{other}");
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for wrong in [
            "",
            "soon",
            "2016-11-10",
            "2016-11-10T15:29:07",
            "2016-11-10T15:29Z",
            "2016-13-10T15:29:07Z",
            "2016-11-00T15:29:07Z",
            "2016-11-10T24:29:07Z",
            "2016-11-10T15:29:07+0100",
            "1969-11-10T15:29:07Z",
            "99999-11-10T15:29:07Z",
            "2016-11-10T15:29:0\u{e9}Z",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        let later = UNIX_EPOCH + Duration::from_secs(300_000_000_007);
        assert_eq!(write(later), "9999-12-31T23:59:59Z");
    }
}
