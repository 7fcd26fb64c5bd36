//! What each opcode does.
//!
//! Source: `pickletools.py` of CPython, which describes all opcodes of the protocols 0 to 5.

use super::{
    machine::{Halt, Machine, broken},
    operand::Width,
    value::Value,
};
use crate::findings::Findings;

pub(super) const FRAME: u8 = 0x95;

/// Whether there is such an opcode.
pub(super) fn is_known(byte: u8) -> bool {
    b"(.0122FIJKLMNPQRSTUVXabcd}eghijl]opqrst)uGBC".contains(&byte) || (0x80..=0x98).contains(&byte)
}

impl Machine<'_> {
    /// Works through one opcode other than the end. `start` is where it stands.
    pub(super) fn carry_out(&mut self, opcode: u8, start: u64) -> Result<(), Halt> {
        match opcode {
            // The stack.
            b'(' => self.mark(),
            b'0' => self.drop_top(),
            b'1' => self.above_mark().map(|_| ()),
            b'2' => {
                let top = self.top()?;
                self.push_again(top)
            }
            // The memo.
            b'p' => {
                let index = self.decimal()?;
                self.memoize(Some(index))
            }
            b'q' | b'r' => {
                let index = self.number(if opcode == b'q' {
                    Width::One
                } else {
                    Width::Four
                })?;
                self.memoize(Some(index))
            }
            0x94 => self.memoize(None),
            b'g' => {
                let index = self.decimal()?;
                self.recall(index)
            }
            b'h' | b'j' => {
                let index = self.number(if opcode == b'h' {
                    Width::One
                } else {
                    Width::Four
                })?;
                self.recall(index)
            }
            // Containers.
            b']' => self.push(Value::List(Vec::new())),
            b'}' => self.push(Value::Dict(Vec::new())),
            b')' => self.push(Value::Tuple(Box::default())),
            0x8F => self.push(Value::Set(Vec::new())),
            b'l' => {
                let items = self.above_mark()?;
                self.push(Value::List(items))
            }
            b't' => {
                let items = self.above_mark()?;
                self.push(Value::Tuple(items.into()))
            }
            0x85..=0x87 => {
                let mut items = Vec::new();
                for _ in 0x84..opcode {
                    items.push(self.pop()?);
                }
                items.reverse();
                self.push(Value::Tuple(items.into()))
            }
            b'd' => {
                let items = self.above_mark()?;
                self.push(Value::Dict(Vec::new()))?;
                self.set(&items)
            }
            0x91 => {
                let items = self.above_mark()?;
                self.push(Value::Set(items))
            }
            b'a' => {
                let item = self.pop()?;
                self.append(&[item])
            }
            b'e' | 0x90 => {
                let items = self.above_mark()?;
                self.append(&items)
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set(&[key, value])
            }
            b'u' => {
                let items = self.above_mark()?;
                self.set(&items)
            }
            b'c' | b'i' | b'o' | b'R' | b'b' | 0x81 | 0x92 | 0x93 => self.objects(opcode),
            b'P' | b'Q' | 0x82..=0x84 | 0x97 | 0x98 => self.outside(opcode),
            // The frame of protocols.
            0x80 => {
                let protocol = self.byte()?;
                if protocol > 5 {
                    return broken(format!("expected protocol 0 to 5, found {protocol}"));
                }
                self.picture.protocol = self.picture.protocol.max(protocol);
                Ok(())
            }
            FRAME => {
                let length = self.number(Width::Eight)?;
                self.frame(length, start);
                Ok(())
            }
            _ => self.constants(opcode),
        }
    }

    /// What imports and what makes objects.
    fn objects(&mut self, opcode: u8) -> Result<(), Halt> {
        match opcode {
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                let id = self.import(&module, &name)?;
                self.push_again(id)
            }
            0x93 => self.import_from_stack(),
            b'i' => {
                let (module, name) = (self.line()?, self.line()?);
                let arguments = self.above_mark()?;
                let callable = self.import(&module, &name)?;
                self.push(Value::Tuple(arguments.into()))?;
                let arguments = self.pop()?;
                self.call(callable, arguments)
            }
            b'o' => {
                let arguments = self.above_mark()?;
                let Some((callable, arguments)) = arguments.split_first() else {
                    return broken("expected a class behind the mark, found none");
                };
                self.push(Value::Tuple(arguments.into()))?;
                let arguments = self.pop()?;
                self.call(*callable, arguments)
            }
            b'b' => {
                let state = self.pop()?;
                self.build(state)
            }
            0x92 => {
                // Named arguments come last.
                self.pop()?;
                let (arguments, callable) = (self.pop()?, self.pop()?);
                self.call(callable, arguments)
            }
            _ => {
                let (arguments, callable) = (self.pop()?, self.pop()?);
                self.call(callable, arguments)
            }
        }
    }

    /// What only whoever loads the pickle can tell.
    fn outside(&mut self, opcode: u8) -> Result<(), Halt> {
        match opcode {
            b'P' => {
                let name = self.line()?;
                self.push(Value::Text(name.into()))?;
                let id = self.pop()?;
                self.push(Value::Persistent(id))
            }
            b'Q' => {
                let id = self.pop()?;
                self.push(Value::Persistent(id))
            }
            0x97 => {
                odd(
                    &mut self.picture.findings,
                    "buffer",
                    "a buffer that is kept elsewhere",
                );
                self.push(Value::Opaque)
            }
            0x98 => self.top().map(|_| ()),
            _ => {
                let width = match opcode {
                    0x82 => Width::One,
                    0x83 => Width::Two,
                    _ => Width::Four,
                };
                let code = self.number(width)?;
                let what = format!("the extension {code}, which the process that loads it chose");
                odd(&mut self.picture.findings, "extension", &what);
                self.push(Value::Opaque)
            }
        }
    }
}

fn odd(findings: &mut Findings, code: &'static str, what: &str) {
    findings.warning(
        code,
        format!("expected values within the pickle, found {what}"),
    );
}
