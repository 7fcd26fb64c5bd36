//! Tables as text: a line of names, then a line for each row.

use std::collections::HashSet;

use super::observed::Observed;

/// The columns of a table, of whose rows the last is left out where the table goes on. Two columns of one name are a
/// doubt. `is_all` tells that no row is elsewhere.
pub(super) fn columns(
    bytes: &[u8],
    separator: u8,
    is_whole: bool,
    is_all: bool,
) -> Option<Vec<(String, Observed)>> {
    let mut rows = rows(bytes, separator, is_whole).into_iter();
    let names = rows.next()?;
    let mut seen = HashSet::new();
    if names
        .iter()
        .any(|name| name.is_empty() || !seen.insert(name))
    {
        return None;
    }
    let mut columns = vec![(Observed::Nothing, false); names.len()];
    for row in rows.filter(|row| row.len() <= names.len()) {
        let cells = row.iter().map(String::as_str);
        let cells = cells.chain(std::iter::repeat(""));
        for ((observed, has_gaps), cell) in columns.iter_mut().zip(cells) {
            let of_cell = Observed::of_cell(cell);
            *has_gaps |= of_cell == Observed::Nothing;
            observed.add(of_cell);
        }
    }
    let columns = names.into_iter().zip(columns);
    let columns = columns.map(|(name, (observed, has_gaps))| match observed {
        // Truth values among gaps are texts to pandas, and every text is true.
        Observed::Boolean if has_gaps || !is_all => (name, Observed::Text),
        observed => (name, observed),
    });
    Some(columns.collect())
}

/// The rows of a table: RFC 4180, with any end of line.
fn rows(bytes: &[u8], separator: u8, is_whole: bool) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), Vec::new());
    let (mut is_quoted, mut at) = (false, 0);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' if is_quoted && bytes.get(at) == Some(&b'"') => {
                cell.push(b'"');
                at += 1;
            }
            b'"' if is_quoted => is_quoted = false,
            b'"' if cell.is_empty() => is_quoted = true,
            _ if is_quoted => cell.push(byte),
            b'\n' | b'\r' => {
                if byte == b'\r' && bytes.get(at) == Some(&b'\n') {
                    at += 1;
                }
                // An empty line is no row.
                if !(row.is_empty() && cell.is_empty()) {
                    row.push(text(&mut cell));
                    rows.push(std::mem::take(&mut row));
                }
            }
            _ if byte == separator => row.push(text(&mut cell)),
            _ => cell.push(byte),
        }
    }
    if is_whole && !(row.is_empty() && cell.is_empty()) {
        row.push(text(&mut cell));
        rows.push(row);
    }
    rows
}

fn text(cell: &mut Vec<u8>) -> String {
    String::from_utf8_lossy(&std::mem::take(cell)).into_owned()
}
