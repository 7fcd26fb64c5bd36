//! Places in a text by line and column.

use crate::Location;

/// Counts lines forward. Questions in the order of the text take one pass together.
pub(super) struct Places<'a> {
    text: &'a str,
    /// Where the line begins that the last question was about.
    begin: usize,
    /// How far the line ends have been counted.
    seen: usize,
    /// How many lines are above it.
    above: usize,
    /// Whether what is asked lies on the line of the last question, which began there.
    last: (usize, usize),
}

impl<'a> Places<'a> {
    pub(super) fn new(text: &'a str, above: usize) -> Self {
        Self {
            text,
            begin: 0,
            seen: 0,
            above,
            last: (0, 0),
        }
    }

    /// The place of a byte. One before an earlier question counts as the begin of that question's line.
    pub(super) fn of(&mut self, at: usize) -> Location {
        let at = at.clamp(self.begin, self.text.len());
        let bytes = self.text.as_bytes();
        while self.seen < at {
            let byte = bytes[self.seen];
            self.seen += 1;
            let is_end = byte == b'\n' || byte == b'\r' && bytes.get(self.seen) != Some(&b'\n');
            if is_end {
                self.above += 1;
                self.begin = self.seen;
                self.last = (self.seen, 0);
            }
        }
        // A line may be as long as the text, so that its characters are counted once.
        let (from, counted) = if self.last.0 <= at {
            self.last
        } else {
            (self.begin, 0)
        };
        let column = counted + characters(&bytes[from..at]);
        self.last = (at, column);
        Location {
            line: self.above + 1,
            column: column + 1,
        }
    }
}

fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xc0) != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_lines_and_characters() {
        let text = "ab\nçd\r\ne\rf";
        let mut places = Places::new(text, 10);
        let mut place = |at| {
            let found = places.of(at);
            (found.line, found.column)
        };
        assert_eq!(place(0), (11, 1));
        assert_eq!(place(1), (11, 2));
        assert_eq!(place(5), (12, 2));
        assert_eq!(place(3), (12, 1));
        assert_eq!(place(8), (13, 1));
        assert_eq!(place(10), (14, 1));
        assert_eq!(place(100), (14, 2));
    }
}
