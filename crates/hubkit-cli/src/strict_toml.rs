//! Files of TOML that are read strictly: every key is known, and faults say where they are.

use std::{
    fmt::{self, Display},
    io::Read as _,
    ops::Range,
    path::{Path, PathBuf},
    str::FromStr,
    time::SystemTime,
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// What is wrong with a file, and where. Never repeats a value: it may be a token that was put into the wrong place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Fault {
    path: PathBuf,
    line: Option<usize>,
    message: String,
}

impl Fault {
    /// Whether it is in what the file says; otherwise the file can't be read.
    pub(crate) fn is_in_text(&self) -> bool {
        self.line.is_some()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.line {
            Some(line) => write!(f, "{path}:{line}: {}", self.message),
            None => write!(f, "{path} {}", self.message),
        }
    }
}

/// Reads a file of at most so many bytes.
pub(crate) fn read_text(path: &Path, longest: u64) -> Result<String, Fault> {
    let fault = |message: String| Fault {
        path: path.to_owned(),
        line: None,
        message,
    };
    // Looked at before it is opened: opening a pipe waits for somebody to write.
    let is_file = std::fs::metadata(path).map(|found| found.is_file());
    if !is_file.map_err(|error| fault(format!("can't be read: {error}")))? {
        return Err(fault("is not a plain file".to_owned()));
    }
    let file =
        std::fs::File::open(path).map_err(|error| fault(format!("can't be read: {error}")))?;
    let mut bytes = Vec::new();
    file.take(longest + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| fault(format!("can't be read: {error}")))?;
    if bytes.len() as u64 > longest {
        return Err(fault(format!("is longer than {longest} bytes")));
    }
    String::from_utf8(bytes).map_err(|_| fault("is not text (UTF-8)".to_owned()))
}

/// The file that is read.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) path: &'a Path,
    pub(crate) text: &'a str,
}

impl Source<'_> {
    /// Reads the text as TOML.
    pub(crate) fn parse(&self) -> Result<Spanned<DeTable<'_>>, Fault> {
        DeTable::parse(self.text).map_err(|error| {
            // The message alone: in full the error shows the line, and a token may stand there.
            self.fault(
                &error.span().unwrap_or_default(),
                error.message().trim_end(),
            )
        })
    }

    pub(crate) fn fault(self, at: &Range<usize>, message: impl Display) -> Fault {
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
pub(crate) struct Table<'a> {
    source: Source<'a>,
    keys: &'a DeTable<'a>,
    place: String,
    at: Range<usize>,
}

/// A value with the words that lead to it.
#[derive(Clone)]
pub(crate) struct Item<'a> {
    source: Source<'a>,
    value: &'a Spanned<DeValue<'a>>,
    place: String,
    /// Where its key stands, or itself in a list.
    at: Range<usize>,
}

impl<'a> Table<'a> {
    /// The whole file.
    pub(crate) fn top(source: Source<'a>, table: &'a Spanned<DeTable<'a>>) -> Self {
        Self {
            source,
            keys: table.get_ref(),
            place: String::new(),
            at: 0..0,
        }
    }

    /// Says which keys there may be.
    pub(crate) fn expect_keys(&self, known: &[&str]) -> Result<(), Fault> {
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

    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'a str, Item<'a>)> {
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

    pub(crate) fn get(&self, key: &str) -> Option<Item<'a>> {
        let mut entries = self.entries();
        entries.find(|(name, _)| *name == key).map(|(_, item)| item)
    }

    pub(crate) fn required(&self, key: &str) -> Result<Item<'a>, Fault> {
        let message = || format!("`{}` has no `{key}`", self.place);
        self.get(key)
            .ok_or_else(|| self.source.fault(&self.at, message()))
    }
}

impl<'a> Item<'a> {
    /// A fault of this value. `message` goes on behind its name.
    pub(crate) fn fault(&self, message: impl Display) -> Fault {
        let message = format!("`{}` {message}", self.place);
        self.source.fault(&self.at, message)
    }

    fn other(&self, wanted: &str) -> Fault {
        let found = self.value.get_ref().type_str();
        self.fault(format_args!(
            "is not {wanted}, but a value of the type {found}"
        ))
    }

    pub(crate) fn text(&self) -> Result<&'a str, Fault> {
        let text = self.value.get_ref().as_str();
        text.ok_or_else(|| self.other("a text in quotation marks"))
    }

    pub(crate) fn flag(&self) -> Result<bool, Fault> {
        let flag = self.value.get_ref().as_bool();
        flag.ok_or_else(|| self.other("`true` or `false`"))
    }

    pub(crate) fn table(&self) -> Result<Table<'a>, Fault> {
        let table = self.value.get_ref().as_table();
        Ok(Table {
            source: self.source,
            keys: table.ok_or_else(|| self.other("a table"))?,
            place: self.place.clone(),
            at: self.at.clone(),
        })
    }

    pub(crate) fn list(&self) -> Result<Vec<Item<'a>>, Fault> {
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
    pub(crate) fn time(&self) -> Result<SystemTime, Fault> {
        let wanted = "a time in UTC, written 2027-01-31T00:00:00Z";
        let time = self.value.get_ref().as_datetime();
        let text = time.ok_or_else(|| self.other(wanted))?.to_string();
        let time = humantime::parse_rfc3339(&text);
        time.map_err(|_| self.fault(format_args!("is not {wanted}")))
    }

    /// A text that is parsed. The fault of what does not parse is told, and so must not repeat a secret.
    pub(crate) fn parsed<T: FromStr<Err: Display>>(&self) -> Result<T, Fault> {
        let parsed = self.text()?.parse();
        parsed.map_err(|error| self.fault(format_args!("is malformed: {error}")))
    }

    /// One of a few words.
    pub(crate) fn one_of<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, Fault> {
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
pub(crate) fn meant(word: &str, known: &[&str]) -> String {
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
pub(crate) fn shown(word: &str) -> String {
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
