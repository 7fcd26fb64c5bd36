//! Cards that are read in every way there is, and changed.

use hubkit_card::{Card, Change, Dialect, Edit, EvalEntries, FieldPath, Value, edit};

use crate::Target;

pub(crate) const TARGETS: &[Target] = &[("card-views", views), ("card-edit", edits)];

/// Both dialects, and every view of what they make of the card.
fn views(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for dialect in [Dialect::Hub, Dialect::Python] {
        let card = Card::read_as(&text, dialect);
        let (model, dataset, space) = (card.model(), card.dataset(), card.space());
        let _ = (model.to_dict(), dataset.to_dict(), space.to_dict());
        let _ = card.metadata.likely_kind();
    }
    let _ = EvalEntries::read(&text);
}

/// What was changed reads as it is meant to, and nothing else changed.
fn edits(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    assert_eq!(edit(&text, &[]).as_deref().unwrap_or(&text), text);
    let before = Card::read(&text);
    let first = before.metadata.as_mapping().keys().next();
    let name = first
        .and_then(Value::as_str)
        .unwrap_or("license")
        .to_owned();
    let changes = [
        Change::Set("no".into()),
        Change::Append("1.10".into()),
        Change::Remove,
    ];
    for change in changes {
        let one = Edit::new(FieldPath::of(&name), change);
        let mut meant = Value::Mapping(before.metadata.as_mapping().clone());
        if one.apply(&mut meant).is_err() {
            continue;
        }
        if let Ok(changed) = edit(&text, &[one]) {
            let after = Card::read(&changed);
            assert_eq!(Value::Mapping(after.metadata.as_mapping().clone()), meant);
        }
    }
}
