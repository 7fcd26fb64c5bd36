//! Which entry of a mapping gives which name of its value.

use std::collections::HashMap;

use serde_yaml::{Mapping, Value};

use crate::{
    Dialect, Step, metadata,
    syntax::{Content, Node, ScalarStyle},
};

pub(crate) fn step(name: &Value) -> Step {
    Step::Key(match name {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => "null".to_owned(),
    })
}

pub(super) fn is_merge(key: &Node<'_>) -> bool {
    key.is_plain() && key.as_text() == Some("<<")
}

/// The names that the entries have in the value; none of one that is merged in, or is an alias.
pub(super) fn names<'v>(
    entries: &[(Node<'_>, Node<'_>)],
    old: &'v Mapping,
) -> Vec<Option<&'v Value>> {
    let is_alias = |key: &Node<'_>| key.as_text().is_none();
    let is_simple = entries
        .iter()
        .all(|(key, _)| !is_merge(key) && !is_alias(key));
    if is_simple && entries.len() == old.len() {
        return old.keys().map(Some).collect();
    }
    let texts: HashMap<String, &Value> = old.keys().map(|name| (text(name), name)).collect();
    let find = |(key, _): &(Node<'_>, Node<'_>)| {
        let text = key.as_text().filter(|_| !is_merge(key))?;
        let found = texts.get(text).copied();
        found.or_else(|| {
            let value = metadata::value(text, Dialect::Hub).ok()?;
            texts.get(&self::text(&value)).copied()
        })
    };
    entries.iter().map(find).collect()
}

/// A name as text.
pub(super) fn text(name: &Value) -> String {
    match step(name) {
        Step::Key(text) => text,
        Step::Index(_) => String::new(),
    }
}

impl Node<'_> {
    /// Whether it is a scalar without quotes.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(
            &self.content,
            Content::Scalar {
                style: ScalarStyle::Plain,
                ..
            }
        )
    }
}
