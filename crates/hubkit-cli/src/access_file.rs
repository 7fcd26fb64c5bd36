//! The file that says who may read what from a mirror: TOML, read strictly.

mod requests;
mod rules;
mod watch;

use std::{
    path::{Path, PathBuf},
    time::SystemTime,
};

use hubkit_mirror::{Access, AccessRequests};

pub(crate) use watch::follow;

use crate::{
    exit::Exit,
    failure::Failure,
    strict_toml::{Fault, read_text},
};

/// More than a file about a hundred thousand people.
const LONGEST: u64 = 64 << 20;

/// A file of access rules, and the requests for access that are kept beside it.
#[derive(Clone, Debug)]
pub(crate) struct AccessFile {
    path: PathBuf,
    requests: AccessRequests,
}

impl AccessFile {
    /// Opens the file and what is kept beside it, and reads the rules a first time.
    pub(crate) fn open(path: &Path) -> Result<(Self, Access), Failure> {
        let requests = requests::open(path)?;
        let file = Self {
            path: path.to_owned(),
            requests,
        };
        let access = file.read().map_err(|fault| failure(&fault))?;
        Ok((file, access))
    }

    /// Reads the rules as they are now.
    pub(crate) fn read(&self) -> Result<Access, Fault> {
        let text = read_text(&self.path, LONGEST)?;
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

fn failure(fault: &Fault) -> Failure {
    let exit = if fault.is_in_text() {
        Exit::Usage
    } else {
        Exit::Disk
    };
    Failure::new(exit, "access_file", fault.to_string())
        .hint("a whole example stands in the guide on access: docs/guides/access.md")
}
