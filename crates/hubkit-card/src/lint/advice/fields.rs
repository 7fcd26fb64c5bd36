//! Fields with names that nobody reads, and words that are read in two ways.

use std::collections::HashSet;

use serde_yaml::Value;

use crate::{
    FieldPath, Metadata,
    lint::{
        draft::{Draft, Drafts, Place, quoted},
        fix::Fix,
        rule::{DEAD_FIELD, DUPLICATE_VALUE, MISSPELT_FIELD, TEMPLATE_TEXT},
        text::is_left,
    },
    lists,
};

/// The fields that hubs and their clients know.
const KNOWN: &[&str] = &[
    "annotations_creators",
    "app_build_command",
    "app_file",
    "app_port",
    "base_model",
    "base_model_relation",
    "base_path",
    "buckets",
    "co2_eq_emissions",
    "colorFrom",
    "colorTo",
    "configs",
    "custom_headers",
    "dataset_info",
    "datasets",
    "disable_embedding",
    "doi",
    "duplicated_from",
    "emoji",
    "extra_gated_button_content",
    "extra_gated_description",
    "extra_gated_eu_disallowed",
    "extra_gated_fields",
    "extra_gated_heading",
    "extra_gated_prompt",
    "fullWidth",
    "gated",
    "header",
    "hf_oauth",
    "hf_oauth_authorized_org",
    "hf_oauth_expiration_minutes",
    "hf_oauth_scopes",
    "inference",
    "instance_prompt",
    "language",
    "language_bcp47",
    "language_creators",
    "language_details",
    "library_name",
    "license",
    "license_details",
    "license_link",
    "license_name",
    "mask_token",
    "metrics",
    "model-index",
    "model_name",
    "models",
    "multilinguality",
    "new_version",
    "paperswithcode_id",
    "pinned",
    "pipeline_tag",
    "preload_from_hub",
    "pretty_name",
    "python_version",
    "sdk",
    "sdk_version",
    "short_description",
    "size_categories",
    "source_datasets",
    "startup_duration_timeout",
    "suggested_hardware",
    "suggested_storage",
    "tags",
    "task_categories",
    "task_ids",
    "thumbnail",
    "title",
    "train-eval-index",
    "viewer",
    "widget",
];

/// So many fields that are not known are compared with those that are.
const MOST_UNKNOWN: usize = 200;

/// Lists of names, in which one that stands twice is a slip.
const NAMES: &[&str] = &[
    "tags",
    "language",
    "license",
    "datasets",
    "metrics",
    "task_categories",
    "task_ids",
    "size_categories",
    "base_model",
    "models",
    "source_datasets",
];

/// Fields with text for people, in which braces stand for themselves.
const FREE: &[&str] = &[
    "widget",
    "extra_gated_prompt",
    "extra_gated_fields",
    "extra_gated_description",
];

pub(super) fn check(metadata: &Metadata, drafts: &mut Drafts) {
    dead(metadata, drafts);
    let keys = metadata.as_mapping().keys().filter_map(Value::as_str);
    let unknown = keys.filter(|field| !KNOWN.contains(field));
    for field in unknown.take(MOST_UNKNOWN) {
        if let Some(draft) = misspelt(metadata, field) {
            drafts.push(draft);
        }
    }
    for field in NAMES {
        duplicates(metadata, field, drafts);
    }
    templates(metadata, drafts);
}

/// Fields that say nothing, at all or beside the others.
fn dead(metadata: &Metadata, drafts: &mut Drafts) {
    let text = |field: &str| metadata.get(field).and_then(Value::as_str);
    let is_sdk = |names: &[&str]| text("sdk").is_some_and(|sdk| names.contains(&sdk));
    let is_listed = text("license").is_some_and(|license| lists::license(license).is_some());
    for (field, is_dead, reason) in [
        (
            "suggested_storage",
            true,
            "Spaces have no such storage any more",
        ),
        (
            "license_name",
            is_listed && text("license") != Some("other"),
            "it counts where `license` is `other`",
        ),
        (
            "base_model_relation",
            !metadata.has("base_model"),
            "there is no `base_model`",
        ),
        (
            "sdk_version",
            is_sdk(&["docker", "static"]),
            "only Gradio comes in versions",
        ),
        (
            "app_port",
            is_sdk(&["gradio", "static"]),
            "only a Docker Space has a port to choose",
        ),
    ] {
        if is_dead && metadata.has(field) {
            let message = format!("nobody reads it: {reason}");
            drafts.push(Draft::new(
                &DEAD_FIELD,
                Place::Key(FieldPath::of(field)),
                message,
            ));
        }
    }
}

