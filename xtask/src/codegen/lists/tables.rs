//! Lists whose entries are a few texts each.

use std::fmt::Write as _;

use anyhow::Result;
use serde::Deserialize;

use super::{Origin, list, words as slice};

#[derive(Deserialize)]
pub(super) struct Licenses {
    licenses: Vec<License>,
}

#[derive(Deserialize)]
struct License {
    id: String,
    name: String,
    spdx: Option<String>,
    info: Option<String>,
    text: Option<String>,
}

pub(super) fn licenses(facts: &Licenses, origin: &Origin) -> Result<String> {
    let entry = |license: &License| {
        let License {
            id,
            name,
            spdx,
            info,
            text,
        } = license;
        format!(
            "License {{ id: {id:?}, name: {name:?}, spdx: {spdx:?}, info: {info:?}, text: {text:?} }}"
        )
    };
    let entries: Vec<_> = facts.licenses.iter().map(entry).collect();
    let table = list("LICENSES", "License", origin, &entries)?;
    Ok(format!("use super::{{License, List}};\n\n{table}"))
}

#[derive(Deserialize)]
pub(super) struct Libraries {
    libraries: Vec<Library>,
}

#[derive(Deserialize)]
struct Library {
    id: String,
    label: String,
    url: String,
    #[serde(default)]
    tasks: Vec<String>,
}

pub(super) fn model_libraries(facts: &Libraries, origin: &Origin) -> Result<String> {
    libraries("MODEL_LIBRARIES", facts, origin)
}

pub(super) fn dataset_libraries(facts: &Libraries, origin: &Origin) -> Result<String> {
    libraries("DATASET_LIBRARIES", facts, origin)
}

fn libraries(name: &str, facts: &Libraries, origin: &Origin) -> Result<String> {
    let entry = |library: &Library| {
        let Library {
            id,
            label,
            url,
            tasks,
        } = library;
        let tasks = slice(tasks);
        format!("Library {{ id: {id:?}, label: {label:?}, url: {url:?}, tasks: {tasks} }}")
    };
    let entries: Vec<_> = facts.libraries.iter().map(entry).collect();
    let table = list(name, "Library", origin, &entries)?;
    Ok(format!("use super::{{Library, List}};\n\n{table}"))
}

#[derive(Deserialize)]
pub(super) struct Frameworks {
    frameworks: Vec<Framework>,
}

#[derive(Deserialize)]
struct Framework {
    id: String,
    url: String,
}

pub(super) fn evaluation_frameworks(facts: &Frameworks, origin: &Origin) -> Result<String> {
    let entry = |framework: &Framework| {
        let Framework { id, url } = framework;
        format!("EvaluationFramework {{ id: {id:?}, url: {url:?} }}")
    };
    let entries: Vec<_> = facts.frameworks.iter().map(entry).collect();
    let table = list(
        "EVALUATION_FRAMEWORKS",
        "EvaluationFramework",
        origin,
        &entries,
    )?;
    Ok(format!(
        "use super::{{EvaluationFramework, List}};\n\n{table}"
    ))
}

#[derive(Deserialize)]
pub(super) struct Words {
    lists: Vec<WordList>,
}

#[derive(Deserialize)]
struct WordList {
    name: String,
    about: String,
    words: Vec<String>,
}

/// These are shown as they are, so each has its documentation.
pub(super) fn words(facts: &Words, origin: &Origin) -> Result<String> {
    let mut text = "use super::List;\n".to_owned();
    for WordList { name, about, words } in &facts.lists {
        let entries: Vec<_> = words.iter().map(|word| format!("{word:?}")).collect();
        let table = list(&name.to_uppercase(), "&str", origin, &entries)?;
        writeln!(text, "\n/// {about}")?;
        text.push_str(&table.replace("pub(super)", "pub"));
    }
    Ok(text)
}
