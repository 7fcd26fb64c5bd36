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
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "build",
            "--package=hubkit-cli",
            "--message-format=json-render-diagnostics",
        ])
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
    messages
        .lines()
        .find_map(executable)
        .context("cargo built no program called hubkit")
}

/// Reads the path of the command from one message of cargo.
fn executable(line: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    let path = message["executable"].as_str()?;
    (message["target"]["name"] == "hubkit").then(|| path.into())
}
