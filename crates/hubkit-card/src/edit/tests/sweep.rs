//! Changes to every card that is at hand.
//!
//! Real cards belong to others and are not kept here: name a folder of them with `HUBKIT_CARDS`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    thread,
};

use serde_yaml::Value;

use super::{
    super::{Change, Edit, EditError, edit, emit, layout, scalar::Within},
    region::{Region, written},
    value,
};
use crate::{Card, FieldPath, Step, split, syntax::Document};

/// Every path of a value, to a number that keeps the time short.
fn paths(value: &Value, at: &FieldPath, found: &mut Vec<FieldPath>) {
    if found.len() > 400 {
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
    let texts = [
        "plain",
        "'no'",
        "1.5",
        "[x, {y: z}]",
        "{a: {b: [1]}}",
        "\"two\\nlines\"",
        "[]",
        "'2022-01-01'",
    ];
    texts.iter().map(|text| value(text)).collect()
}

fn metadata(text: &str) -> Value {
    Value::Mapping(Card::read(text).metadata.as_mapping().clone())
}

/// What came of a number of changes.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) done: usize,
    pub(super) back: usize,
    pub(super) refused: Vec<String>,
}

impl Tally {
    /// Makes a change and holds it against what was promised.
    pub(super) fn change(&mut self, name: &str, text: &str, one: &Edit) {
        let before = metadata(text);
        let mut meant = before.clone();
        let what = format!("{name}: {} {:?}", one.path, one.change);
        let is_possible = one.apply(&mut meant).is_ok();
        let changed = match edit(text, std::slice::from_ref(one)) {
            Ok(changed) => changed,
            Err(EditError::Missing { .. } | EditError::Shape { .. }) => {
                assert!(!is_possible, "{what}");
                return;
            }
            // What is repeated elsewhere, and what may not have been meant for metadata, is left alone.
            Err(EditError::Shared { .. } | EditError::Merged { .. }) => {
                assert!(text.contains('*'), "{what}");
                return;
            }
            // Blank lines at the end of a block are no part of it, so such a text can't become the last.
            Err(EditError::NotKept) if text.contains("|+") || text.contains(">+") => return,
            Err(EditError::Unclosed) => {
                assert!(split(text).block.is_none(), "{what}");
                return;
            }
            Err(error) => {
                self.refused.push(format!("{what}: {error}"));
                return;
            }
        };
        assert!(is_possible, "{what}");
        assert_eq!(metadata(&changed), meant, "{what}");
        self.done += 1;
        if before == meant {
            assert_eq!(changed, text, "{what}");
            return;
        }
        let Some(block) = split(text).block else {
            assert!(
                changed.ends_with(text.trim_start_matches('\u{feff}')) || text.starts_with("---"),
                "{what}"
            );
            return;
        };
        assert_eq!(split(&changed).body, split(text).body, "{what}");
        let base = block.as_ptr() as usize - text.as_ptr() as usize;
        let whole = format!("{block}{}", layout::line_end(text));
        let document = Document::read(&whole).expect("it was read");
        Region::of(&whole, &document, one).check(text, base, &changed, &what);
        self.undo(text, &changed, one, &document, &what);
    }

