//! Words that are read in two ways.

use serde_yaml::Value;

use crate::{
    Card, FieldPath,
    lint::{
        draft::{Draft, Drafts, Place, quoted},
        fix::Fix,
        rule::UNQUOTED_WORD,
    },
    syntax::{Content, Document, ScalarStyle},
};

/// What Python's reader of YAML takes for a truth value and the Hub's does not.
const WORDS: &[&str] = &[
    "no", "No", "NO", "yes", "Yes", "YES", "on", "On", "ON", "off", "Off", "OFF",
];

/// Lists of words, where no truth value is meant.
const FIELDS: &[&str] = &[
    "language",
    "tags",
    "datasets",
    "metrics",
    "source_datasets",
    "language_bcp47",
];

/// Versions, of which a number loses the zeros at its end.
const VERSIONS: [&str; 2] = ["python_version", "sdk_version"];

pub(super) fn check(card: &Card<'_>, drafts: &mut Drafts) {
    let mut document = None;
    for field in VERSIONS {
        let number = card.metadata.get(field).and_then(Value::as_f64);
        let Some(number) = number else { continue };
        let document: &Option<Document<'_>> =
            document.get_or_insert_with(|| card.block.and_then(Document::read));
        let path = FieldPath::of(field);
        let node = document.as_ref().and_then(|document| document.get(&path));
        let Some(Content::Scalar { text, .. }) = node.map(|node| &node.content) else {
            continue;
        };
        if *text != number.to_string() {
            let message = format!("{} without quotes is the number {number}", quoted(text));
            drafts.push(unquoted(path, text, message));
        }
    }
    for field in FIELDS {
        for (path, value) in card.metadata.each(field) {
            if drafts.is_full() {
                return;
            }
            let Value::String(text) = value else { continue };
            if !WORDS.contains(&text.as_str()) {
                continue;
            }
            // The value is the same with quotes and without: only what is written tells.
            let document: &Option<Document<'_>> =
                document.get_or_insert_with(|| card.block.and_then(Document::read));
            let node = document.as_ref().and_then(|document| document.get(&path));
            if node.is_some_and(|node| is_plain(&node.content)) {
                let message = format!(
                    "Python's client reads {} without quotes as a truth value",
                    quoted(text)
                );
                drafts.push(unquoted(path, text, message));
            }
        }
    }
}

/// What quotes would mend.
fn unquoted(path: FieldPath, text: &str, message: String) -> Draft {
    let fix = Fix::quote(&path);
    Draft::new(&UNQUOTED_WORD, Place::Value(path), message)
        .suggest(Some(format!("\"{text}\"")))
        .fixed_by(Some(fix))
}

pub(in crate::lint) fn is_plain(content: &Content<'_>) -> bool {
    matches!(
        content,
        Content::Scalar {
            style: ScalarStyle::Plain,
            ..
        }
    )
}
