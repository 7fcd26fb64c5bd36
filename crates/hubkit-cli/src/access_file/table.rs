//! Tables of which every key is known, and faults that say where they are.

use std::{fmt::Display, ops::Range, path::Path, str::FromStr, time::SystemTime};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::Fault;

/// The file that is read.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl Source<'_> {
    pub(super) fn fault(self, at: &Range<usize>, message: impl Display) -> Fault {
        let before = self.text.get(..at.start).unwrap_or_default();
        let breaks = before.matches('\n').count();
        Fault {
            path: self.path.to_owned(),
            line: Some(breaks + 1),
            message: message.to_string(),
        }
    }
}

/// A table with the words that lead to it.
pub(super) struct Table<'a> {
    source: Source<'a>,
    keys: &'a DeTable<'a>,
    place: String,
    at: Range<usize>,
}

/// A value with the words that lead to it.
#[derive(Clone)]
pub(super) struct Item<'a> {
    source: Source<'a>,
    value: &'a Spanned<DeValue<'a>>,
    place: String,
    /// Where its key stands, or itself in a list.
    at: Range<usize>,
}

impl<'a> Table<'a> {
    /// The whole file.
    pub(super) fn top(source: Source<'a>, table: &'a Spanned<DeTable<'a>>) -> Self {
        Self {
            source,
            keys: table.get_ref(),
            place: String::new(),
            at: 0..0,
        }
    }

    /// Says which keys there may be.
    pub(super) fn expect_keys(&self, known: &[&str]) -> Result<(), Fault> {
        for key in self.keys.keys() {
            if !known.contains(&key.get_ref().as_ref()) {
                let place = if self.place.is_empty() {
                    String::new()
                } else {
                    format!(" in `{}`", self.place)
                };
                let name = shown(key.get_ref());
                let known = meant(key.get_ref(), known);
                let message = format!("unknown key `{name}`{place}: {known}");
                return Err(self.source.fault(&key.span(), message));
            }
        }
        Ok(())
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a str, Item<'a>)> {
        let (source, place) = (self.source, self.place.clone());
        self.keys.iter().map(move |(key, value)| {
            let name: &'a str = key.get_ref().as_ref();
            let item = Item {
                source,
                value,
                place: join(&place, name),
                at: key.span(),
            };
            (name, item)
        })
    }

    pub(super) fn get(&self, key: &str) -> Option<Item<'a>> {
        let mut entries = self.entries();
        entries.find(|(name, _)| *name == key).map(|(_, item)| item)
    }

    pub(super) fn required(&self, key: &str) -> Result<Item<'a>, Fault> {
        let message = || format!("`{}` has no `{key}`", self.place);
        self.get(key)
            .ok_or_else(|| self.source.fault(&self.at, message()))
    }
}

impl<'a> Item<'a> {
    /// A fault of this value. `message` goes on behind its name.
    pub(super) fn fault(&self, message: impl Display) -> Fault {
        let message = format!("`{}` {message}", self.place);
        self.source.fault(&self.at, message)
    }

    fn other(&self, wanted: &str) -> Fault {
        let found = self.value.get_ref().type_str();
        self.fault(format_args!(
            "is not {wanted}, but a value of the type {found}"
        ))
    }

    pub(super) fn text(&self) -> Result<&'a str, Fault> {
        let text = self.value.get_ref().as_str();
        text.ok_or_else(|| self.other("a text in quotation marks"))
    }

    pub(super) fn flag(&self) -> Result<bool, Fault> {
        let flag = self.value.get_ref().as_bool();
        flag.ok_or_else(|| self.other("`true` or `false`"))
    }

    pub(super) fn table(&self) -> Result<Table<'a>, Fault> {
        let table = self.value.get_ref().as_table();
        Ok(Table {
            source: self.source,
            keys: table.ok_or_else(|| self.other("a table"))?,
            place: self.place.clone(),
            at: self.at.clone(),
        })
    }

    pub(super) fn list(&self) -> Result<Vec<Item<'a>>, Fault> {
        let list = self.value.get_ref().as_array();
        let list = list.ok_or_else(|| self.other("a list"))?;
        let items = list.iter().map(|value| Item {
            source: self.source,
            value,
            place: self.place.clone(),
            at: value.span(),
        });
        Ok(items.collect())
    }

    /// A time in UTC.
    pub(super) fn time(&self) -> Result<SystemTime, Fault> {
        let wanted = "a time in UTC, written 2027-01-31T00:00:00Z";
        let time = self.value.get_ref().as_datetime();
        let text = time.ok_or_else(|| self.other(wanted))?.to_string();
        let time = humantime::parse_rfc3339(&text);
        time.map_err(|_| self.fault(format_args!("is not {wanted}")))
    }

    /// A text that is parsed. The fault of what does not parse is told, and so must not repeat a secret.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&self) -> Result<T, Fault> {
        let parsed = self.text()?.parse();
        parsed.map_err(|error| self.fault(format_args!("is malformed: {error}")))
    }

    /// One of a few words.
    pub(super) fn one_of<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, Fault> {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.fault(format_args!(
                "is `{}`: {}",
                shown(text),
                meant(text, &names)
            ))
        })
    }
}

/// Which of the known words was meant, or which there are.
pub(super) fn meant(word: &str, known: &[&str]) -> String {
    let likeness = |known: &&str| {
        strsim::jaro_winkler(&word.to_ascii_lowercase(), &known.to_ascii_lowercase())
    };
    let nearest = known
        .iter()
        .max_by(|left, right| likeness(left).total_cmp(&likeness(right)))
        .filter(|nearest| likeness(nearest) > 0.8);
    match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if known.len() > 12 || known.is_empty() => "there is none of this name".to_owned(),
        None => format!("expected one of `{}`", known.join("`, `")),
    }
}

/// A word of the file as a fault may show it: not so long that a secret in the wrong place would stand there whole.
pub(super) fn shown(word: &str) -> String {
    const LONGEST: usize = 32;
    let mut shown = crate::ui::plain(&word.chars().take(LONGEST).collect::<String>());
    if word.chars().count() > LONGEST {
        shown.push('…');
    }
    shown
}

fn join(place: &str, key: &str) -> String {
    let key = shown(key);
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let key = if key.chars().all(is_bare) {
        key
    } else {
        format!("\"{key}\"")
    };
    if place.is_empty() {
        key
    } else {
        format!("{place}.{key}")
    }
}
