//! The one way in which fields of metadata are read.

mod notes;
mod values;

use hubkit_types::RepoId;
use serde_yaml::{Mapping, Value};

pub(crate) use self::{
    notes::{Notes, quoted},
    values::{count, scalar, texts},
};
use super::VerifyToken;
use crate::{FieldPath, Severity};

/// The fields of a mapping, each to be read once. What is not read, or could not be used, is the [`rest`](Self::rest).
pub(crate) struct Fields<'v, 'n> {
    mapping: &'v Mapping,
    pub(crate) path: FieldPath,
    pub(crate) notes: &'n mut Notes,
    known: Vec<&'static str>,
    unused: Vec<&'static str>,
}

impl<'v, 'n> Fields<'v, 'n> {
    pub(crate) fn new(mapping: &'v Mapping, path: FieldPath, notes: &'n mut Notes) -> Self {
        Self {
            mapping,
            path,
            notes,
            known: Vec::new(),
            unused: Vec::new(),
        }
    }

    /// Whether there is a value, without reading it.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.mapping.get(key).is_some_and(|value| !value.is_null())
    }

    /// The value of a field, whatever it is.
    pub(crate) fn any(&mut self, key: &'static str) -> Option<&'v Value> {
        self.known.push(key);
        self.mapping.get(key).filter(|value| !value.is_null())
    }

    /// Says that a field is missing that others need.
    pub(crate) fn require(&mut self, severity: Severity, keys: &[&str]) {
        for key in keys {
            if !self.has(key) {
                self.notes.missing(severity, &self.path, key);
            }
        }
    }

    /// A text; what it is written as, where it is a number or a truth value.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<String> {
        let value = self.any(key)?;
        if matches!(
            value,
            Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_)
        ) {
            self.refuse(key, "a text", value);
        }
        scalar(value)
    }

    /// A text; a number is taken as one, and said to be wrong.
    pub(crate) fn exact_text(&mut self, key: &'static str) -> Option<String> {
        let value = self.any(key)?;
        if !value.is_string() {
            let path = self.path.key(key);
            self.notes.wrong_type(&path, "a text", value);
        }
        if matches!(
            value,
            Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_)
        ) {
            self.unused.push(key);
        }
        scalar(value)
    }

    /// A text that is no secret to those who read it, and is not to be repeated.
    pub(crate) fn token(&mut self, key: &'static str) -> Option<VerifyToken> {
        let value = self.any(key)?;
        let token = value.as_str().map(VerifyToken::new);
        if token.is_none() {
            self.notes.wrong_secret(&self.path.key(key));
            self.unused.push(key);
        }
        token
    }

    /// Texts; a single one counts as a list of one.
    pub(crate) fn texts(&mut self, key: &'static str) -> Vec<String> {
        let Some(value) = self.any(key) else {
            return Vec::new();
        };
        let path = self.path.key(key);
        let (texts, is_whole) = texts(value, &path, self.notes);
        if !is_whole {
            self.unused.push(key);
        }
        texts
    }

    pub(crate) fn flag(&mut self, key: &'static str) -> Option<bool> {
        let value = self.any(key)?;
        let flag = value.as_bool();
        if flag.is_none() {
            self.refuse(key, "true or false", value);
        }
        flag
    }

    /// A whole number that is not negative.
    pub(crate) fn count(&mut self, key: &'static str) -> Option<u64> {
        let value = self.any(key)?;
        let number = count(value);
        if number.is_none() {
            self.refuse(key, "a whole number", value);
        }
        number
    }

    /// A mapping as it is.
    pub(crate) fn mapping(&mut self, key: &'static str) -> Option<Mapping> {
        let value = self.any(key)?;
        let mapping = value.as_mapping();
        if mapping.is_none() {
            self.refuse(key, "a mapping", value);
        }
        mapping.cloned()
    }

    /// A mapping with fields of its own.
    pub(crate) fn object<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Fields<'v, '_>) -> T,
    ) -> Option<T> {
        let value = self.any(key)?;
        let Some(mapping) = value.as_mapping() else {
            self.refuse(key, "a mapping", value);
            return None;
        };
        let path = self.path.key(key);
        Some(read(&mut Fields::new(mapping, path, self.notes)))
    }

    /// A list of mappings with fields of their own. A single mapping counts as a list of one.
    pub(crate) fn objects<T>(
        &mut self,
        key: &'static str,
        read: impl FnMut(&mut Fields<'v, '_>) -> T,
    ) -> Vec<T> {
        let Some(value) = self.any(key) else {
            return Vec::new();
        };
        let path = self.path.key(key);
        let (found, is_whole) = objects(value, &path, self.notes, read);
        if !is_whole {
            self.unused.push(key);
        }
        found
    }

    /// The name of a repository.
    pub(crate) fn repository(&mut self, key: &'static str) -> Option<RepoId> {
        let text = self.text(key)?;
        let repo = text.parse().ok();
        if repo.is_none() {
            let path = self.path.key(key);
            self.notes.no_repository(&path, &text);
            self.unused.push(key);
        }
        repo
    }

    /// Names of repositories; a single one counts as a list of one.
    pub(crate) fn repositories(&mut self, key: &'static str) -> Vec<RepoId> {
        let value = self.any(key);
        let texts = self.texts(key);
        let path = self.path.key(key);
        let is_list = value.is_some_and(Value::is_sequence);
        let mut repos = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            if let Ok(repo) = text.parse() {
                repos.push(repo);
            } else {
                let path = if is_list {
                    path.index(at)
                } else {
                    path.clone()
                };
                self.notes.no_repository(&path, text);
            }
        }
        if repos.len() < texts.len() {
            self.unused.push(key);
        }
        repos
    }

    /// Says that the value of a field could not be used.
    pub(crate) fn refuse(&mut self, key: &'static str, expected: &str, found: &Value) {
        let path = self.path.key(key);
        self.notes.wrong_type(&path, expected, found);
        self.unused.push(key);
    }

    /// Keeps the value of a field that was said something about.
    pub(crate) fn keep(&mut self, key: &'static str) {
        self.unused.push(key);
    }

    /// What was not read, and what could not be used as a whole.
    pub(crate) fn rest(&self) -> Mapping {
        let is_rest = |key: &Value| {
            key.as_str()
                .is_none_or(|key| !self.known.contains(&key) || self.unused.contains(&key))
        };
        let rest = self.mapping.iter().filter(|(key, _)| is_rest(key));
        rest.map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }
}

