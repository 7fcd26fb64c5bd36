//! A bound on names that are looked up slowly, which no card has many of and an attack may.
//!
//! All fractions have one hash in `serde_yaml`, and so have lists and mappings of them: a mapping with many of them for
//! names takes as long as comparing each with each. What a name is, is known once it is read: a fraction may be written
//! with a tag, stand elsewhere, be merged in, or be a whole number that is too long to be one.

use serde_yaml::Value;

/// How many names of one mapping may be fractions, lists or mappings.
const MOST: usize = 1_000;

/// Counts such names of one mapping.
#[derive(Default)]
pub(super) struct SlowNames(usize);

impl SlowNames {
    /// Counts a name; the reason to refuse it where it is one too many.
    pub(super) fn count(&mut self, name: &Value) -> Result<(), String> {
        let is_slow = match name {
            Value::Null | Value::Bool(_) | Value::String(_) => false,
            Value::Number(number) => number.is_f64(),
            Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => true,
        };
        self.0 += usize::from(is_slow);
        if self.0 <= MOST {
            return Ok(());
        }
        Err(format!(
            "found more than {MOST} fractions, lists or mappings for names"
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use crate::{
        Dialect::{self, Hub, Python},
        metadata,
    };

    fn read(dialect: Dialect, text: &str) -> Result<(), String> {
        let read = metadata::value(text, dialect);
        read.map(drop).map_err(|error| error.to_string())
    }

    #[test]
    fn many_fractions_for_names_are_refused() {
        type Entry<'e> = &'e dyn Fn(u32) -> String;
        let both = &[Hub, Python][..];
        // Others are no names, or no fractions, to Python.
        let hub = &both[..1];
        let entries: [(&str, Entry<'_>, &str, &[Dialect]); 13] = [
            ("", &|at| format!("{at}.5: a\n"), "", both),
            ("a: {", &|at| format!("{at}.5: a, "), "}", both),
            ("{", &|at| format!("{at}.5, "), "}", both),
            ("", &|at| format!("? {at}.5\n"), "", both),
            ("", &|at| format!("? {at}.5\n: a\n"), "", both),
            ("", &|at| format!("!!float {at}: a\n"), "", both),
            ("", &|at| format!("!!float \"{at}\": a\n"), "", both),
            ("", &|at| format!("&a{at} {at}.5: a\n"), "", both),
            ("", &|at| format!("{at}e100: a\n"), "", hub),
            ("", &|at| format!("{at}{:040}: a\n", 0), "", hub),
            ("", &|at| format!("[{at}.5]: a\n"), "", hub),
            ("", &|at| format!("? {{a: {at}.5}}\n: a\n"), "", hub),
            ("<<: [", &|at| format!("{{{at}.5: a}}, "), "]", both),
        ];
        for (before, entry, after, dialects) in entries {
            let card = |from: u32, to: u32| {
                let entries: String = (from..to).map(entry).collect();
                format!("{before}{entries}{after}")
            };
            for dialect in dialects {
                let few = read(*dialect, &card(1, 900));
                assert_eq!(few, Ok(()), "{}", card(1, 4));
                let found = read(*dialect, &card(1, 9_000)).expect_err("an error");
                assert!(found.contains("for names"), "{}: {found}", card(1, 4));
            }
        }
    }

    #[test]
    fn fractions_that_stand_elsewhere_count() {
        for name in ["a", "é", "a/"] {
            let mut text = "l:\n".to_owned();
            for at in 0..2_000 {
                let _ = writeln!(text, "- &{name}{at} {at}.5");
            }
            for at in 0..2_000 {
                let _ = writeln!(text, "*{name}{at} : a");
            }
            let found = read(Hub, &text).expect_err("an error");
            assert!(found.contains("for names"), "{found}");
        }
    }

    #[test]
    fn texts_and_whole_numbers_for_names_are_as_many_as_they_are() {
        for (name, end) in [
            ("", ""),
            ("'", ".5'"),
            ("v1.", ""),
            ("1.2.", ""),
            ("e", ""),
            ("1.5 MB ", ""),
        ] {
            let mut text = String::new();
            for at in 0..3_000 {
                let _ = writeln!(text, "{name}{at}{end}: a");
            }
            for dialect in [Hub, Python] {
                assert_eq!(read(dialect, &text), Ok(()), "{name}");
            }
        }
    }
}
