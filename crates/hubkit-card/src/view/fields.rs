//! The one way in which fields of metadata are read.

use hubkit_types::RepoId;
use serde_yaml::{Mapping, Value};

use super::VerifyToken;
use crate::{Diagnostic, FieldPath, Severity, Step, syntax::Document};

/// What is to be said about the values that could not be given.
#[derive(Default)]
pub(crate) struct Notes(Vec<Diagnostic>);

impl Notes {
    /// Nobody reads more, and each is looked for in the text.
    const MOST: usize = 200;

    pub(crate) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.0
    }

    /// The same, with the places in a file that is nothing but YAML.
    pub(crate) fn placed_in(self, text: &str) -> Vec<Diagnostic> {
        let mut diagnostics = self.0;
        if !diagnostics.is_empty()
            && let Some(document) = Document::read(text)
        {
            for diagnostic in &mut diagnostics {
                diagnostic.location = document.locate(&diagnostic.path);
            }
        }
        diagnostics
    }

    /// Another kind of value was expected.
    pub(crate) fn wrong_type(&mut self, path: &FieldPath, expected: &str, found: &Value) {
        let severity = severity(path);
        let message = format!("expected {expected}, found {}", describe(found));
        self.add(severity, "wrong-type", path, message);
    }

    /// Another value was expected.
    pub(crate) fn unknown_value(&mut self, path: &FieldPath, expected: &str, found: &str) {
        let message = format!("expected {expected}, found {}", quoted(found));
        self.add(Severity::Warning, "unknown-value", path, message);
    }

    /// The name of a repository was expected.
    pub(crate) fn no_repository(&mut self, path: &FieldPath, found: &str) {
        let message = format!(
            "expected the name of a repository, as NAMESPACE/NAME, found {}",
            quoted(found)
        );
        self.add(Severity::Error, "not-a-repository", path, message);
    }

    /// A name stands twice that is to tell things apart.
    pub(crate) fn repeated(&mut self, path: &FieldPath, name: &str) {
        let message = format!("expected a name of its own, found {} again", quoted(name));
        self.add(Severity::Error, "repeated-name", path, message);
    }

    /// A result is told once more.
    pub(crate) fn told_twice(&mut self, path: &FieldPath) {
        let message = "the same was measured above: which of the two counts is not known";
        self.add(
            Severity::Warning,
            "repeated-result",
            path,
            message.to_owned(),
        );
    }

    /// A field that others need is not there.
    pub(crate) fn missing(&mut self, severity: Severity, path: &FieldPath, key: &str) {
        let message = format!("expected a field `{key}`, found none");
        self.add(severity, "missing-field", path, message);
    }

    fn add(&mut self, severity: Severity, rule: &'static str, path: &FieldPath, message: String) {
        self.say(Diagnostic::new(severity, rule, path.clone(), message));
    }

    /// Says something else.
    pub(crate) fn say(&mut self, diagnostic: Diagnostic) {
        if self.0.len() < Self::MOST {
            self.0.push(diagnostic);
        }
    }
}

/// A hub refuses cards where these hold another kind of value.
fn severity(path: &FieldPath) -> Severity {
    match path.steps().first() {
        Some(Step::Key(key))
            if matches!(
                key.as_str(),
                "widget" | "model-index" | "base_model" | "datasets"
            ) =>
        {
            Severity::Error
        }
        _ => Severity::Warning,
    }
}

fn describe(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(flag) => format!("the truth value {flag}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => quoted(text),
        Value::Sequence(_) => "a list".to_owned(),
        Value::Mapping(_) => "a mapping".to_owned(),
        Value::Tagged(_) => "a value of a type of its own".to_owned(),
    }
}

/// A text of the author, cut where it is long, with what can't be seen escaped.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    let shown: String = text.chars().take(LONGEST).collect();
    let dots = if shown.len() < text.len() { "…" } else { "" };
    format!("{shown:?}{dots}")
}

/// A text that says something. Numbers and truth values count as the texts they are written as.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

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
            let path = self.path.key(key);
            let message = "expected a text, found something else".to_owned();
            self.notes
                .add(severity(&path), "wrong-type", &path, message);
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

/// Texts of a list, or a single one, and whether each was one.
pub(crate) fn texts(value: &Value, path: &FieldPath, notes: &mut Notes) -> (Vec<String>, bool) {
    let is_odd = |item: &Value| {
        matches!(
            item,
            Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_)
        )
    };
    let Value::Sequence(items) = value else {
        if is_odd(value) {
            notes.wrong_type(path, "a text or a list of texts", value);
        }
        return (scalar(value).into_iter().collect(), !is_odd(value));
    };
    for (at, item) in items.iter().enumerate().filter(|(_, item)| is_odd(item)) {
        notes.wrong_type(&path.index(at), "a text", item);
    }
    let texts = items.iter().filter_map(scalar).collect();
    (texts, !items.iter().any(is_odd))
}

/// A whole number that is not negative; one with nothing after its point counts.
pub(crate) fn count(value: &Value) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    value.as_u64().or_else(|| {
        let float = value.as_f64()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number from 0 to 2^53"
        )]
        ((0.0..=EXACT).contains(&float) && float.fract() == 0.0).then_some(float as u64)
    })
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
        let said: Vec<_> = notes.0.iter().map(ToString::to_string).collect();
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

    #[test]
    fn there_are_no_more_notes_than_anyone_reads() {
        let mut notes = Notes::default();
        for _ in 0..1000 {
            notes.no_repository(&FieldPath::of("base_model"), &"\u{1b}x".repeat(100));
        }
        assert_eq!(notes.0.len(), Notes::MOST);
        assert!(notes.0.iter().all(|note| !note.message.contains('\u{1b}')));
    }
}