/// A list of mappings with fields of their own, and whether nothing was left out. A single mapping counts as a list of
/// one.
pub(crate) fn objects<'v, T>(
    value: &'v Value,
    path: &FieldPath,
    notes: &mut Notes,
    mut read: impl FnMut(&mut Fields<'v, '_>) -> T,
) -> (Vec<T>, bool) {
    let Value::Sequence(items) = value else {
        notes.wrong_type(path, "a list of mappings", value);
        let mapping = value.as_mapping();
        let found = mapping.map(|mapping| read(&mut Fields::new(mapping, path.clone(), notes)));
        return (found.into_iter().collect(), mapping.is_some());
    };
    let mut found = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let path = path.index(at);
        match item.as_mapping() {
            Some(mapping) => found.push(read(&mut Fields::new(mapping, path, notes))),
            None => notes.wrong_type(&path, "a mapping", item),
        }
    }
    let is_whole = found.len() == items.len();
    (found, is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Metadata;

    #[test]
    fn what_can_not_be_used_is_kept_and_said() {
        let metadata = Metadata::read(
            "text: [a]\nnumber: 1\ntexts: [a, {b: c}, ~]\nflag: maybe\ncount: 1.0\nnone: ~\nodd: x\n1: y\n",
        );
        let metadata = metadata.expect("metadata");
        let mut notes = Notes::default();
        let mut fields = Fields::new(metadata.as_mapping(), FieldPath::root(), &mut notes);
        assert_eq!(fields.text("text"), None);
        assert_eq!(fields.text("number").as_deref(), Some("1"));
        assert_eq!(fields.texts("texts"), ["a"]);
        assert_eq!(fields.flag("flag"), None);
        assert_eq!(fields.count("count"), Some(1));
        assert_eq!(fields.text("none"), None);
        let rest = fields.rest();
        let kept: Vec<_> = rest.keys().filter_map(Value::as_str).collect();
        assert_eq!(kept, ["text", "texts", "flag", "odd"]);
        assert_eq!(rest.len(), 5);
        let said: Vec<_> = notes
            .into_diagnostics()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            said,
            [
                "warning: text: expected a text, found a list [wrong-type]",
                "warning: texts[1]: expected a text, found a mapping [wrong-type]",
                "warning: texts[2]: expected a text, found nothing [wrong-type]",
                "warning: flag: expected true or false, found \"maybe\" [wrong-type]",
            ]
        );
    }
}
