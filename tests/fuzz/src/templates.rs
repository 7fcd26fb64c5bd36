//! First cards that are made of a stranger's files.

use std::collections::BTreeMap;

use hubkit_card::{
    Card, Dialect, ModelShape, Said, TemplateSources, lists, template, template_documents, validate,
};
use hubkit_types::RepoKind;
use serde_json::Value;

use crate::Target;

pub(crate) const TARGETS: &[Target] = &[("card-template", fill)];

/// One document in JSON that holds the others by name; what is none is one by itself.
fn fill(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let whole: Value = serde_json::from_str(&text).unwrap_or_default();
    let mut documents: Vec<(String, Vec<u8>)> = vec![("LICENSE".to_owned(), data.to_vec())];
    let words: Vec<String> = strings(&whole);
    match whole.as_object() {
        Some(files) => {
            for (path, value) in files {
                let bytes = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                documents.push((path.clone(), bytes.into_bytes()));
            }
        }
        None => documents.push(("config.json".to_owned(), data.to_vec())),
    }
    let word = |at: usize| words.get(at).cloned().unwrap_or_default();
    let files: Vec<&str> = documents.iter().map(|(path, _)| path.as_str()).collect();
    let wanted = template_documents(&files);
    let documents: Vec<(&str, &[u8])> = documents
        .iter()
        .filter(|(path, _)| wanted.contains(&path.as_str()))
        .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
        .collect();
    let mut shape = ModelShape::default();
    shape.family = words.first().cloned();
    shape.architectures.clone_from(&words);
    shape.precisions.clone_from(&words);
    shape.parameters = Some(data.len() as u64);
    let header = [
        "general.license",
        "general.languages",
        "general.base_model.0.repo_url",
    ]
    .map(|name| (name.to_owned(), words.clone()));
    let header: BTreeMap<_, _> = header.into();
    for kind in [RepoKind::Model, RepoKind::Dataset, RepoKind::Space] {
        let filled = template(&TemplateSources {
            kind,
            repo: None,
            commit: None,
            name: &word(0),
            files: &files,
            documents: &documents,
            shape: &shape,
            weights: &files,
            header: &header,
            said: &Said::default(),
        });
        let card = filled.to_card().expect("what is filled can be written");
        for dialect in [Dialect::Hub, Dialect::Python] {
            let read = Card::read_as(&card, dialect);
            assert_eq!(read.fault, None);
            assert_eq!(read.metadata.as_mapping(), &filled.metadata);
        }
        let read = Card::read(&card);
        assert_eq!(read.body, filled.body);
        let answer = validate(kind, &card);
        assert!(answer.errors.is_empty(), "{answer:?}");
        if let Some(license) = filled.metadata.get("license") {
            let is_listed = |text| lists::license(text).is_some();
            assert!(license.as_str().is_some_and(is_listed));
        }
        let outline = read.outline();
        assert!(outline.links.is_empty(), "{:?}", outline.links);
        let ours = [
            "Model details",
            "Uses",
            "How to use",
            "Training",
            "Evaluation",
            "Files",
            "Contents",
            "Where it comes from",
        ];
        let mut sections = outline.sections.iter().skip(1);
        assert!(sections.all(|section| ours.contains(&section.heading.as_str())));
        let mut tables = outline.tables.iter().flat_map(|table| &table.rows);
        assert!(tables.all(|row| row.len() == 2));
    }
}

/// The texts in a value, names and values, some of them.
fn strings(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) if found.len() < 8 => found.push(text.clone()),
            Value::Array(items) => open.extend(items),
            Value::Object(entries) => open.extend(entries.values()),
            _ => {}
        }
    }
    found
}
