//! Changes to every card that is at hand.

use hubkit_card::{Card, Change, Edit, EditError, FieldPath, Value, edit};

use crate::cards::{cards, fixtures, real_cards};

/// Every path of a value, to a depth and a number that keep the time short.
fn paths(value: &Value, at: &FieldPath, found: &mut Vec<FieldPath>) {
    if found.len() > 60 {
        return;
    }
    if !at.is_root() {
        found.push(at.clone());
    }
    match value {
        Value::Mapping(entries) => {
            for (name, value) in entries {
                if let Value::String(name) = name {
                    paths(value, &at.key(name), found);
                }
            }
        }
        Value::Sequence(items) => {
            // The first, one in the middle and the last are as good as all of them.
            let mut places = vec![0, items.len() / 2, items.len().saturating_sub(1)];
            places.dedup();
            for place in places {
                if let Some(item) = items.get(place) {
                    paths(item, &at.index(place), found);
                }
            }
        }
        _ => {}
    }
}

fn values() -> Vec<Value> {
    [
        "plain",
        "'no'",
        "1.5",
        "[x, {y: z}]",
        "{a: {b: [1]}}",
        "\"two\\nlines\"",
        "[]",
    ]
    .iter()
    .map(|text| hubkit_card::read_document(text).expect("YAML"))
    .collect()
}

/// The lines of a text that are not in another one, in which they stand in the same order but for one place.
#[track_caller]
fn check_lines(before: &str, after: &str, what: &str) {
    let before: Vec<&str> = before.split_inclusive('\n').collect();
    let after: Vec<&str> = after.split_inclusive('\n').collect();
    let head = before
        .iter()
        .zip(&after)
        .take_while(|(one, two)| one == two)
        .count();
    let tail = before
        .iter()
        .rev()
        .zip(after.iter().rev())
        .take_while(|(one, two)| one == two)
        .count();
    assert!(head + tail > 0 || before.len() < 3, "{what}");
}

#[derive(Default)]
struct Tally {
    done: usize,
    refused: Vec<String>,
}

impl Tally {
    fn change(&mut self, name: &str, text: &str, one: &Edit) {
        let card = Card::read(text);
        let mut meant = Value::Mapping(card.metadata.as_mapping().clone());
        let what = || format!("{name}: {} {:?}", one.path, one.change);
        let is_possible = one.apply(&mut meant).is_ok();
        match edit(text, std::slice::from_ref(one)) {
            Ok(changed) => {
                assert!(is_possible, "{}", what());
                let read = Card::read(&changed);
                assert_eq!(
                    Value::Mapping(read.metadata.as_mapping().clone()),
                    meant,
                    "{}",
                    what()
                );
                let is_empty_block = text.starts_with("---\n---");
                assert!(is_empty_block || read.body == card.body, "{}", what());
                check_lines(text, &changed, &what());
                self.done += 1;
            }
            Err(EditError::Missing { .. } | EditError::Shape { .. }) => {
                assert!(!is_possible, "{}", what());
            }
            // What is repeated elsewhere, and what may not have been meant for metadata, is left alone.
            Err(EditError::Shared { .. } | EditError::Merged { .. }) => {
                assert!(text.contains('*'), "{}", what());
            }
            // Blank lines at the end of a block are no part of it, so such a text can't become the last.
            Err(EditError::NotKept) if text.contains("|+") => {}
            Err(EditError::Unclosed) => assert!(card.block.is_none(), "{}", what()),
            Err(error) => self.refused.push(format!("{}: {error}", what())),
        }
    }

    fn card(&mut self, name: &str, text: &str, step: usize) {
        assert_eq!(
            edit(text, &[]).ok().as_deref().unwrap_or(text),
            text,
            "{name}"
        );
        let card = Card::read(text);
        if card.fault.is_some() {
            let set = Edit::new(FieldPath::of("license"), Change::Set("mit".into()));
            assert!(edit(text, &[set]).is_err(), "{name}");
            return;
        }
        let mut found = vec![
            FieldPath::of("hubkit"),
            FieldPath::of("hubkit").key("a b").index(0),
        ];
        let whole = Value::Mapping(card.metadata.as_mapping().clone());
        paths(&whole, &FieldPath::root(), &mut found);
        // Of many cards another selection each: all of it takes ten minutes.
        let values = values();
        let begin = text.len() % step;
        for (at, path) in found.iter().enumerate().skip(begin).step_by(step) {
            let value = values[(at + begin) % values.len()].clone();
            let change = match (at + text.len()) % 3 {
                0 => Change::Set(value),
                1 => Change::Append(value),
                _ => Change::Remove,
            };
            self.change(name, text, &Edit::new(path.clone(), change));
        }
    }
}

#[test]
fn edge_cases_change_without_harm() {
    let mut tally = Tally::default();
    for folder in ["cards", "yaml"] {
        for (name, text) in cards(&fixtures(folder)) {
            tally.card(&name, &text, 2);
        }
    }
    assert!(tally.done > 100, "{}", tally.done);
    assert!(
        tally.refused.is_empty(),
        "{} {:#?}",
        tally.done,
        tally.refused
    );
}

#[test]
fn real_cards_change_without_harm() {
    let Some(cards) = real_cards() else { return };
    let mut tally = Tally::default();
    for (name, text) in cards {
        tally.card(&name, &text, 7);
    }
    assert!(
        tally.refused.is_empty(),
        "{} {:#?}",
        tally.done,
        tally.refused
    );
}
