//! What a card should say and does not.

use hubkit_types::RepoKind;
use serde_yaml::Value;

use crate::{
    Card, CardData, Evidence, FieldPath, describe,
    lint::{
        Rule, Surroundings,
        draft::{Draft, Drafts, Place, quoted},
        rule::{
            METRICS_WITHOUT_DATASET, MISSING_LIBRARY, MISSING_LICENSE, MISSING_TASK, MISSING_TITLE,
            UNNAMED_LICENSE,
        },
    },
};

pub(super) fn check(
    kind: RepoKind,
    card: &Card<'_>,
    data: &CardData,
    around: &Surroundings<'_>,
    drafts: &mut Drafts,
) {
    // Of a card without metadata more is missing than a licence, and that is told.
    if !card.metadata.is_empty() {
        license(card, data, drafts);
    }
    match kind {
        RepoKind::Model => {
            inferred(card, data, around, drafts);
            metrics(card, data, drafts);
        }
        RepoKind::Space if data.title.is_none() => {
            let message = "expected what the Space is called, found none";
            drafts.push(absent(&MISSING_TITLE, "title", message));
        }
        _ => {}
    }
}

/// A field that is not there.
fn absent(rule: &'static Rule, field: &str, message: impl Into<String>) -> Draft {
    Draft::new(rule, Place::Metadata(FieldPath::of(field)), message)
}

fn license(card: &Card<'_>, data: &CardData, drafts: &mut Drafts) {
    let named = ["license", "licenses", "license_name"];
    if !named
        .iter()
        .any(|field| card.metadata.given(field).is_some())
    {
        let message = "expected under which terms this may be used, found none";
        drafts.push(absent(&MISSING_LICENSE, "license", message));
        return;
    }
    if data.licenses != ["other"] {
        return;
    }
    let missing = match (&data.license_name, &data.license_link) {
        (Some(_), Some(_)) => return,
        (None, Some(_)) => "its `license_name`",
        (Some(_), None) => "a `license_link`",
        (None, None) => "a `license_name` and a `license_link`",
    };
    let message = format!("`other` says nothing without {missing}");
    let place = Place::Value(FieldPath::of("license"));
    drafts.push(Draft::new(&UNNAMED_LICENSE, place, message));
}

/// What the files say and the card does not.
fn inferred(card: &Card<'_>, data: &CardData, around: &Surroundings<'_>, drafts: &mut Drafts) {
    let Some(files) = around.files else { return };
    if data.pipeline_tag.is_some() && data.library_name.is_some() {
        return;
    }
    let evidence = Evidence {
        // Only papers are sought in it.
        body: "",
        files,
        config: around.config,
        adapter: around.adapter,
        ..Evidence::default()
    };
    let description = describe(RepoKind::Model, data, &evidence);
    let is_given = |field: &str| card.metadata.given(field).is_some();
    if let Some(library) = description
        .library_name
        .filter(|_| !is_given("library_name"))
    {
        let message = format!("the files are those of {}", quoted(&library));
        drafts.push(absent(&MISSING_LIBRARY, "library_name", message).suggest(Some(library)));
    }
    if let Some(task) = description
        .pipeline_tag
        .filter(|_| !is_given("pipeline_tag"))
    {
        let message = format!("the files are those of a model for {}", quoted(&task));
        drafts.push(absent(&MISSING_TASK, "pipeline_tag", message).suggest(Some(task)));
    }
}

fn metrics(card: &Card<'_>, data: &CardData, drafts: &mut Drafts) {
    let has_results = card.metadata.given("model-index").is_some();
    if !data.metrics.is_empty() && data.datasets.is_empty() && !has_results {
        let message = "expected `datasets` or `model-index`: measured on what?";
        let place = Place::Value(FieldPath::of("metrics"));
        drafts.push(Draft::new(&METRICS_WITHOUT_DATASET, place, message));
    }
    let mut without = Vec::new();
    for (path, entry) in card.metadata.each("model-index") {
        let results = entry.get("results").and_then(Value::as_sequence);
        for (at, result) in results.into_iter().flatten().enumerate() {
            let is_given = |key: &str| result.get(key).is_some_and(|value| !value.is_null());
            if is_given("metrics") && !is_given("dataset") {
                without.push(path.key("results").index(at));
            }
        }
    }
    let count = without.len();
    if let Some(first) = without.into_iter().next() {
        let more = match count {
            1 => String::new(),
            count => format!(", and so have {} more", count - 1),
        };
        let message = format!(
            "a result has no `dataset`{more}: Python's client refuses such a card as a whole"
        );
        drafts.push(Draft::new(
            &METRICS_WITHOUT_DATASET,
            Place::Value(first),
            message,
        ));
    }
}
