//! Text of strangers, made fit to be shown.

/// Escapes what a terminal would act on or a reader could not see, and cuts the text to `longest` characters.
pub(crate) fn shown(text: &str, longest: usize) -> String {
    let mut shown = String::new();
    for c in text.trim().chars().take(longest) {
        match c {
            '"' | '\'' | '\\' => shown.push(c),
            _ => shown.extend(c.escape_debug()),
        }
    }
    if text.trim().chars().nth(longest).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn what_a_terminal_acts_on_is_escaped_and_the_rest_stays() {
        assert_eq!(shown("it's \"x\" \u{e9}", 99), "it's \"x\" \u{e9}");
        assert_eq!(shown("\u{1b}[31mred\r\n", 99), "\\u{1b}[31mred");
        assert_eq!(shown("a\u{202e}b", 99), "a\\u{202e}b");
        assert_eq!(shown("abcdef", 3), "abc…");
    }
}
