//! What `cargo metadata` says about the workspace, as far as tasks ask.

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::process::{ask, cargo};

#[derive(Deserialize)]
pub(crate) struct Metadata {
    /// The members of the workspace, and they alone.
    pub(crate) packages: Vec<Package>,
    pub(crate) target_directory: PathBuf,
}

#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) license: Option<String>,
    /// `None` is "to any registry", an empty list is `publish = false`.
    pub(crate) publish: Option<Vec<String>>,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
    /// The free table `[package.metadata]`.
    #[serde(default)]
    pub(crate) metadata: Option<Free>,
}

#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `None` is a normal dependency.
    pub(crate) kind: Option<String>,
    #[serde(default)]
    pub(crate) features: Vec<String>,
    pub(crate) uses_default_features: bool,
}

#[derive(Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) kind: Vec<String>,
    pub(crate) src_path: PathBuf,
    /// Whether plain `cargo test` runs it.
    pub(crate) test: bool,
}

#[derive(Deserialize)]
pub(crate) struct Free {
    #[serde(default)]
    pub(crate) suites: BTreeMap<String, SuiteNote>,
}

/// What the manifest of `tests/` says about a suite.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct SuiteNote {
    pub(crate) about: String,
    pub(crate) when: When,
}

/// Who runs a suite.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum When {
    /// Plain `cargo test`: it needs nothing but Rust.
    Always,
    /// `cargo xtask test`: it sets up a foreign tool, or says that it was skipped.
    Default,
    /// `cargo xtask suite NAME` alone.
    OnDemand,
}

impl Dependency {
    /// Whether only the package's own tests see it.
    pub(crate) fn is_dev(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}

impl Target {
    pub(crate) fn is(&self, kind: &str) -> bool {
        self.kind.iter().any(|each| each == kind)
    }
}

impl Metadata {
    pub(crate) fn read() -> Result<Self> {
        let text = ask(&mut cargo(["metadata", "--no-deps", "--format-version=1"]))?;
        serde_json::from_str(&text).context("cargo metadata has an unexpected shape")
    }

    pub(crate) fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }

    /// Returns the packages of `crates/`.
    pub(crate) fn crates(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| package.is_below("crates"))
    }
}

impl Package {
    /// Whether the package lies in this folder of the checkout, one level down.
    pub(crate) fn is_below(&self, folder: &str) -> bool {
        let mut folders = self.manifest_path.ancestors().skip(2);
        folders
            .next()
            .is_some_and(|parent| parent.ends_with(folder))
    }

    pub(crate) fn is_published(&self) -> bool {
        self.publish
            .as_ref()
            .is_none_or(|registries| !registries.is_empty())
    }
}
