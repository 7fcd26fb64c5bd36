//! What differs, for people and for programs.

use std::collections::BTreeSet;

use hubkit::inspect::{Comparison, Tensor, group_names};
use serde_json::{Value, json};

use super::{super::shapes, Contents};
use crate::ui::{LONGEST, brief, count, shortened, table};

pub(super) fn text(comparison: &Comparison<'_>, contents: &Contents<'_>) -> String {
    let said = |tensor: &Tensor| {
        format!(
            "{} {}",
            brief(tensor.element.name()),
            shortened(&shapes::shape(&tensor.shape), LONGEST)
        )
    };
    let mut differences: Vec<(&str, (&str, String))> = Vec::new();
    for tensor in &comparison.removed {
        differences.push((&tensor.name, ("only in the first", said(tensor))));
    }
    for tensor in &comparison.added {
        differences.push((&tensor.name, ("only in the second", said(tensor))));
    }
    for (one, other) in &comparison.changed {
        let what = match (one.shape == other.shape, one.element == other.element) {
            (false, true) => "another shape",
            (true, false) => "another type",
            _ => "another shape and type",
        };
        differences.push((
            &one.name,
            (what, format!("{} → {}", said(one), said(other))),
        ));
    }
    for tensor in &contents.differ {
        differences.push((&tensor.name, ("other bytes", said(tensor))));
    }
    let number = differences.len();
    let rows: Vec<Vec<String>> = group_names(differences)
        .into_iter()
        .map(|group| {
            let (what, said) = group.said;
            let layers = layers(&group.numbers, group.count);
            vec![
                what.to_owned(),
                format!("{}{layers}", brief(&group.name)),
                said,
            ]
        })
        .collect();
    let lead = if rows.is_empty() {
        String::new()
    } else {
        format!(
            "{}

",
            table(&rows)
        )
    };
    let mut end = vec![match number {
        0 => "no tensor differs".to_owned(),
        number => format!("{} differ", count(number, "tensor", "tensors")),
    }];
    if contents.equal > 0 {
        end.push(format!("{} equal to the last byte", contents.equal));
    }
    if contents.not_compared > 0 {
        end.push(format!(
            "{} alike in name, type and shape, of which the bytes were not compared",
            contents.not_compared
        ));
    }
    format!("{lead}{}", end.join("; "))
}

/// Which ones: ` (32: 0–31)`, ` (3: 0, 4, 8)`; with several in a layer ` (256 in 0–31)`; nothing for a name by itself.
fn layers(numbers: &BTreeSet<u64>, total: usize) -> String {
    let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else {
        return String::new();
    };
    let listed = || {
        numbers
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let which = match numbers.len() {
        1 => first.to_string(),
        number if last - first == number as u64 - 1 => format!("{first}–{last}"),
        0..=6 => listed(),
        _ => format!("some of {first}–{last}"),
    };
    let mark = if total == numbers.len() { ":" } else { " in" };
    format!(" ({total}{mark} {which})")
}

pub(super) fn value(comparison: &Comparison<'_>, contents: &Contents<'_>) -> Value {
    let tensor = |tensor: &&Tensor| json!({ "name": tensor.name, "dtype": tensor.element.name(), "shape": tensor.shape, "bytes": tensor.bytes });
    let changed = comparison.changed.iter().map(|(one, other)| {
        json!({
            "name": one.name, "dtypes": [one.element.name(), other.element.name()],
            "shapes": [one.shape, other.shape],
        })
    });
    let differs = !comparison.is_alike() || !contents.differ.is_empty();
    json!({
        // Null where nothing was found to differ, and not everything was looked at.
        "equal": match (differs, contents.not_compared) {
            (true, _) => Some(false),
            (false, 0) => Some(true),
            (false, _) => None,
        },
        "only_in_first": comparison.removed.iter().map(tensor).collect::<Vec<_>>(),
        "only_in_second": comparison.added.iter().map(tensor).collect::<Vec<_>>(),
        "changed": changed.collect::<Vec<_>>(),
        "other_bytes": contents.differ.iter().map(|tensor| tensor.name.as_str()).collect::<Vec<_>>(),
        "equal_tensors": contents.equal,
        "not_compared": contents.not_compared,
    })
}
