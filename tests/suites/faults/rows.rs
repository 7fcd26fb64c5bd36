//! Every row of the lists of faults has a trial.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;

use crate::{Row, free};

/// The rows that these trials answer, one on a line: its name, and what it is about.
const LIST: &str = include_str!("../../fixtures/faults/rows.tsv");

pub(crate) fn trial_of(rows: &[Row], trials: &[Trial]) -> Trial {
    let names = trials.iter().map(|trial| trial.name().to_owned());
    let (rows, names) = (rows.to_vec(), names.collect());
    free("every_row_has_a_trial", move || check(&rows, &names))
}

fn check(rows: &[Row], trials: &BTreeSet<String>) -> Result<()> {
    let list = LIST
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').next());
    let list: BTreeSet<&str> = list.collect();
    ensure!(list.len() > 9, "the list holds {} rows", list.len());
    let answered: BTreeSet<&str> = rows.iter().map(|(row, _)| *row).collect();
    let missing: Vec<_> = list.difference(&answered).collect();
    ensure!(missing.is_empty(), "rows without a trial: {missing:?}");
    let unknown: Vec<_> = answered.difference(&list).collect();
    ensure!(unknown.is_empty(), "not in the list: {unknown:?}");
    for (row, named) in rows {
        ensure!(!named.is_empty(), "{row} names no trial");
        for name in *named {
            ensure!(
                trials.contains(*name),
                "{row} names {name}, which is no trial"
            );
        }
    }
    Ok(())
}
