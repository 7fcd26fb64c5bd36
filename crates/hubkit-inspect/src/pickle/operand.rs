//! What stands behind an opcode, and the plain values that are made of it.

use super::{
    machine::{Halt, Machine, broken},
    text::{raw_unicode, unquoted},
    value::Value,
};

/// The longest content that is kept; what is longer is weights, and passed over.
const KEPT: u64 = 64 << 10;

/// The longest line that is read.
const LONGEST_LINE: u64 = 1 << 20;

/// How many bytes a number takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Width {
    One = 1,
    Two = 2,
    Four = 4,
    Eight = 8,
}

impl Machine<'_> {
    pub(super) fn byte(&mut self) -> Result<u8, Halt> {
        let byte = self.source.take(1)?.and_then(<[u8]>::first);
        byte.map_or_else(
            || broken("expected another opcode, found the end"),
            |byte| Ok(*byte),
        )
    }

    /// A number without a sign, the lowest byte first.
    pub(super) fn number(&mut self, width: Width) -> Result<u64, Halt> {
        let Some(bytes) = self.source.take(width as u64)? else {
            return broken("expected a number, found the end");
        };
        Ok(bytes
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// A number of 32 bits with a sign.
    fn signed(&mut self) -> Result<i64, Halt> {
        let number = self.number(Width::Four)?;
        let number = u32::try_from(number).unwrap_or_default();
        Ok(i64::from(number.cast_signed()))
    }

    fn raw_line(&mut self) -> Result<&[u8], Halt> {
        match self.source.line(LONGEST_LINE)? {
            Some(line) => Ok(line),
            None => broken("expected the end of a line, found none"),
        }
    }

    pub(super) fn line(&mut self) -> Result<String, Halt> {
        Ok(String::from_utf8_lossy(self.raw_line()?).into_owned())
    }

    /// A number in a line.
    pub(super) fn decimal(&mut self) -> Result<u64, Halt> {
        let line = self.line()?;
        line.trim()
            .parse()
            .or_else(|_| broken("expected a number in a line, found something else"))
    }

    /// The opcodes that push a plain value.
    pub(super) fn constants(&mut self, opcode: u8) -> Result<(), Halt> {
        let value = match opcode {
            b'N' => Value::None,
            0x88 => Value::Boolean(true),
            0x89 => Value::Boolean(false),
            b'I' | b'L' => self.integer_line()?,
            b'J' => Value::Integer(self.signed()?),
            b'K' => Value::Integer(self.small(Width::One)?),
            b'M' => Value::Integer(self.small(Width::Two)?),
            0x8A => {
                let length = self.number(Width::One)?;
                self.long(length)?
            }
            0x8B => {
                let length = self.signed()?;
                self.long(not_negative(length)?)?
            }
            b'F' => match self.line()?.trim().parse() {
                Ok(number) => Value::Float(number),
                Err(_) => return broken("expected a number in a line, found something else"),
            },
            b'G' => match self.source.take(8)?.and_then(<[u8]>::first_chunk) {
                Some(bytes) => Value::Float(f64::from_be_bytes(*bytes)),
                None => return broken("expected a number, found the end"),
            },
            b'S' => match unquoted(self.raw_line()?) {
                Some(text) => Value::Text(text.into()),
                None => return broken("expected a text in quotes, found none"),
            },
            b'V' => Value::Text(raw_unicode(self.raw_line()?).into()),
            b'T' => {
                let length = self.signed()?;
                self.content(not_negative(length)?, Content::Text)?
            }
            b'U' | 0x8C => self.sized(Width::One, Content::Text)?,
            b'X' => self.sized(Width::Four, Content::Text)?,
            0x8D => self.sized(Width::Eight, Content::Text)?,
            b'C' => self.sized(Width::One, Content::Bytes)?,
            b'B' => self.sized(Width::Four, Content::Bytes)?,
            0x8E | 0x96 => self.sized(Width::Eight, Content::Bytes)?,
            _ => return broken(format!("expected an opcode, found the byte {opcode:#04x}")),
        };
        self.push(value)
    }

    fn small(&mut self, width: Width) -> Result<i64, Halt> {
        let number = self.number(width)?;
        Ok(i64::try_from(number).unwrap_or_default())
    }

    fn integer_line(&mut self) -> Result<Value, Halt> {
        let line = self.line()?;
        let digits = line.trim().trim_end_matches('L');
        if let (Err(_), Ok(number)) = (digits.parse::<i64>(), digits.parse::<i128>()) {
            return Ok(Value::Large(number.to_le_bytes().into()));
        }
        Ok(match (line.as_str(), digits.parse()) {
            ("00", _) => Value::Boolean(false),
            ("01", _) => Value::Boolean(true),
            (_, Ok(number)) => Value::Integer(number),
            // In another base, or larger still.
            _ if !digits.is_empty() && digits.bytes().all(is_of_a_number) => {
                Value::Large(Box::default())
            }
            _ => return broken("expected a number in a line, found something else"),
        })
    }

    /// A whole number in so many bytes, the lowest first, with a sign.
    fn long(&mut self, length: u64) -> Result<Value, Halt> {
        if length > 16 {
            return self.passed(length).map(|()| Value::Large(Box::default()));
        }
        let Some(bytes) = self.source.take(length)? else {
            return broken("expected a number, found the end");
        };
        let Some(highest) = bytes.last() else {
            return Ok(Value::Integer(0));
        };
        if bytes.len() > 8 {
            return Ok(Value::Large(bytes.into()));
        }
        let mut whole = [if *highest < 0x80 { 0 } else { 0xFF }; 8];
        whole[..bytes.len()].copy_from_slice(bytes);
        Ok(Value::Integer(i64::from_le_bytes(whole)))
    }

    fn sized(&mut self, width: Width, content: Content) -> Result<Value, Halt> {
        let length = self.number(width)?;
        self.content(length, content)
    }

    fn content(&mut self, length: u64, content: Content) -> Result<Value, Halt> {
        if content == Content::Bytes || length > KEPT {
            return self.passed(length).map(|()| Value::Bytes);
        }
        match self.source.take(length)? {
            Some(bytes) => Ok(Value::Text(String::from_utf8_lossy(bytes).into())),
            None => broken(format!("expected {length} bytes, found the end")),
        }
    }

    fn passed(&mut self, length: u64) -> Result<(), Halt> {
        if self.source.skip(length) {
            Ok(())
        } else {
            broken(format!("expected {length} bytes, found the end"))
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Content {
    Text,
    Bytes,
}

fn not_negative(length: i64) -> Result<u64, Halt> {
    u64::try_from(length).or_else(|_| broken(format!("expected a length, found {length}")))
}

fn is_of_a_number(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || b"xXoO_+-".contains(&byte)
}
