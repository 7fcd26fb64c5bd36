//! What `hubkit safetensors` and `hubkit tensor` write, held against numpy, ml_dtypes and the format's reference library.
//!
//! A trial is a function of the script beside this file, run in a process of its own.

use std::{ffi::OsStr, process::ExitCode, sync::OnceLock};

use anyhow::Result;
use hubkit_tests::{Home, Python, Skip, bin, defined, run, trial};

const SOURCE: &str = include_str!("check.py");

fn main() -> ExitCode {
    let trials =
        defined(SOURCE, "def ").map(|check| trial(check, python, move |python| ask(python, check)));
    run(trials.collect())
}

fn python() -> &'static Result<Python, Skip> {
    static PYTHON: OnceLock<Result<Python, Skip>> = OnceLock::new();
    PYTHON.get_or_init(|| {
        Python::with(&[
            "huggingface_hub==2.4.0",
            "safetensors==0.8.0",
            "numpy",
            "ml_dtypes==0.6.0",
        ])
    })
}

fn ask(python: &Python, check: &str) -> Result<()> {
    let (home, folder) = (Home::new()?, tempfile::tempdir()?);
    let arguments = [
        OsStr::new(check),
        bin()?.as_os_str(),
        folder.path().as_os_str(),
    ];
    python
        .script(&home, "interop-safetensors/check.py", arguments)
        .run()?
        .success()?;
    Ok(())
}
