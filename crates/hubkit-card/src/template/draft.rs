//! A card while it is being filled.

use std::{collections::HashSet, fmt::Write as _};

use serde_yaml::{Mapping, Value};

use super::{Template, documents::Documents, text};
use crate::Loss;

/// Where a fact came from.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Origin {
    /// The field of the metadata, or what the text calls the fact.
    pub what: String,
    /// Whether it is a field of the metadata.
    pub is_field: bool,
    /// The file that says so with the name in it, as `config.json: architectures`, or what else does.
    pub source: String,
}

/// A card while it is being filled.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) documents: Documents<'a>,
    template: Template,
}

impl<'a> Draft<'a> {
    pub(super) fn new(documents: &[(&'a str, &'a [u8])]) -> Self {
        Self {
            documents: Documents::read(documents),
            template: Template::default(),
        }
    }

    /// Sets a field of the metadata.
    pub(super) fn set(&mut self, field: &str, value: impl Into<Value>, source: impl Into<String>) {
        let mapping = &mut self.template.metadata;
        mapping.insert(field.into(), value.into());
        self.tell(field, true, source.into());
    }

    /// Sets a field that holds a value, or a list of several. What stands twice is said once.
    pub(super) fn set_all(&mut self, field: &str, values: &[String], source: impl Into<String>) {
        let mut known = HashSet::new();
        let values = values.iter().filter(|value| known.insert(*value));
        let values: Vec<String> = values.cloned().collect();
        match values.as_slice() {
            [] => {}
            [one] => self.set(field, one.as_str(), source),
            several => self.set(field, list(several), source),
        }
    }

    /// Says where a fact of the text came from.
    pub(super) fn tell(&mut self, what: &str, is_field: bool, source: String) {
        self.template.origins.push(Origin {
            what: what.to_owned(),
            is_field,
            source,
        });
    }

    pub(super) fn lose(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.template.losses.push(Loss::new(what, why));
    }

    /// Adds to the text.
    pub(super) fn write(&mut self, markdown: &str) {
        self.template.body.push_str(markdown);
    }

    /// Begins a section.
    pub(super) fn section(&mut self, title: &str) {
        let _ = write!(self.template.body, "\n## {title}\n\n");
    }

    /// Leaves a place for what only the author knows.
    pub(super) fn ask(&mut self, what: &str) {
        self.write(&text::gap(what));
        self.miss(what);
    }

    /// The same for what has no place in the text.
    pub(super) fn miss(&mut self, what: &str) {
        self.template.gaps.push(what.to_owned());
    }

    pub(super) fn metadata(&self) -> &Mapping {
        &self.template.metadata
    }

    /// Begins the metadata with these fields, in this order.
    pub(super) fn sort(&mut self, order: &[&str]) {
        let mut sorted = Mapping::new();
        for name in order {
            let key = Value::from(*name);
            if let Some(value) = self.template.metadata.remove(&key) {
                sorted.insert(key, value);
            }
        }
        sorted.extend(std::mem::take(&mut self.template.metadata));
        self.template.metadata = sorted;
    }

    pub(super) fn finish(mut self) -> Template {
        let mut losses = std::mem::take(&mut self.documents.losses);
        losses.append(&mut self.template.losses);
        self.template.losses = losses;
        let origins = &mut self.template.origins;
        origins.sort_by_key(|origin| !origin.is_field);
        self.template
    }
}

pub(super) fn list(texts: &[String]) -> Value {
    Value::Sequence(texts.iter().map(|text| text.as_str().into()).collect())
}
