//! Which part of a tensor: `[10:20, :]`, as numpy writes it.

use std::{error, fmt, str::FromStr};

use crate::error::shown;

/// A part of a tensor, as numpy writes it between brackets: `10:20, :`.
///
/// For each dimension a number, which takes one place and the dimension away, or a range `start:stop`, of which both
/// may be left out. Negative numbers count from the end, and a range is cut to the dimension. `...` stands, once, for as
/// many `:` as are missing; they are missing at the end too. Steps other than one, lists and new axes are refused: they
/// are no part of a file that lies in order.
///
/// ```
/// use hubkit_safetensors::Slice;
///
/// let slice: Slice = "10:20, :".parse()?;
/// assert_eq!(slice.to_string(), "[10:20, :]");
/// assert!("::2".parse::<Slice>().is_err());
/// # Ok::<(), hubkit_safetensors::ParseSliceError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Slice {
    items: Vec<Item>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Item {
    Index(i64),
    Range {
        start: Option<i64>,
        stop: Option<i64>,
    },
    Ellipsis,
}

impl Slice {
    /// More than any tensor has dimensions.
    const MOST_ITEMS: usize = 1025;

    /// The whole tensor.
    pub fn whole() -> Self {
        Self::default()
    }

    pub(crate) fn items(&self) -> &[Item] {
        &self.items
    }
}

impl FromStr for Slice {
    type Err = ParseSliceError;

    /// Reads what stands between the brackets, or the same with them.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let trimmed = text.trim();
        let inner = trimmed
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(trimmed);
        // Numpy takes a comma behind the last item too.
        let inner = inner.trim();
        let inner = inner.strip_suffix(',').unwrap_or(inner);
        let mut items = Vec::new();
        for item in inner.split(',') {
            if items.len() == Self::MOST_ITEMS {
                return Err(ParseSliceError::new(text, Fault::TooMany));
            }
            let item =
                parse_item(item.trim()).map_err(|fault| ParseSliceError::new(text, fault))?;
            if item == Item::Ellipsis && items.contains(&Item::Ellipsis) {
                return Err(ParseSliceError::new(text, Fault::TwoEllipses));
            }
            items.push(item);
        }
        Ok(Self { items })
    }
}

fn parse_item(text: &str) -> Result<Item, Fault> {
    if text == "..." {
        return Ok(Item::Ellipsis);
    }
    let Some((start, rest)) = text.split_once(':') else {
        return Ok(Item::Index(parse_number(text)?));
    };
    let (stop, stride) = match rest.split_once(':') {
        Some((stop, stride)) => (stop, stride.trim()),
        None => (rest, ""),
    };
    if !stride.is_empty() && parse_number(stride)? != 1 {
        return Err(Fault::Step);
    }
    Ok(Item::Range {
        start: parse_bound(start)?,
        stop: parse_bound(stop)?,
    })
}

fn parse_bound(text: &str) -> Result<Option<i64>, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    parse_number(text).map(Some)
}

fn parse_number(text: &str) -> Result<i64, Fault> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::Item(shown(text)));
    }
    text.parse().map_err(|_| Fault::Item(shown(text)))
}

impl fmt::Display for Slice {
    /// With the brackets; nothing for the whole tensor.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.items.is_empty() {
            return Ok(());
        }
        f.write_str("[")?;
        for (place, item) in self.items.iter().enumerate() {
            if place > 0 {
                f.write_str(", ")?;
            }
            match item {
                Item::Index(index) => write!(f, "{index}")?,
                Item::Ellipsis => f.write_str("...")?,
                Item::Range { start, stop } => {
                    if let Some(start) = start {
                        write!(f, "{start}")?;
                    }
                    f.write_str(":")?;
                    if let Some(stop) = stop {
                        write!(f, "{stop}")?;
                    }
                }
            }
        }
        f.write_str("]")
    }
}

/// The text is not a part of a tensor that can be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseSliceError {
    text: String,
    fault: Fault,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Fault {
    Item(String),
    Step,
    TwoEllipses,
    TooMany,
}

