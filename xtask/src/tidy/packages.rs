//! Rules about what a package brings along.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

use crate::metadata::{Metadata, Package};

pub(super) fn check(metadata: &Metadata) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for package in &metadata.packages {
        findings.extend(check_manifest(package)?);
        if package.is_below("crates") {
            findings.extend(check_front_page(package)?);
        }
    }
    Ok(findings)
}

/// Crates are for others and say what they are; tasks and tests stay here.
fn check_manifest(package: &Package) -> Result<Vec<String>> {
    let name = &package.name;
    let mut findings = Vec::new();
    if package
        .description
        .as_deref()
        .is_none_or(|text| text.trim().is_empty())
    {
        findings.push(format!("{name}: has no description"));
    }
    if package.license.is_none() {
        findings.push(format!("{name}: has no licence"));
    }
    if package.is_published() != package.is_below("crates") {
        findings.push(format!(
            "{name}: what is under crates/ is published, the rest has `publish = false`"
        ));
    }
    let manifest = read(&package.manifest_path)?;
    if name == MAPS_FILES {
        let workspace = read(&crate::process::root().join("Cargo.toml"))?;
        if !repeats_lints(&manifest, &workspace) {
            findings.push(format!(
                "{name}: its lints are to be those of the workspace, with `unsafe_code = \"deny\"`"
            ));
        }
    } else if !inherits_lints(&manifest) {
        findings.push(format!(
            "{name}: its manifest lacks `[lints]` with `workspace = true`"
        ));
    }
    Ok(findings)
}

/// What is forbidden by an inherited lint can't be expected anywhere; one crate has a module that must.
const MAPS_FILES: &str = "hubkit-safetensors";

/// Whether a manifest has the lints of the workspace, all but that `unsafe` is denied and not forbidden.
fn repeats_lints(manifest: &str, workspace: &str) -> bool {
    let section = |text: &str, heading: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim);
        lines
            .skip_while(|line| *line != heading)
            .skip(1)
            .take_while(|line| !line.starts_with('['))
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| line.replace("unsafe_code = \"forbid\"", "unsafe_code = \"deny\""))
            .collect()
    };
    ["rust", "clippy"].into_iter().all(|tool| {
        let theirs = section(workspace, &format!("[workspace.lints.{tool}]"));
        !theirs.is_empty() && section(manifest, &format!("[lints.{tool}]")) == theirs
    })
}

fn inherits_lints(manifest: &str) -> bool {
    let mut lines = manifest
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != "[lints]")
        .skip(1);
    lines.find(|line| !line.is_empty()) == Some("workspace = true")
}

/// The README is the crate's front page in both places, so that its example is compiled.
fn check_front_page(package: &Package) -> Result<Vec<String>> {
    let library = package.targets.iter().find(|target| target.is("lib"));
    let Some(target) = library.or_else(|| package.targets.iter().find(|target| target.is("bin")))
    else {
        return Ok(vec![format!(
            "{}: has neither a library nor a program",
            package.name
        )]);
    };
    let mut findings = Vec::new();
    let front = "#![doc = include_str!(\"../README.md\")]";
    if !read(&target.src_path)?
        .lines()
        .any(|line| line.trim() == front)
    {
        findings.push(format!("{}: {} lacks {front}", package.name, target.name));
    }
    let readme = package.manifest_path.with_file_name("README.md");
    if !readme.is_file() {
        findings.push(format!("{}: has no README.md", package.name));
        return Ok(findings);
    }
    let example = if library.is_some() { "```rust" } else { "```" };
    findings.extend(check_readme(&package.name, &read(&readme)?, example));
    Ok(findings)
}

fn check_readme(name: &str, text: &str, example: &str) -> Vec<String> {
    let mut findings = Vec::new();
    if text.lines().next() != Some(&format!("# {name}")) {
        findings.push(format!("{name}: README.md must begin with `# {name}`"));
    }
    if !text.lines().any(|line| line.starts_with(example)) {
        findings.push(format!("{name}: README.md has no example ({example})"));
    }
    let words = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    if !words.contains("when not to use") {
        findings.push(format!("{name}: README.md must say \"When not to use it\""));
    }
    findings
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lints_are_inherited_by_one_line_under_their_heading() {
        assert!(inherits_lints("[package]\n\n[lints]\nworkspace = true\n"));
        assert!(!inherits_lints("[lints.rust]\nunsafe_code = \"forbid\"\n"));
        assert!(!inherits_lints("[package]\nedition.workspace = true\n"));
    }

    #[test]
    fn the_crate_that_maps_files_has_every_other_lint() {
        let workspace = "[workspace.lints.rust]\nunsafe_code = \"forbid\"\na = 1\n\n[workspace.lints.clippy]\n# Why.\nb = 2\n";
        let good = "[lints.rust]\nunsafe_code = \"deny\"\na = 1\n[lints.clippy]\nb = 2\n";
        assert!(repeats_lints(good, workspace));
        for wrong in [("deny", "allow"), ("a = 1\n", ""), ("b = 2", "b = 3")] {
            let manifest = good.replace(wrong.0, wrong.1);
            assert!(!repeats_lints(&manifest, workspace), "{wrong:?}");
        }
    }

    #[test]
    fn a_front_page_has_a_title_an_example_and_a_warning() {
        let good = "# hubkit-lfs\n\n```rust\n```\n\nWhen not\nto use it: …\n";
        assert_eq!(check_readme("hubkit-lfs", good, "```rust"), [""; 0]);
        assert_eq!(
            check_readme("hubkit-lfs", "# Pointers\n", "```rust").len(),
            3
        );
    }
}
