//! Shares as a bar.

/// One share for each of these, the rest together.
const FILLS: [char; 4] = ['█', '▓', '▒', '░'];

/// Draws the shares of a whole in so many characters; the larger first. Every share of something is at least one.
pub(super) fn bar(shares: &[u64], width: usize) -> String {
    let total: u128 = shares.iter().map(|share| u128::from(*share)).sum();
    if total == 0 {
        return String::new();
    }
    let mut lengths: Vec<usize> = shares
        .iter()
        .map(|share| {
            let length = u128::from(*share) * width as u128 / total;
            usize::try_from(length)
                .unwrap_or(width)
                .max(usize::from(*share > 0))
        })
        .collect();
    // What rounding left over, or took too much, is the largest one's.
    let sum: usize = lengths.iter().sum();
    if let Some(largest) = lengths.first_mut() {
        *largest = (*largest + width).saturating_sub(sum);
    }
    let drawn = lengths
        .iter()
        .zip(FILLS.into_iter().chain(std::iter::repeat('·')));
    drawn
        .flat_map(|(length, fill)| std::iter::repeat_n(fill, *length))
        .collect()
}

/// A share in per cent, rounded: `98.2 %`, `<0.1 %`. Only all of it is `100 %`.
pub(super) fn percent(share: u64, total: u64) -> String {
    let (share, total) = (u128::from(share), u128::from(total.max(1)));
    let thousandths = (share * 1000 + total / 2) / total;
    match thousandths {
        0 if share > 0 => "<0.1 %".to_owned(),
        1000 if share < total => "99.9 %".to_owned(),
        1000 => "100 %".to_owned(),
        _ => format!("{}.{} %", thousandths / 10, thousandths % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_fill_the_bar_and_small_ones_are_seen() {
        assert_eq!(bar(&[3, 1], 8), "██████▓▓");
        assert_eq!(bar(&[1_000_000, 1], 8), "███████▓");
        assert_eq!(bar(&[u64::MAX, u64::MAX], 4), "██▓▓");
        assert_eq!(bar(&[0, 0], 8), "");
        assert_eq!(
            [
                percent(1, 1),
                percent(1, 10_000),
                percent(982, 1000),
                percent(0, 0),
                percent(8, 9),
                percent(99_999, 100_000),
            ],
            ["100 %", "<0.1 %", "98.2 %", "0.0 %", "88.9 %", "99.9 %"]
        );
    }
}
