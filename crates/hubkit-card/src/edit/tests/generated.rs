//! Changes to cards that nobody wrote: every layout beside every other.

use std::fmt::{Arguments, Write as _};

use proptest::prelude::*;
use serde_yaml::Value;

use super::{
    super::{Change, Edit},
    sweep::Tally,
    value,
};
use crate::{Card, FieldPath};

/// Chooses as the bytes that it is given say; at their end always the first.
struct Chooser<'b> {
    bytes: std::slice::Iter<'b, u8>,
}

impl Chooser<'_> {
    fn below(&mut self, number: usize) -> usize {
        self.bytes
            .next()
            .map_or(0, |byte| usize::from(*byte) % number)
    }

    fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }

    fn scalar(&mut self) -> &'static str {
        self.of(&[
            "x",
            "'no'",
            "no",
            "\"q # q\"",
            "1.10",
            "2022-01-01",
            "a b",
            "~",
            "",
            "1:30",
            "'it''s'",
            "https://a/b#c",
        ])
    }

    fn flow(&mut self, depth: usize) -> String {
        match self.below(if depth == 0 { 1 } else { 4 }) {
            0 => self.of(&["x", "'a, b'", "no", "1"]).to_owned(),
            1 => format!("[{}]", self.flows(depth, "")),
            2 => format!("{{{}}}", self.flows(depth, "k")),
            _ => "[]".to_owned(),
        }
    }

    fn flows(&mut self, depth: usize, name: &str) -> String {
        let mut text = String::new();
        for at in 0..=self.below(3) {
            let comma = self.of(&[", ", ",", " , "]);
            text.push_str(if at == 0 { "" } else { comma });
            if !name.is_empty() {
                put(&mut text, format_args!("{name}{at}: "));
            }
            text.push_str(&self.flow(depth - 1));
        }
        text
    }

    /// What follows a colon or a dash, with its line end.
    fn after(&mut self, indent: usize, depth: usize, text: &mut String) {
        let remark = self.of(&["", "", " # r", "  #r"]);
        match self.below(if depth == 0 { 3 } else { 6 }) {
            0 => {
                let scalar = self.scalar();
                let blank = if scalar.is_empty() {
                    ""
                } else {
                    self.of(&[" ", " ", "  "])
                };
                put(text, format_args!("{blank}{scalar}{remark}\n"));
            }
            1 => put(text, format_args!(" {}{remark}\n", self.flow(2))),
            2 => {
                let sign = self.of(&["|", "|-", ">", ">-"]);
                let step = " ".repeat(indent + 2);
                let middle = self.of(&["", "\n", "# no remark\n"]);
                let middle = if middle.starts_with('#') {
                    format!("{step}{middle}")
                } else {
                    middle.to_owned()
                };
                put(
                    text,
                    format_args!(" {sign}\n{step}one\n{middle}{step}two\n"),
                );
            }
            3 => {
                put(text, format_args!("{remark}\n"));
                let dash = indent + 2 * self.below(2);
                self.list(dash, depth - 1, text);
            }
            _ => {
                put(text, format_args!("{remark}\n"));
                let step = indent + [2, 4][self.below(2)];
                self.mapping(step, depth - 1, text);
            }
        }
    }

    fn between(&mut self, indent: usize, text: &mut String) {
        match self.below(6) {
            0 => text.push('\n'),
            1 => put(text, format_args!("{:indent$}# remark\n", "")),
            2 => text.push_str("# far left\n"),
            _ => {}
        }
    }

    fn mapping(&mut self, indent: usize, depth: usize, text: &mut String) {
        for at in 0..=self.below(3) {
            if at > 0 {
                self.between(indent, text);
            }
            let name = self.of(&["a", "'b'", "\"c\"", "d e"]).to_owned();
            let name = match name.as_bytes() {
                [quote @ (b'\'' | b'"'), .., _] => {
                    format!("{}{at}{}", &name[..2], char::from(*quote))
                }
                _ => format!("{name}{at}"),
            };
            put(text, format_args!("{:indent$}{name}:", ""));
            self.after(indent, depth, text);
        }
    }

    fn list(&mut self, indent: usize, depth: usize, text: &mut String) {
        for at in 0..=self.below(3) {
            if at > 0 {
                self.between(indent, text);
            }
            put(text, format_args!("{:indent$}-", ""));
            if depth > 0 && self.below(3) == 0 {
                // A mapping in the line of the dash.
                let mut inner = String::new();
                self.mapping(indent + 2, depth - 1, &mut inner);
                put(text, format_args!(" {}", inner.trim_start()));
            } else {
                self.after(indent, depth, text);
            }
        }
    }
}

/// Writing to a text does not fail.
fn put(text: &mut String, what: Arguments<'_>) {
    let _ = text.write_fmt(what);
}

fn paths(value: &Value, at: &FieldPath, found: &mut Vec<FieldPath>) {
    found.push(at.clone());
    match value {
        Value::Mapping(entries) => {
            for (name, value) in entries {
                paths(value, &at.key(name.as_str().unwrap_or_default()), found);
            }
        }
        Value::Sequence(items) => {
            for (place, item) in items.iter().enumerate() {
                paths(item, &at.index(place), found);
            }
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn every_change_to_every_layout_is_made_in_its_place(
        bytes in proptest::collection::vec(any::<u8>(), 0..120),
        (place, new, kind) in (any::<usize>(), any::<usize>(), 0..4),
    ) {
        let mut chooser = Chooser { bytes: bytes.iter() };
        let mut block = String::new();
        chooser.mapping(0, 3, &mut block);
        let text = format!("---\n{block}---\n# Body\n---\n");
        let card = Card::read(&text);
        prop_assert_eq!(&card.fault, &None, "{}", text);
        let mut found = Vec::new();
        let whole = Value::Mapping(card.metadata.as_mapping().clone());
        paths(&whole, &FieldPath::root(), &mut found);
        let path = found[place % found.len()].clone();
        let values = ["x", "no", "[u, v]", "{m: {n: [1]}}", "\"l\\nm\"", "[]", "1.5"].map(value);
        let new = values[new % values.len()].clone();
        let (path, change) = match kind {
            0 if !path.is_root() => (path, Change::Remove),
            1 => (path, Change::Append(new)),
            2 => (path.key("new name"), Change::Set(new)),
            _ if path.is_root() => (path.key("added"), Change::Set(new)),
            _ => (path, Change::Set(new)),
        };
        let mut tally = Tally::default();
        tally.change(&text, &text, &Edit::new(path, change));
        prop_assert!(tally.refused.is_empty(), "{:?}\n{}", tally.refused, text);
    }
}
