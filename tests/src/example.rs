//! The programs under examples/: what a stranger would write with one of the crates.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::binary::build_program;

/// Builds an example program of this package, and returns its path.
pub fn example(name: &str) -> Result<PathBuf> {
    let example = format!("--example={name}");
    build_program(&["--package=hubkit-tests", &example], name)?
        .with_context(|| format!("cargo built no example called {name}"))
}
