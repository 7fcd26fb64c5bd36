//! A data set in Croissant, as a card.

mod features;
mod layout;
mod license;
mod node;

use std::fmt::Write as _;

use serde_json::Value as Json;
use serde_yaml::{Mapping, Value};

use super::{ImportError, Imported, card::readable};
use crate::{Loss, lists};
use node::Node;

/// So many keywords, and so many characters of a text, are taken over.
const MOST_WORDS: usize = 1_000;
const LONGEST: usize = 64 << 10;

/// What of a document a card does not say: that is told by the repository, or by nobody.
const ELSEWHERE: [(&str, &str); 7] = [
    ("creator", "the account of the repository says who made it"),
    ("publisher", "a card has no field for it"),
    ("url", "the repository is its page"),
    ("version", "the commits of the repository are its versions"),
    ("datePublished", "the repository knows when it was made"),
    ("dateModified", "the repository knows when it changed"),
    (
        "distribution",
        "the repository has the files and their digests",
    ),
];

/// What is read, or says nothing of the data.
const READ: [&str; 15] = [
    "@context",
    "@id",
    "@type",
    "alternateName",
    "citeAs",
    "conditionsOfAccess",
    "conformsTo",
    "description",
    "identifier",
    "inLanguage",
    "keywords",
    "license",
    "name",
    "recordSet",
    "sameAs",
];

/// Makes a card of a description in [Croissant](https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html), 1.0
/// or 1.1: names, licences, languages, tasks, sizes, tags, configurations with their files and columns, the description
/// and how to cite. What else it says is in [`Imported::losses`].
///
/// # Errors
///
/// [`ImportError::NoDataset`].
pub fn import_croissant(document: &Json) -> Result<Imported, ImportError> {
    let dataset = Node(document);
    if !dataset.is_a("Dataset") {
        return Err(ImportError::NoDataset {
            found: dataset.described(),
        });
    }
    let mut losses = Vec::new();
    let mut metadata = Mapping::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            metadata.insert(key.into(), value);
        }
    };
    let name = title(dataset);
    let license = license::read(dataset, &mut losses);
    put("license", license.ids);
    put("license_name", license.name.map(Value::from));
    put("license_link", license.link.map(Value::from));
    put("language", languages(dataset, &mut losses));
    put("pretty_name", name.clone().map(Value::from));
    let words = Words::read(dataset);
    put("tags", list(words.tags));
    put("task_categories", list(words.tasks));
    put("task_ids", list(words.finer));
    put("size_categories", list(words.sizes));
    put("doi", dois(dataset, &mut losses).map(Value::from));
    put(
        "extra_gated_prompt",
        dataset.text("conditionsOfAccess").map(Value::from),
    );
    let layout = layout::read(dataset, &mut losses);
    put("configs", layout.configs);
    put("dataset_info", layout.info);
    for (key, why) in ELSEWHERE {
        if dataset.get(key).is_some() {
            losses.push(Loss::new(key, why));
        }
    }
    let is_elsewhere = |name: &str| ELSEWHERE.iter().any(|(known, _)| *known == name);
    let names = dataset.names().into_iter();
    let unread = names.filter(|name| !READ.contains(name) && !is_elsewhere(name));
    losses.extend(unread.map(|name| Loss::new(name, "a card has no field for it")));
    Ok(Imported {
        body: body(dataset, name.as_deref()),
        metadata,
        losses,
    })
}

/// What people call it: another name than that of the repository, if there is one.
fn title(dataset: Node<'_>) -> Option<String> {
    let others = dataset.texts("alternateName");
    let other = others.into_iter().rev().find(|name| !name.contains('/'));
    other.or_else(|| dataset.text("name"))
}

fn languages(dataset: Node<'_>, losses: &mut Vec<Loss>) -> Option<Value> {
    let mut codes: Vec<String> = Vec::new();
    for told in dataset.texts("inLanguage") {
        let code = match told.as_str() {
            "mul" => "multilingual".to_owned(),
            told => told.split('-').next().unwrap_or(told).to_lowercase(),
        };
        if !lists::is_language(&code) {
            losses.push(Loss::new(told, "it is no code of a language"));
            continue;
        }
        if code != told && told != "mul" {
            losses.push(Loss::new(&told, format!("a card says {code}")));
        }
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    list(codes)
}

/// Keywords by the fields of a card that they belong to.
#[derive(Default)]
struct Words {
    tags: Vec<String>,
    tasks: Vec<String>,
    finer: Vec<String>,
    sizes: Vec<String>,
}

impl Words {
    fn read(dataset: Node<'_>) -> Self {
        let mut words = Self::default();
        for word in dataset.texts("keywords").into_iter().take(MOST_WORDS) {
            let field = if lists::task(&word).is_some_and(|task| task.is_for_datasets) {
                &mut words.tasks
            } else if lists::task_ids().any(|id| id == word) {
                &mut words.finer
            } else if lists::SIZE_CATEGORIES.contains(&word.as_str()) {
                &mut words.sizes
            } else {
                &mut words.tags
            };
            if !field.contains(&word) {
                field.push(word);
            }
        }
        words
    }
}

/// The DOI; a card has no field for other identifiers, nor for a second one.
fn dois(dataset: Node<'_>, losses: &mut Vec<Loss>) -> Option<String> {
    let mut found: Option<String> = None;
    for term in ["identifier", "sameAs"] {
        for told in dataset.texts(term) {
            let doi = doi(&told);
            match (&found, doi) {
                (None, Some(doi)) => found = Some(doi.to_owned()),
                (Some(first), Some(doi)) if first == doi => {}
                _ => losses.push(Loss::new(
                    term,
                    "a card has one DOI and no other identifier",
                )),
            }
        }
    }
    found
}

fn doi(text: &str) -> Option<&str> {
    let ways = ["https://doi.org/", "http://doi.org/", "doi:"];
    let bare = ways.iter().find_map(|way| text.strip_prefix(way))?;
    bare.starts_with("10.").then_some(bare)
}

fn body(dataset: Node<'_>, name: Option<&str>) -> String {
    let mut body = String::new();
    // The heading keeps a description that begins with `---` from becoming metadata.
    let name = name.unwrap_or("Dataset").split_whitespace();
    let line: String = name.collect::<Vec<_>>().join(" ");
    // Infallible: a text takes all that is written to it.
    let _ = writeln!(body, "# {line}\n");
    if let Some(text) = dataset.text("description") {
        let _ = writeln!(body, "{}\n", text.trim());
    }
    if let Some(text) = dataset.text("citeAs") {
        // Longer than any fence in it.
        let longest = text
            .split(|c| c != '`')
            .map(str::len)
            .max()
            .unwrap_or_default();
        let fence = "`".repeat(longest.max(2) + 1);
        let _ = writeln!(
            body,
            "## Citation\n\n{fence}bibtex\n{}\n{fence}",
            text.trim()
        );
    }
    readable(&body)
}

fn list(texts: Vec<String>) -> Option<Value> {
    (!texts.is_empty()).then(|| Value::Sequence(texts.into_iter().map(Value::from).collect()))
}

#[cfg(test)]
mod tests;
