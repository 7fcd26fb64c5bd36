//! What the typed views of cards can't give.

use std::collections::HashSet;

use hubkit_types::RepoKind;
use serde_yaml::Value;

use crate::{
    DatasetCard, Diagnostic, FieldPath, Metadata, ModelCard, SpaceCard, Step,
    lint::{
        draft::{Draft, Drafts, Place, kind as kind_of},
        fix::Fix,
        rule::{MISSING_PART, ODD_TYPE, ODD_VALUE},
    },
};

/// Tells what the views tell, but for fields of which something is told already.
pub(super) fn check(kind: RepoKind, metadata: &Metadata, drafts: &mut Drafts) {
    tags(metadata, drafts);
    let diagnostics = match kind {
        RepoKind::Dataset => DatasetCard::of(metadata).diagnostics,
        RepoKind::Space => SpaceCard::of(metadata).diagnostics,
        _ => ModelCard::of(metadata).diagnostics,
    };
    if diagnostics.is_empty() {
        return;
    }
    let told: HashSet<FieldPath> = drafts.paths().cloned().collect();
    for diagnostic in diagnostics {
        let rule = match diagnostic.rule {
            "wrong-type" => &ODD_TYPE,
            "missing-field" => &MISSING_PART,
            _ => &ODD_VALUE,
        };
        if !told.contains(&diagnostic.path) && !is_told_elsewhere(&diagnostic) {
            drafts.push(Draft::new(
                rule,
                Place::Value(diagnostic.path),
                diagnostic.message,
            ));
        }
    }
}

/// Sizes with a fraction are what Python's `datasets` writes, and results without a data set are told of together.
fn is_told_elsewhere(diagnostic: &Diagnostic) -> bool {
    const SIZES: [&str; 3] = ["dataset_size", "download_size", "num_bytes"];
    let last = diagnostic.path.steps().last();
    let is_size = matches!(last, Some(Step::Key(key)) if SIZES.contains(&key.as_str()));
    let is_result = diagnostic.rule == "missing-field" && diagnostic.message.contains("`dataset`");
    is_size || is_result
}

/// The Hub takes a single tag, and Python's client refuses such a card as a whole.
fn tags(metadata: &Metadata, drafts: &mut Drafts) {
    let Some(value) = metadata.given("tags") else {
        return;
    };
    if value.is_sequence() || value.is_mapping() {
        return;
    }
    let path = FieldPath::of("tags");
    let fix = value
        .is_string()
        .then(|| Fix::set(&path, Value::Sequence(vec![value.clone()])));
    let message = format!("expected a list, found {}", kind_of(value));
    drafts.push(Draft::new(&ODD_TYPE, Place::Value(path), message).fixed_by(fix));
}
