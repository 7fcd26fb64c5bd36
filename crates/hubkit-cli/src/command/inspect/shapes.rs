//! Numbers and shapes as people read them.

use hubkit::inspect::{Dimension, Port};

use crate::ui::{self, plain};

/// What stands for a number that stopped at the greatest value of its type: it was not measured.
const UNCOUNTED: &str = "more than 64 bits can count";

/// Whether a number was counted to its end.
pub(super) fn is_counted(number: u64) -> bool {
    number < u64::MAX
}

/// A number of bytes.
pub(super) fn size(bytes: u64) -> String {
    if is_counted(bytes) {
        ui::size(bytes)
    } else {
        UNCOUNTED.to_owned()
    }
}

/// A number of parameters: `950`, `12.3K`, `22.7M`, `8.03B`, `1.02T`, three digits or more.
pub(super) fn parameters(number: u64) -> String {
    const UNITS: [(u64, &str); 4] = [
        (1_000_000_000_000, "T"),
        (1_000_000_000, "B"),
        (1_000_000, "M"),
        (1_000, "K"),
    ];
    if !is_counted(number) {
        return UNCOUNTED.to_owned();
    }
    let Some((unit, name)) = UNITS.into_iter().find(|(unit, _)| number >= *unit) else {
        return number.to_string();
    };
    let (whole, rest) = (number / unit, number % unit);
    match whole {
        0..10 => format!("{whole}.{:02}{name}", rest * 100 / unit),
        10..100 => format!("{whole}.{}{name}", rest * 10 / unit),
        _ => format!("{whole}{name}"),
    }
}

/// All digits of a number, as programs read them.
pub(super) fn exact(number: u64) -> String {
    if is_counted(number) {
        number.to_string()
    } else {
        UNCOUNTED.to_owned()
    }
}

/// A number with its thousands apart: `128,256`.
pub(super) fn grouped(number: u64) -> String {
    if !is_counted(number) {
        return UNCOUNTED.to_owned();
    }
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `[4096, 11008]`.
pub(super) fn shape(shape: &[u64]) -> String {
    let lengths: Vec<String> = shape.iter().map(ToString::to_string).collect();
    format!("[{}]", lengths.join(", "))
}

/// An input or output: `input_ids I64 [batch, 512]`.
pub(crate) fn port(port: &Port) -> String {
    let mut text = plain(&port.name);
    if let Some(element) = &port.element {
        text.push(' ');
        text.push_str(&plain(element.name()));
    }
    if let Some(shape) = &port.shape {
        let lengths = shape.iter().map(|length| match length {
            Dimension::Fixed(length) => length.to_string(),
            Dimension::Named(name) => plain(name),
            Dimension::Free => "?".to_owned(),
        });
        text = format!("{text} [{}]", lengths.collect::<Vec<_>>().join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_too_large() {
        let shown = [
            0,
            999,
            1_000,
            12_345,
            22_713_728,
            8_030_261_248,
            671_026_419_200,
        ]
        .map(parameters);
        assert_eq!(
            shown,
            ["0", "999", "1.00K", "12.3K", "22.7M", "8.03B", "671B"]
        );
        assert_eq!(parameters(u64::MAX - 1), "18446744T");
        for told in [parameters(u64::MAX), grouped(u64::MAX), size(u64::MAX)] {
            assert_eq!(told, UNCOUNTED);
        }
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(grouped),
            ["0", "999", "1,000", "1,234,567"]
        );
    }
}
