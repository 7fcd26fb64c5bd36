//! What a hub answers when it is asked about a card.

use hubkit_types::RepoKind;

use super::{
    draft::{Answer, Drafts},
    hub,
};
use crate::Card;

/// What a hub says of a card, in its own words: `"license" must be one of [apache-2.0, …]`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Validation {
    /// Why it refuses the card; nothing if it takes it.
    pub errors: Vec<String>,
    /// What else it has to say.
    pub warnings: Vec<String>,
}

/// Says what a hub answers to `POST /api/validate-yaml` with this card. Texts of the author are repeated as they are.
///
/// The Hub's check is not public. These are the answers that are known of it, in the form it has given them; what it is
/// not known to refuse is taken.
pub fn validate(kind: RepoKind, content: &str) -> Validation {
    let mut drafts = Drafts::default();
    hub::check(kind, &Card::read(content), &mut drafts);
    let mut validation = Validation::default();
    for draft in drafts.finish() {
        match draft.answer {
            Some(Answer::Error(text)) => validation.errors.push(text),
            Some(Answer::Warning(text)) => validation.warnings.push(text),
            None => {}
        }
    }
    validation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: RepoKind, block: &str, errors: &[&str], warnings: &[&str]) {
        let found = validate(kind, &format!("---\n{block}\n---\n# Title\n"));
        let begin = |found: &[String], wanted: &[&str]| {
            found.len() == wanted.len()
                && found
                    .iter()
                    .zip(wanted)
                    .all(|(found, wanted)| found.starts_with(wanted))
        };
        assert!(begin(&found.errors, errors), "{block}: {:#?}", found.errors);
        assert!(
            begin(&found.warnings, warnings),
            "{block}: {:#?}",
            found.warnings
        );
    }

    #[test]
    fn a_hub_answers_in_its_own_words() {
        let model = |block: &str, errors: &[&str]| check(RepoKind::Model, block, errors, &[]);
        model("license: mit\nlanguage: [en, no]\nfoo: {bar: 1}", &[]);
        model("license: [mit, apache-2.0]", &[]);
        model(
            "license: asdf",
            &["\"license\" must be one of [apache-2.0, mit, openrail, "],
        );
        model(
            "license: [mit, asdf]",
            &["\"license[1]\" must be one of [apache-2.0, "],
        );
        model("license: 3", &["\"license\" must be a string"]);
        model("widget: hello", &["\"widget\" must be an array"]);
        model(
            "languages: en",
            &["\"languages\" is deprecated. Use \"language\" instead."],
        );
        model(
            "language: [en, pt_pt]",
            &[
                "\"language[1]\" with value \"pt_pt\" is not valid. It must be an ISO 639-1, 639-2 or 639-3 code (two/three letters), or a special value like \"code\", \"multilingual\". If you want to use BCP-47 identifiers, you can specify them in language_bcp47.",
            ],
        );
        model("language: false", &["\"language\" must be a string"]);
        model(
            "base_model: /workspace/elicit/gpu5/parent",
            &[
                "\"base_model\" with value \"/workspace/elicit/gpu5/parent\" is not valid. Use a model id from https://hf.co/models.",
            ],
        );
        model(
            "datasets: [squad, Private Data]",
            &[
                "\"datasets[1]\" with value \"Private Data\" is not valid. If possible, use a dataset id from https://hf.co/datasets.",
            ],
        );
        model(
            "new_version: a/b/c",
            &["\"new_version\" with value \"a/b/c\" is not valid."],
        );
    }

    #[test]
    fn results_have_types() {
        let index = |results: &str| format!("model-index:\n- name: x\n  results:\n{results}");
        for (results, error) in [
            (
                "  - dataset: {config: {a: 1}}",
                "\"model-index[0].results[0].dataset.config\" must be a string",
            ),
            (
                "  - metrics: {type: a}",
                "\"model-index[0].results[0].metrics\" must be an array",
            ),
            (
                "  - metrics: [{type: a, config: [1]}]",
                "\"model-index[0].results[0].metrics[0].config\" must be a string",
            ),
            (
                "  - task: text",
                "\"model-index[0].results[0].task\" must be of type object",
            ),
            (
                "  - text",
                "\"model-index[0].results[0]\" must be of type object",
            ),
        ] {
            check(RepoKind::Model, &index(results), &[error], &[]);
        }
        check(
            RepoKind::Model,
            "model-index: {name: x}",
            &["\"model-index\" must be an array"],
            &[],
        );
        check(
            RepoKind::Model,
            &index("  - metrics: [{type: a, value: {b: 1}}]"),
            &[],
            &[],
        );
        // Only a model has results.
        check(RepoKind::Dataset, "model-index: {name: x}", &[], &[]);
    }

    #[test]
    fn a_space_is_configured() {
        let space = |block: &str, errors: &[&str]| check(RepoKind::Space, block, errors, &[]);
        space("sdk: gradio\ncolorFrom: red\ncolorTo: gray", &[]);
        space(
            "sdk: gradio\ncolorFrom: orange",
            &[
                "\"colorFrom\" must be one of [red, yellow, green, blue, indigo, purple, pink, gray]",
            ],
        );
        space(
            "sdk: flask",
            &["\"sdk\" must be one of [gradio, docker, static, streamlit]"],
        );
        space(
            &format!("sdk: static\nshort_description: {}", "x".repeat(60)),
            &[],
        );
        space(
            &format!("sdk: static\nshort_description: {}", "x".repeat(61)),
            &["\"short_description\" length must be less than or equal to 60 characters long"],
        );
        space(
            "sdk: static\nmodels: [./here]",
            &["\"models[0]\" with value \"./here\" is not valid. Use a model id"],
        );
        // The Hub takes the card; such a Space does not run.
        space("title: x", &[]);
    }

    #[test]
    fn tasks_that_are_not_listed_are_warned_of() {
        let warned = |kind, block, warning| check(kind, block, &[], &[warning]);
        warned(
            RepoKind::Model,
            "pipeline_tag: chat",
            "The pipeline tag \"chat\" is not in the official list: text-classification, ",
        );
        warned(
            RepoKind::Dataset,
            "task_categories: [chat]",
            "The task_categories \"chat\" is not in the official list: text-classification, ",
        );
    }

    #[test]
    fn finer_tasks_that_are_not_listed_are_refused() {
        let refused = |block, error| check(RepoKind::Dataset, block, &[error], &[]);
        refused(
            "task_ids: [closed-domain-qa, chat]",
            "The task_ids \"chat\" is not in the official list: acceptability-classification, ",
        );
        refused(
            "task_ids: closed-domain-qa",
            "\"task_ids\" must be an array",
        );
        refused("task_ids: [1]", "\"task_ids[0]\" must be a string");
        check(
            RepoKind::Dataset,
            "task_ids: [closed-domain-qa, conversational]",
            &[],
            &[],
        );
    }

    #[test]
    fn a_card_without_metadata_is_taken_and_one_that_is_no_mapping_is_not() {
        let none = "empty or missing yaml metadata in repo card";
        for text in [
            "# hello\n",
            "---\nlicense: mit\n---oops\n",
            "---\n---\n",
            "---\n\n---\n",
        ] {
            let found = validate(RepoKind::Model, text);
            assert_eq!(
                (found.errors.len(), found.warnings.as_slice()),
                (0, &[none.to_owned()][..]),
                "{text}"
            );
        }
        check(
            RepoKind::Model,
            "- a\n- b",
            &["\"value\" must be of type object"],
            &[],
        );
        check(
            RepoKind::Model,
            "hello",
            &["The YAML metadata of your README.md is invalid."],
            &[],
        );
        check(
            RepoKind::Model,
            "license: [",
            &["Invalid YAML in README.md: "],
            &[],
        );
        check(
            RepoKind::Model,
            "license: mit\nlicense: mit",
            &["Invalid YAML in README.md: duplicate"],
            &[],
        );
    }
}
