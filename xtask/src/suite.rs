//! The suites of `tests/`, as its manifest lists them.

use anyhow::{Context as _, Result, bail};

use crate::{
    metadata::{Metadata, SuiteNote, When},
    process::cargo,
    testing::{self, Tally},
};

/// Makes a tool that a suite needs mandatory.
const REQUIRED: &str = "HUBKIT_SUITE";

pub(crate) fn command(name: &str) -> Result<()> {
    let metadata = Metadata::read()?;
    let suites = read(&metadata)?;
    if !suites.iter().any(|(each, _)| each == name) {
        let names: Vec<_> = suites.iter().map(|(name, _)| name.as_str()).collect();
        bail!("no suite is called {name}; there are: {}", names.join(", "));
    }
    let mut command = cargo(["test", "--package=hubkit-tests", "--test", name]);
    command.env(REQUIRED, "required");
    let mut tally = Tally::default();
    let passed = testing::count(command, &mut tally)?;
    println!("\n{tally}");
    if passed {
        Ok(())
    } else {
        bail!("suite {name} failed")
    }
}

pub(crate) fn list() -> Result<()> {
    for (name, note) in read(&Metadata::read()?)? {
        let when = match note.when {
            When::Always => "cargo test",
            When::Default => "cargo xtask test",
            When::OnDemand => "on demand",
        };
        println!("{name:<16} {when:<18} {}", note.about);
    }
    Ok(())
}

/// Returns the names of the suites that run on this occasion.
pub(crate) fn of(metadata: &Metadata, when: When) -> Result<Vec<String>> {
    let suites = read(metadata)?
        .into_iter()
        .filter(|(_, note)| note.when == when);
    Ok(suites.map(|(name, _)| name).collect())
}

/// Reads the suites, and insists that the list and the targets say the same. No `tests/`, no suites.
fn read(metadata: &Metadata) -> Result<Vec<(String, &SuiteNote)>> {
    let Some(package) = metadata.package("hubkit-tests") else {
        return Ok(Vec::new());
    };
    let notes = package.metadata.as_ref().map(|free| &free.suites);
    let mut suites = Vec::new();
    for target in package.targets.iter().filter(|target| target.is("test")) {
        let name = &target.name;
        let note = notes
            .and_then(|notes| notes.get(name))
            .with_context(|| format!("tests/Cargo.toml lacks [package.metadata.suites.{name}]"))?;
        if target.test != (note.when == When::Always) {
            bail!("tests/Cargo.toml: suite {name} needs `test = false` unless it is run `always`");
        }
        suites.push((name.clone(), note));
    }
    match notes.map(|notes| {
        notes
            .keys()
            .filter(|name| !suites.iter().any(|(each, _)| each == *name))
    }) {
        Some(mut unknown) => match unknown.next() {
            Some(name) => {
                bail!("tests/Cargo.toml describes suite {name}, and no [[test]] has that name")
            }
            None => Ok(suites),
        },
        None => Ok(suites),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suite_is_described() -> Result<()> {
        read(&Metadata::read()?)?;
        Ok(())
    }
}
