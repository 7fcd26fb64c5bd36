//! Standard output for what is not ours to print: files and diffs.

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

use crate::{exit::Exit, failure::Failure, ui::plain};

/// Whether anyone reads on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reader {
    There,
    /// It has seen enough, such as `head`; that is not a failure.
    Gone,
}

/// Standard output. A terminal gets text, in which nothing moves the cursor, and only once all of it is known to be
/// text; anything else gets the bytes as they come.
#[derive(Debug)]
pub(crate) struct Output {
    held: Option<Vec<u8>>,
}

impl Output {
    /// The most that a terminal is given.
    const LONGEST: usize = 4 << 20;

    pub(crate) fn new() -> Self {
        let held = io::stdout().is_terminal().then(Vec::new);
        Self { held }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<Reader, Failure> {
        match &mut self.held {
            None => give(bytes),
            Some(held) if held.len() + bytes.len() > Self::LONGEST => Err(not_for_terminals()),
            Some(held) => {
                held.extend_from_slice(bytes);
                Ok(Reader::There)
            }
        }
    }

    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        match self.held.take() {
            None => Ok(()),
            Some(held) => give(for_terminal(&held)?.as_bytes()).map(drop),
        }
    }
}

fn give(bytes: &[u8]) -> Result<Reader, Failure> {
    let mut stdout = io::stdout();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(Reader::There),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => {
            let message = format!("standard output can't be written: {error}");
            Err(Failure::new(Exit::Disk, "output", message))
        }
    }
}

/// Text with everything in it that a terminal would act on made visible, but for the ends of lines and tabs.
fn for_terminal(bytes: &[u8]) -> Result<String, Failure> {
    let text = str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'));
    let text = text.ok_or_else(not_for_terminals)?;
    let lines = text.split_inclusive('\n').map(|line| {
        let cells = line.trim_end_matches(['\r', '\n']).split('\t');
        let end = if line.ends_with('\n') { "\n" } else { "" };
        cells.map(plain).collect::<Vec<_>>().join("\t") + end
    });
    Ok(lines.collect())
}

fn not_for_terminals() -> Failure {
    Failure::usage("the file is not text that fits a terminal")
        .hint("redirect it into a file, or into a program that shows it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_text_in_which_nothing_moves_the_cursor() {
        let shown = |bytes: &[u8]| for_terminal(bytes).ok();
        assert_eq!(shown(b"a\tb\r\n\nc").as_deref(), Some("a\tb\n\nc"));
        let shown_escape = shown(b"\x1b[2Jx\n").expect("text");
        assert!(!shown_escape.contains('\x1b') && shown_escape.ends_with("x\n"));
        assert_eq!(shown(b"\xff\xfe"), None);
        assert_eq!(shown(b"GGUF\0\0"), None);
    }
}
