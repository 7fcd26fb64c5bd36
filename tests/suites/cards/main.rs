//! Cards, and what is made of them, held against the tools that other people read them with.

use std::{process::ExitCode, sync::OnceLock};

use hubkit_tests::{Python, Skip, run};

mod croissant;
mod editing;
mod evaluating;
mod linting;
mod making;
mod models;
mod pages;
mod reading;

fn main() -> ExitCode {
    // One file for each thing that is done with a card.
    let trials = [
        reading::trials(),
        croissant::trials(),
        editing::trials(),
        evaluating::trials(),
        linting::trials(),
        making::trials(),
        models::trials(),
        pages::trials(),
    ];
    run(trials.into_iter().flatten().collect())
}

/// The tools, in one environment for all trials.
fn python() -> &'static Result<Python, Skip> {
    static PYTHON: OnceLock<Result<Python, Skip>> = OnceLock::new();
    PYTHON.get_or_init(|| {
        Python::with(&[
            "cyclonedx-python-lib[validation]==11.12.0",
            "html5lib==1.1",
            "huggingface_hub==2.4.0",
            "mlcroissant==1.1.1",
            "msgspec-schemaorg==0.2.1",
            "pandas==3.1.1",
            "pyarrow==26.0.1",
            "pydantic-sarif==0.1.1",
            "pyshacl==0.40.1",
            "rdflib==7.6.0",
            "spdx-python-model==0.0.6",
        ])
    })
}
