//! What is found in cards, and what is not.

use std::fs;

use hubkit_card::{
    Card, Finding, Level, LintSettings, RULES, Rule, Severity, Surroundings, lint, lint_benchmark,
    lint_results, mend, not_utf8,
};
use hubkit_types::RepoKind::{self, Dataset, Model, Space};

use crate::cards::{cards, fixtures, real_cards};

/// A card with nothing to be found in it.
const GOOD: &str = "license: mit\nlanguage: en\ntags: [test]";
const TEXT: &str = "# Tiny\n\nA model for tests.\n";

fn findings(kind: RepoKind, text: &str, around: &Surroundings<'_>) -> Vec<Finding> {
    lint(kind, &Card::read(text), around, &LintSettings::default())
}

/// What is found, as `line:column rule`.
fn told(kind: RepoKind, text: &str, around: &Surroundings<'_>) -> Vec<String> {
    findings(kind, text, around)
        .iter()
        .map(|finding| {
            let location = finding.diagnostic.location.expect("a place");
            format!("{location} {}", finding.diagnostic.rule)
        })
        .collect()
}

/// Metadata that has one fault, told at a place of the card.
#[track_caller]
fn check_block(kind: RepoKind, block: &str, wanted: &[&str]) {
    let text = format!("---\n{block}\n---\n{TEXT}");
    assert_eq!(
        told(kind, &text, &Surroundings::default()),
        wanted,
        "{block}"
    );
}

/// A text that has one fault, told at a place of the text.
#[track_caller]
fn check_text(body: &str, wanted: &[&str]) {
    let files = ["README.md", "docs/use.md", "plot.png"];
    let around = Surroundings {
        files: Some(&files),
        ..Surroundings::default()
    };
    let text = format!("---\n{GOOD}\n---\n{body}");
    let above = 5;
    let found: Vec<_> = told(Model, &text, &around)
        .iter()
        .map(|found| {
            let (line, rest) = found.split_once(':').expect("a line");
            let line: usize = line.parse().expect("a number");
            format!("{}:{rest}", line - above)
        })
        .collect();
    assert_eq!(found, wanted, "{body}");
}

#[test]
fn a_good_card_has_nothing_to_be_found() {
    check_block(Model, GOOD, &[]);
    check_block(
        Dataset,
        &format!("{GOOD}\ntask_ids: [closed-domain-qa]\nsize_categories: [n<1K]"),
        &[],
    );
    check_block(
        Space,
        "title: x\nsdk: gradio\nsdk_version: '5.0'\nlicense: mit",
        &[],
    );
    check_text(
        "# A\n\n[a](docs/use.md) [b](docs) ![c](plot.png) [d](#a) [e](https://x/y.png) [f](../other)\n",
        &[],
    );
}

#[test]
fn what_a_hub_refuses_is_an_error_at_its_place() {
    let model = |block: &str, wanted: &[&str]| check_block(Model, block, wanted);
    model("license: apache", &["2:10 unknown-license"]);
    model("license: [mit, x]", &["2:16 unknown-license"]);
    model(
        "license: mit\nlanguage: [en, zh-CN]",
        &["3:16 unknown-language"],
    );
    model("license: mit\nlanguage: false", &["3:11 wrong-type"]);
    model(
        "license: mit\nbase_model: /models/mine",
        &["3:13 invalid-repo-id"],
    );
    model(
        "license: mit\ndatasets:\n- squad\n- my data",
        &["5:3 invalid-repo-id"],
    );
    model("license: mit\nwidget: x", &["3:9 wrong-type"]);
    model(
        "license: mit\nmodel-index:\n- name: x\n  results:\n  - dataset: {name: a, type: b, config: [c]}",
        &[
            "6:5 missing-part",
            "6:5 missing-part",
            "6:41 invalid-model-index",
        ],
    );
    model("licenses: mit", &["2:1 renamed-field"]);
    model("license: [", &["2:10 invalid-yaml"]);
    model("license: mit\nlicense: mit", &["3:1 duplicate-key"]);
    model("- license", &["2:1 invalid-yaml"]);
    check_block(
        Dataset,
        "license: mit\ntask_ids: [extractive-qa, chat]",
        &["3:27 unknown-task-id"],
    );
    let space = |block: &str, wanted: &[&str]| check_block(Space, block, wanted);
    space("title: x\nlicense: mit", &["2:1 missing-sdk"]);
    space("title: x\nlicense: mit\nsdk: flask", &["4:6 unknown-sdk"]);
    space(
        "title: x\nlicense: mit\nsdk: static\ncolorFrom: orange",
        &["5:12 unknown-color"],
    );
    let gradio =
        |version: &str| format!("title: x\nlicense: mit\nsdk: gradio\npython_version: {version}");
    for version in ["3.10", "4.0"] {
        space(&gradio(version), &["5:17 unquoted-word"]);
    }
    for version in ["3.9", "'3.10'", "3.10.1", "3", "!!float 3"] {
        space(&gradio(version), &[]);
    }
    let long = "x".repeat(61);
    space(
        &format!("title: x\nlicense: mit\nsdk: static\nshort_description: {long}"),
        &["5:20 long-description"],
    );
    for finding in findings(
        Model,
        "---\nlicense: apache\n---\n# x",
        &Surroundings::default(),
    ) {
        assert_eq!(finding.diagnostic.severity, Severity::Error);
        assert_eq!(finding.span, Some(13..19));
    }
}

