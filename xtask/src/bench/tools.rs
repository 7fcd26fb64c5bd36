//! Programs that a benchmark needs.

use std::process::{Command, Stdio};

use anyhow::Result;

use crate::process::{ask, run};

/// A program and the Debian package that holds it.
pub(super) struct Tool {
    pub(super) program: &'static str,
    pub(super) package: &'static str,
}

/// Looks for the programs and installs those that are missing, where this user may. Returns what is missing still.
pub(super) fn provide<'a>(tools: &'a [Tool]) -> Result<Vec<&'a Tool>> {
    let missing = || -> Vec<&'a Tool> {
        let tools = tools.iter();
        tools.filter(|tool| !is_there(tool.program)).collect()
    };
    let wanted = missing();
    if wanted.is_empty() || !is_root() || !is_there("apt-get") {
        return Ok(wanted);
    }
    let mut install = Command::new("apt-get");
    install.args(["install", "--yes", "--quiet"]);
    install.args(wanted.iter().map(|tool| tool.package));
    if run(&mut install).is_err() {
        // The list of packages may be old.
        run(Command::new("apt-get").args(["update", "--quiet"]))?;
        run(&mut install)?;
    }
    Ok(missing())
}

/// Whether this user may do everything.
pub(super) fn is_root() -> bool {
    ask(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn is_there(program: &str) -> bool {
    let mut shell = Command::new("sh");
    shell.args(["-c", "command -v \"$0\"", program]);
    let found = shell.stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}
