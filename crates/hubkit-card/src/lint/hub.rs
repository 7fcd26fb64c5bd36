//! What a hub checks before it takes a card.
//!
//! The Hub's own check is not public. What is here are the answers that are known of it: the rest of a card is taken as it
//! is, as unknown fields are.

mod choice;
mod model_index;
mod names;

use std::fmt::Write as _;

use hubkit_types::RepoKind;
use serde_yaml::Value;

use super::{
    draft::{Draft, Drafts, Place, kind as kind_of, quoted},
    fix::Fix,
    rule::{
        DUPLICATE_KEY, INVALID_YAML, LONG_DESCRIPTION, MISSING_METADATA, MISSING_SDK,
        RENAMED_FIELD, WRONG_TYPE,
    },
};
use crate::{Card, FieldPath, Metadata, MetadataError};

/// What a hub says of a card without metadata.
const NO_METADATA: &str = "empty or missing yaml metadata in repo card";

pub(super) fn check(kind: RepoKind, card: &Card<'_>, drafts: &mut Drafts) {
    if let Some(fault) = &card.fault {
        drafts.push(broken(fault));
        return;
    }
    if card.metadata.is_empty() {
        let message = match card.block {
            Some(_) => "expected metadata between the lines of `---`, found none",
            None => "expected metadata between two lines of `---` at the top, found none",
        };
        let place = Place::Metadata(FieldPath::root());
        drafts.push(Draft::new(&MISSING_METADATA, place, message).warned(NO_METADATA));
    } else {
        fields(kind, &card.metadata, drafts);
    }
    if kind == RepoKind::Space && !card.metadata.has("sdk") {
        let place = Place::Metadata(FieldPath::of("sdk"));
        let message = "expected one of `gradio`, `docker` and `static`, found none";
        drafts.push(Draft::new(&MISSING_SDK, place, message));
    }
}

pub(super) fn broken(fault: &MetadataError) -> Draft {
    let place = Place::Metadata(FieldPath::root());
    match fault {
        MetadataError::NotAMapping { found } => {
            let answer = match *found {
                "a list" => "\"value\" must be of type object",
                _ => "The YAML metadata of your README.md is invalid.",
            };
            let message = format!("the metadata can't be read: {fault}");
            Draft::new(&INVALID_YAML, place, message).refused(answer)
        }
        MetadataError::Yaml {
            line,
            column,
            reason,
        } => {
            let rule = if reason.starts_with("duplicate mapping key") {
                &DUPLICATE_KEY
            } else {
                &INVALID_YAML
            };
            let message = format!(
                "the metadata can't be read: {}",
                super::draft::shown(reason)
            );
            Draft::new(rule, place, message).refused(format!(
                "Invalid YAML in README.md: {reason} ({line}:{column})"
            ))
        }
        _ => {
            let message = format!("the metadata can't be read: {fault}");
            Draft::new(&INVALID_YAML, place, message)
                .refused(format!("Invalid YAML in README.md: {fault}"))
        }
    }
}

fn fields(kind: RepoKind, metadata: &Metadata, drafts: &mut Drafts) {
    for (former, name) in [("languages", "language"), ("licenses", "license")] {
        if metadata.has(former) {
            drafts.push(renamed(metadata, former, name));
        }
    }
    choice::licenses(metadata, drafts);
    choice::languages(metadata, drafts);
    list_only(metadata, "widget", drafts);
    match kind {
        RepoKind::Dataset => {
            for field in ["task_categories", "task_ids"] {
                list_only(metadata, field, drafts);
            }
            choice::task_categories(metadata, drafts);
            choice::task_ids(metadata, drafts);
            choice::sizes(metadata, drafts);
        }
        RepoKind::Space => {
            choice::colors(metadata, drafts);
            choice::sdk(metadata, drafts);
            description(metadata, drafts);
            names::models(metadata, "models", drafts);
            names::datasets(metadata, drafts);
        }
        _ => {
            choice::pipeline_tag(metadata, drafts);
            names::models(metadata, "base_model", drafts);
            names::models(metadata, "new_version", drafts);
            names::datasets(metadata, drafts);
            model_index::check(metadata, drafts);
        }
    }
}

