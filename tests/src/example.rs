//! The programs under examples/: what a stranger would write with one of the crates.

use std::{path::PathBuf, process::Command};

use anyhow::{Context as _, Result, bail};

/// Builds an example program of this package, and returns its path.
pub fn example(name: &str) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "build",
            "--package=hubkit-tests",
            "--message-format=json-render-diagnostics",
        ])
        .arg(format!("--example={name}"))
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
    let executable = |line: &str| -> Option<PathBuf> {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let path = message["executable"].as_str()?;
        (message["target"]["name"] == name).then(|| path.into())
    };
    messages
        .lines()
        .find_map(executable)
        .with_context(|| format!("cargo built no example called {name}"))
}
