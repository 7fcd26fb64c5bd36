//! What a stage leaves for the next one of the same blob.

use std::{fmt::Write as _, str::FromStr};

use hubkit_types::{BlobId, ByteRange, Etag};

use crate::{Digester, RangeSet};

/// How far a blob has come: enough to go on in another process.
#[derive(Clone)]
pub(crate) struct Note {
    /// The bytes that are in place.
    pub(crate) held: RangeSet,
    /// Which version of the file they are of, as the server calls it.
    pub(crate) validator: Option<Etag>,
    /// How many bytes from the start are hashed.
    pub(crate) hashed: u64,
    /// The state of the digest behind them.
    pub(crate) digester: Digester,
}

/// More runs than any number of parallel connections makes. What is beyond moves again.
const MOST_RUNS: usize = 48;

const FORMAT: &str = "hubkit-note 1";

impl Note {
    /// Renders the note, with a checksum: whoever reads half of it notices.
    pub(crate) fn encode(&self, blob: BlobId, size: u64) -> Vec<u8> {
        let mut runs = self.held.runs().to_vec();
        if runs.len() > MOST_RUNS {
            let first = runs[0];
            runs.sort_unstable_by_key(|run| (*run != first, u64::MAX - run.len()));
            runs.truncate(MOST_RUNS);
        }
        let mut text = format!("{FORMAT}\nblob {blob}\nsize {size}\n");
        if let Some(tag) = &self.validator {
            let _ = writeln!(text, "tag {tag}");
        }
        let _ = write!(text, "hashed {} ", self.hashed);
        for byte in self.digester.save() {
            let _ = write!(text, "{byte:02x}");
        }
        text.push_str("\nheld");
        for run in runs {
            let _ = write!(text, " {}-{}", run.start(), run.end());
        }
        text.push('\n');
        let sum = checksum(&text);
        let _ = writeln!(text, "sum {sum}");
        text.into_bytes()
    }

    /// Reads a note; `None` when it is damaged in any way, or is about something else.
    pub(crate) fn decode(bytes: &[u8], blob: BlobId, size: u64) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let (body, rest) = text.split_at(text.find("\nsum ")? + 1);
        let sum = rest.strip_prefix("sum ")?.lines().next()?;
        if sum != checksum(body).to_string() {
            return None;
        }
        let mut lines = body.lines();
        if lines.next()? != FORMAT
            || value::<BlobId>(lines.next()?, "blob")? != blob
            || value::<u64>(lines.next()?, "size")? != size
        {
            return None;
        }
        let mut line = lines.next()?;
        let mut validator = None;
        if line.starts_with("tag ") {
            validator = Some(value(line, "tag")?);
            line = lines.next()?;
        }
        let (hashed, state) = line.strip_prefix("hashed ")?.split_once(' ')?;
        let hashed = hashed.parse().ok()?;
        let digester = Digester::restore(blob, &unhex(state)?)?;
        let mut held = RangeSet::new();
        for run in lines.next()?.strip_prefix("held")?.split_ascii_whitespace() {
            let (start, end) = run.split_once('-')?;
            let range = ByteRange::new(start.parse().ok()?, end.parse().ok()?)?;
            if range.end() > size {
                return None;
            }
            held.insert(range);
        }
        (hashed <= held.frontier()).then_some(Self {
            held,
            validator,
            hashed,
            digester,
        })
    }
}

fn value<T: FromStr>(line: &str, name: &str) -> Option<T> {
    let value = line.strip_prefix(name)?.strip_prefix(' ')?;
    value.parse().ok()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

fn checksum(text: &str) -> BlobId {
    let mut digester = Digester::git_blob(text.len() as u64);
    digester.update(text.as_bytes());
    digester.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note() -> (Note, BlobId) {
        let mut digester = Digester::sha256();
        digester.update(b"abcd");
        let id = digester.clone().finish();
        let mut held = RangeSet::new();
        for (start, end) in [(0, 9), (20, 30)] {
            held.insert(ByteRange::new(start, end).expect("forwards"));
        }
        let validator = Some("\"x-1\"".parse().expect("a tag"));
        let note = Note {
            held,
            validator,
            hashed: 4,
            digester,
        };
        (note, id)
    }

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let (note, id) = note();
        let bytes = note.encode(id, 30);
        let read = Note::decode(&bytes, id, 30).expect("a whole note");
        assert_eq!((&read.held, read.hashed), (&note.held, 4));
        assert_eq!(read.validator, note.validator);
        assert_eq!(read.digester.finish(), id);
    }

    #[test]
    fn a_note_that_is_damaged_or_about_something_else_is_none() {
        let (note, id) = note();
        let bytes = note.encode(id, 30);
        assert!(Note::decode(&bytes, id, 31).is_none());
        let other = crate::git::blob_id(b"other").into();
        assert!(Note::decode(&bytes, other, 30).is_none());
        for length in 0..bytes.len() - 1 {
            assert!(Note::decode(&bytes[..length], id, 30).is_none(), "{length}");
        }
        for at in 0..bytes.len() - 1 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert!(Note::decode(&flipped, id, 30).is_none(), "{at}");
        }
        // What an older, longer note left behind the end is no part of it.
        let longer = [bytes.as_slice(), b"sum 0\n"].concat();
        assert!(Note::decode(&longer, id, 30).is_some());
    }

    #[test]
    fn a_note_stays_short_however_many_runs_there_are() {
        let (mut note, id) = note();
        for start in 0..1000 {
            let run = ByteRange::new(1000 + start * 10, 1005 + start * 10);
            note.held.insert(run.expect("forwards"));
        }
        let bytes = note.encode(id, 1 << 40);
        assert!(bytes.len() < 4000, "{}", bytes.len());
        let read = Note::decode(&bytes, id, 1 << 40).expect("a whole note");
        assert_eq!(read.held.frontier(), 9);
    }
}
