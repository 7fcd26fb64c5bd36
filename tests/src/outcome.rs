//! How a program ended, in a form that a snapshot can hold.

use std::{fmt, path::Path};

use anyhow::{Context as _, Result, bail};

/// What a program left behind.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How the program was called.
    pub called: String,
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// All of its standard output.
    pub stdout: String,
    /// All of its standard error.
    pub stderr: String,
}

/// For `insta`: what differs from run to run. The folders of a [`Home`](crate::Home) are gone already.
pub const FILTERS: &[(&str, &str)] = &[
    (r"127\.0\.0\.1:\d+", "127.0.0.1:[PORT]"),
    (r"\b\d+(\.\d+)? ?(ns|µs|ms|s)\b", "[TIME]"),
    (
        r"\b\d+(\.\d+)? ?(B|kB|MB|GB|KiB|MiB|GiB)(/s)?\b",
        "[SIZE]$3",
    ),
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[MOMENT]"),
    // What the operating system calls it when nobody listens.
    (
        r"(Connection refused|No connection could be made).*",
        "[REFUSED]",
    ),
    (r"hubkit\.exe", "hubkit"),
    (r"\\([A-Za-z\[])", "/$1"),
];

impl Outcome {
    /// Returns the outcome if the exit code is this one; else an error that shows everything.
    pub fn expect_code(self, code: i32) -> Result<Self> {
        if self.code != Some(code) {
            bail!("expected exit code {code} of {}\n{self}", self.called);
        }
        Ok(self)
    }

    /// Returns the outcome if the program succeeded.
    pub fn success(self) -> Result<Self> {
        self.expect_code(0)
    }

    /// Returns the last line of standard output: where a command prints its result.
    pub fn last_line(&self) -> Result<&str> {
        self.stdout
            .lines()
            .last()
            .with_context(|| format!("{} printed nothing\n{self}", self.called))
    }

    /// Reads standard output as JSON.
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_str(self.stdout.trim())
            .with_context(|| format!("{} did not print one JSON value\n{self}", self.called))
    }

    /// Puts a name in the place of a folder.
    pub(crate) fn hide(mut self, folder: &Path, name: &str) -> Self {
        let folder = folder.to_string_lossy();
        // JSON doubles the backslashes of Windows.
        for spelling in [folder.replace('\\', "\\\\"), folder.into_owned()] {
            self.stdout = self.stdout.replace(&spelling, name);
            self.stderr = self.stderr.replace(&spelling, name);
        }
        self
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => writeln!(f, "exit code: {code}")?,
            None => writeln!(f, "ended by a signal")?,
        }
        writeln!(f, "----- stdout -----")?;
        writeln!(f, "{}", self.stdout.trim_end())?;
        writeln!(f, "----- stderr -----")?;
        write!(f, "{}", self.stderr.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_run_to_run_is_filtered() {
        let outcome = Outcome {
            called: "hubkit".to_owned(),
            code: Some(5),
            stdout: "/tmp/x1/hub/models--a--b\n".to_owned(),
            stderr: "error: http://127.0.0.1:40123 refused after 1.52 s\n12.5 MB at 3 MB/s\n"
                .to_owned(),
        };
        let outcome = outcome.hide(Path::new("/tmp/x1"), "[HOME]");
        insta::with_settings!({ filters => FILTERS.to_vec() }, {
            insta::assert_snapshot!(outcome, @"
            exit code: 5
            ----- stdout -----
            [HOME]/hub/models--a--b
            ----- stderr -----
            error: http://127.0.0.1:[PORT] refused after [TIME]
            [SIZE] at [SIZE]/s
            ");
        });
    }
}
