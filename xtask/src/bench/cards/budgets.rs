//! The budgets of cards: time of each step, and memory of each card.

use std::{collections::BTreeMap, path::Path, process::Command};

use anyhow::{Context as _, Result, ensure};

use crate::process::{ask, root};

/// So long a step may take with a card that was written to do harm, in seconds.
const LONGEST: f64 = 0.1;
/// So many bytes may be allocated beside such a card.
const MOST: usize = 16 << 20;
/// So many of the hungriest cards are shown.
const SHOWN: usize = 10;

/// What was measured of a step with a card.
struct Measured<'a> {
    card: String,
    length: usize,
    step: &'a str,
    seconds: f64,
    bytes: usize,
}

/// Measures the cards that were written to do harm, and those of a folder. Only the former have bounds.
pub(super) fn measure(program: &Path, folder: &Path) -> Result<()> {
    let hostile = root().join("tests/fixtures/yaml");
    let said = ask(Command::new(program).arg(&hostile))?;
    let measured = read(&said)?;
    show(&hostile, &measured);
    let theirs = ask(Command::new(program).arg(folder))?;
    show(folder, &read(&theirs)?);
    for each in &measured {
        ensure!(
            each.seconds <= LONGEST && each.bytes <= MOST,
            "expected at most {LONGEST} s and {MOST} bytes, found {} s and {} bytes: {} of {}",
            each.seconds,
            each.bytes,
            each.step,
            each.card
        );
    }
    Ok(())
}

fn read(said: &str) -> Result<Vec<Measured<'_>>> {
    let line = |line| {
        let cells: Vec<&str> = str::split(line, '\t').collect();
        let [name, dialect, length, step, seconds, bytes] = cells[..] else {
            return None;
        };
        Some(Measured {
            card: format!("{name} as {dialect}"),
            length: length.parse().ok()?,
            step,
            seconds: seconds.parse().ok()?,
            bytes: bytes.parse().ok()?,
        })
    };
    let measured: Option<Vec<_>> = said.lines().map(line).collect();
    let measured = measured.context("six cells a line")?;
    ensure!(!measured.is_empty(), "nothing was measured");
    Ok(measured)
}

fn show(folder: &Path, measured: &[Measured<'_>]) {
    let mut slowest: BTreeMap<&str, &Measured<'_>> = BTreeMap::new();
    let mut hungriest: BTreeMap<&str, &Measured<'_>> = BTreeMap::new();
    for each in measured {
        let known = slowest.entry(each.step).or_insert(each);
        if known.seconds < each.seconds {
            *known = each;
        }
        let known = hungriest.entry(&each.card).or_insert(each);
        if known.bytes < each.bytes {
            *known = each;
        }
    }
    println!(
        "\n| step with cards of {} | at most, ms | with |",
        folder.display()
    );
    println!("|---|--:|---|");
    for (step, each) in slowest {
        println!("| {step} | {:.2} | {} |", each.seconds * 1e3, each.card);
    }
    let mut hungriest: Vec<_> = hungriest.into_values().collect();
    hungriest.sort_by_key(|each| std::cmp::Reverse(each.bytes));
    println!("\n| card | bytes | allocated beside it, kB | by |");
    println!("|---|--:|--:|---|");
    for each in hungriest.iter().take(SHOWN) {
        println!(
            "| {} | {} | {} | {} |",
            each.card,
            each.length,
            each.bytes / 1024,
            each.step
        );
    }
}
