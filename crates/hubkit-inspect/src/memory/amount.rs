//! A number of bytes and the formula that it comes from.

/// A number of bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Amount {
    /// How many; the greatest value where there are more than 64 bits can count.
    pub bytes: u64,
    /// What was computed, with the numbers put in. For people: its wording may change.
    pub formula: String,
}

impl Amount {
    pub(super) fn new(bytes: u128, formula: String) -> Self {
        Self {
            bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
            formula,
        }
    }

    pub(super) fn sum(parts: &[(&str, &Self)]) -> Self {
        let bytes = parts.iter().map(|(_, part)| u128::from(part.bytes)).sum();
        let texts: Vec<String> = parts
            .iter()
            .map(|(name, part)| format!("{} ({name})", part.bytes))
            .collect();
        Self::new(bytes, texts.join(" + "))
    }
}

/// The product, saturating.
pub(super) fn product(factors: &[u64]) -> u128 {
    if factors.contains(&0) {
        return 0;
    }
    factors.iter().fold(1, |product, factor| {
        u128::saturating_mul(product, u128::from(*factor))
    })
}
