//! Cards that nothing is changed in, and what a change costs. What changes do is tested beside them, by the located tree.

use std::time::{Duration, Instant};

use hubkit_card::{
    Card, Change, Differing, Edit, FieldPath, Merge, MergeRules, Value, edit, merge,
};

use crate::cards::{cards, fixtures, real_cards};

/// Nothing, and what is there already, leave every byte.
#[test]
fn unedited_read_then_write_is_byte_identical_on_every_card() {
    let mut all = cards(&fixtures("cards"));
    all.extend(cards(&fixtures("yaml")));
    all.extend(real_cards().into_iter().flatten());
    let mut read = 0;
    for (name, text) in all {
        let card = Card::read(&text);
        let Ok(written) = edit(&text, &[]) else {
            let is_open = card.block.is_none() && text.trim_start().starts_with("---");
            assert!(card.fault.is_some() || is_open, "{name}");
            continue;
        };
        assert_eq!(written, text, "{name}");
        let entries = card.metadata.as_mapping().iter();
        let same = entries.filter_map(|(name, value)| {
            let path = FieldPath::of(name.as_str()?);
            Some(Edit::new(path, Change::Set(value.clone())))
        });
        let same: Vec<Edit> = same.collect();
        assert_eq!(edit(&text, &same).as_deref(), Ok(text.as_str()), "{name}");
        read += 1;
    }
    assert!(read > 60, "{read} cards were read");
}

/// Each card and the next: what is taken over is there, once, and what was there stays unless it is to be written over.
#[test]
fn cards_are_merged_into_each_other_once() {
    let mut all = cards(&fixtures("cards"));
    all.extend(real_cards().into_iter().flatten());
    let read = |text: &str| Card::read(text).metadata;
    let mut merged = 0;
    for pair in all.windows(2) {
        let [(name, text), (other, given)] = pair else {
            continue;
        };
        // Small ones are as odd as large ones, and take less time.
        if text.len() + given.len() > 20_000 {
            continue;
        }
        let (there, given) = (read(text), read(given));
        let (there, given) = (there.as_mapping(), given.as_mapping());
        let itself = merge(there, there, MergeRules::default()).expect(name);
        assert_eq!(itself, Merge::default(), "{name} and itself");
        for differing in [Differing::Keep, Differing::Overwrite] {
            let rules = MergeRules {
                differing,
                ..MergeRules::default()
            };
            let Ok(Merge {
                edits, conflicts, ..
            }) = merge(there, given, rules)
            else {
                continue;
            };
            let Ok(changed) = edit(text, &edits) else {
                continue;
            };
            let after = read(&changed);
            for (key, value) in there {
                let path = FieldPath::of(key.as_str().unwrap_or_default());
                let is_changed = edits
                    .iter()
                    .any(|one| one.path.steps().first() == path.steps().first());
                assert!(
                    is_changed || after.as_mapping().get(key) == Some(value),
                    "{name}: {path}"
                );
            }
            let again = merge(after.as_mapping(), given, rules).expect(name);
            assert_eq!(again.edits, [], "{name} and {other}, twice");
            if differing == Differing::Keep {
                assert_eq!(again.conflicts, conflicts, "{name} and {other}, twice");
            } else {
                assert_eq!(again.conflicts, [], "{name} and {other}, twice");
            }
            merged += 1;
        }
    }
    assert!(merged > 60, "{merged} were merged");
}

/// The shorter of two, since others may hold the processor meanwhile.
fn time(text: &str, one: &Edit) -> Duration {
    let run = |_| {
        let start = Instant::now();
        edit(text, std::slice::from_ref(one)).expect("a card");
        start.elapsed()
    };
    (0..2).map(run).min().unwrap_or_default()
}

#[test]
fn a_change_takes_time_in_proportion_to_the_card() {
    let item = "an item of a list that is as long as many are";
    let card = |lines: &dyn Fn(usize) -> String, bytes: usize| {
        let mut block = String::new();
        for at in 0.. {
            let line = lines(at);
            if block.len() + line.len() > bytes {
                break;
            }
            block.push_str(&line);
        }
        format!("---\n{block}---\nText\n")
    };
    type Shape<'l> = (&'l str, &'l dyn Fn(usize) -> String, Change);
    let names = |at: usize| format!("name{at}: {item} # a remark\n");
    let list = |at: usize| {
        let head = if at == 0 { "list:\n" } else { "" };
        format!("{head}- {item} {at}\n")
    };
    let nested = |at: usize| {
        let head = if at == 0 { "list:\n" } else { "" };
        format!("{head}- name: {item}\n  text: |\n    {at} a line\n    and another one\n")
    };
    let shapes: [Shape<'_>; 4] = [
        ("added", &names, Change::Set("x".into())),
        ("list", &list, Change::Append("x".into())),
        (
            "list",
            &list,
            Change::Exclude(Value::from(format!("{item} 7"))),
        ),
        ("list", &nested, Change::Append("x".into())),
    ];
    for (path, lines, change) in shapes {
        let one = Edit::new(FieldPath::of(path), change);
        let (small, large) = (card(lines, 20_000), card(lines, 320_000));
        let (small, large) = (time(&small, &one), time(&large, &one));
        // Sixteen times as much takes sixteen times as long; each with each would take 256 times.
        assert!(large < small * 80, "{path}: {small:?} and {large:?}");
    }
}
