//! Text of strangers.

/// Shows text of a stranger in an error: control characters escaped, and at most `longest` characters of it.
pub fn shown(text: &str, longest: usize) -> String {
    let mut shown: String = text
        .chars()
        .take(longest)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(longest).is_some() {
        shown.push('…');
    }
    shown
}
