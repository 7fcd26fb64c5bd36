//! Fields that name repositories.

use hubkit_types::RepoId;

use super::{not_a_text, quoted};
use crate::{
    Metadata,
    lint::{
        draft::{Draft, Drafts, Place},
        rule::INVALID_REPO_ID,
    },
};

pub(super) fn models(metadata: &Metadata, field: &str, drafts: &mut Drafts) {
    check(metadata, field, drafts, |path, text| {
        format!(
            "\"{path}\" with value \"{text}\" is not valid. Use a model id from https://hf.co/models."
        )
    });
}

pub(super) fn datasets(metadata: &Metadata, drafts: &mut Drafts) {
    check(metadata, "datasets", drafts, |path, text| {
        format!(
            "\"{path}\" with value \"{text}\" is not valid. If possible, use a dataset id from https://hf.co/datasets."
        )
    });
}

fn check(
    metadata: &Metadata,
    field: &str,
    drafts: &mut Drafts,
    answer: impl Fn(&str, &str) -> String,
) {
    for (path, value) in metadata.each(field) {
        if drafts.is_full() {
            return;
        }
        let Some(text) = value.as_str() else {
            drafts.push(not_a_text(path, value));
            continue;
        };
        if text.parse::<RepoId>().is_ok() {
            continue;
        }
        let (reason, suggestion) = explain(text);
        let answer = answer(&path.to_string(), text);
        let message = format!("{} is no name of a repository: {reason}", quoted(text));
        drafts.push(
            Draft::new(&INVALID_REPO_ID, Place::Value(path), message)
                .suggest(suggestion)
                .refused(answer),
        );
    }
}

/// Why a text names no repository, and which it may have meant.
fn explain(text: &str) -> (&'static str, Option<String>) {
    const EXPECTED: &str = "expected `NAMESPACE/NAME`";
    let address = [
        "https://huggingface.co/",
        "https://hf.co/",
        "http://huggingface.co/",
    ]
    .iter()
    .find_map(|host| text.strip_prefix(host));
    if let Some(rest) = address {
        let rest = rest.strip_prefix("datasets/").unwrap_or(rest);
        let name: Vec<&str> = rest.split('/').take(2).collect();
        let name = name.join("/");
        return (
            "it is an address",
            name.parse::<RepoId>().ok().map(|name| name.to_string()),
        );
    }
    let is_drive = text.as_bytes().get(1) == Some(&b':') && text.contains('\\');
    if text.starts_with(['/', '.', '~']) || is_drive {
        return ("it is a path of some machine", None);
    }
    if text.matches('/').count() > 1 {
        return ("it has more than two parts, as a path does", None);
    }
    (EXPECTED, None)
}
