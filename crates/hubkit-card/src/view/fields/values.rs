//! Values as what they were meant for.

use serde_yaml::Value;

use super::Notes;
use crate::FieldPath;

/// A text that says something. Numbers and truth values count as the texts they are written as.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Texts of a list, or a single one, and whether each was one.
pub(crate) fn texts(value: &Value, path: &FieldPath, notes: &mut Notes) -> (Vec<String>, bool) {
    let is_odd = |item: &Value| {
        matches!(
            item,
            Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_)
        )
    };
    let Value::Sequence(items) = value else {
        if is_odd(value) {
            notes.wrong_type(path, "a text or a list of texts", value);
        }
        return (scalar(value).into_iter().collect(), !is_odd(value));
    };
    for (at, item) in items.iter().enumerate().filter(|(_, item)| is_odd(item)) {
        notes.wrong_type(&path.index(at), "a text", item);
    }
    let texts = items.iter().filter_map(scalar).collect();
    (texts, !items.iter().any(is_odd))
}

/// A whole number that is not negative; one with nothing after its point counts.
pub(crate) fn count(value: &Value) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    value.as_u64().or_else(|| {
        let float = value.as_f64()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number from 0 to 2^53"
        )]
        ((0.0..=EXACT).contains(&float) && float.fract() == 0.0).then_some(float as u64)
    })
}