fn misspelt(metadata: &Metadata, field: &str) -> Option<Draft> {
    // Others write fields of their own; short names are near to anything.
    if field.len() < 4 || field.len() > 64 || matches!(field, "languages" | "licenses") {
        return None;
    }
    let bare = |text: &str| text.to_ascii_lowercase().replace(['-', '_', ' '], "");
    // Case, signs, the plural and the British spelling leave no doubt.
    let simple = |text: &str| {
        bare(text)
            .replace("licence", "license")
            .trim_end_matches('s')
            .to_owned()
    };
    let same = KNOWN
        .iter()
        .copied()
        .find(|known| simple(known) == simple(field));
    let known = same.or_else(|| {
        let nearest = lists::nearest(KNOWN.iter().copied(), field)?;
        is_slip(&bare(nearest), &bare(field)).then_some(nearest)
    })?;
    if metadata.has(known) {
        return None;
    }
    let path = FieldPath::of(field);
    let is_flat = match metadata.get(field) {
        Some(Value::Sequence(list)) => list.iter().all(Value::is_string),
        value => value.is_some_and(|value| !value.is_mapping()),
    };
    let fix = same
        .filter(|_| is_flat)
        .map(|known| Fix::rename(&path, known));
    let message = format!("hubs know no such field: did you mean `{known}`?");
    Some(
        Draft::new(&MISSPELT_FIELD, Place::Key(path), message)
            .suggest(Some(known))
            .fixed_by(fix),
    )
}

/// Whether a word is another with one letter too few, too many, other, or two of them exchanged.
fn is_slip(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let same = left
        .iter()
        .zip(right)
        .take_while(|(left, right)| left == right)
        .count();
    let (left, right) = (&left[same..], &right[same..]);
    match (left, right) {
        ([_, left @ ..], []) | ([], [_, left @ ..]) => left.is_empty(),
        ([a, left @ ..], [b, right @ ..]) => {
            let exchanged = match (left, right) {
                ([c, left @ ..], [d, right @ ..]) => a == d && b == c && left == right,
                _ => false,
            };
            left == right
                || exchanged
                || left == [&[*b], right].concat()
                || right == [&[*a], left].concat()
        }
        ([], []) => true,
    }
}

fn duplicates(metadata: &Metadata, field: &str, drafts: &mut Drafts) {
    let Some(Value::Sequence(list)) = metadata.get(field) else {
        return;
    };
    let mut seen = HashSet::new();
    for (at, value) in list.iter().enumerate() {
        if drafts.is_full() {
            return;
        }
        let Some(text) = value.as_str() else { continue };
        if !seen.insert(text) {
            let path = FieldPath::of(field).index(at);
            let fix = Fix::remove(&path);
            let message = format!("{} stands in the list already", quoted(text));
            drafts.push(
                Draft::new(&DUPLICATE_VALUE, Place::Value(path), message).fixed_by(Some(fix)),
            );
        }
    }
}

fn templates(metadata: &Metadata, drafts: &mut Drafts) {
    for (key, _) in metadata.as_mapping() {
        let Some(field) = key.as_str().filter(|field| !FREE.contains(field)) else {
            if key.is_mapping() {
                let place = Place::Metadata(FieldPath::root());
                let message =
                    "a field whose name is a place for one, as `{{ name }}` in a template";
                drafts.push(Draft::new(&TEMPLATE_TEXT, place, message));
                return;
            }
            continue;
        };
        for (path, value) in metadata.each(field) {
            let text = value.as_str().unwrap_or_default();
            let is_place = is_left(text) || text.contains("More Information Needed");
            let has_no_name =
                matches!(value, Value::Mapping(map) if map.keys().any(Value::is_mapping));
            if is_place || has_no_name {
                let message = "text of a template that nobody filled in";
                drafts.push(Draft::new(&TEMPLATE_TEXT, Place::Value(path), message));
                return;
            }
        }
    }
}
