//! Findings as they are made, before anybody asks where they stand.

use std::ops::Range;

use hubkit_types::is_invisible;
use serde_yaml::Value;

use super::{Fix, Rule};
use crate::FieldPath;

/// A finding that is not placed yet.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) rule: &'static Rule,
    pub(super) message: String,
    pub(super) place: Place,
    pub(super) suggestion: Option<String>,
    pub(super) fix: Option<Fix>,
    /// What a hub says of it.
    pub(super) answer: Option<Answer>,
}

/// Where a finding stands.
#[derive(Debug)]
pub(super) enum Place {
    /// At the value of a field.
    Value(FieldPath),
    /// At the name of a field.
    Key(FieldPath),
    /// Nowhere: it is about what is not there, or about the metadata as a whole.
    Metadata(FieldPath),
    /// Nowhere: it is about the text as a whole.
    Text,
    /// At some bytes of the card.
    Bytes(Range<usize>),
}

/// What a hub says of a fault, in its own words.
#[derive(Debug)]
pub(super) enum Answer {
    /// It refuses the card.
    Error(String),
    /// It takes the card.
    Warning(String),
}

impl Draft {
    pub(super) fn new(rule: &'static Rule, place: Place, message: impl Into<String>) -> Self {
        Self {
            rule,
            message: message.into(),
            place,
            suggestion: None,
            fix: None,
            answer: None,
        }
    }

    pub(super) fn suggest(mut self, suggestion: Option<impl Into<String>>) -> Self {
        self.suggestion = suggestion.map(Into::into);
        self
    }

    pub(super) fn fixed_by(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }

    pub(super) fn refused(mut self, answer: impl Into<String>) -> Self {
        self.answer = Some(Answer::Error(answer.into()));
        self
    }

    pub(super) fn warned(mut self, answer: impl Into<String>) -> Self {
        self.answer = Some(Answer::Warning(answer.into()));
        self
    }
}

/// Findings of one card.
///
/// A card of a million odd values is not a million findings: nobody reads on.
#[derive(Debug, Default)]
pub(super) struct Drafts(Vec<Draft>);

impl Drafts {
    /// So many findings are told of a card.
    const MOST: usize = 500;

    pub(super) fn push(&mut self, draft: Draft) {
        if !self.is_full() {
            self.0.push(draft);
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= Self::MOST
    }

    /// The fields of which something is told.
    pub(super) fn paths(&self) -> impl Iterator<Item = &FieldPath> {
        self.0.iter().filter_map(|draft| match &draft.place {
            Place::Value(path) | Place::Key(path) | Place::Metadata(path) => Some(path),
            Place::Text | Place::Bytes(_) => None,
        })
    }

    pub(super) fn finish(self) -> Vec<Draft> {
        self.0
    }
}

/// A text of the author within a message: between backticks, escaped, and cut.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", shown(text))
}

/// A text of the author, escaped and cut.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut shown = String::new();
    for c in text.chars().take(LONGEST) {
        if is_invisible(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// What a value is, for people.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a mapping",
        Value::Tagged(_) => "a value with a type of its own",
    }
}
