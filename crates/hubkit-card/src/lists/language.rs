//! Whether a word is a code of a language.

use super::languages::{SPECIAL_LANGUAGES, THREE_LETTERS, TWO_LETTERS};

/// Whether a word is what `language` may hold: a code of ISO 639-1, 639-2 or 639-3 in lower case, or one of
/// [`special_languages`](super::special_languages). Tags of BCP 47 as `en-GB` are not; they have a field of their own,
/// `language_bcp47`.
pub fn is_language(code: &str) -> bool {
    match code.len() {
        2 => is_among(TWO_LETTERS, code),
        3 if is_among(THREE_LETTERS, code) => true,
        _ => SPECIAL_LANGUAGES.contains(&code),
    }
}

/// Looks a code up among codes of the same length that stand in one text, sorted and without gaps.
fn is_among(codes: &str, code: &str) -> bool {
    let codes = codes.as_bytes();
    let length = code.len();
    let (mut low, mut high) = (0, codes.len() / length);
    while low < high {
        let middle = usize::midpoint(low, high);
        let found = &codes[middle * length..(middle + 1) * length];
        match found.cmp(code.as_bytes()) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => return true,
        }
    }
    false
}
