//! The wire format of Protocol Buffers: fields one after the other, each with its number and its length.

use super::{LONGEST_TEXT, malformed};
use crate::{
    InspectError,
    view::{Step, View},
};

/// The longest number of a field, and the longest length: two numbers of seven bits a byte.
const LONGEST_HEAD: u64 = 20;

/// What is asked for after weights were passed over: the head of the next tensor, and likely some small ones.
const NARROWEST: u64 = 8 << 10;

/// What is asked for at most while reading on.
const WIDEST: u64 = 1 << 20;

/// A field of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Field {
    pub(super) number: u32,
    pub(super) value: Value,
    /// Where the next one begins.
    pub(super) next: u64,
}

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Value {
    Number(u64),
    /// Four or eight bytes, which none of the fields has that are read here.
    Fixed,
    /// Bytes, a text, a message, or several numbers.
    Bytes(Span),
}

/// Where bytes stand in the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) end: u64,
}

impl Span {
    pub(super) fn len(self) -> u64 {
        self.end - self.start
    }
}

/// These bytes; where they are missing, more than they are asked for, the more the longer the run already is.
pub(super) fn demand(view: &View, span: Span) -> Step<&[u8]> {
    let here = view.part_at(span.start).len() as u64;
    if here >= span.len() {
        return view.bytes(span.start, span.len());
    }
    let run = view.run_before(span.start.saturating_add(here));
    let ahead = here.saturating_add(run.clamp(NARROWEST, WIDEST));
    view.bytes_ahead(span.start, span.len(), ahead)
}

/// The field that begins here, in a message that ends there.
pub(super) fn field(view: &View, start: u64, end: u64) -> Step<Field> {
    let length = LONGEST_HEAD.min(end - start);
    // Where a number ends is known once it is read: what is here may be enough.
    let here = view.part_at(start);
    let here = &here[..here
        .len()
        .min(usize::try_from(length).unwrap_or(usize::MAX))];
    match head(here, start)? {
        Some(field) => within(field, view, end),
        None if (here.len() as u64) < length => {
            let bytes = demand(
                view,
                Span {
                    start,
                    end: start + length,
                },
            )?;
            match head(bytes, start)? {
                Some(field) => within(field, view, end),
                None => Err(malformed(
                    "a field is cut off by the end of what it stands in",
                )),
            }
        }
        None => Err(malformed(
            "a field is cut off by the end of what it stands in",
        )),
    }
}

fn within(field: Field, view: &View, end: u64) -> Step<Field> {
    if field.next <= end {
        return Ok(field);
    }
    // What reaches beyond the file is cut off; what reaches beyond its message only is a lie.
    if field.next > view.size() && end == view.size() {
        let (expected, found) = (field.next, view.size());
        return Err(InspectError::Truncated { expected, found }.into());
    }
    Err(malformed(format!(
        "field {} ends at byte {}, and what it stands in at {end}",
        field.number, field.next
    )))
}

/// Reads the head of a field; nothing where more bytes are needed for it.
fn head(bytes: &[u8], start: u64) -> Step<Option<Field>> {
    let Some((tag, used)) = number(bytes)? else {
        return Ok(None);
    };
    let rest = &bytes[used..];
    let at = start + used as u64;
    let number_of_field = u32::try_from(tag >> 3).ok().filter(|number| *number > 0);
    let Some(number_of_field) = number_of_field else {
        return Err(malformed(format!(
            "expected the number of a field, found {} at byte {start}",
            tag >> 3
        )));
    };
    let (value, next) = match tag & 7 {
        0 => match number(rest)? {
            Some((value, used)) => (Value::Number(value), at + used as u64),
            None => return Ok(None),
        },
        1 => (Value::Fixed, at.saturating_add(8)),
        5 => (Value::Fixed, at.saturating_add(4)),
        2 => match number(rest)? {
            Some((length, used)) => {
                let start = at + used as u64;
                let end = start.saturating_add(length);
                (Value::Bytes(Span { start, end }), end)
            }
            None => return Ok(None),
        },
        kind => {
            return Err(malformed(format!(
                "expected a field of wire type 0, 1, 2 or 5, found {kind} at byte {start}"
            )));
        }
    };
    Ok(Some(Field {
        number: number_of_field,
        value,
        next,
    }))
}

/// Reads a number, seven bits a byte, and says how many bytes it takes; nothing where it goes on behind them.
pub(super) fn number(bytes: &[u8]) -> Step<Option<(u64, usize)>> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().enumerate() {
        let bits = u64::from(byte & 0x7F);
        // The tenth byte has room for one bit only.
        if index == 9 && *byte > 1 {
            return Err(malformed(
                "expected a number of at most 64 bits, found a longer one",
            ));
        }
        value |= bits << (7 * index);
        if byte & 0x80 == 0 {
            return Ok(Some((value, index + 1)));
        }
    }
    Ok(None)
}

/// Reads numbers that stand one behind the other, at most so many.
pub(super) fn numbers(mut bytes: &[u8], most: usize, into: &mut Vec<u64>) -> Step<()> {
    while !bytes.is_empty() {
        let Some((value, used)) = number(bytes)? else {
            return Err(malformed(
                "a number is cut off by the end of what it stands in",
            ));
        };
        if into.len() == most {
            return Err(malformed(format!(
                "expected at most {most} numbers in a list, found more"
            )));
        }
        into.push(value);
        bytes = &bytes[used..];
    }
    Ok(())
}

/// The fields of a message, one after the other.
pub(super) struct Message<'view> {
    view: &'view View,
    position: u64,
    end: u64,
    /// How many messages it stands in.
    depth: u32,
}

/// How deep messages may lie in each other.
pub(super) const DEEPEST: u32 = 100;

impl<'view> Message<'view> {
    /// The message that the whole file is.
    pub(super) fn whole(view: &'view View) -> Self {
        Self {
            view,
            position: 0,
            end: view.size(),
            depth: 0,
        }
    }

    /// A message that is the value of a field of this one.
    pub(super) fn inner(&self, span: Span) -> Self {
        Self {
            view: self.view,
            position: span.start,
            end: span.end,
            depth: self.depth + 1,
        }
    }

    /// The next field.
    pub(super) fn next(&mut self) -> Step<Option<Field>> {
        if self.depth > DEEPEST {
            return Err(malformed(format!(
                "expected at most {DEEPEST} messages in each other, found more"
            )));
        }
        if self.position >= self.end {
            return Ok(None);
        }
        let field = field(self.view, self.position, self.end)?;
        self.position = field.next;
        Ok(Some(field))
    }

    /// The bytes of a field.
    pub(super) fn bytes(&self, span: Span) -> Step<&'view [u8]> {
        if span.len() > LONGEST_TEXT {
            return Err(malformed(format!(
                "expected a text of at most {LONGEST_TEXT} bytes, found one of {}",
                span.len()
            )));
        }
        demand(self.view, span)
    }

    /// The text of a field. What is no UTF-8 in it is replaced.
    pub(super) fn text(&self, span: Span) -> Step<String> {
        Ok(String::from_utf8_lossy(self.bytes(span)?).into_owned())
    }
}
