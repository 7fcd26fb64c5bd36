//! What values were seen in a column.

use serde_json::Value;

use crate::export::croissant::data_type::{DataType, TEXT};

/// Whole numbers up to this are exact as floating-point numbers.
const EXACT: i64 = 1 << 53;

/// What values were seen.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Observed {
    /// None, or none that say anything.
    Nothing,
    Boolean,
    /// Whole numbers, and whether all of them are exact as floating-point numbers.
    Integer {
        is_exact: bool,
    },
    Float,
    Date,
    DateTime,
    Text,
    List(Box<Self>),
    /// Sorted by name.
    Struct(Vec<(String, Self)>),
    Mixed,
}

impl Observed {
    /// A cell of a table, as pandas understands it.
    pub(super) fn of_cell(cell: &str) -> Self {
        match cell {
            "" | "NA" | "N/A" | "NaN" | "nan" | "NULL" | "null" | "None" => Self::Nothing,
            "True" | "TRUE" | "true" | "False" | "FALSE" | "false" => Self::Boolean,
            cell => match cell.parse::<i64>() {
                Ok(number) => Self::integer(number),
                Err(_) if cell.parse::<f64>().is_ok() => Self::Float,
                Err(_) => Self::Text,
            },
        }
    }

    pub(super) fn of_json(value: Value) -> Self {
        match value {
            Value::Null => Self::Nothing,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) => match number.as_i64() {
                Some(number) => Self::integer(number),
                None if number.is_u64() => Self::Text,
                None => Self::Float,
            },
            Value::String(text) => of_text(&text),
            Value::Array(values) => {
                let mut inner = Self::Nothing;
                for value in values {
                    inner.add(Self::of_json(value));
                }
                Self::List(Box::new(inner))
            }
            Value::Object(fields) => Self::Struct(
                fields
                    .into_iter()
                    .map(|(name, value)| (name, Self::of_json(value)))
                    .collect(),
            ),
        }
    }

    fn integer(number: i64) -> Self {
        Self::Integer {
            is_exact: (-EXACT..=EXACT).contains(&number),
        }
    }

    /// Takes another value into account.
    pub(super) fn add(&mut self, other: Self) {
        let this = std::mem::replace(self, Self::Nothing);
        *self = match (this, other) {
            (Self::Nothing, other) => other,
            (this, Self::Nothing) => this,
            (this, other) if this == other => this,
            (Self::Integer { is_exact: a }, Self::Integer { is_exact: b }) => {
                Self::Integer { is_exact: a && b }
            }
            (Self::Integer { is_exact: true }, Self::Float)
            | (Self::Float, Self::Integer { is_exact: true }) => Self::Float,
            (Self::Date, Self::DateTime) | (Self::DateTime, Self::Date) => Self::DateTime,
            (Self::List(mut a), Self::List(b)) => {
                a.add(*b);
                Self::List(a)
            }
            (Self::Struct(a), Self::Struct(b)) => Self::Struct(united(a, b)),
            (this, other) if this.is_single() && other.is_single() => Self::Text,
            _ => Self::Mixed,
        };
    }

    fn is_single(&self) -> bool {
        !matches!(self, Self::List(_) | Self::Struct(_) | Self::Mixed)
    }

    /// The type that all of them have. Where there are more of them, whole numbers are only taken for numbers: a fraction
    /// further down would be cut to a whole number without a word.
    pub(super) fn data_type(self, is_all: bool) -> DataType {
        match self {
            Self::Boolean => DataType::Scalar("sc:Boolean"),
            Self::Integer { .. } if is_all => DataType::Scalar("cr:Int64"),
            Self::Integer { is_exact: true } | Self::Float => DataType::Scalar("cr:Float64"),
            Self::Nothing | Self::Text | Self::Integer { .. } => TEXT,
            Self::Date => DataType::Scalar("sc:Date"),
            Self::DateTime => DataType::Scalar("sc:DateTime"),
            Self::List(inner) => DataType::List(Box::new(inner.data_type(is_all)), None),
            Self::Struct(fields) => DataType::Struct(
                fields
                    .into_iter()
                    .map(|(name, inner)| (name, inner.data_type(is_all)))
                    .collect(),
            ),
            Self::Mixed => DataType::Unknown("several types".to_owned()),
        }
    }
}

/// Fields of both, each sorted by name.
fn united(a: Vec<(String, Observed)>, b: Vec<(String, Observed)>) -> Vec<(String, Observed)> {
    let mut all: std::collections::BTreeMap<_, _> = a.into_iter().collect();
    for (name, observed) in b {
        all.entry(name).or_insert(Observed::Nothing).add(observed);
    }
    all.into_iter().collect()
}

/// Texts that are dates or times of ISO 8601 are read as such by pandas, if they all are.
fn of_text(text: &str) -> Observed {
    let is_like = |text: &str, form: &str| {
        text.len() == form.len()
            && text
                .bytes()
                .zip(form.bytes())
                .all(|(byte, form)| match form {
                    b'0' => byte.is_ascii_digit(),
                    form => byte == form,
                })
    };
    let (day, rest) = text.split_at_checked(10).unwrap_or((text, ""));
    if !is_like(day, "0000-00-00") {
        return Observed::Text;
    }
    let Some((time, rest)) = rest.split_at_checked(9) else {
        return if rest.is_empty() {
            Observed::Date
        } else {
            Observed::Text
        };
    };
    let is_time = is_like(time, "T00:00:00") || is_like(time, " 00:00:00");
    let fraction = rest
        .strip_prefix('.')
        .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let zone = fraction.unwrap_or(rest);
    let is_zone =
        zone.is_empty() || zone == "Z" || is_like(zone, "+00:00") || is_like(zone, "-00:00");
    if is_time && is_zone {
        Observed::DateTime
    } else {
        Observed::Text
    }
}