#[test]
fn what_readers_miss_is_told() {
    let model = |block: &str, wanted: &[&str]| check_block(Model, block, wanted);
    model("tags: [x]", &["2:1 missing-license"]);
    model("license: other", &["2:10 unnamed-license"]);
    model(
        "license: other\nlicense_name: x\nlicense_link: LICENSE",
        &[],
    );
    model(
        "license: mit\nlibrary_name: peft",
        &["2:1 missing-base-model"],
    );
    model("license: mit\ntags: [gguf]\nbase_model: a/b", &[]);
    model("license: mit\npipeline_tag: chat", &["3:15 unknown-task"]);
    model(
        "license: mit\npipeline_tag: text2text-generation",
        &["3:15 deprecated-value"],
    );
    model(
        "license: mit\nmetrics: [f1]",
        &["3:10 metrics-without-dataset"],
    );
    model("license: mit\nlanguage: no", &["3:11 unquoted-word"]);
    model("license: mit\nlanguage: 'no'", &[]);
    model(
        "license: mit\nlanguage: [en, xq]",
        &["3:16 unlisted-language"],
    );
    model(
        "licence: mit",
        &["2:1 missing-license", "2:1 misspelt-field"],
    );
    model("license: mit\ntags: [a, b, a]", &["3:14 duplicate-value"]);
    model("license: mit\nlicense_name: x", &["3:1 dead-field"]);
    model("license: mit\ntags: x", &["3:7 odd-type"]);
    model("license: mit\nmodel_name: [x]", &["3:13 odd-type"]);
    model(
        "license: mit\nbase_model: a/b\nbase_model_relation: clone",
        &["4:22 odd-value"],
    );
    model(
        "license: mit\nmodel-index: [{name: x}]",
        &["3:15 missing-part"],
    );
    model(
        "license: mit\nmodel_name: '{{ name }}'",
        &["3:13 template-text"],
    );
    check_block(
        Dataset,
        "license: mit\nsize_categories: 1k<n<10k",
        &["3:18 unknown-size"],
    );
    check_block(
        Space,
        "sdk: streamlit\nlicense: mit\ntitle: x",
        &["2:6 deprecated-value"],
    );
    let none = Surroundings::default();
    assert_eq!(told(Model, TEXT, &none), ["1:1 missing-metadata"]);
    assert_eq!(
        told(Model, "--- \nlicense: mit\n---\n# x\n", &none),
        ["1:1 missing-metadata", "1:1 unread-metadata"]
    );
    assert_eq!(
        told(Model, "---\nlicense: mit\n---\n", &none),
        ["3:4 empty-text"]
    );
}

