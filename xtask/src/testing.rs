//! Everything that is tested, with one line at the end that says how it went.

use std::{fmt, ops::AddAssign, path::PathBuf, process::Command};

use anyhow::{Result, bail};
use serde::Deserialize;

use crate::{
    metadata::{Metadata, When},
    process::{cargo, run_with_lines},
    suite,
};

/// Names the built command for tests, suites and `codegen`.
pub(crate) const PROGRAM: &str = "HUBKIT_BIN";

pub(crate) fn command() -> Result<()> {
    let (tally, verdict) = run()?;
    println!("\n{tally}");
    verdict
}

/// Builds, then tests. Returns what libtest counted, and whether all of it ran and passed.
pub(crate) fn run() -> Result<(Tally, Result<()>)> {
    // Not this program itself: Windows can't replace one that runs.
    let hubkit = build(&["--workspace", "--exclude=xtask"])?;
    let with_program = |mut command: Command| {
        if let Some(hubkit) = &hubkit {
            command.env(PROGRAM, hubkit);
        }
        command
    };

    let mut tally = Tally::default();
    let mut unfinished = Vec::new();
    let everything = with_program(cargo(["test", "--workspace", "--no-fail-fast"]));
    if !count(everything, &mut tally)? {
        unfinished.push("cargo test".to_owned());
    }
    for suite in suite::of(&Metadata::read()?, When::Default)? {
        let arguments = ["test", "--workspace", "--test", &suite];
        if !count(with_program(cargo(arguments)), &mut tally)? {
            unfinished.push(format!("suite {suite}"));
        }
    }
    let verdict = if unfinished.is_empty() {
        Ok(())
    } else {
        Err(anyhow::anyhow!("failed: {}", unfinished.join(", ")))
    };
    Ok((tally, verdict))
}

/// Returns the built command that the environment names.
pub(crate) fn given_program() -> Option<PathBuf> {
    std::env::var_os(PROGRAM).map(PathBuf::from)
}

/// Builds the command and returns where it is; `None` in a workspace without it.
pub(crate) fn build_command() -> Result<Option<PathBuf>> {
    if Metadata::read()?.package("hubkit-cli").is_none() {
        return Ok(None);
    }
    build(&["--package=hubkit-cli"])
}

/// The same, as it is shipped.
pub(crate) fn build_release_command() -> Result<Option<PathBuf>> {
    build(&["--package=hubkit-cli", "--release"])
}

/// Builds an example of a package as it would be shipped, and returns where it is.
pub(crate) fn build_release_example(package: &str, name: &str) -> Result<Option<PathBuf>> {
    let selection = ["--package", package, "--example", name, "--release"];
    build_program(&selection, name)
}

/// Builds and returns the path of the command, if that was among what was built.
fn build(selection: &[&str]) -> Result<Option<PathBuf>> {
    build_program(selection, "hubkit")
}

fn build_program(selection: &[&str], name: &str) -> Result<Option<PathBuf>> {
    let mut command = cargo(["build", "--message-format=json-render-diagnostics"]);
    command.args(selection);
    let mut program = None;
    let built = run_with_lines(&mut command, |line| {
        if let Some(path) = executable(line, name) {
            program = Some(path);
        }
    })?;
    if !built {
        bail!("the build failed");
    }
    Ok(program)
}

/// Reads the path of a program from one message of cargo.
fn executable(line: &str, name: &str) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Message {
        executable: Option<PathBuf>,
        target: Option<Target>,
    }
    #[derive(Deserialize)]
    struct Target {
        name: String,
    }
    let message: Message = serde_json::from_str(line).ok()?;
    message
        .executable
        .filter(|_| message.target.is_some_and(|target| target.name == name))
}

/// Runs tests, passes their output on, and adds up what they report. Returns whether all passed.
pub(crate) fn count(mut command: Command, tally: &mut Tally) -> Result<bool> {
    run_with_lines(&mut command, |line| {
        println!("{line}");
        if let Some(result) = Tally::read(line) {
            *tally += result;
        }
    })
}

/// What libtest counted.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Tally {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Tally {
    /// Reads the line with which libtest ends: `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    fn read(line: &str) -> Option<Self> {
        let (_verdict, counts) = line
            .trim()
            .strip_prefix("test result: ")?
            .split_once(". ")?;
        let count = |what: &str| {
            counts
                .split("; ")
                .find_map(|part| part.strip_suffix(what)?.trim().parse().ok())
        };
        Some(Self {
            passed: count(" passed")?,
            failed: count(" failed")?,
            skipped: count(" ignored")?,
        })
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_lines_are_added_up() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 5 filtered out; finished in 1s",
            "test result: a line of another kind",
        ] {
            if let Some(result) = Tally::read(line) {
                tally += result;
            }
        }
        assert_eq!(tally.to_string(), "4 passed, 2 failed, 1 skipped");
    }

    #[test]
    fn the_command_is_found_among_what_cargo_built() {
        let artifact =
            r#"{"reason":"compiler-artifact","target":{"name":"hubkit"},"executable":"/t/hubkit"}"#;
        assert_eq!(
            executable(artifact, "hubkit"),
            Some(PathBuf::from("/t/hubkit"))
        );
        assert_eq!(executable(artifact, "rate"), None);
        let library =
            r#"{"reason":"compiler-artifact","target":{"name":"hubkit"},"executable":null}"#;
        assert_eq!(executable(library, "hubkit"), None);
        assert_eq!(executable("warning: not JSON", "hubkit"), None);
    }
}
