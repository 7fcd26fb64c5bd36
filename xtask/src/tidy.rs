//! The house rules that no compiler knows. `docs/STYLE.md` gives the reasons.

mod packages;
mod promises;
mod text;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::{
    metadata::Metadata,
    process::{ask, program, root},
};

/// A file larger than this is data, and data lives with the fixtures.
const LARGEST: u64 = 64 * 1024;

pub(crate) fn command() -> Result<()> {
    let files = files()?;
    let mut findings = packages::check(&Metadata::read()?)?;
    findings.extend(promises::check(&files)?);
    for file in &files {
        findings.extend(check_file(file)?);
    }
    if findings.is_empty() {
        println!("tidy: {} files keep the house rules", files.len());
        return Ok(());
    }
    bail!(
        "docs/STYLE.md has the reasons:\n- {}",
        findings.join("\n- ")
    )
}

/// Returns what git tracks and what it would be asked to track, relative to the top folder.
fn files() -> Result<Vec<PathBuf>> {
    let mut git = program("git");
    git.args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ]);
    let list = ask(&mut git)?;
    let files = list
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(PathBuf::from);
    // A deleted file stays listed until the deletion is recorded.
    Ok(files.filter(|file| root().join(file).is_file()).collect())
}

fn check_file(file: &Path) -> Result<Vec<String>> {
    // With `/` on every platform, as git writes it.
    let name = file.to_string_lossy().replace('\\', "/");
    let data = ["tests/fixtures/", "tests/fuzz/corpus/"];
    if data.iter().any(|folder| name.starts_with(folder)) || name.ends_with("Cargo.lock") {
        return Ok(Vec::new());
    }
    let path = root().join(file);
    let length = path.metadata()?.len();
    if length > LARGEST {
        return Ok(vec![format!(
            "{name}: {length} bytes; beyond {LARGEST} it belongs into tests/fixtures"
        )]);
    }
    let bytes = std::fs::read(&path)?;
    Ok(match std::str::from_utf8(&bytes) {
        Ok(text) => text::check(&name, text),
        Err(_) => vec![format!(
            "{name}: is not text, so it belongs into tests/fixtures"
        )],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain;

    #[test]
    fn the_checkout_keeps_the_house_rules() {
        if !root().join(".git").exists() {
            println!("skipped: this is not a git checkout, so there is no list of files");
            return;
        }
        if let Err(error) = command() {
            panic!("{}", explain(&error));
        }
    }
}
