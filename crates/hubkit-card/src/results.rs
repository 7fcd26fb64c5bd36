//! Results that are put into what is there: into files below `.eval_results/`, and into `model-index`.

mod check;
mod entry;
mod error;
mod index;

use serde_yaml::{Mapping, Value};

pub use entry::add_entry;
pub use error::AddResultError;
pub use index::add_result;

/// What becomes of a result that is there already and says something else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Existing {
    /// It stays, and nothing is changed.
    Keep,
    /// The new one takes its place.
    Replace,
}

/// A mapping of what there is, in this order.
fn mapping<'a>(pairs: impl IntoIterator<Item = (&'a str, Option<Value>)>) -> Value {
    let known = pairs
        .into_iter()
        .filter_map(|(name, value)| Some((Value::from(name), value?)));
    Value::Mapping(known.collect::<Mapping>())
}

/// The same, or nothing where there is nothing in it.
fn filled<'a>(pairs: impl IntoIterator<Item = (&'a str, Option<Value>)>) -> Option<Value> {
    Some(mapping(pairs)).filter(|value| value.as_mapping().is_some_and(|found| !found.is_empty()))
}

fn text(text: Option<&String>) -> Option<Value> {
    text.map(|text| Value::from(text.as_str()))
}

#[cfg(test)]
mod tests;