    /// Makes the change undone: what was added goes without a trace, and a value that was written as we write comes back.
    fn undo(&mut self, text: &str, changed: &str, one: &Edit, document: &Document<'_>, what: &str) {
        let before = Card::read(text).metadata;
        let (was_new, back) = match (&one.change, before.at(&one.path)) {
            (Change::Set(_), None) if matches!(one.path.steps(), [Step::Key(_)]) => {
                (true, Change::Remove)
            }
            (Change::Set(_), Some(old)) => (false, Change::Set(old.clone())),
            _ => return,
        };
        let Ok(back) = edit(changed, &[Edit::new(one.path.clone(), back)]) else {
            // A text with blank lines at its end, what is repeated, and a mapping for a name.
            let odd = ["|+", ">+", "*", "{{"];
            assert!(odd.iter().any(|odd| text.contains(odd)), "{what} and back");
            return;
        };
        assert_eq!(metadata(&back), metadata(text), "{what} and back");
        let is_ours = || {
            let old = before.at(&one.path)?;
            let (start, text, end) = written(document, &one.path)?;
            let is_single = !old.is_sequence() && !old.is_mapping();
            let is_apart = start.ends_with(": ") || start.trim() == "-" && start.ends_with("- ");
            let is_alone = end.is_empty() || end.starts_with(" #");
            let line = emit::inline(old, Within::Block).ok()?;
            Some(is_single && is_apart && is_alone && line == text && !start.contains('{'))
        };
        let is_ours = is_ours() == Some(true);
        let is_alone = split(text)
            .block
            .is_some_and(|block| !block.trim().is_empty());
        if was_new && is_alone && metadata(text) != Value::Mapping(serde_yaml::Mapping::new())
            || is_ours
        {
            assert_eq!(back, text, "{what} and back");
            self.back += 1;
        }
    }

    /// So many changes to a card, of all that can be made another selection for each.
    fn card(&mut self, name: &str, text: &str, most: usize) {
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
        paths(&metadata(text), &FieldPath::root(), &mut found);
        let values = values();
        let step = found.len().div_ceil(most).max(1);
        for (at, path) in found
            .iter()
            .enumerate()
            .skip(text.len() % step)
            .step_by(step)
        {
            let value = values[(at + text.len()) % values.len()].clone();
            let change = match (at + text.len()) % 3 {
                0 => Change::Set(value),
                1 => Change::Append(value),
                _ => Change::Remove,
            };
            self.change(name, text, &Edit::new(path.clone(), change));
        }
        self.change(
            name,
            text,
            &Edit::new(FieldPath::of("hubkit"), Change::Set("x".into())),
        );
    }
}

/// Every card of a folder, with its name.
fn cards(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("a file").path());
    let cards = entries.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    let mut cards: Vec<_> = cards
        .map(|path| {
            let text = String::from_utf8_lossy(&fs::read(&path).expect("a card")).into_owned();
            (path.display().to_string(), text)
        })
        .collect();
    cards.sort();
    assert!(cards.len() > 40, "{} cards were read", cards.len());
    cards
}

/// Changes all of them, by two threads; large cards get fewer changes each.
fn sweep(cards: &[(String, String)]) -> Tally {
    let worker = |first: usize| {
        let mut tally = Tally::default();
        for (name, text) in cards.iter().skip(first).step_by(2) {
            let most = (60_000 / text.len().max(1)).clamp(2, 16);
            tally.card(name, text, most);
        }
        tally
    };
    let tallies = thread::scope(|scope| {
        let other = scope.spawn(|| worker(1));
        [worker(0), other.join().expect("a worker")]
    });
    let mut all = Tally::default();
    for tally in tallies {
        all.done += tally.done;
        all.back += tally.back;
        all.refused.extend(tally.refused);
    }
    assert!(all.refused.is_empty(), "{} {:#?}", all.done, all.refused);
    all
}

#[test]
fn edge_cases_change_without_harm() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    let mut all = cards(&fixtures.join("cards"));
    all.extend(cards(&fixtures.join("yaml")));
    let tally = sweep(&all);
    assert!(
        tally.done > 300 && tally.back > 50,
        "{} {}",
        tally.done,
        tally.back
    );
}

#[test]
fn real_cards_change_without_harm() {
    #[expect(clippy::disallowed_methods, reason = "a test asks where its data lies")]
    let folder = env::var_os("HUBKIT_CARDS").map(PathBuf::from);
    let Some(folder) = folder else {
        #[expect(clippy::print_stderr, reason = "a test that tests nothing says so")]
        {
            eprintln!("skipped: HUBKIT_CARDS names no folder of real cards");
        }
        return;
    };
    let tally = sweep(&cards(&folder));
    assert!(
        tally.done > 1000 && tally.back > 200,
        "{} {}",
        tally.done,
        tally.back
    );
}
