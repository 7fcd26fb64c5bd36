//! Fields that take one of a list.

use serde_yaml::Value;

use super::{not_a_text, unlisted};
use crate::{
    FieldPath, Metadata,
    lint::{
        Rule,
        draft::{Draft, Drafts, Place, quoted},
        fix::Fix,
        known::{self, Nearest},
        rule::{
            DEPRECATED_VALUE, UNKNOWN_COLOR, UNKNOWN_LANGUAGE, UNKNOWN_LICENSE, UNKNOWN_SDK,
            UNKNOWN_SIZE, UNKNOWN_TASK, UNKNOWN_TASK_ID, UNLISTED_LANGUAGE,
        },
    },
    lists,
};

pub(super) fn licenses(metadata: &Metadata, drafts: &mut Drafts) {
    let answer = |path: &FieldPath, _: &str| {
        // A list is one of the types that it takes, and is named as one of the values.
        let array = if path.steps().len() > 1 {
            ""
        } else {
            ", array"
        };
        format!(
            "\"{path}\" must be one of [{}{array}]",
            join(lists::licenses().iter().map(|license| license.id))
        )
    };
    each(metadata, "license", drafts, |path, text, drafts| {
        if lists::license(text).is_none() {
            let answer = answer(&path, text);
            let nearest = known::nearest_license(text);
            drafts.push(unlisted(&UNKNOWN_LICENSE, path, "licence", text, nearest).refused(answer));
        }
    });
}

pub(super) fn languages(metadata: &Metadata, drafts: &mut Drafts) {
    each(metadata, "language", drafts, |path, text, drafts| {
        if lists::is_language(text) {
            return;
        }
        let is_code = text.len() <= 3
            && text.len() >= 2
            && text.bytes().all(|byte| byte.is_ascii_lowercase());
        if is_code {
            // Codes are retired now and then, and cards that hubs took have them.
            let message = format!(
                "{} is no code of ISO 639, or is one no longer",
                quoted(text)
            );
            drafts.push(Draft::new(&UNLISTED_LANGUAGE, Place::Value(path), message));
        } else {
            let answer = format!(
                "\"{path}\" with value \"{text}\" is not valid. It must be an ISO 639-1, 639-2 or 639-3 code (two/three \
                 letters), or a special value like \"code\", \"multilingual\". If you want to use BCP-47 identifiers, you \
                 can specify them in language_bcp47."
            );
            let nearest = known::nearest_language(text);
            let draft = unlisted(&UNKNOWN_LANGUAGE, path, "language", text, nearest);
            drafts.push(draft.refused(answer));
        }
    });
}

pub(super) fn pipeline_tag(metadata: &Metadata, drafts: &mut Drafts) {
    const FIELD: &str = "pipeline_tag";
    // A type that a hub is not known to refuse is told of with the other odd ones.
    let Some(text) = metadata.given(FIELD).and_then(Value::as_str) else {
        return;
    };
    if lists::task(text).is_none() {
        let list = join(tasks());
        let answer = format!("The pipeline tag \"{text}\" is not in the official list: {list}");
        drafts.push(task(FieldPath::of(FIELD), text).warned(answer));
    }
}

pub(super) fn task_categories(metadata: &Metadata, drafts: &mut Drafts) {
    const FIELD: &str = "task_categories";
    listed(metadata, FIELD, drafts, |path, text, drafts| {
        if lists::task(text).is_none() {
            let answer = not_official(FIELD, text, tasks());
            drafts.push(task(path, text).warned(answer));
        }
    });
}

pub(super) fn task_ids(metadata: &Metadata, drafts: &mut Drafts) {
    const FIELD: &str = "task_ids";
    listed(metadata, FIELD, drafts, |path, text, drafts| {
        if !lists::task_ids().any(|id| id == text) {
            let ids: Vec<_> = lists::task_ids().collect();
            let answer = not_official(FIELD, text, ids.iter().copied());
            let nearest = known::nearest(text, ids.iter().copied());
            let draft = unlisted(&UNKNOWN_TASK_ID, path, "finer task", text, nearest);
            drafts.push(draft.refused(answer));
        }
    });
}

