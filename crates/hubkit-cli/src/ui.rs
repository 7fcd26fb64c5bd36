//! What is printed where.

use std::{
    io::{ErrorKind, Write as _},
    time::Duration,
};

use hubkit::is_invisible;
use serde_json::Value;

use crate::{args::Global, exit::Exit, failure::Failure};

/// Standard output for results, standard error for everything else.
#[derive(Clone, Debug)]
pub(crate) struct Ui {
    pub(crate) json: bool,
    pub(crate) quiet: bool,
}

impl Ui {
    pub(crate) fn new(global: &Global) -> Self {
        Self {
            json: global.format.is_json(),
            quiet: global.quiet,
        }
    }

    /// Prints a result: text for people or a value for programs.
    pub(crate) fn result(
        &self,
        text: impl FnOnce() -> String,
        value: impl FnOnce() -> Value,
    ) -> Result<(), Failure> {
        let line = if self.json {
            value().to_string()
        } else {
            text()
        };
        data(&line)
    }

    /// Prints a result of many lines, which is none for people where it is empty.
    pub(crate) fn lines(
        &self,
        is_empty: bool,
        text: impl FnOnce() -> String,
        value: impl FnOnce() -> Value,
    ) -> Result<(), Failure> {
        if is_empty && !self.json {
            return Ok(());
        }
        self.result(text, value)
    }

    /// Prints a remark for people on standard error.
    pub(crate) fn remark(&self, line: &str) {
        if !self.quiet && !self.json {
            let _ = writeln!(anstream::stderr(), "{line}");
        }
    }
}

/// Tells of trouble that does not end the command, on standard error, however little is to be printed.
pub(crate) fn trouble(line: &str) {
    let _ = writeln!(anstream::stderr(), "error: {line}");
}

/// Prints a line on standard output. A reader that has seen enough, such as `head`, is not a failure.
pub(crate) fn data(line: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout();
    match writeln!(stdout, "{line}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let message = format!("standard output can't be written: {error}");
            Err(Failure::new(Exit::Disk, "output", message))
        }
        _ => Ok(()),
    }
}

/// Sizes as people read them, in decimal units.
pub(crate) fn size(bytes: u64) -> String {
    indicatif::DecimalBytes(bytes).to_string()
}

/// A time as people read it: `12 s`, `3 min 20 s`, `2 h 5 min`.
pub(crate) fn time(time: Duration) -> String {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, _) => format!("{minutes} min {} s", seconds % 60),
        _ => format!("{hours} h {} min", minutes % 60),
    }
}

/// A number and what is counted: `1 file`, `2 files`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A count as people read it at a glance: `950`, `12.3k`, `4.5M`.
pub(crate) fn compact(number: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")];
    let unit = UNITS.into_iter().find(|(unit, _)| number >= *unit);
    unit.map_or_else(
        || number.to_string(),
        |(unit, name)| format!("{}.{}{name}", number / unit, number % unit * 10 / unit),
    )
}

/// The day of a time in ISO 8601; a text of another form as it is.
pub(crate) fn day(time: &str) -> &str {
    time.split_once('T').map_or(time, |(day, _)| day)
}

/// The text, cut to so many characters.
pub(crate) fn shortened(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let kept = text.chars().take(longest.saturating_sub(1));
    kept.chain(['…']).collect()
}

/// Text of a stranger on a terminal: what can't be seen is escaped.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if is_invisible(c) {
            plain.extend(c.escape_default());
        } else {
            plain.push(c);
        }
    }
    plain
}

/// So many characters of a stranger's name are shown to people, and no column is padded to more.
pub(crate) const LONGEST: usize = 200;

/// A stranger's name in a line of its own: escaped, and cut where it is longer than anyone reads.
pub(crate) fn brief(name: &str) -> String {
    // Cut first: a name may be as long as a file, and escapes make it longer.
    shortened(&plain(&shortened(name, LONGEST)), LONGEST)
}

/// Pads columns to their widest cell, up to [`LONGEST`]: a longer cell stands as it is. The last column is not padded.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let length = |cell: &String| cell.chars().count().min(LONGEST);
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        widths.resize(widths.len().max(row.len()), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = length(cell).max(*width);
        }
    }
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        if number > 0 {
            text.push('\n');
        }
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            text.push_str(cell);
            if column + 1 < row.len() {
                let padding = width - length(cell) + 2;
                text.extend(std::iter::repeat_n(' ', padding));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_short_and_texts_are_cut() {
        let shown = [0, 999, 1000, 12_345, 999_999, 4_567_890, u64::MAX].map(compact);
        assert_eq!(shown[..6], ["0", "999", "1.0k", "12.3k", "999.9k", "4.5M"]);
        assert_eq!(shortened("text-generation", 8), "text-ge…");
        assert_eq!(shortened("äöü", 3), "äöü");
        let shown =
            [0, 59, 60, 3599, 3600, 100_000].map(|seconds| time(Duration::from_secs(seconds)));
        let expected = [
            "0 s",
            "59 s",
            "1 min 0 s",
            "59 min 59 s",
            "1 h 0 min",
            "27 h 46 min",
        ];
        assert_eq!(shown, expected);
        assert_eq!(time(Duration::from_millis(1)), "1 s");
        assert_eq!(day("2026-11-26T23:00:00.000Z"), "2026-11-26");
    }

    #[test]
    fn names_without_end_neither_widen_a_table_nor_fill_it() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let long = "n".repeat(1_000_000);
        let rows = [row(["a", "1"]), row(["long", "2"])];
        assert_eq!(table(&rows), "a     1\nlong  2");
        let text = table(&[row(["a", "1"]), row([&long, "2"])]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], format!("a{}1", " ".repeat(LONGEST + 1)));
        assert_eq!(lines[1], format!("{long}  2"));
        assert_eq!(brief("weight"), "weight");
        assert_eq!(brief(&long), format!("{}…", "n".repeat(LONGEST - 1)));
        assert_eq!(brief(&"\u{202e}".repeat(LONGEST)).chars().count(), LONGEST);
    }
}
