//! Every card as lines for a terminal: no character that a terminal would obey, and no line that is too wide.

use std::time::Instant;

use hubkit_card::{Card, Contract, Extent, Layout, Stress, columns, lay_out};

use crate::{
    cards::{cards, fixtures, real_cards},
    pages::{Credulous, PIECES},
};

/// Lays a text out at several widths and looks at every line.
#[track_caller]
pub(crate) fn check(name: &str, body: &str) {
    for width in [20, 80] {
        let layout = Layout::new(width);
        let lines = lay_out(body, &Credulous, &layout).text;
        check_lines(name, &lines, width);
        let layout = layout.stress(Stress::Sequences);
        check_sequences(name, &lay_out(body, &Credulous, &layout).text);
    }
}

#[track_caller]
fn check_contract(name: &str, card: &Card<'_>) {
    let contract = Contract::of(&card.metadata);
    for extent in [Extent::Brief, Extent::Whole] {
        let layout = Layout::new(80);
        check_lines(name, &contract.lay_out(name, &layout, extent).text, 80);
        let layout = layout.stress(Stress::Sequences);
        check_sequences(name, &contract.lay_out(name, &layout, extent).text);
    }
}

#[track_caller]
fn check_lines(name: &str, lines: &str, width: usize) {
    for line in lines.lines() {
        assert!(!line.contains(is_obeyed), "{name}: {line:?}");
        assert_eq!(line.trim_end(), line, "{name}");
        // Code stands as it is, and so does a word that can't be broken.
        let is_code = line.trim_start_matches(['│', ' ']).len() + 4 <= line.len();
        let longest = line.split(' ').map(columns).max().unwrap_or_default();
        let rest = columns(line) - longest.min(columns(line));
        assert!(
            columns(line) <= width || is_code || longest > width / 3 && rest <= width / 2 + 12,
            "{name}: {} of {width} columns: {line:?}",
            columns(line)
        );
    }
}

/// What is left without the sequences for stress holds none.
#[track_caller]
fn check_sequences(name: &str, lines: &str) {
    let mut rest = lines;
    while let Some((before, sequence)) = rest.split_once("\u{1b}[") {
        assert!(!before.contains(is_obeyed), "{name}: {before:?}");
        let (codes, after) = sequence.split_once('m').expect("an end");
        let is_stress = codes
            .split(';')
            .all(|code| matches!(code.parse(), Ok(0_u8..=4 | 9 | 31..=36)));
        assert!(is_stress, "{name}: {codes:?}");
        rest = after;
    }
    assert!(!rest.contains(is_obeyed), "{name}: {rest:?}");
}

fn is_obeyed(c: char) -> bool {
    c.is_control() && c != '\n'
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[test]
fn lines_of_edge_cases_and_hostile_cards_do_no_harm() {
    for folder in ["cards", "yaml"] {
        for (name, text) in cards(&fixtures(folder)) {
            let card = Card::read(&text);
            check(&name, card.body);
            check(&name, &text);
            check_contract(&name, &card);
        }
    }
}

#[test]
fn lines_of_real_cards_are_no_wider_than_the_terminal() {
    for (name, text) in real_cards().unwrap_or_default() {
        let card = Card::read(&text);
        check(&name, card.body);
        check_contract(&name, &card);
    }
}

#[test]
fn a_section_is_the_part_of_the_whole() {
    let mut sections = 0;
    let edge = cards(&fixtures("cards"));
    for (name, text) in edge.into_iter().chain(real_cards().unwrap_or_default()) {
        let card = Card::read(&text);
        for section in card.outline().sections {
            sections += 1;
            let layout = Layout::new(80).part(Some(section.range.clone()));
            let lines = lay_out(card.body, &Credulous, &layout);
            let first = section
                .heading
                .split_whitespace()
                .next()
                .unwrap_or_default();
            let is_shown = lines
                .text
                .lines()
                .next()
                .is_none_or(|line| line.contains(first));
            assert!(
                is_shown || first.contains(is_obeyed),
                "{name}: {section:?}: {}",
                lines.text
            );
        }
    }
    assert!(sections > 5, "{sections}");
}

#[test]
fn lines_of_a_text_that_is_all_beginnings_take_no_longer_than_its_length_explains() {
    for piece in PIECES {
        let text = piece.repeat(50_000 / piece.len());
        let start = Instant::now();
        check(piece, &text);
        let took = start.elapsed();
        assert!(took.as_secs() < 20, "{piece:?}: {took:?}");
    }
}
