//! What a crate pulls in, counted in packages.

use std::{collections::BTreeSet, fmt::Write as _};

use anyhow::Result;

use crate::{
    metadata::Metadata,
    process::{ask, cargo},
};

use super::{CEILINGS, Ceiling, Features, IO, LAST_PURE, layer};

/// Counted for one platform, whatever the machine: a recorded number must mean the same to everyone.
const COUNTED_FOR: &str = "x86_64-unknown-linux-gnu";

/// Checks that nothing below the I/O line reaches I/O.
pub(super) fn check_reach(metadata: &Metadata) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for package in metadata.crates() {
        if layer(&package.name).is_some_and(|layer| layer <= LAST_PURE) {
            let reached = closure(&package.name, Features::All, "all")?;
            for (name, _) in reached
                .iter()
                .filter(|(name, _)| IO.contains(&name.as_str()))
            {
                findings.push(format!(
                    "{} lies below the I/O line and reaches {name}: see `cargo tree -p {} --all-features -i {name}`",
                    package.name, package.name
                ));
            }
        }
    }
    Ok(findings)
}

/// Returns the table of the design with today's numbers, and the rows that are too dear.
pub(super) fn table(metadata: &Metadata) -> Result<(String, Vec<String>)> {
    let mut table =
        String::from("consumer wants                      depends on          ceiling   now\n");
    let mut findings = Vec::new();
    for row in CEILINGS {
        let mut now = "not yet".to_owned();
        if metadata.package(row.package).is_some() {
            let count = closure(row.package, row.features, COUNTED_FOR)?.len();
            now = count.to_string();
            match judge(row, count) {
                Judgement::Fine => {}
                Judgement::Lower => {
                    now.push_str("  (fewer than recorded: lower it in xtask/src/layers.rs)");
                }
                Judgement::TooDear(finding) => findings.push(finding),
            }
        }
        writeln!(
            table,
            "{:<35} {:<20} {:>6}   {now}",
            row.wants, row.package, row.limit
        )
        .expect("writing to a string never fails");
    }
    Ok((table, findings))
}

#[derive(Debug, PartialEq)]
enum Judgement {
    Fine,
    Lower,
    TooDear(String),
}

fn judge(row: &Ceiling, count: usize) -> Judgement {
    let package = row.package;
    if count > row.limit {
        return Judgement::TooDear(format!(
            "{package}: {count} packages, the ceiling is {}",
            row.limit
        ));
    }
    match row.recorded {
        Some(recorded) if count > recorded => Judgement::TooDear(format!(
            "{package}: {count} packages where {recorded} were enough; the number may only fall"
        )),
        Some(recorded) if count < recorded => Judgement::Lower,
        _ => Judgement::Fine,
    }
}

/// Returns the name and version of every package compiled for a consumer of this one, itself included.
///
/// Asked of one package at a time: features that only its neighbours switch on must not count.
fn closure(package: &str, features: Features, target: &str) -> Result<BTreeSet<(String, String)>> {
    let mut command = cargo([
        "tree",
        "--package",
        package,
        "--edges=normal,build",
        "--prefix=none",
    ]);
    command.args(["--format={p}", "--target", target]);
    if matches!(features, Features::All) {
        command.arg("--all-features");
    }
    Ok(ask(&mut command)?
        .lines()
        .filter_map(name_and_version)
        .collect())
}

/// Reads `name v1.2.3 (where) (*)`.
fn name_and_version(line: &str) -> Option<(String, String)> {
    let mut words = line.split_whitespace();
    Some((words.next()?.to_owned(), words.next()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(recorded: Option<usize>) -> Ceiling {
        Ceiling {
            wants: "a test",
            package: "hubkit-lfs",
            features: Features::All,
            limit: 4,
            recorded,
        }
    }

    #[test]
    fn numbers_may_only_fall() {
        assert_eq!(judge(&row(None), 4), Judgement::Fine);
        assert_eq!(judge(&row(Some(3)), 3), Judgement::Fine);
        assert_eq!(judge(&row(Some(3)), 2), Judgement::Lower);
        assert!(matches!(judge(&row(Some(3)), 4), Judgement::TooDear(_)));
        assert!(matches!(judge(&row(None), 5), Judgement::TooDear(_)));
    }

    #[test]
    fn a_repeated_package_counts_once() {
        let lines = [
            "http v1.5.0",
            "hubkit-types v0.1.0 (somewhere)",
            "http v1.5.0 (*)",
            "",
        ];
        let set: BTreeSet<_> = lines.into_iter().filter_map(name_and_version).collect();
        assert_eq!(set.len(), 2);
    }
}
