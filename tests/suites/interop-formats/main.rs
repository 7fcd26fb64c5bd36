//! What we say of model files, held against what the libraries say that write them.

use std::{collections::BTreeMap, fs::File, path::Path, process::ExitCode, sync::OnceLock};

use anyhow::{Context as _, Result, ensure};
use hubkit_inspect::{ElementType, Inspection, inspect_reader};
use hubkit_tests::{Home, Node, Python, Skip, run, trial};
use serde_json::{Value, json};

mod gguf;
mod hdf5;
mod numpy;
mod onnx;
mod tokenizer;

fn main() -> ExitCode {
    run(vec![
        trial(
            "gguf_files_are_read_as_python_reads_them",
            python,
            gguf::as_python,
        ),
        trial(
            "gguf_files_are_read_as_javascript_reads_them",
            both,
            gguf::as_javascript,
        ),
        trial(
            "the_parts_of_a_gguf_model_belong_together",
            python,
            gguf::parts,
        ),
        trial(
            "onnx_models_are_read_as_python_reads_them",
            python,
            onnx::as_python,
        ),
        trial(
            "what_is_no_onnx_model_is_not_taken_for_one",
            python,
            onnx::others,
        ),
        trial("large_onnx_models_are_read_in_part", python, onnx::in_part),
        trial(
            "numpy_arrays_are_read_as_python_reads_them",
            python,
            numpy::as_python,
        ),
        trial(
            "tokenizers_are_read_as_python_reads_them",
            python,
            tokenizer::as_python,
        ),
        trial(
            "hdf5_files_are_recognised_as_python_wrote_them",
            python,
            hdf5::as_python,
        ),
    ])
}

/// The libraries that write the files.
fn python() -> &'static Result<Python, Skip> {
    static PYTHON: OnceLock<Result<Python, Skip>> = OnceLock::new();
    PYTHON.get_or_init(|| {
        Python::with(&[
            "gguf==0.19.0",
            "h5py==3.16.0",
            "numpy==2.4.6",
            "onnx==1.23.2",
            "tokenizers==0.23.3",
        ])
    })
}

/// The same, and another reader.
struct Both {
    python: &'static Python,
    node: Node,
}

fn both() -> &'static Result<Both, Skip> {
    static BOTH: OnceLock<Result<Both, Skip>> = OnceLock::new();
    BOTH.get_or_init(|| {
        Ok(Both {
            python: python().as_ref().map_err(Clone::clone)?,
            node: Node::with_packages_of("interop-formats")?,
        })
    })
}

/// Has a script write files into the home folder, and returns what it prints: what it finds in each, by name or path.
fn written(python: &Python, home: &Home, script: &str) -> Result<BTreeMap<String, Value>> {
    let script = format!("interop-formats/{script}");
    let outcome = python
        .script(home, &script, [home.path()])
        .run()?
        .success()?;
    let found: BTreeMap<String, Value> = serde_json::from_value(outcome.json()?)?;
    ensure!(found.len() > 4, "the script wrote next to nothing");
    Ok(found)
}

fn inspect(path: &Path) -> Result<Inspection> {
    let mut file = File::open(path)?;
    inspect_reader(&mut file).with_context(|| path.display().to_string())
}

fn same(name: &str, ours: &Value, theirs: &Value) -> Result<()> {
    if let (Value::Object(ours), Value::Object(theirs)) = (ours, theirs) {
        for (key, value) in ours {
            same(
                &format!("{name}: {key}"),
                value,
                theirs.get(key).unwrap_or(&Value::Null),
            )?;
        }
        let missing = theirs.keys().find(|key| !ours.contains_key(*key));
        ensure!(missing.is_none(), "{name}: ours lacks {missing:?}");
        return Ok(());
    }
    ensure!(
        ours == theirs,
        "{name}\n  ours:   {ours}\n  theirs: {theirs}"
    );
    Ok(())
}

fn element(element: Option<&ElementType>) -> Value {
    element.map_or(Value::Null, |element| json!(element.name()))
}
