//! Every rule there is.

use crate::Severity;

/// Something that is looked for in a card.
#[derive(PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Rule {
    /// Its stable name, in lower case with hyphens: `unknown-license`.
    pub id: &'static str,
    /// How much it matters where nobody says otherwise.
    pub severity: Severity,
    /// What is looked for, as a sentence without a full stop.
    pub summary: &'static str,
    /// Whether there are findings that can be mended without a question.
    pub is_fixable: bool,
}

impl Rule {
    /// The rule of a name.
    pub fn find(id: &str) -> Option<&'static Self> {
        RULES.iter().copied().find(|rule| rule.id == id)
    }
}

macro_rules! rules {
    ($($name:ident = $id:literal, $severity:ident, $fix:literal, $summary:literal;)*) => {
        $(
            pub(crate) static $name: Rule = Rule {
                id: $id,
                severity: Severity::$severity,
                summary: $summary,
                is_fixable: $fix,
            };
        )*

        /// Every rule there is, in the order of their names.
        pub static RULES: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    BROKEN_LINK = "broken-link", Warning, false,
        "A link or an image names a file that is not in the repository, or a heading that is not in the text";
    DEAD_FIELD = "dead-field", Note, false,
        "A field that nobody reads, at all or beside the others";
    DEPRECATED_VALUE = "deprecated-value", Warning, true,
        "A task or an SDK that was given up or renamed";
    DUPLICATE_KEY = "duplicate-key", Error, false,
        "A name stands twice in the metadata, which a hub refuses";
    DUPLICATE_VALUE = "duplicate-value", Note, true,
        "A list of names holds one of them twice";
    EMPTY_TEXT = "empty-text", Warning, false,
        "The card says nothing below its metadata";
    INVALID_BENCHMARK = "invalid-benchmark", Error, false,
        "A part of `eval.yaml` is not there, or has another form than a hub takes";
    INVALID_EVAL_RESULTS = "invalid-eval-results", Error, false,
        "A part of a result below `.eval_results/` is not there, or has another form than a hub takes";
    INVALID_MODEL_INDEX = "invalid-model-index", Error, false,
        "A part of `model-index` has another type than a hub takes";
    INVALID_REPO_ID = "invalid-repo-id", Error, false,
        "A model or a dataset is named by what can't be the name of a repository, such as a local path";
    INVALID_YAML = "invalid-yaml", Error, false,
        "The metadata is not YAML, or is YAML that no hub reads";
    LONG_DESCRIPTION = "long-description", Error, false,
        "A `short_description` of more than 60 characters";
    METRICS_WITHOUT_DATASET = "metrics-without-dataset", Warning, false,
        "Results or metrics are given, but not on which dataset they were measured";
    MISSING_ALT_TEXT = "missing-alt-text", Note, false,
        "An image without words for those who can't see it";
    MISSING_BASE_MODEL = "missing-base-model", Warning, false,
        "A model that was evidently made from another one does not name it";
    MISSING_LIBRARY = "missing-library", Note, false,
        "There is no `library_name`, and the files say which library the model is for";
    MISSING_LICENSE = "missing-license", Warning, false,
        "There is no licence";
    MISSING_METADATA = "missing-metadata", Warning, false,
        "The card has no metadata, or metadata that says nothing";
    MISSING_PART = "missing-part", Warning, false,
        "A part of a field is not there that its readers need";
    MISSING_SDK = "missing-sdk", Error, false,
        "A Space without an SDK can't be built";
    MISSING_TASK = "missing-task", Note, false,
        "There is no `pipeline_tag`, and the files say which task the model is for";
    MISSING_TITLE = "missing-title", Note, false,
        "The text has no heading, or a Space no title";
    MISSPELT_FIELD = "misspelt-field", Warning, true,
        "A field that is not known, and nearly has the name of one that is";
    NOT_UTF8 = "not-utf8", Error, false,
        "The card is not UTF-8";
    ODD_TYPE = "odd-type", Warning, true,
        "A field has another type than its readers expect";
    ODD_VALUE = "odd-value", Warning, false,
        "A field holds a value that its readers do not know";
    REMOTE_CODE = "remote-code", Warning, false,
        "The reader is told to run code of the repository (`trust_remote_code=True`)";
    RENAMED_FIELD = "renamed-field", Error, true,
        "A field by a former name, which a hub refuses";
    SECRET = "secret", Error, false,
        "What looks like an access token or a private key";
    TEMPLATE_TEXT = "template-text", Warning, false,
        "Text of a template that nobody filled in";
    UNKNOWN_COLOR = "unknown-color", Error, true,
        "A `colorFrom` or `colorTo` that is none of the colours";
    UNKNOWN_FRAMEWORK = "unknown-framework", Error, false,
        "An `evaluation_framework` of `eval.yaml` that is not in the list";
    UNKNOWN_LANGUAGE = "unknown-language", Error, true,
        "A language that has not the form of a code of ISO 639 and is none of the special words";
    UNKNOWN_LICENSE = "unknown-license", Error, true,
        "A licence that is not in the list";
    UNKNOWN_SDK = "unknown-sdk", Error, true,
        "An SDK that is not in the list";
    UNKNOWN_SIZE = "unknown-size", Warning, true,
        "A `size_categories` that is not in the list";
    UNKNOWN_TASK = "unknown-task", Warning, true,
        "A task that is not in the list";
    UNKNOWN_TASK_ID = "unknown-task-id", Error, true,
        "A `task_ids` that is not in the list";
    UNLISTED_LANGUAGE = "unlisted-language", Warning, false,
        "A language of two or three letters that is no code of ISO 639, or is one no longer";
    UNNAMED_LICENSE = "unnamed-license", Warning, false,
        "The licence is `other`, and neither its name nor where to read it is given";
    UNPINNED_SNIPPET = "unpinned-snippet", Note, false,
        "Code that loads whatever a branch holds that day, instead of a pinned revision";
    UNQUOTED_WORD = "unquoted-word", Note, true,
        "A word such as `no`, a version such as `3.10`, or the date of a result, without quotes: it is read as something else";
    UNREAD_METADATA = "unread-metadata", Warning, false,
        "What was meant as metadata is read as text: its first line is not exactly three dashes, or not the first line";
    UNSAFE_LOADING = "unsafe-loading", Warning, false,
        "The reader is told to load a pickle, which runs whatever its author wrote";
    WRONG_TYPE = "wrong-type", Error, true,
        "A field has another type than a hub takes";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_each_stands_once() {
        assert!(RULES.is_sorted_by(|left, right| left.id < right.id));
        for rule in RULES {
            let is_named = |c: char| c.is_ascii_lowercase() || c == '-' || c.is_ascii_digit();
            assert!(rule.id.chars().all(is_named), "{}", rule.id);
            assert_eq!(Rule::find(rule.id), Some(*rule));
            assert!(!rule.summary.ends_with('.'), "{}", rule.summary);
        }
    }
}