#[test]
fn what_the_files_say_is_missed_in_the_card() {
    let around = |files| Surroundings {
        files: Some(files),
        ..Surroundings::default()
    };
    let text = format!("---\nlicense: mit\n---\n{TEXT}");
    let config = serde_json::json!({"architectures": ["BertForMaskedLM"], "model_type": "bert"});
    let found = findings(
        Model,
        &text,
        &Surroundings {
            config: Some(&config),
            ..around(&["README.md", "config.json", "model.safetensors"])
        },
    );
    let said: Vec<_> = found
        .iter()
        .map(|found| {
            (
                found.diagnostic.rule,
                found.diagnostic.suggestion.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            ("missing-library", Some("transformers")),
            ("missing-task", Some("fill-mask"))
        ]
    );
    assert_eq!(
        told(Model, &text, &around(&["README.md", "model.Q4_K_M.gguf"]))[0],
        "2:1 missing-base-model"
    );
}

#[test]
fn the_text_is_looked_through() {
    check_text("# A\n\n[x](docs/none.md)\n", &["3:1 broken-link"]);
    check_text(
        "# A\n\n<img src=\"none.png\" alt=\"x\">\n",
        &["3:1 broken-link"],
    );
    check_text("# A\n\nSee [x](#b).\n", &["3:5 broken-link"]);
    check_text(
        "# A\n\nSee [x](README.md#a), [y](README.md#b) and [z](docs/use.md#b).\n",
        &["3:23 broken-link"],
    );
    check_text("# A & B!\n<a id=\"c\"></a>\n\n[x](#a--b) [y](#C)\n", &[]);
    check_text("# A\n\n![](plot.png)\n", &["3:1 missing-alt-text"]);
    check_text("no heading\n", &["1:1 missing-title"]);
    check_text("<h1>A</h1>\n", &[]);
    check_text("# A\n\n[More Information Needed]\n", &["3:1 template-text"]);
    check_text(
        "# A\n\n{{ get_started | default(\"x\") }}\n",
        &["3:1 template-text"],
    );
    check_text("# A\n\n```jinja\n{{ messages }}\n```\n", &[]);
    let python = |code: &str| format!("# A\n\n```python\n{code}\n```\n");
    check_text(
        &python("m = AutoModel.from_pretrained('a/b')"),
        &["4:15 unpinned-snippet"],
    );
    check_text(
        &python("n = \"a/b\"\nm = AutoModel.from_pretrained(n)"),
        &["5:15 unpinned-snippet"],
    );
    check_text(
        &python("m = AutoModel.from_pretrained('a/b', revision='c')"),
        &[],
    );
    for (code, at) in [
        ("from_pretrained('a/b', revision=\"main\")", true),
        ("from_pretrained('a/b', revision = 'master', x=1)", true),
        ("from_pretrained('a/b', revision='v1.0')", false),
        ("from_pretrained('a/b', revision=commit)", false),
        ("pipeline('text-generation', model='a/b')", true),
        (
            "pipeline('text-generation', model='a/b', revision='v1')",
            false,
        ),
        ("pipeline('text-generation', model=model)", false),
        ("SentenceTransformer('a/b')", true),
        ("SentenceTransformer('a/b', revision='v1')", false),
        ("hf download a/b", true),
        ("hf download a/b --revision v1", false),
        ("hf download a/b \\\n  --revision v1", false),
        ("hf download a/b\nx --revision v1", true),
        ("huggingface-cli download a/b --local-dir x", true),
        ("hf download {repo}", false),
        ("hf download ", false),
    ] {
        let wanted: &[&str] = if at { &["4:1 unpinned-snippet"] } else { &[] };
        check_text(&python(code), wanted);
    }
    check_text(&python("m = AutoModel.from_pretrained('./here')"), &[]);
    check_text(&python("load_dataset('csv', data_files='x')"), &[]);
    check_text(
        &python("!wget https://hf.co/a/b/resolve/main/c"),
        &["4:24 unpinned-snippet"],
    );
    check_text(
        &python("f(x, trust_remote_code=True)"),
        &["4:6 remote-code"],
    );
    check_text(&python("torch.load('x')"), &["4:1 unsafe-loading"]);
    check_text(&python("torch.load('x', weights_only=True)"), &[]);
    check_text(
        &python("np.load('x', allow_pickle=True)"),
        &["4:14 unsafe-loading"],
    );
    check_text(
        "# A\n\nPass `trust_remote_code=True`.\n",
        &["3:7 remote-code"],
    );
    check_text(
        "# A\n\nThere is no `trust_remote_code=True` in it.\n",
        &["3:14 remote-code"],
    );
    check_text("# A\n\nIt runs without trust_remote_code=True now.\n", &[]);
    let token = format!("hf_{}", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6g");
    check_text(&format!("# A\n\ntoken={token}\n"), &["3:7 secret"]);
}

#[test]
fn settings_and_remarks_switch_rules_off() {
    let text = "---\nlicense: x\n---\n# A\n\n[x](#b)\n";
    let card = Card::read(text);
    let rule = |id| Rule::find(id).expect("a rule");
    let settings = LintSettings::default()
        .with(rule("unknown-license"), Level::Off)
        .with(rule("broken-link"), Level::On(Severity::Error));
    let found = lint(Model, &card, &Surroundings::default(), &settings);
    let said: Vec<_> = found
        .iter()
        .map(|found| (found.diagnostic.rule, found.diagnostic.severity))
        .collect();
    assert_eq!(said, [("broken-link", Severity::Error)]);

    for (text, left) in [
        (
            "---\nlicense: x # hubkit: allow unknown-license\n---\n# A\n",
            vec![],
        ),
        (
            "---\n# hubkit: allow other, unknown-license\nlicense: x\n---\n# A\n",
            vec![],
        ),
        (
            "---\nlicense: x # hubkit: allow other\n---\n# A\n",
            vec!["2:10 unknown-license"],
        ),
        (
            "---\nlicense: x\ntitle: y # hubkit: allow unknown-license\n---\n# A\n",
            vec!["2:10 unknown-license"],
        ),
        (
            "---\ntitle: y\n# hubkit: allow missing-license\n---\n# A\n",
            vec![],
        ),
        (
            "---\nlicense: mit\n---\n<!-- hubkit-lint-disable broken-link -->\n# A\n[x](#b)\n",
            vec![],
        ),
        (
            "---\nlicense: mit\n---\n# A\n[x](#b)\n<!-- hubkit-lint-disable broken-link -->\n[x](#b)\n\n<!-- hubkit-lint-enable broken-link -->\n[x](#b)\n",
            vec!["5:1 broken-link", "10:1 broken-link"],
        ),
    ] {
        assert_eq!(told(Model, text, &Surroundings::default()), left, "{text}");
    }
}

#[test]
fn a_secret_is_shown_by_no_rule() {
    let token = format!("hf_{}", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6g");
    for block in [
        format!("license: {token}"),
        format!("license: mit\nbase_model: https://user:{token}@here"),
        format!("license: mit\ntags: [{token}, {token}]"),
        format!("license: mit\nmodel-index: [{{name: [], {token}: x}}]"),
        format!("license: mit\n{token}: {token}\n{token}: x"),
    ] {
        let text = format!("---\n{block}\n---\n# A\n\n[x](#{token}) ![]({token})\n");
        let found = findings(Model, &text, &Surroundings::default());
        assert!(found.iter().any(|found| found.diagnostic.rule == "secret"));
        for found in found {
            let said = format!("{} {:?}", found.diagnostic, found.diagnostic.suggestion);
            assert!(!said.contains(&token[..16]), "{said}");
        }
    }
}

#[test]
fn what_is_mended_changes_nothing_else() {
    let mended = |kind, block: &str| {
        let text = format!(
            "\u{feff}---\r\n{}\r\n---\r\n# A\r\n",
            block.replace('\n', "\r\n")
        );
        let none = Surroundings::default();
        let mended = mend(kind, &text, &none, &LintSettings::default());
        let is_whole = mended.left.iter().all(|finding| !finding.is_fixable());
        assert!(is_whole || block.contains('&'));
        let text = mended.text.replace("\r\n", "\n");
        text[7..text.len() - 9].to_owned()
    };
    for (block, wanted) in [
        ("license: Apache 2.0 # yes", "license: apache-2.0 # yes"),
        ("license: 'MIT'", "license: mit"),
        ("license: mit\nlanguage: no", "license: mit\nlanguage: 'no'"),
        (
            "license: mit\nlanguage: [ en, NO ]",
            "license: mit\nlanguage: [ en, 'no' ]",
        ),
        (
            "license: mit\nlanguage:\n  - English  # x",
            "license: mit\nlanguage:\n  - en  # x",
        ),
        (
            "license: mit\ntags: [a, b , a]",
            "license: mit\ntags: [a, b]",
        ),
        (
            "license: mit\ntags:\n- a\n- b\n- a",
            "license: mit\ntags:\n- a\n- b",
        ),
        (
            "license: mit\ntags:\n- a\n- a # x\n- b",
            "license: mit\ntags:\n- a\n- b",
        ),
        (
            "licenses: MIT\nLibrary_name: x",
            "license: mit\nlibrary_name: x",
        ),
        (
            "license: mit\npipeline_tag: \"conversational\"",
            "license: mit\npipeline_tag: text-generation",
        ),
        (
            "license: mit\nmodel-index:\n- name: 5\n  results: []",
            "license: mit\nmodel-index:\n- name: '5'\n  results: []",
        ),
        // What is written is meant, and not the number that it is.
        (
            "license: mit\nmodel-index:\n- name: 1.10\n  results: []",
            "license: mit\nmodel-index:\n- name: '1.10'\n  results: []",
        ),
        // A value that other places repeat is left alone.
        (
            "license: &x MIT\nlicense_name: *x",
            "license: &x MIT\nlicense_name: *x",
        ),
    ] {
        assert_eq!(mended(Model, block), wanted);
    }
    for (block, wanted) in [
        (
            "license: mit\ntask_ids: [Extractive QA] # x",
            "license: mit\ntask_ids: [extractive-qa] # x",
        ),
        (
            "license: mit\ntask_ids: closed-domain-qa",
            "license: mit\ntask_ids:\n- closed-domain-qa",
        ),
        (
            "license: mit\nsize_categories: 1K < n < 10K",
            "license: mit\nsize_categories: 1K<n<10K",
        ),
        (
            "license: mit\nsize_categories: [N<1k]",
            "license: mit\nsize_categories: [n<1K]",
        ),
    ] {
        assert_eq!(mended(Dataset, block), wanted);
    }
    assert_eq!(
        mended(Space, "title: x\nlicense: mit\nsdk: Docker\ncolorFrom: Red"),
        "title: x\nlicense: mit\nsdk: docker\ncolorFrom: red"
    );
}

#[test]
fn what_is_no_text_is_told_with_its_place() {
    let told = |bytes: &[u8]| not_utf8(bytes).map(|found| found.diagnostic.to_string());
    assert_eq!(told("ä".as_bytes()), None);
    assert_eq!(
        told(b"---\nt: \xe4\n---\n").as_deref(),
        Some("2:4: error: expected UTF-8, found the byte 0xe4 [not-utf8]")
    );
    assert_eq!(
        told(b"\xff\xfeh\0").as_deref(),
        Some("1:1: error: expected UTF-8, found UTF-16 [not-utf8]")
    );
}

/// What holds for every card.
fn survives(kind: RepoKind, text: &str) {
    let found = findings(kind, text, &Surroundings::default());
    assert!(found.len() <= 500);
    for finding in &found {
        let diagnostic = &finding.diagnostic;
        assert!(RULES.iter().any(|rule| rule.id == diagnostic.rule));
        let location = diagnostic.location.expect("a place");
        assert!(location.line >= 1 && location.column >= 1);
        let span = finding.span.clone();
        assert!(
            span.is_none_or(|span| text.get(span).is_some()),
            "{diagnostic}"
        );
    }
    let places = found.iter().map(|finding| finding.diagnostic.location);
    assert!(places.is_sorted(), "{found:#?}");
    let mended = mend(
        kind,
        text,
        &Surroundings::default(),
        &LintSettings::default(),
    );
    assert_eq!(mended.text == text, mended.mended.is_empty());
    assert!(mended.text.ends_with(Card::read(text).body));
}

#[test]
fn every_card_survives() {
    for folder in ["cards", "yaml"] {
        for (_, text) in cards(&fixtures(folder)) {
            for kind in RepoKind::ALL {
                survives(kind, &text);
            }
        }
    }
    for (_, text) in real_cards().into_iter().flatten() {
        for kind in RepoKind::ALL {
            survives(kind, &text);
        }
    }
}

#[test]
fn cards_that_were_written_to_do_harm_take_no_time() {
    let many = |text: &str| text.repeat((1 << 17) / text.len());
    for body in [
        many("[x](#y)"),
        many("[x](y)\n\n"),
        many("![](x)"),
        many("<a id=x "),
        many("<img src='"),
        many("<!-- hubkit-lint-disable x "),
        many("from_pretrained("),
        format!("```\n{}", many("from_pretrained(x")),
        format!("```\n{}", many("torch.load(")),
        many("hf_"),
        many("-----BEGIN "),
        many("{{ x }}"),
        many("# x\n"),
        many("```\nx = 'a/b'\nfrom_pretrained(x)\n```\n"),
    ] {
        survives(Model, &format!("---\n{GOOD}\n---\n{body}"));
    }
    for block in [
        many("# hubkit: allow x"),
        many("# hubkit: allow "),
        format!("license:\n{}", "- x\n".repeat(30_000)),
        format!("language:\n{}", "- english!\n".repeat(30_000)),
        format!("task_ids:\n{}", "- questoin-answering\n".repeat(20_000)),
        format!("tags:\n{}", "- no\n".repeat(30_000)),
    ] {
        survives(Dataset, &format!("---\n{block}\n---\n{TEXT}"));
    }
}

#[test]
fn real_cards_are_not_cried_wolf_at() {
    let Some(cards) = real_cards() else { return };
    let count = cards.len();
    let mut refused = 0;
    for (_, text) in cards {
        let found = findings(Model, &text, &Surroundings::default());
        refused += usize::from(
            found
                .iter()
                .any(|found| found.diagnostic.severity == Severity::Error),
        );
    }
    // Cards from before the Hub checked them, templates and cut ones among them.
    assert!(refused * 4 < count, "{refused} of {count}");
}

#[test]
fn every_rule_has_a_trial_here() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/lint.rs");
    let trials = fs::read_to_string(path).expect("this file");
    for rule in RULES {
        // Of what a hub only may refuse nothing is known yet.
        let named = trials.matches(&format!("{}\"", rule.id)).count()
            + trials.matches(&format!("[{}]", rule.id)).count();
        assert!(named > 0, "{}", rule.id);
    }
}

#[test]
fn files_of_results_and_benchmarks_are_told_with_their_places() {
    let settings = LintSettings::default();
    let told = |found: Vec<Finding>| -> Vec<String> {
        let told = found.iter().map(|finding| {
            assert!(!finding.is_fixable());
            let location = finding.diagnostic.location.expect("a place");
            format!("{location} {}", finding.diagnostic.rule)
        });
        told.collect()
    };
    let results = |text: &str| told(lint_results(text, &settings));
    let good = "# ours\n- dataset: {id: cais/hle, task_id: default}\n  value: 20.9\n  date: \"2026-01-02\"\n";
    assert_eq!(results(good), [""; 0]);
    assert_eq!(
        results(&good.replace('"', "").replace("20.9", "much")),
        ["3:10 odd-type", "4:9 unquoted-word"]
    );
    assert_eq!(
        results("- dataset: {id: /x, task_id: t}\n  source: {name: x}\n"),
        [
            "1:3 invalid-eval-results",
            "1:17 invalid-repo-id",
            "2:11 invalid-eval-results"
        ]
    );
    let again = good.replace("# ours\n", "").replace("20.9", "21");
    assert_eq!(results(&format!("{good}{again}")), ["5:3 odd-value"]);
    assert_eq!(results(&format!("{good}{again}  notes: tools\n")), [""; 0]);
    let signed = format!("{good}  verifyToken: [x]\n");
    assert_eq!(results(&signed), ["2:3 odd-type"]);
    assert_eq!(results("- text\n"), ["1:3 invalid-eval-results"]);
    assert_eq!(results("text\n"), ["1:1 invalid-eval-results"]);
    assert_eq!(results("a: ["), ["1:4 invalid-yaml"]);
    assert_eq!(
        results(
            &good
                .replace("# ours", "# hubkit: allow odd-type")
                .replace("20.9", "x")
        ),
        ["3:10 odd-type"]
    );
    assert_eq!(
        results(&good.replace("20.9", "x # hubkit: allow odd-type")),
        [""; 0]
    );
    let token = format!("notes: hf_{}\n", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6g");
    assert_eq!(results(&format!("{good}  {token}")), ["5:10 secret"]);

    let found = lint_benchmark(
        "name: x\ndescription: y\nevaluation_framework: inspect_ai\ntasks: [{id: a}]\n",
        &settings,
    );
    assert_eq!(
        found[0].diagnostic.suggestion.as_deref(),
        Some("inspect-ai")
    );
    assert_eq!(told(found), ["3:23 unknown-framework"]);
    assert_eq!(
        told(lint_benchmark("- a\n", &settings)),
        ["1:1 invalid-yaml"]
    );
    assert_eq!(
        told(lint_benchmark("name: x\n", &settings)),
        ["1:1 invalid-benchmark"; 3]
    );
}
