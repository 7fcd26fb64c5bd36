//! Text of templates that nobody filled in.

use super::Tally;
use crate::lint::{
    draft::{Draft, Drafts, Place},
    rule::TEMPLATE_TEXT,
};

/// What the templates of cards hold for their authors to replace.
const LEFT: &[&str] = &[
    "[More Information Needed]",
    "[Needs More Information]",
    "[More information needed]",
    "Model Card for Model ID",
    "Dataset Card for Dataset Name",
];

/// Whether words hold a place for a value that was to be filled in: `{{ license }}`.
pub(in crate::lint) fn is_left(text: &str) -> bool {
    let Some((_, after)) = text.split_once("{{") else {
        return false;
    };
    let Some((inside, _)) = after.split_once("}}") else {
        return false;
    };
    let is_name = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '|' | ' ' | '"' | '(' | ')' | ',')
    };
    inside.len() < 200
        && inside.trim().starts_with(|c: char| c.is_ascii_alphabetic())
        && inside.chars().all(is_name)
}

pub(super) fn check(body: &str, base: usize, mut left: Tally, drafts: &mut Drafts) {
    for text in LEFT {
        for (at, found) in body.match_indices(text) {
            let place = base + at..base + at + found.len();
            let is_first = left
                .first
                .as_ref()
                .is_none_or(|first| place.start < first.start);
            if is_first {
                left.first = Some(place);
            }
            left.count += 1;
        }
    }
    if let Some(place) = left.first.clone() {
        let message = format!("text of a template that nobody filled in{}", left.others());
        drafts.push(Draft::new(&TEMPLATE_TEXT, Place::Bytes(place), message));
    }
}
