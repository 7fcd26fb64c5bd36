//! Tables that fit.

use pulldown_cmark::Alignment;

use super::{
    style::Style,
    wrap::{Line, LongWords, Run, widths, wrap},
};

/// Columns between two cells, where there is room and where there is little.
const GAPS: [usize; 2] = [2, 1];
/// No column is made narrower than its widest word, up to so many columns; a longer word may be broken.
const LONG_WORD: usize = 24;
/// So many characters of a column's head stand before its cells where these stand one below another.
const LONGEST_NAME: usize = 60;

/// A table as far as it has been read.
#[derive(Default)]
pub(super) struct Table {
    pub(super) alignments: Vec<Alignment>,
    /// The head is the first of them.
    pub(super) rows: Vec<Vec<Vec<Run>>>,
}

/// A table as lines of so many columns, and of about so many bytes at most.
pub(super) fn lay_out(table: Table, width: usize, longest: usize) -> Vec<Line> {
    let count = table.rows.iter().map(Vec::len).max().unwrap_or_default();
    let mut columns = vec![(1, 1); count];
    for row in &table.rows {
        for (column, cell) in columns.iter_mut().zip(row) {
            let (word, line) = widths(cell);
            column.0 = column.0.max(word.min(LONG_WORD));
            column.1 = column.1.max(line);
        }
    }
    let fitting = |gap: usize| fit(&columns, width, gap).map(|widths| Columns { widths, gap });
    match GAPS.into_iter().find_map(fitting) {
        Some(columns) => in_columns(&table, &columns),
        None => one_below_another(table, width, longest),
    }
}

/// How wide each column is, and what is between two.
struct Columns {
    widths: Vec<usize>,
    gap: usize,
}

/// How wide each column may be, given what each needs at least and would take; `None` if they don't fit.
fn fit(columns: &[(usize, usize)], width: usize, gap: usize) -> Option<Vec<usize>> {
    let gaps = columns.len().saturating_sub(1) * gap;
    let needed: usize = columns.iter().map(|(least, _)| least).sum();
    let mut left = width.checked_sub(gaps)?.checked_sub(needed)?;
    let mut fitted: Vec<usize> = columns.iter().map(|(least, _)| *least).collect();
    // Each gets the same of what is left, until it has what it would take.
    loop {
        let wanting: Vec<usize> = (0..columns.len())
            .filter(|at| fitted[*at] < columns[*at].1)
            .collect();
        if wanting.is_empty() || left == 0 {
            return Some(fitted);
        }
        let share = (left / wanting.len()).max(1);
        for at in wanting {
            let more = share.min(columns[at].1 - fitted[at]).min(left);
            fitted[at] += more;
            left -= more;
        }
    }
}

fn in_columns(table: &Table, columns: &Columns) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut is_first = true;
    let rows = table.rows.iter().map(|row| -> Vec<Vec<Line>> {
        row.iter()
            .zip(&columns.widths)
            .map(|(cell, width)| wrap(cell, *width, LongWords::Broken))
            .collect()
    });
    let rows: Vec<_> = rows.collect();
    let is_tall = rows
        .iter()
        .skip(1)
        .any(|row| row.iter().any(|cell| cell.len() > 1));
    for (number, row) in rows.iter().enumerate() {
        if number > 1 && is_tall {
            lines.push(rule(columns, "┈"));
        }
        let height = row.iter().map(Vec::len).max().unwrap_or_default().max(1);
        for at in 0..height {
            lines.push(across(table, columns, row, at));
        }
        if is_first {
            lines.push(rule(columns, "─"));
        }
        is_first = false;
    }
    lines
}

/// One line of a row.
fn across(table: &Table, columns: &Columns, row: &[Vec<Line>], at: usize) -> Line {
    let mut line = Line::default();
    let mut blanks = 0;
    for (number, width) in columns.widths.iter().enumerate() {
        let cell = row.get(number).and_then(|cell| cell.get(at));
        let taken = cell.map_or(0, |cell| cell.width);
        let spare = width.saturating_sub(taken);
        let before = match table.alignments.get(number) {
            Some(Alignment::Right) => spare,
            Some(Alignment::Center) => spare / 2,
            _ => 0,
        };
        blanks += before;
        if let Some(cell) = cell {
            push(&mut line, &" ".repeat(blanks), Style::default());
            line.width += blanks + cell.width;
            blanks = 0;
            for run in &cell.runs {
                push(&mut line, &run.text, run.style);
            }
        }
        blanks += spare - before + columns.gap;
    }
    line
}

fn rule(columns: &Columns, sign: &str) -> Line {
    let widths = &columns.widths;
    let parts: Vec<String> = widths.iter().map(|width| sign.repeat(*width)).collect();
    Line {
        width: widths.iter().sum::<usize>() + widths.len().saturating_sub(1) * columns.gap,
        runs: vec![Run {
            text: parts.join(&" ".repeat(columns.gap)),
            style: Style::FAINT,
        }],
    }
}

fn push(line: &mut Line, text: &str, style: Style) {
    if !text.is_empty() {
        line.runs.push(Run {
            text: text.to_owned(),
            style,
        });
    }
}

/// A table that has no room: each row as a list of its cells, named as its head names them.
fn one_below_another(table: Table, width: usize, longest: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut left = longest;
    let mut rows = table.rows.into_iter();
    let mut head = rows.next().unwrap_or_default();
    if rows.len() == 0 {
        // A head alone is all there is to say.
        rows = vec![std::mem::take(&mut head)].into_iter();
    }
    let names: Vec<Vec<Run>> = head.iter().map(|cell| name(cell)).collect();
    for row in rows {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        for (number, cell) in row.into_iter().enumerate() {
            if left == 0 {
                return lines;
            }
            if cell.iter().all(|run| run.text.trim().is_empty()) {
                continue;
            }
            let mut runs = names.get(number).cloned().unwrap_or_default();
            runs.extend(cell);
            let bytes: usize = runs.iter().map(|run| run.text.len()).sum();
            left = left.saturating_sub(bytes);
            let wrapped = wrap(&runs, width.saturating_sub(2).max(1), LongWords::Whole);
            for (at, line) in wrapped.into_iter().enumerate() {
                let is_title = number == 0 && at == 0;
                lines.push(if is_title { line } else { indented(line) });
            }
        }
    }
    lines
}

/// The head of a column before each of its cells, cut where it is long.
fn name(head: &[Run]) -> Vec<Run> {
    let mut left = LONGEST_NAME;
    let mut name = Vec::new();
    for run in head {
        let text: String = run.text.chars().take(left).collect();
        left = left.saturating_sub(text.chars().count());
        let style = run.style;
        name.push(Run { text, style });
    }
    if name.iter().any(|run| !run.text.trim().is_empty()) {
        name.push(Run {
            text: ": ".to_owned(),
            style: Style::FAINT,
        });
    }
    name
}

fn indented(mut line: Line) -> Line {
    let blanks = Run {
        text: "  ".to_owned(),
        style: Style::default(),
    };
    line.runs.insert(0, blanks);
    line.width += 2;
    line
}
