//! The type of an array's elements: `descr` of the header.

use hubkit_safetensors::Dtype;
use hubkit_types::shown;

use super::literal::Literal;
use crate::ElementType;

/// What `descr` says.
pub(super) struct Descr {
    pub(super) element: ElementType,
    pub(super) text: String,
    pub(super) big_endian: bool,
    pub(super) holds_objects: bool,
}

/// Reads a type: a text such as `<f4`, or the list of the fields of a structure.
pub(super) fn of(literal: &Literal) -> Result<Descr, String> {
    let mut kind = Kind::default();
    let bytes = kind.add(literal)?;
    let element = match literal {
        _ if kind.holds_objects => ElementType::unsized_type("object"),
        Literal::Text(code) => named(code, bytes),
        _ => ElementType::of_size("struct", bytes),
    };
    let mut text = String::new();
    write(literal, &mut text);
    Ok(Descr {
        element,
        text: shown(&text, 400),
        big_endian: kind.big_endian,
        holds_objects: kind.holds_objects,
    })
}

fn named(code: &str, bytes: u64) -> ElementType {
    let dtype = match code.trim_start_matches(ORDERS) {
        "b1" | "?" => Dtype::Bool,
        "i1" => Dtype::I8,
        "u1" => Dtype::U8,
        "i2" => Dtype::I16,
        "u2" => Dtype::U16,
        "f2" => Dtype::F16,
        "i4" => Dtype::I32,
        "u4" => Dtype::U32,
        "f4" => Dtype::F32,
        "i8" => Dtype::I64,
        "u8" => Dtype::U64,
        "f8" => Dtype::F64,
        "c8" => Dtype::C64,
        "c16" => return ElementType::blocks("C128", 1, 16),
        other => return ElementType::of_size(other.to_owned(), bytes),
    };
    dtype.into()
}

/// What may stand before a type: the order of its bytes.
const ORDERS: [char; 4] = ['<', '>', '|', '='];

/// What the types of all fields come to.
#[derive(Default)]
struct Kind {
    big_endian: bool,
    holds_objects: bool,
}

impl Kind {
    /// Looks at a type and says how many bytes it takes; the pointers of objects none.
    fn add(&mut self, literal: &Literal) -> Result<u64, String> {
        match literal {
            Literal::Text(code) => self.plain(code),
            Literal::List(fields) => fields.iter().try_fold(0_u64, |sum, field| {
                let bytes = self.field(field)?;
                sum.checked_add(bytes).ok_or_else(too_large)
            }),
            // A type, and how often it stands in each element.
            Literal::Tuple(parts) => match parts.as_slice() {
                [element, shape] => self.several(element, shape),
                _ => Err("expected a type and a shape in parentheses".to_owned()),
            },
            other => Err(format!("expected a type, found {}", other.kind())),
        }
    }

    /// A field: its name, or a title and a name, its type, and perhaps a shape.
    fn field(&mut self, field: &Literal) -> Result<u64, String> {
        let Literal::Tuple(parts) = field else {
            return Err(format!(
                "expected a field in parentheses, found {}",
                field.kind()
            ));
        };
        match parts.as_slice() {
            [Literal::Text(_) | Literal::Tuple(_), element] => self.add(element),
            [Literal::Text(_) | Literal::Tuple(_), element, shape] => self.several(element, shape),
            _ => Err("expected a field of name, type and perhaps shape".to_owned()),
        }
    }

    fn several(&mut self, element: &Literal, shape: &Literal) -> Result<u64, String> {
        let bytes = self.add(element)?;
        let lengths = match shape {
            Literal::Tuple(lengths) => lengths.as_slice(),
            length => std::slice::from_ref(length),
        };
        lengths.iter().try_fold(bytes, |product, length| {
            let Literal::Integer(length) = length else {
                return Err(format!(
                    "expected a shape of numbers, found {}",
                    length.kind()
                ));
            };
            let length = u64::try_from(*length).map_err(|_| too_large())?;
            product.checked_mul(length).ok_or_else(too_large)
        })
    }

    /// `<f4`: the order of the bytes, a letter, their number, and for times a unit.
    fn plain(&mut self, code: &str) -> Result<u64, String> {
        let fault = || format!("expected a type such as <f4, found '{}'", shown(code, 40));
        let kind = code.strip_prefix(ORDERS).unwrap_or(code);
        if kind == "?" {
            return Ok(1);
        }
        let letter = kind.chars().next().ok_or_else(fault)?;
        let rest = &kind[letter.len_utf8()..];
        let unit = rest.trim_start_matches(|character: char| character.is_ascii_digit());
        let digits = &rest[..rest.len() - unit.len()];
        let is_unit = unit.starts_with('[') && unit.ends_with(']') && matches!(letter, 'M' | 'm');
        if !unit.is_empty() && !is_unit {
            return Err(fault());
        }
        if letter == 'O' {
            self.holds_objects = true;
            return Ok(0);
        }
        let number: u64 = digits.parse().map_err(|_| fault())?;
        let bytes = match letter {
            'b' | 'i' | 'u' | 'f' | 'c' | 'S' | 'a' | 'V' | 'M' | 'm' => number,
            // Characters of four bytes.
            'U' => number.checked_mul(4).ok_or_else(fault)?,
            _ => return Err(fault()),
        };
        self.big_endian |= code.starts_with('>') && bytes > 1 && !matches!(letter, 'S' | 'a' | 'V');
        Ok(bytes)
    }
}

fn too_large() -> String {
    "expected a type whose size 64 bits can say".to_owned()
}

/// Writes a type on one line, as Python does.
fn write(literal: &Literal, into: &mut String) {
    match literal {
        Literal::Text(text) => into.push_str(text),
        Literal::Integer(number) => into.push_str(&number.to_string()),
        Literal::List(items) => between('[', items, ']', into),
        Literal::Tuple(items) => between('(', items, ')', into),
        Literal::Dict(_) | Literal::Boolean(_) | Literal::None => into.push_str(literal.kind()),
    }
}

fn between(start: char, items: &[Literal], end: char, into: &mut String) {
    into.push(start);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            into.push_str(", ");
        }
        write(item, into);
    }
    into.push(end);
}
