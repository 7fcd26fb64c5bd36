//! Licences, bans and sources of what the workspace is built on, by cargo-deny.

use std::{
    env,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::Result;

use crate::{
    ci::Outcome,
    process::{self, cargo, program},
};

/// The version that CI installs; another that is on the path serves as well.
const VERSION: &str = "0.20.2";

/// Checks licences, bans and sources. cargo-deny finds its configuration, .cargo/deny.toml, by itself.
pub(crate) fn check() -> Result<Outcome> {
    let Some(tool) = tool() else {
        return Ok(Outcome::Skipped(
            "`cargo install --locked cargo-deny` makes this check possible; with CI=true it installs itself",
        ));
    };
    process::run(program(tool).args(["check", "bans", "licenses", "sources"]))?;
    Ok(Outcome::Done)
}

/// Checks advisories. Their database comes from the network, and a check that needs the network may not fail for the
/// lack of it.
pub(crate) fn advisories() -> Result<Outcome> {
    let Some(tool) = tool() else {
        return Ok(Outcome::Skipped("cargo-deny is not installed"));
    };
    if process::run(program(&tool).args(["fetch", "db"])).is_err() {
        return Ok(Outcome::Skipped(
            "the database of advisories can't be fetched",
        ));
    }
    process::run(program(tool).args(["--offline", "check", "advisories"]))?;
    Ok(Outcome::Done)
}

/// Finds cargo-deny on the path or in the cache of CI, where CI itself puts it: a build of minutes, once on a machine.
fn tool() -> Option<PathBuf> {
    let on_path = PathBuf::from("cargo-deny");
    if answers(&on_path) {
        return Some(on_path);
    }
    let folder = cache()?.join(format!("cargo-deny-{VERSION}"));
    let cached = folder.join("bin").join("cargo-deny");
    if !answers(&cached) && env::var_os("CI").is_some_and(|ci| ci == "true") {
        let mut install = cargo(["install", "--locked", "--quiet", "--version", VERSION]);
        install.arg("--root").arg(&folder).arg("cargo-deny");
        // Without a registry there is no tool, and the check is skipped.
        let _ = process::run(&mut install);
    }
    answers(&cached).then_some(cached)
}

fn answers(tool: &PathBuf) -> bool {
    let mut command = Command::new(tool);
    command.arg("--version");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn cache() -> Option<PathBuf> {
    let caches = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let caches = caches.or_else(|| Some(env::home_dir()?.join(".cache")))?;
    Some(caches.join("hubkit-suites"))
}
