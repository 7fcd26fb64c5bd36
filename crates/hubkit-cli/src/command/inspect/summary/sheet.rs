//! Names on the left, what is said of each on the right, no wider than a terminal of old.

/// Rows of a name and a text.
#[derive(Debug, Default)]
pub(super) struct Sheet(Vec<(String, String)>);

/// How wide it is in all, and how wide the names are.
const WIDTH: usize = 80;
const NAMES: usize = 14;

/// No text takes more lines.
const MOST_LINES: usize = 4;

impl Sheet {
    pub(super) fn row(&mut self, name: &str, text: impl Into<String>) {
        self.0.push((name.to_owned(), text.into()));
    }

    /// A row, if there is something to say.
    pub(super) fn maybe(&mut self, name: &str, text: Option<String>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.row(name, text);
        }
    }

    pub(super) fn text(&self) -> String {
        let rows = self.0.iter().flat_map(|(name, text)| {
            let lines = wrapped(text, WIDTH - NAMES);
            let lines = lines.into_iter().enumerate().map(move |(number, line)| {
                let name = if number == 0 { name.as_str() } else { "" };
                format!("{name:<NAMES$}{line}").trim_end().to_owned()
            });
            lines.collect::<Vec<_>>()
        });
        rows.collect::<Vec<_>>().join("\n")
    }
}

/// The text in lines of so many characters. A word that is longer is broken.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut room = width;
    for word in text.split(' ') {
        let mut letters: Vec<char> = word.chars().collect();
        let is_first = room == width;
        let space = usize::from(!is_first);
        if letters.len() + space > room && !is_first {
            lines.push(String::new());
            room = width;
        } else if !is_first && let Some(line) = lines.last_mut() {
            line.push(' ');
            room -= 1;
        }
        while letters.len() > width {
            let rest = letters.split_off(width);
            if let Some(line) = lines.last_mut() {
                line.extend(letters);
            }
            letters = rest;
            lines.push(String::new());
        }
        room = room.min(width).saturating_sub(letters.len());
        if let Some(line) = lines.last_mut() {
            line.extend(letters);
        }
    }
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        if let Some(line) = lines.last_mut() {
            *line = line.chars().take(width - 2).chain(" …".chars()).collect();
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_a_terminal() {
        let mut sheet = Sheet::default();
        sheet.row("short", "a few words");
        sheet.row("long", "word ".repeat(40));
        sheet.row("unbroken", "x".repeat(1000));
        sheet.row("mixed", format!("a {} b", "y".repeat(70)));
        sheet.maybe("nothing", None);
        sheet.maybe("empty", Some(String::new()));
        let text = sheet.text();
        assert!(
            text.lines().all(|line| line.chars().count() <= WIDTH),
            "{text}"
        );
        assert!(text.starts_with("short         a few words\nlong          word word"));
        assert!(!text.contains("nothing") && !text.contains("empty"));
        assert!(text.contains('…') && text.ends_with(" b"), "{text}");
    }
}