impl ParseSliceError {
    fn new(text: &str, fault: Fault) -> Self {
        Self {
            text: shown(text),
            fault,
        }
    }
}

impl fmt::Display for ParseSliceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a part of a tensor: ", self.text)?;
        match &self.fault {
            Fault::Item(item) => write!(
                f,
                "expected a number, a range such as 10:20, or `...`, found `{item}`"
            ),
            Fault::Step => f.write_str("expected a step of 1; others are not read"),
            Fault::TwoEllipses => f.write_str("`...` can stand in it once"),
            Fault::TooMany => write!(f, "expected at most {} dimensions", Slice::MOST_ITEMS - 1),
        }
    }
}

impl error::Error for ParseSliceError {}

/// A tensor, or a part of one, by name: `layer.0.weight[0:8]`.
///
/// A name may itself end in brackets, so the whole text is a name first: see [`TensorQuery::candidates`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TensorQuery {
    text: String,
    part: Option<(usize, Result<Slice, ParseSliceError>)>,
}

impl TensorQuery {
    /// Reads a name, with or without a part behind it. Every text is a name; whether what stands in the last brackets is a
    /// part that can be read only counts if there is no tensor of that name.
    pub fn new(text: &str) -> Self {
        let part = text
            .strip_suffix(']')
            .and_then(|rest| rest.rfind('['))
            .map(|at| (at, text[at..].parse()));
        Self {
            text: text.to_owned(),
            part,
        }
    }

    /// The text as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names to look for, in this order, each with the part that is wanted of it.
    pub fn candidates(&self) -> impl Iterator<Item = (&str, Result<Slice, ParseSliceError>)> {
        let split = self.part.iter();
        let split = split.map(|(at, slice)| (&self.text[..*at], slice.clone()));
        [(self.text.as_str(), Ok(Slice::whole()))]
            .into_iter()
            .chain(split)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = match text.parse::<Slice>() {
            Ok(slice) => slice.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn numbers_ranges_and_an_ellipsis_are_read() {
        check("10:20, :", "[10:20, :]");
        check("[ -1 , 2: ,:-3]", "[-1, 2:, :-3]");
        check("[...,0,]", "[..., 0]");
        check("0:4:1,::", "[0:4, :]");
        check(":", "[:]");
    }

    #[test]
    fn what_is_no_part_that_can_be_read_is_named() {
        let item =
            "is not a part of a tensor: expected a number, a range such as 10:20, or `...`, found";
        for (text, found) in [
            ("", ""),
            ("[]", ""),
            ("1,,2", ""),
            ("1.5", "1.5"),
            ("None", "None"),
            ("[[1, 2]]", "[1"),
            ("+1", "+1"),
            ("--1", "--1"),
            ("1:2:3:4", "3:4"),
            ("9223372036854775808", "9223372036854775808"),
            ("1:\u{1b}", "\\u{1b}"),
        ] {
            check(text, &format!("`{}` {item} `{found}`", shown(text)));
        }
        let step = "is not a part of a tensor: expected a step of 1; others are not read";
        check("::2", &format!("`::2` {step}"));
        check("::-1", &format!("`::-1` {step}"));
        check(
            "...,...",
            "`...,...` is not a part of a tensor: `...` can stand in it once",
        );
        assert!("0,".repeat(2000).parse::<Slice>().is_err());
    }

    #[test]
    fn a_name_may_end_in_brackets_itself() {
        let names = |text: &str| -> Vec<String> {
            let query = TensorQuery::new(text);
            let show = |(name, slice): (&str, Result<Slice, ParseSliceError>)| {
                let slice = slice.map_or("?".to_owned(), |slice| slice.to_string());
                format!("{name} {slice}")
            };
            query.candidates().map(show).collect()
        };
        assert_eq!(names("a.weight"), ["a.weight "]);
        assert_eq!(names("a[0:8]"), ["a[0:8] ", "a [0:8]"]);
        assert_eq!(names("a[x][0]"), ["a[x][0] ", "a[x] [0]"]);
        assert_eq!(names("a[x]"), ["a[x] ", "a ?"]);
        assert_eq!(names("]"), ["] "]);
    }
}
