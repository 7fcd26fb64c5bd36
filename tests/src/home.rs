//! A place of its own for each trial: a fresh `HF_HOME`, and an environment without surprises.

use std::{
    env,
    ffi::OsStr,
    fs::File,
    io::{Seek as _, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use crate::{Outcome, Running, bin, running::Listener};

/// An address where nobody listens: the endpoint until a trial names one, so that none asks the public hub by accident.
pub const NOWHERE: &str = "http://127.0.0.1:9";

/// No program here needs longer; a hanging one must not hang the run.
const LONGEST: Duration = Duration::from_mins(5);

/// A fresh home folder of a hub's clients.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
}

/// A program about to be started.
#[derive(Debug)]
pub struct Run<'home> {
    home: &'home Home,
    command: Command,
    input: Option<File>,
}

impl Home {
    /// Makes an empty one, removed when dropped.
    pub fn new() -> Result<Self> {
        Ok(Self {
            folder: tempfile::tempdir()?,
        })
    }

    /// Returns the folder: `HF_HOME`, and the home folder too.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the folder of the shared cache.
    pub fn cache(&self) -> PathBuf {
        self.path().join("hub")
    }

    /// Prepares the command under test.
    pub fn hubkit<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Run<'_>> {
        Ok(self.program(bin()?, arguments))
    }

    /// Prepares any program.
    pub fn program<A: AsRef<OsStr>>(
        &self,
        name: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Run<'_> {
        let mut command = Command::new(name);
        command.args(arguments);
        for (variable, _) in env::vars_os() {
            if is_surprise(&variable.to_string_lossy()) {
                command.env_remove(variable);
            }
        }
        for variable in ["HOME", "USERPROFILE", "HF_HOME"] {
            command.env(variable, self.path());
        }
        command.env("HF_ENDPOINT", NOWHERE).current_dir(self.path());
        Run {
            home: self,
            command,
            input: None,
        }
    }
}

impl Run<'_> {
    /// Sets a variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Starts it in another folder than the home.
    pub fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Names the hub.
    pub fn at(self, endpoint: &str) -> Self {
        self.env("HF_ENDPOINT", endpoint)
    }

    /// Forbids the network, the way every client understands.
    pub fn offline(self) -> Self {
        self.env("HF_HUB_OFFLINE", "1")
    }

    /// Gives it something to read on standard input, which is empty otherwise.
    pub fn input(mut self, text: impl AsRef<[u8]>) -> Result<Self> {
        let mut file = tempfile::tempfile()?;
        file.write_all(text.as_ref())?;
        file.rewind()?;
        self.input = Some(file);
        Ok(self)
    }

    /// Starts the program without waiting, for trials that kill it. Its output goes nowhere.
    pub fn spawn(mut self) -> Result<std::process::Child> {
        self.command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.command
            .spawn()
            .with_context(|| format!("can't start {}", self.called()))
    }

    /// Runs the program to its end. Fails when it can't be started or does not end; its exit code is for the caller.
    pub fn run(self) -> Result<Outcome> {
        let called = self.called();
        let outcome = self.run_within(LONGEST)?;
        outcome.with_context(|| format!("{called} did not end within {} s", LONGEST.as_secs()))
    }

    /// Runs the program, but not for longer than this; `None` when it had not ended by then.
    pub fn run_within(self, longest: Duration) -> Result<Option<Outcome>> {
        self.start()?.end_within(longest)
    }

    /// Starts the program without waiting, and listens to what it says.
    pub fn start(mut self) -> Result<Running> {
        let called = self.called();
        let input = self.input.take().map_or_else(Stdio::null, Stdio::from);
        self.command
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self
            .command
            .spawn()
            .with_context(|| format!("can't start {called}"))?;
        Ok(Running {
            stdout: Listener::to(child.stdout.take()),
            stderr: Listener::to(child.stderr.take()),
            child,
            called,
        })
    }

    /// Runs the program to its end and puts `[HOME]` where its output names the folder; for snapshots.
    pub fn snapshot(self) -> Result<Outcome> {
        let home = self.home.path();
        Ok(self.run()?.hide(home, "[HOME]"))
    }

    fn called(&self) -> String {
        let mut words = vec![
            Path::new(self.command.get_program())
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy(),
        ];
        words.extend(self.command.get_args().map(OsStr::to_string_lossy));
        words.join(" ")
    }
}

/// Whether a variable would change how a client of a hub behaves.
fn is_surprise(name: &str) -> bool {
    const STARTS: [&str; 7] = [
        "HF_",
        "HUGGING",
        "TRANSFORMERS_",
        "HUBKIT_",
        "XDG_",
        "PYTHON",
        "CLICOLOR",
    ];
    const WHOLE: [&str; 6] = [
        "NO_COLOR",
        "FORCE_COLOR",
        "RUST_LOG",
        "RUST_BACKTRACE",
        "DO_NOT_TRACK",
        "DISABLE_TELEMETRY",
    ];
    let name = name.to_ascii_uppercase();
    STARTS.iter().any(|start| name.starts_with(start))
        || WHOLE.contains(&name.as_str())
        || name.ends_with("_PROXY")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_the_person_do_not_reach_the_program() {
        for name in [
            "HF_TOKEN",
            "https_proxy",
            "HUGGINGFACE_HUB_CACHE",
            "NO_COLOR",
        ] {
            assert!(is_surprise(name), "{name}");
        }
        for name in ["PATH", "SystemRoot", "TEMP", "LD_LIBRARY_PATH"] {
            assert!(!is_surprise(name), "{name}");
        }
    }
}
