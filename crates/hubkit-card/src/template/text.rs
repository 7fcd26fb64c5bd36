//! Words of strangers in Markdown, where they can be nothing but words.

use std::fmt::Write as _;

use hubkit_types::is_invisible;

/// A longer text is cut, in characters.
const LONGEST: usize = 200;

/// A text as Markdown that shows these characters: no markup, no line and no cell of a table begins or ends in it. An
/// address is torn apart by a blank, since programs look for addresses when escapes are gone.
pub(super) fn words(text: &str) -> String {
    let (text, is_cut) = plain(text);
    let mut shown = String::with_capacity(text.len());
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let within_word =
            before.is_alphanumeric() && letters.peek().is_some_and(|next| next.is_alphanumeric());
        let is_harmless = match letter {
            // Between letters an underscore is one.
            '_' | '.' | '-' => within_word,
            ',' | '(' | ')' | '/' | '%' => true,
            _ => !letter.is_ascii_punctuation(),
        };
        let is_after = |end: &str| {
            let tail = shown
                .len()
                .checked_sub(end.len())
                .and_then(|at| shown.get(at..));
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
        };
        let is_torn = match letter {
            '.' => is_after("www"),
            '/' => is_after(":"),
            '@' => true,
            _ => false,
        };
        if is_torn {
            shown.push(' ');
        }
        if !is_harmless {
            shown.push('\\');
        }
        shown.push(letter);
        before = letter;
    }
    if is_cut {
        shown.push('…');
    }
    shown
}

/// A name, a value or a path as code; what can't be shown so within a table as [`words`].
pub(super) fn code(text: &str) -> String {
    let (plain, is_cut) = plain(text);
    let is_code = |letter: char| letter.is_ascii_alphanumeric() || "_-./:=+,@() ".contains(letter);
    if plain.is_empty() || is_cut || !plain.chars().all(is_code) {
        return words(text);
    }
    format!("`{plain}`")
}

/// One line of what can be seen, and whether that is not all of it.
pub(super) fn plain(text: &str) -> (String, bool) {
    let mut line = String::new();
    // A cut text is looked at no further, however long it is.
    let mut letters = text.chars().take(LONGEST * 4);
    for letter in letters.by_ref() {
        if letter.is_whitespace() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else if !is_invisible(letter) {
            line.push(letter);
        }
    }
    line.truncate(line.trim_end().len());
    let is_long = text.chars().nth(LONGEST * 4).is_some();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => {
            line.truncate(end);
            (line, true)
        }
        None => (line, is_long),
    }
}

/// A number with its thousands apart: `1,100,048,384`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A number as people say it: `1.1 billion`, `66 million`, `4,386`.
pub(super) fn rounded(number: u64) -> String {
    const UNITS: [(u64, &str); 3] = [
        (1_000_000_000_000, "trillion"),
        (1_000_000_000, "billion"),
        (1_000_000, "million"),
    ];
    let Some((unit, name)) = UNITS.into_iter().find(|(unit, _)| number >= *unit) else {
        return grouped(number);
    };
    let tenths = (u128::from(number) * 10 + u128::from(unit) / 2) / u128::from(unit);
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole} {name}"),
        (whole, tenth) => format!("{whole}.{tenth} {name}"),
    }
}

/// A place for what only the author knows: readers of the card do not see it.
pub(super) fn gap(what: &str) -> String {
    format!("<!-- To do: {what}. -->\n")
}

/// A table of two columns.
pub(super) fn table(left: &str, right: &str, rows: &[(String, String)]) -> String {
    let mut text = format!("| {left} | {right} |\n|---|---|\n");
    for (name, value) in rows {
        // Writing to a text does not fail.
        let _ = writeln!(text, "| {name} | {value} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_words_stay_as_they_are() {
        for text in ["my_model-v1.5 (beta)", "Größe, 100%", "BF16 / F32"] {
            assert_eq!(words(text), text);
        }
        assert_eq!(
            code("meta-llama/Llama-2-7b-hf"),
            "`meta-llama/Llama-2-7b-hf`"
        );
    }

    #[test]
    fn no_markup_comes_out_of_words() {
        assert_eq!(words("a\n---\n# b"), r"a \-\-\- \# b");
        assert_eq!(words("</td>|`x`"), r"\</td\>\|\`x\`");
        assert_eq!(
            words("https://x.y WWW.x.y a@b.c"),
            r"https\: //x.y WWW .x.y a \@b.c"
        );
        assert_eq!(words("--> {{ x }}"), r"\-\-\> \{\{ x \}\}");
        assert_eq!(code("a`b"), r"a\`b");
        assert_eq!(code("a|b"), r"a\|b");
        assert_eq!(words("a\u{202e}b\u{0}"), "ab");
    }

    #[test]
    fn long_texts_are_cut() {
        let shown = words(&"a".repeat(1_000_000));
        assert_eq!(shown.chars().count(), LONGEST + 1);
    }

    #[test]
    fn numbers_are_said_as_people_say_them() {
        let said: Vec<_> = [0, 999, 4_386, 66_955_010, 1_100_048_384, 70_553_706_496]
            .map(rounded)
            .into();
        let expected = [
            "0",
            "999",
            "4,386",
            "67 million",
            "1.1 billion",
            "70.6 billion",
        ];
        assert_eq!(said, expected);
        assert_eq!(grouped(1_100_048_384), "1,100,048,384");
    }
}
