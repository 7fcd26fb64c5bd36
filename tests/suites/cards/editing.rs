//! Cards that were changed, as Python's client reads them.
//!
//! A trial is a function of the script beside this file, run in a process of its own.

use std::{env, ffi::OsString, path::Path};

use anyhow::Result;
use hubkit_tests::{Home, Python, bin, defined, trial};
use libtest_mimic::Trial;

use crate::python;

const SOURCE: &str = include_str!("editing.py");

pub(crate) fn trials() -> Vec<Trial> {
    let checks = defined(SOURCE, "def ");
    checks
        .map(|check| trial(check, python, move |python| ask(python, check)))
        .collect()
}

fn ask(python: &Python, check: &str) -> Result<()> {
    let (home, folder) = (Home::new()?, tempfile::tempdir()?);
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cards");
    let mut arguments: Vec<OsString> = vec![
        check.into(),
        bin()?.into(),
        folder.path().into(),
        fixtures.into(),
    ];
    // Cards that other people wrote, where somebody has them.
    arguments.extend(env::var_os("HUBKIT_CARDS"));
    python
        .script(&home, "cards/editing.py", arguments)
        .run()?
        .success()?;
    Ok(())
}
