//! Checkpoints, arrays and archives as Python's own libraries write them, and what we say of them.
//!
//! The suite `interop-ml` asks PyTorch the same.

use std::{process::ExitCode, sync::OnceLock};

use anyhow::Result;
use hubkit_tests::{Home, Python, Skip, run, trial};

mod told;

const REQUIREMENTS: &[&str] = &["numpy==2.4.6", "keras==3.15.1"];

fn main() -> ExitCode {
    run(vec![trial(
        "archives_pickles_and_models_hold_what_their_writers_say",
        python,
        written,
    )])
}

fn python() -> &'static Result<Python, Skip> {
    static PYTHON: OnceLock<Result<Python, Skip>> = OnceLock::new();
    PYTHON.get_or_init(|| Python::with(REQUIREMENTS))
}

fn written(python: &Python) -> Result<()> {
    let (home, folder) = (Home::new()?, tempfile::tempdir()?);
    let make = python.script(&home, "interop-checkpoints/make.py", [folder.path()]);
    make.run()?.success()?;
    told::compare(folder.path())
}
