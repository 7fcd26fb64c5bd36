//! What is said about values that could not be given.

use serde_yaml::Value;

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

    /// A text was expected that is not to be repeated.
    pub(crate) fn wrong_secret(&mut self, path: &FieldPath) {
        let message = "expected a text, found something else".to_owned();
        self.add(severity(path), "wrong-type", path, message);
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
        let message = message.to_owned();
        self.add(Severity::Warning, "repeated-result", path, message);
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

#[cfg(test)]
mod tests {
    use super::*;

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
