//! `hubkit card set`.

use hubkit_card::{Change, Edit, FieldPath, Value, read_document};

use super::editable::Editable;
use crate::{
    args::{CardSet, Global},
    exit::Exit,
    failure::Failure,
    ui::{Ui, plain},
};

pub(super) fn run(global: &Global, arguments: &CardSet) -> Result<Exit, Failure> {
    let mut edits = Vec::new();
    for word in &arguments.changes {
        edits.extend(parse(word)?);
    }
    let card = Editable::open(&arguments.card)?;
    card.change(&Ui::new(global), &edits, arguments.dry_run)
}

/// One argument as changes.
fn parse(word: &str) -> Result<Vec<Edit>, Failure> {
    let wrong = |reason: String| {
        Failure::usage(format!("`{}`: {reason}", plain(word)))
            .hint("write PATH=VALUE, PATH+=ITEM or PATH-=ITEM, with `:` before `=` where VALUE is YAML or JSON")
    };
    let at = sign(word).ok_or_else(|| wrong("expected a path, `=` and a value".to_owned()))?;
    let (left, text) = (&word[..at], &word[at + 1..]);
    let (left, is_yaml) = left
        .strip_suffix(':')
        .map_or((left, false), |left| (left, true));
    let (left, operation) = match left.as_bytes().last() {
        Some(sign @ (b'+' | b'-')) => (&left[..left.len() - 1], *sign),
        _ => (left, b'='),
    };
    let path: FieldPath = left.parse().map_err(|error| wrong(format!("{error}")))?;
    let value = if is_yaml {
        read_document(text).map_err(|error| wrong(format!("the value is no YAML: {error}")))?
    } else {
        scalar(text)
    };
    let edit = |change| Edit::new(path.clone(), change);
    Ok(match operation {
        b'+' => vec![edit(Change::Include(value))],
        // The item may be a text that looks like a number.
        b'-' => vec![
            edit(Change::Exclude(text.into())),
            edit(Change::Exclude(value)),
        ],
        _ => vec![edit(Change::Set(value))],
    })
}

/// Where the sign is: a path may have one in quotes.
fn sign(word: &str) -> Option<usize> {
    let mut is_quoted = false;
    let mut is_escaped = false;
    word.bytes().position(|byte| {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            b'=' if !is_quoted => return true,
            _ => {}
        }
        false
    })
}

/// A truth value, nothing, a number that is written as numbers are printed, or a text.
fn scalar(text: &str) -> Value {
    let number = || {
        let whole = text
            .parse::<i64>()
            .ok()
            .filter(|number| number.to_string() == text);
        let float = text
            .parse::<f64>()
            .ok()
            .filter(|number| format!("{number:?}") == text && number.is_finite());
        whole.map(Value::from).or(float.map(Value::from))
    };
    match text {
        "true" => true.into(),
        "false" => false.into(),
        "null" => Value::Null,
        _ => number().unwrap_or_else(|| text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_is_a_path_a_sign_and_a_value() {
        for (word, path, change) in [
            ("license=mit", "license", Change::Set("mit".into())),
            ("a.b=1.5", "a.b", Change::Set(1.5.into())),
            ("a=7", "a", Change::Set(7.into())),
            ("v=1.10", "v", Change::Set("1.10".into())),
            ("v=010", "v", Change::Set("010".into())),
            ("a=x=y", "a", Change::Set("x=y".into())),
            ("\"a=b\"=c", "\"a=b\"", Change::Set("c".into())),
            ("l+=x", "l", Change::Include("x".into())),
            (
                "l:=[1, no]",
                "l",
                Change::Set(vec![Value::from(1), "no".into()].into()),
            ),
            (
                "l+:={a: 1}",
                "l",
                Change::Include(read_document("a: 1").expect("YAML")),
            ),
            ("model-index=x", "model-index", Change::Set("x".into())),
            ("i=false", "i", Change::Set(false.into())),
        ] {
            let path = path.parse().expect("a path");
            assert_eq!(parse(word).expect(word), [Edit::new(path, change)]);
        }
        for word in ["license", "=x", "a b=x", "a:=[", "\"a=x"] {
            assert!(parse(word).is_err(), "{word}");
        }
    }
}
