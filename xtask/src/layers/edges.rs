//! Who names whom in a manifest.

use crate::metadata::{Dependency, Metadata};

use super::{GUARDS, NARROW, SIDEWAYS, layer};

/// Checks every manifest under `crates/` against the map. Optional dependencies count like any other.
pub(super) fn check(metadata: &Metadata) -> Vec<String> {
    let mut findings = Vec::new();
    for package in metadata.crates() {
        if !package
            .manifest_path
            .with_file_name("")
            .ends_with(&package.name)
        {
            findings.push(format!("{}: its folder has another name", package.name));
        }
        findings.extend(check_crate(&package.name, &package.dependencies));
    }
    findings
}

/// Checks one crate. Dev-dependencies on our own crates obey the map too: a loop through tests breaks publishing.
fn check_crate(name: &str, dependencies: &[Dependency]) -> Vec<String> {
    let Some(own) = layer(name) else {
        return vec![format!("{name}: is not on the map in xtask/src/layers.rs")];
    };
    let mut findings = Vec::new();
    for dependency in dependencies {
        let other = dependency.name.as_str();
        if let Some(below) = layer(other) {
            if below >= own && !SIDEWAYS.contains(&(name, other)) {
                let kind = dependency.kind.as_deref().unwrap_or("normal");
                findings.push(format!(
                    "{name} (L{own}) → {other} (L{below}): a {kind} edge must go down; \
                     move the code, or the test to tests/"
                ));
            }
        } else if other.starts_with("hubkit") || other == "xtask" {
            findings.push(format!(
                "{name} → {other}: no crate depends on the tests or the tasks"
            ));
        } else if !dependency.is_dev() {
            findings.extend(check_foreign(name, own, dependency));
        }
    }
    findings
}

/// Checks a library that nobody here wrote.
fn check_foreign(name: &str, own: u8, dependency: &Dependency) -> Vec<String> {
    let library = dependency.name.as_str();
    let mut findings = Vec::new();
    if own == 0 {
        findings.push(format!(
            "{name} → {library}: the bottom crate has no dependency at all"
        ));
    }
    if let Some(guard) = GUARDS.iter().find(|guard| guard.library == library)
        && !guard.crates.contains(&name)
    {
        findings.push(format!("{name} → {library}: {}", guard.why));
    }
    if let Some((.., allowed)) = NARROW
        .iter()
        .find(|(each, other, _)| *each == name && *other == library)
    {
        if dependency.uses_default_features {
            findings.push(format!("{name} → {library}: default features must be off"));
        }
        for feature in dependency
            .features
            .iter()
            .filter(|feature| !allowed.contains(&feature.as_str()))
        {
            findings.push(format!(
                "{name} → {library}: feature {feature} is not one of {allowed:?}"
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dependency(name: &str, kind: Option<&str>, features: &[&str]) -> Dependency {
        Dependency {
            name: name.to_owned(),
            kind: kind.map(str::to_owned),
            features: features.iter().map(|&feature| feature.to_owned()).collect(),
            uses_default_features: false,
        }
    }

    #[track_caller]
    fn check(name: &str, dependency: Dependency, expected: &[&str]) {
        let findings = check_crate(name, &[dependency]);
        assert_eq!(findings.len(), expected.len(), "{findings:#?}");
        for (finding, expected) in findings.iter().zip(expected) {
            assert!(finding.contains(expected), "{finding}");
        }
    }

    #[test]
    fn an_edge_goes_down() {
        check("hubkit-api", dependency("hubkit-types", None, &[]), &[]);
        check(
            "hubkit-types",
            dependency("hubkit-api", None, &[]),
            &["must go down"],
        );
        check(
            "hubkit-auth",
            dependency("hubkit-store", None, &[]),
            &["must go down"],
        );
        check("hubkit-cli", dependency("hubkit", None, &[]), &[]);
        check(
            "hubkit",
            dependency("hubkit-cli", None, &[]),
            &["must go down"],
        );
    }

    #[test]
    fn tests_do_not_bend_the_map() {
        check(
            "hubkit-client",
            dependency("hubkit-mirror", Some("dev"), &[]),
            &["a dev edge must go down"],
        );
        check(
            "hubkit-client",
            dependency("hubkit-tests", Some("dev"), &[]),
            &["no crate depends on the tests"],
        );
    }

    #[test]
    fn a_crate_that_nobody_put_on_the_map_is_found() {
        check(
            "hubkit-extra",
            dependency("serde", None, &[]),
            &["not on the map"],
        );
    }

    #[test]
    fn a_foreign_library_is_named_where_it_belongs() {
        check(
            "hubkit-transport-reqwest",
            dependency("reqwest", None, &[]),
            &[],
        );
        check(
            "hubkit-client",
            dependency("reqwest", None, &[]),
            &["one adapter crate"],
        );
        check(
            "hubkit-api",
            dependency("tokio", Some("dev"), &["macros"]),
            &[],
        );
        check(
            "hubkit-types",
            dependency("serde", None, &[]),
            &["no dependency at all"],
        );
    }

    #[test]
    fn the_engine_uses_two_parts_of_the_runtime() {
        check(
            "hubkit-client",
            dependency("tokio", None, &["sync", "time"]),
            &[],
        );
        check(
            "hubkit-client",
            dependency("tokio", None, &["net"]),
            &["feature net"],
        );
    }
}
