//! A small library to serve: the same few repositories, whatever they lie in.

use std::{fs, path::Path};

use crate::{BareGit, Served, files_below};
use anyhow::Result;

/// How many repositories make more than one page of a list.
const SHELF: u32 = 1100;

/// How many files make more than one page of a listing.
const MANY: u32 = 1100;

/// One tensor; every kind of value; a quantized tensor.
const GGUF: [(&str, &[u8]); 3] = [
    ("one.gguf", include_bytes!("../fixtures/gguf/v_one.gguf")),
    (
        "values.gguf",
        include_bytes!("../fixtures/gguf/v_all_kv.gguf"),
    ),
    ("q4_0.gguf", include_bytes!("../fixtures/gguf/v_q4_0.gguf")),
];

const ATTRIBUTES: &str = "*.safetensors filter=lfs diff=lfs merge=lfs -text\n*.gguf filter=lfs diff=lfs merge=lfs -text\n";

const CARD: &str = "---
license: mit
language: en
pipeline_tag: text-classification
library_name: transformers
tags:
- small
---
# Tiny

A model of two tensors.
";

const GERMAN_CARD: &str = "---
license: apache-2.0
language: [de]
pipeline_tag: text-classification
library_name: transformers
datasets: [lab/words]
---
# German
";

const DATASET_CARD: &str = "---
license: cc0-1.0
language: [en, fr]
task_categories: [text-classification]
size_categories: [n<1K]
---
# Words
";

const SPACE_CARD: &str = "---
title: Show
sdk: gradio
app_file: app.py
models: [lab/tiny]
datasets: [lab/words]
---
";

const CONFIG: &str =
    "{\"model_type\": \"bert\", \"architectures\": [\"BertForSequenceClassification\"]}\n";

/// Models, datasets and a Space as plain files: regular and large files, a folder, an empty file, a name that URLs must
/// quote, weights in one file and in shards, and a listing of more than one page.
pub fn library() -> Result<Served> {
    let (tiny, words) = ("models/lab/tiny", "datasets/lab/words");
    let mut served = Served::new()?
        .file(tiny, ".gitattributes", ATTRIBUTES)?
        .file(tiny, "README.md", CARD)?
        .file(tiny, "config.json", CONFIG)?
        .file(
            tiny,
            "model.safetensors",
            safetensors(&[("weight", "F32", &[1000, 200]), ("ids", "I64", &[4])]),
        )?
        .file(tiny, "1_Pooling/config.json", "{}\n")?
        .file(tiny, "notes/größe 100%.txt", "ein Wort\n")?
        .file(tiny, "empty.txt", "")?
        .file("models/lab/german", ".gitattributes", ATTRIBUTES)?
        .file("models/lab/german", "README.md", GERMAN_CARD)?
        .file("models/lab/german", "config.json", CONFIG)?
        .file(
            "models/lab/german",
            "model.safetensors",
            safetensors(&[("weight", "F32", &[10])]),
        )?
        .file(words, "README.md", DATASET_CARD)?
        .file(words, "data/train.csv", "word,label\nhub,1\nmirror,0\n")?
        .file(words, "data/test.csv", "word,label\ncache,1\n")?
        .file("spaces/lab/show", "README.md", SPACE_CARD)?
        .file("spaces/lab/show", "app.py", "print(\"show\")\n")?;
    served = shards(served, "models/lab/shards")?;
    for (name, bytes) in GGUF {
        served = served.file("models/lab/gguf", name, bytes)?;
    }
    for number in 0..MANY {
        served = served.file("datasets/lab/many", &format!("part/{number:04}.txt"), "x")?;
    }
    Ok(served)
}

/// Adds so many small models that a list of them has more than one page.
pub fn with_a_long_shelf(mut served: Served) -> Result<Served> {
    for number in 0..SHELF {
        let card = format!("---\nlicense: cc-by-4.0\n---\n# Number {number}\n");
        served = served.file(&format!("models/shelf/m{number:04}"), "README.md", card)?;
    }
    Ok(served)
}

/// Puts each of the plain repositories into a bare git repository of one commit.
pub fn into_git(plain: &Path, root: &Path) -> Result<()> {
    for kind in ["models", "datasets", "spaces"] {
        let lab = plain.join(kind).join("lab");
        for name in fs::read_dir(&lab)? {
            let name = name?.file_name();
            let name = name.to_string_lossy();
            let mut repo = BareGit::init(&root.join(kind).join("lab").join(format!("{name}.git")))?;
            fill(&repo, &lab.join(&*name))?;
            repo.commit("Add all files")?;
        }
    }
    Ok(())
}

/// Puts files into the next commit, large ones as git-lfs would.
pub fn fill(repo: &BareGit, folder: &Path) -> Result<()> {
    for (path, bytes) in files_below(folder)? {
        if path.ends_with(".safetensors") {
            repo.large(&path, &bytes)?;
        } else {
            repo.file(&path, bytes)?;
        }
    }
    Ok(())
}

/// A model in two shards with their index.
fn shards(served: Served, repo: &str) -> Result<Served> {
    let names = [
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
    ];
    let index = serde_json::json!({
        "metadata": {"total_size": 120},
        "weight_map": {"first": names[0], "second": names[1]},
    });
    served
        .file(repo, ".gitattributes", ATTRIBUTES)?
        .file(repo, "model.safetensors.index.json", index.to_string())?
        .file(repo, names[0], safetensors(&[("first", "F32", &[3, 5])]))?
        .file(repo, names[1], safetensors(&[("second", "F32", &[15])]))
}

/// A file of tensors, whose bytes count up.
fn safetensors(tensors: &[(&str, &str, &[usize])]) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    let mut end = 0;
    for (name, dtype, shape) in tensors {
        let width = if *dtype == "I64" { 8 } else { 4 };
        let begin = end;
        end += width * shape.iter().product::<usize>();
        let tensor =
            serde_json::json!({"dtype": dtype, "shape": shape, "data_offsets": [begin, end]});
        header.insert((*name).to_owned(), tensor);
    }
    let mut header = serde_json::Value::Object(header).to_string();
    while !header.len().is_multiple_of(8) {
        header.push(' ');
    }
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(header.as_bytes());
    file.extend((0..end).map(|byte| u8::try_from(byte % 251).expect("a remainder is small")));
    file
}
