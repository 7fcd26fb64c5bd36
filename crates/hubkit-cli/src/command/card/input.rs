//! Files that are read whole, within bounds.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};

use crate::{exit::Exit, failure::Failure, ui::plain};

/// What is read, and what the user hears where it can't be.
pub(super) struct Input {
    /// A longer one is refused, in bytes.
    pub(super) longest: usize,
    /// What was expected, as in `expected SUCH of at most N bytes`.
    pub(super) expected: &'static str,
    /// The code of one that is longer.
    pub(super) code: &'static str,
    /// What to check of one that is longer.
    pub(super) check: &'static str,
    /// What to name.
    pub(super) name: &'static str,
    /// How standard input is read.
    pub(super) piped: &'static str,
}

impl Input {
    /// Reads a file to its end.
    pub(super) fn read(&self, path: &Path) -> Result<Vec<u8>, Failure> {
        let name = plain(&path.display().to_string());
        let unreadable = |error: &io::Error| {
            let (exit, code) = match error.kind() {
                io::ErrorKind::NotFound => (Exit::NotFound, "file_not_found"),
                _ => (Exit::Disk, "unreadable"),
            };
            Failure::new(exit, code, format!("{name}: {error}")).hint(self.name)
        };
        // What is no file, such as a pipe, could keep us waiting for ever.
        let found = fs::metadata(path).map_err(|error| unreadable(&error))?;
        if !found.is_file() {
            let message = format!("{name} is not a file");
            return Err(Failure::new(Exit::Usage, "not_a_file", message).hint(self.piped));
        }
        let file = File::open(path).map_err(|error| unreadable(&error))?;
        self.bounded(file, &name)
    }

    /// Reads standard input to its end.
    pub(super) fn piped(&self) -> Result<Vec<u8>, Failure> {
        self.bounded(io::stdin().lock(), "standard input")
    }

    fn bounded(&self, reader: impl io::Read, name: &str) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        let read = reader.take(self.longest as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| {
            let message = format!("{name} can't be read: {error}");
            Failure::new(Exit::Disk, "unreadable", message)
        })?;
        if bytes.len() > self.longest {
            let (expected, longest) = (self.expected, self.longest);
            let message = format!("{name}: expected {expected}at most {longest} bytes, found more");
            return Err(Failure::new(Exit::Integrity, self.code, message).hint(self.check));
        }
        Ok(bytes)
    }
}
