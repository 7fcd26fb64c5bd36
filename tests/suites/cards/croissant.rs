//! Data sets in Croissant, as mlcroissant loads them.
//!
//! A trial is a function of the script beside this file, run in a process of its own.

use std::{env, ffi::OsString, path::Path};

use anyhow::Result;
use hubkit_tests::{Home, Python, Server, bin, defined, trial};
use libtest_mimic::Trial;

use crate::python;

const SOURCE: &str = include_str!("croissant.py");

/// What the script's functions that ask a hub begin with.
const ON_A_HUB: &str = "hub_";

pub(crate) fn trials() -> Vec<Trial> {
    let checks = defined(SOURCE, "def ").filter(|name| !["write", "main"].contains(name));
    checks
        .map(|check| trial(check, python, move |python| ask(python, check)))
        .collect()
}

fn ask(python: &Python, check: &str) -> Result<()> {
    let (home, folder) = (Home::new()?, tempfile::tempdir()?);
    let run = |check: &str, endpoint: Option<&str>| -> Result<()> {
        let mut arguments = vec![
            OsString::from(check),
            bin()?.into(),
            folder.path().into(),
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("fixtures/cards")
                .into(),
        ];
        // Cards that other people wrote, where somebody has them.
        arguments.extend(env::var_os("HUBKIT_CARDS"));
        let run = python.script(&home, "cards/croissant.py", arguments);
        let run = match endpoint {
            Some(endpoint) => run.at(endpoint),
            None => run,
        };
        run.run()?.success()?;
        Ok(())
    };
    if !check.starts_with(ON_A_HUB) {
        return run(check, None);
    }
    run("write", None)?;
    let server = Server::start(&folder.path().join("hub"))?;
    run(check, Some(server.endpoint()))
}
