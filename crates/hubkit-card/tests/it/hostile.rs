//! Cards that were written to do harm, each with a label that says what may come of it.

use std::{fs, time::Instant};

use hubkit_card::{Card, CardData, Dialect};

use crate::cards::{cards, fixtures};

/// Cards of which more or less is read than their label says, and why.
const OTHERWISE: &[(&str, &str)] = &[];

fn outcome(text: &str) -> &'static str {
    let card = Card::read(text);
    let _ = CardData::of(&card.metadata);
    match &card.fault {
        Some(_) => "malformed",
        None if card.metadata.is_empty() => "no-metadata",
        None => "valid",
    }
}

#[test]
fn every_labelled_card_is_what_its_label_says() {
    let folder = fixtures("yaml");
    let labels = fs::read_to_string(folder.join("labels.tsv")).expect("the labels");
    let mut wrong = Vec::new();
    for (name, text) in cards(&folder) {
        let file = format!("{name}.md");
        let mut lines = labels.lines();
        let line = lines
            .find(|line| line.split('\t').next() == Some(file.as_str()))
            .expect("a label");
        let allowed: Vec<&str> = line
            .split('\t')
            .skip(1)
            .take(2)
            .flat_map(|cell| cell.split(','))
            .collect();
        let found = outcome(&text);
        let is_exception = OTHERWISE.iter().any(|(otherwise, _)| *otherwise == name);
        if allowed.contains(&found) == is_exception {
            wrong.push(format!("{name}: {found} found, {allowed:?} allowed"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_labelled_card_takes_long() {
    // A program that was not built for speed, on a machine with other things to do, is given longer.
    let longest = if cfg!(debug_assertions) { 2_000 } else { 100 };
    for (name, text) in cards(&fixtures("yaml")) {
        for dialect in [Dialect::Hub, Dialect::Python] {
            let time = |_| {
                let start = Instant::now();
                let _ = Card::read_as(&text, dialect);
                start.elapsed()
            };
            // Others may hold the processor meanwhile; hardly three times.
            let took = (0..3).map(time).min().expect("three runs");
            assert!(took.as_millis() < longest, "{name}: {took:?}");
        }
    }
}
