//! Values as text.

use serde_yaml::Value;

use super::{
    layout::Layout,
    scalar::{self, Within},
};

/// A value between lines.
pub(super) enum Written<'v> {
    /// What follows a colon or a dash on its line.
    Inline(String),
    /// A sign, and lines that stand below it further to the right.
    Literal(&'static str, Vec<&'v str>),
    /// Lines below.
    Lines,
}

/// Why a value can't be written: what it is.
pub(super) type Unwritable = &'static str;

/// How a value is written where there are lines.
pub(super) fn written(value: &Value, layout: Layout) -> Result<Written<'_>, Unwritable> {
    Ok(match value {
        Value::Sequence(items) if !items.is_empty() => Written::Lines,
        Value::Mapping(entries) if !entries.is_empty() => Written::Lines,
        Value::String(text) => match scalar::literal(text).filter(|_| layout.has_literals) {
            Some((sign, lines)) => Written::Literal(sign, lines),
            None => Written::Inline(scalar::text(text, Within::Block)),
        },
        other => Written::Inline(inline(other, Within::Block)?),
    })
}

/// A value on one line, lists and mappings between brackets.
pub(super) fn inline(value: &Value, within: Within) -> Result<String, Unwritable> {
    Ok(match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => scalar::number(number),
        Value::String(text) => scalar::text(text, within),
        Value::Sequence(items) => {
            let items: Result<Vec<_>, _> = items
                .iter()
                .map(|item| inline(item, Within::Flow))
                .collect();
            format!("[{}]", items?.join(", "))
        }
        Value::Mapping(entries) => {
            let mut written = Vec::new();
            for (name, value) in entries {
                written.push(format!(
                    "{}: {}",
                    key(name, Within::Flow)?,
                    inline(value, Within::Flow)?
                ));
            }
            format!("{{{}}}", written.join(", "))
        }
        Value::Tagged(_) => return Err("a value of a type of its own"),
    })
}

/// A name.
pub(super) fn key(name: &Value, within: Within) -> Result<String, Unwritable> {
    match name {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => inline(name, within),
        Value::Null => Err("nothing for a name"),
        Value::Sequence(_) => Err("a list for a name"),
        Value::Mapping(_) => Err("a mapping for a name"),
        Value::Tagged(_) => Err("a value of a type of its own"),
    }
}

fn indented(indent: usize, text: &str) -> String {
    format!("{:indent$}{text}", "")
}

/// The lines of an entry whose name is so far to the right.
pub(super) fn entry(
    name: &Value,
    value: &Value,
    indent: usize,
    layout: Layout,
    lines: &mut Vec<String>,
) -> Result<(), Unwritable> {
    let name = key(name, Within::Block)?;
    let start = indented(indent, &name);
    match written(value, layout)? {
        Written::Inline(text) => lines.push(format!("{start}: {text}")),
        Written::Literal(sign, texts) => {
            lines.push(format!("{start}: {sign}"));
            literal(&texts, indent + layout.step, lines);
        }
        Written::Lines => {
            lines.push(format!("{start}:"));
            let dash = if value.is_sequence() {
                layout.dash
            } else {
                layout.step
            };
            collection(value, indent + dash, layout, lines)?;
        }
    }
    Ok(())
}

/// The lines of a `|` text.
pub(super) fn literal(texts: &[&str], indent: usize, lines: &mut Vec<String>) {
    for text in texts {
        lines.push(if text.is_empty() {
            String::new()
        } else {
            indented(indent, text)
        });
    }
}

/// The lines of a list or a mapping that is not empty.
pub(super) fn collection(
    value: &Value,
    indent: usize,
    layout: Layout,
    lines: &mut Vec<String>,
) -> Result<(), Unwritable> {
    match value {
        Value::Sequence(items) => {
            for item in items {
                self::item(item, indent, layout, lines)?;
            }
        }
        Value::Mapping(entries) => {
            for (name, value) in entries {
                entry(name, value, indent, layout, lines)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// The lines of an item whose dash is so far to the right.
pub(super) fn item(
    value: &Value,
    indent: usize,
    layout: Layout,
    lines: &mut Vec<String>,
) -> Result<(), Unwritable> {
    match written(value, layout)? {
        Written::Inline(text) => lines.push(indented(indent, &format!("- {text}"))),
        Written::Literal(sign, texts) => {
            lines.push(indented(indent, &format!("- {sign}")));
            literal(&texts, indent + 2, lines);
        }
        Written::Lines => {
            let first = lines.len();
            collection(value, indent + 2, layout, lines)?;
            if let Some(line) = lines.get_mut(first) {
                line.replace_range(indent..=indent, "-");
            }
        }
    }
    Ok(())
}
