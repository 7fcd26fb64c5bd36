//! The file that says who may read what from a mirror: TOML, read strictly.

mod requests;
mod rules;
mod table;
mod watch;

use std::{
    fmt,
    io::Read as _,
    path::{Path, PathBuf},
    time::SystemTime,
};

use hubkit_mirror::{Access, AccessRequests};

pub(crate) use watch::follow;

use crate::{exit::Exit, failure::Failure};

/// More than a file about a hundred thousand people.
const LONGEST: u64 = 64 << 20;

/// A file of access rules, and the requests for access that are kept beside it.
#[derive(Clone, Debug)]
pub(crate) struct AccessFile {
    path: PathBuf,
    requests: AccessRequests,
}

/// What is wrong with the file, and where. Never repeats a value: it may be a token that was put into the wrong place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Fault {
    path: PathBuf,
    line: Option<usize>,
    message: String,
}

impl AccessFile {
    /// Opens the file and what is kept beside it, and reads the rules a first time.
    pub(crate) fn open(path: &Path) -> Result<(Self, Access), Failure> {
        let requests = requests::open(path)?;
        let file = Self {
            path: path.to_owned(),
            requests,
        };
        let access = file.read().map_err(|fault| fault.as_failure())?;
        Ok((file, access))
    }

    /// Reads the rules as they are now.
    pub(crate) fn read(&self) -> Result<Access, Fault> {
        let text = read_text(&self.path)?;
        let access = rules::read(&self.path, &text)?;
        #[expect(
            clippy::disallowed_methods,
            reason = "a token that ends needs the time"
        )]
        let clock = || SystemTime::now();
        Ok(access
            .with_clock(clock)
            .with_requests(self.requests.clone()))
    }

    /// What is wrong with who may read or change the file, in words for its owner.
    pub(crate) fn permissions_warning(&self) -> Option<String> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&self.path).ok()?.permissions().mode() & 0o777;
            let may = match mode & 0o077 {
                0 => return None,
                bits if bits & 0o022 != 0 => "change",
                _ => "read",
            };
            Some(format!(
                "other users of this machine can {may} {} (mode {mode:04o}); it should have mode 0600",
                self.path.display()
            ))
        }
        #[cfg(not(unix))]
        None
    }
}

fn read_text(path: &Path) -> Result<String, Fault> {
    let fault = |message: String| Fault {
        path: path.to_owned(),
        line: None,
        message,
    };
    // Looked at before it is opened: opening a pipe waits for somebody to write.
    let is_file = std::fs::metadata(path).map(|found| found.is_file());
    if !is_file.map_err(|error| fault(format!("can't be read: {error}")))? {
        return Err(fault("is not a plain file".to_owned()));
    }
    let file =
        std::fs::File::open(path).map_err(|error| fault(format!("can't be read: {error}")))?;
    let mut bytes = Vec::new();
    file.take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| fault(format!("can't be read: {error}")))?;
    if bytes.len() as u64 > LONGEST {
        return Err(fault(format!("is longer than {LONGEST} bytes")));
    }
    String::from_utf8(bytes).map_err(|_| fault("is not text (UTF-8)".to_owned()))
}

impl Fault {
    pub(crate) fn as_failure(&self) -> Failure {
        let exit = if self.line.is_some() {
            Exit::Usage
        } else {
            Exit::Disk
        };
        Failure::new(exit, "access_file", self.to_string())
            .hint("a whole example stands in the guide on access: docs/guides/access.md")
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.line {
            Some(line) => write!(f, "{path}:{line}: {}", self.message),
            None => write!(f, "{path} {}", self.message),
        }
    }
}
