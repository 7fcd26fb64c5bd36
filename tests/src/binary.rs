//! The built command.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use anyhow::{Context as _, Result, anyhow, bail};

/// Returns the path of `hubkit`: what `HUBKIT_BIN` names, or else what one build in this process leaves.
pub fn bin() -> Result<&'static Path> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let found =
            std::env::var_os("HUBKIT_BIN").map_or_else(build, |path| Ok(PathBuf::from(path)));
        found.map_err(|error| format!("{error:#}"))
    });
    built
        .as_deref()
        .map_err(|error| anyhow!("there is no hubkit to test: {error}"))
}

fn build() -> Result<PathBuf> {
    build_program(&["--package=hubkit-cli"], "hubkit")?
        .context("cargo built no program called hubkit")
}

/// Lets cargo build a program, and returns its path; `None` when cargo built none of this name.
pub(crate) fn build_program(arguments: &[&str], name: &str) -> Result<Option<PathBuf>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--message-format=json-render-diagnostics"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .context("can't start cargo")?;
    if !output.status.success() {
        bail!(
            "cargo build failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    Ok(messages.lines().find_map(|line| executable(line, name)))
}

/// Reads the path of a program from one message of cargo.
fn executable(line: &str, name: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    let path = message["executable"].as_str()?;
    (message["target"]["name"] == name).then(|| path.into())
}