fn tasks() -> impl Iterator<Item = &'static str> + Clone {
    lists::tasks().iter().map(|task| task.id)
}

fn join(list: impl Iterator<Item = &'static str>) -> String {
    list.collect::<Vec<_>>().join(", ")
}

fn not_official(field: &str, text: &str, list: impl Iterator<Item = &'static str>) -> String {
    let list = join(list);
    format!("The {field} \"{text}\" is not in the official list: {list}")
}

/// A task that is not in a list: one that was given up, or any other.
fn task(path: FieldPath, text: &str) -> Draft {
    if let Some(task) = lists::renamed_task(text) {
        return deprecated(path, text, task.id);
    }
    let nearest = known::nearest(text, tasks());
    unlisted(&UNKNOWN_TASK, path, "task", text, nearest)
}

fn deprecated(path: FieldPath, text: &str, replacement: &str) -> Draft {
    let fix = Fix::set(&path, Value::String(replacement.to_owned()));
    let message = format!("`{text}` was given up: use `{replacement}`");
    Draft::new(&DEPRECATED_VALUE, Place::Value(path), message)
        .suggest(Some(replacement))
        .fixed_by(Some(fix))
}

pub(super) fn sizes(metadata: &Metadata, drafts: &mut Drafts) {
    for (path, value) in metadata.each("size_categories") {
        if let Some(text) = value.as_str()
            && !lists::SIZE_CATEGORIES.contains(&text)
        {
            let nearest = known::nearest_size(text);
            drafts.push(unlisted(&UNKNOWN_SIZE, path, "size", text, nearest));
        }
    }
}

pub(super) fn colors(metadata: &Metadata, drafts: &mut Drafts) {
    for field in ["colorFrom", "colorTo"] {
        one(
            metadata,
            field,
            &UNKNOWN_COLOR,
            "colour",
            &lists::COLORS,
            drafts,
        );
    }
}

pub(super) fn sdk(metadata: &Metadata, drafts: &mut Drafts) {
    if metadata.get("sdk").and_then(Value::as_str) == Some("streamlit") {
        // It still runs, and is not to be chosen any more.
        let message = "`streamlit` was given up as an SDK: use `docker`, with Streamlit in it";
        let place = Place::Value(FieldPath::of("sdk"));
        drafts.push(Draft::new(&DEPRECATED_VALUE, place, message));
        return;
    }
    one(metadata, "sdk", &UNKNOWN_SDK, "SDK", &lists::SDKS, drafts);
}

fn one(
    metadata: &Metadata,
    field: &str,
    rule: &'static Rule,
    what: &str,
    list: &'static [&'static str],
    drafts: &mut Drafts,
) {
    let Some(value) = metadata.given(field) else {
        return;
    };
    let path = FieldPath::of(field);
    let answer = format!("\"{field}\" must be one of [{}]", list.join(", "));
    match value.as_str() {
        Some(text) if list.contains(&text) => {}
        Some(text) => {
            let nearest: Option<Nearest> = known::nearest(text, list.iter().copied());
            drafts.push(unlisted(rule, path, what, text, nearest).refused(answer));
        }
        None => drafts.push(not_a_text(path, value).refused(answer)),
    }
}

/// Every text of a list that takes nothing else; what is none is told of.
fn listed(
    metadata: &Metadata,
    field: &str,
    drafts: &mut Drafts,
    check: impl Fn(FieldPath, &str, &mut Drafts),
) {
    // Another type than a list is told of already.
    if matches!(
        metadata.get(field),
        Some(Value::Sequence(_) | Value::String(_))
    ) {
        each(metadata, field, drafts, check);
    }
}

/// Every text of a field; what is none is told of.
fn each(
    metadata: &Metadata,
    field: &str,
    drafts: &mut Drafts,
    check: impl Fn(FieldPath, &str, &mut Drafts),
) {
    for (path, value) in metadata.each(field) {
        if drafts.is_full() {
            return;
        }
        match value.as_str() {
            Some(text) => check(path, text, drafts),
            None => drafts.push(not_a_text(path, value)),
        }
    }
}
