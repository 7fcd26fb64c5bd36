//! Rows of JSON: one on each line, or in a list.

use std::collections::BTreeMap;

use serde_json::{Deserializer, Value};

use super::observed::Observed;
use crate::export::croissant::format::DataFormat;

type Columns = Vec<(String, Observed)>;

/// The columns of lines that are objects, of which the last is left out where the file goes on.
pub(super) fn of_lines(bytes: &[u8], is_whole: bool) -> Option<Columns> {
    let end = if is_whole {
        bytes.len()
    } else {
        bytes.iter().rposition(|byte| *byte == b'\n')?
    };
    let mut columns = BTreeMap::new();
    for line in bytes[..end].split(|byte| *byte == b'\n') {
        if !line.trim_ascii().is_empty() {
            add(&mut columns, serde_json::from_slice(line).ok()?)?;
        }
    }
    Some(columns.into_iter().collect())
}

/// The columns of JSON, and whether it is lines or a list.
pub(super) fn columns(
    bytes: &[u8],
    is_whole: bool,
    field: Option<&str>,
) -> Option<(DataFormat, Columns)> {
    if let Some(field) = field {
        let whole: Value = is_whole.then(|| serde_json::from_slice(bytes).ok())??;
        let rows = whole.get(field)?.as_array()?;
        let mut columns = BTreeMap::new();
        for row in rows {
            add(&mut columns, row.clone())?;
        }
        return Some((DataFormat::Json, columns.into_iter().collect()));
    }
    match bytes.trim_ascii_start().first()? {
        b'[' => Some((DataFormat::Json, of_list(bytes.trim_ascii_start())?)),
        _ => Some((DataFormat::JsonLines, of_lines(bytes, is_whole)?)),
    }
}

/// The columns of a list, as far as it goes.
fn of_list(bytes: &[u8]) -> Option<Columns> {
    let mut columns = BTreeMap::new();
    let mut rest = bytes.get(1..)?.trim_ascii_start();
    while rest.first() == Some(&b'{') {
        let mut rows = Deserializer::from_slice(rest).into_iter::<Value>();
        match rows.next()? {
            Ok(row) => add(&mut columns, row)?,
            // It is cut off within the row.
            Err(error) if error.is_eof() => break,
            Err(_) => return None,
        }
        rest = rest[rows.byte_offset()..].trim_ascii_start();
        rest = match rest.first() {
            Some(b',') => rest[1..].trim_ascii_start(),
            _ => break,
        };
    }
    Some(columns.into_iter().collect())
}

fn add(columns: &mut BTreeMap<String, Observed>, row: Value) -> Option<()> {
    let Value::Object(row) = row else {
        return None;
    };
    for (name, value) in row {
        let observed = columns.entry(name).or_insert(Observed::Nothing);
        observed.add(Observed::of_json(value));
    }
    Some(())
}