fn renamed(metadata: &Metadata, former: &str, name: &str) -> Draft {
    let path = FieldPath::of(former);
    let fix = (!metadata.has(name)).then(|| Fix::rename(&path, name));
    let message = format!("expected the field by its name `{name}`");
    Draft::new(&RENAMED_FIELD, Place::Key(path), message)
        .suggest(Some(name))
        .fixed_by(fix)
        .refused(format!(
            "\"{former}\" is deprecated. Use \"{name}\" instead."
        ))
}

/// A field that takes nothing but a list.
fn list_only(metadata: &Metadata, field: &str, drafts: &mut Drafts) {
    let Some(value) = metadata.given(field) else {
        return;
    };
    if value.is_sequence() {
        return;
    }
    let path = FieldPath::of(field);
    // A widget is a list of examples, of which a text is none.
    let fix = (value.is_string() && field != "widget")
        .then(|| Fix::set(&path, Value::Sequence(vec![value.clone()])));
    let message = format!("expected a list, found {}", kind_of(value));
    drafts.push(
        Draft::new(&WRONG_TYPE, Place::Value(path), message)
            .fixed_by(fix)
            .refused(format!("\"{field}\" must be an array")),
    );
}

fn description(metadata: &Metadata, drafts: &mut Drafts) {
    const FIELD: &str = "short_description";
    /// JavaScript counts in UTF-16.
    const LONGEST: usize = 60;
    let place = || Place::Value(FieldPath::of(FIELD));
    match metadata.given(FIELD) {
        None => {}
        Some(Value::String(text)) => {
            let length = text.encode_utf16().count();
            if length > LONGEST {
                let message = format!("expected at most {LONGEST} characters, found {length}");
                drafts.push(
                    Draft::new(&LONG_DESCRIPTION, place(), message).refused(format!(
                        "\"{FIELD}\" length must be less than or equal to {LONGEST} characters long"
                    )),
                );
            }
        }
        Some(other) => {
            let message = format!("expected a text, found {}", kind_of(other));
            drafts.push(
                Draft::new(&WRONG_TYPE, place(), message)
                    .refused(format!("\"{FIELD}\" must be a string")),
            );
        }
    }
}

impl Metadata {
    /// Whether there is a field of this name, with a value or without.
    pub(super) fn has(&self, field: &str) -> bool {
        self.get(field).is_some()
    }

    /// The value of a field that was given one.
    pub(super) fn given(&self, field: &str) -> Option<&Value> {
        self.get(field).filter(|value| !value.is_null())
    }

    /// What a field holds, one by one: the values of a list, or the single value.
    pub(super) fn each(&self, field: &str) -> Vec<(FieldPath, &Value)> {
        let path = FieldPath::of(field);
        match self.given(field) {
            None => Vec::new(),
            Some(Value::Sequence(list)) => {
                let items = list.iter().enumerate();
                items.map(|(at, value)| (path.index(at), value)).collect()
            }
            Some(single) => vec![(path, single)],
        }
    }
}

/// A value where a text was expected.
fn not_a_text(path: FieldPath, value: &Value) -> Draft {
    let answer = format!("\"{path}\" must be a string");
    let found = match value {
        Value::Bool(flag) => format!("{} ({flag})", kind_of(value)),
        Value::Number(number) => format!("{} ({number})", kind_of(value)),
        _ => kind_of(value).to_owned(),
    };
    // Of a truth value nobody knows which word was meant.
    let fix = value.is_number().then(|| Fix::quote(&path));
    let message = format!("expected a text, found {found}");
    Draft::new(&WRONG_TYPE, Place::Value(path), message)
        .fixed_by(fix)
        .refused(answer)
}

/// A value that is not among those there are.
fn unlisted(
    rule: &'static super::Rule,
    path: FieldPath,
    what: &str,
    found: &str,
    nearest: Option<super::known::Nearest>,
) -> Draft {
    let mut message = format!("{} is no {what} of the list", quoted(found));
    let fix = nearest
        .as_ref()
        .filter(|nearest| nearest.is_certain)
        .map(|nearest| Fix::set(&path, Value::String(nearest.value.clone())));
    if let Some(nearest) = &nearest {
        let _ = write!(message, ": did you mean `{}`?", nearest.value);
    }
    Draft::new(rule, Place::Value(path), message)
        .suggest(nearest.map(|nearest| nearest.value))
        .fixed_by(fix)
}
