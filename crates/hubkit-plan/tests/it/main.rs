//! The labelled pairs of paths, and patterns against a slow reader of the same rules.

use std::{fs, path::Path};

use hubkit_plan::{Pattern, collisions};
use hubkit_types::RepoPath;
use proptest::prelude::*;
use serde_json::Value;

#[test]
fn every_labelled_pair_collides_as_its_label_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/pathname");
    let labels = fs::read_to_string(folder.join("labels.tsv")).expect("the labels");
    let mut count = 0;
    for line in labels.lines().filter(|line| line.contains("pair")) {
        let mut columns = line.split('\t');
        let mut column = || columns.next().expect("a column");
        let (name, expected) = (column(), column());
        let json = fs::read(folder.join(name)).expect(name);
        let document: Value = serde_json::from_slice(&json).expect(name);
        let pair: Vec<RepoPath> = document["path"]
            .as_str()
            .expect("a text")
            .split('|')
            .map(|path| path.parse().expect("a path"))
            .collect();
        assert_eq!(
            collisions::check(&pair).is_ok(),
            expected == "accept",
            "{name}"
        );
        count += 1;
    }
    assert!(count >= 3, "the labels were read");
}

/// Random patterns and paths, each with the answer of Python's `fnmatch.fnmatchcase`; a slash at the end of a pattern
/// was given its star, as huggingface_hub does.
#[test]
fn patterns_match_what_python_matches() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/patterns/fnmatch.tsv");
    let rows = fs::read_to_string(file).expect("the rows");
    let mut count = 0;
    for row in rows.lines().skip(1) {
        let mut columns = row.split('\t');
        let mut column = || columns.next().expect("a column");
        let (pattern, path, expected) = (column(), column(), column());
        let path: RepoPath = path.parse().expect("a path");
        let found = Pattern::new(pattern).matches(&path);
        assert_eq!(found, expected == "yes", "{pattern} {path}");
        count += 1;
    }
    assert!(count >= 1000, "the rows were read");
}

/// Python's rules, written down once more as plainly as can be.
fn slowly(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        (['*', rest @ ..], _) => {
            slowly(rest, text) || (!text.is_empty() && slowly(pattern, &text[1..]))
        }
        (['?', pattern @ ..], [_, text @ ..]) => slowly(pattern, text),
        ([expected, pattern @ ..], [found, text @ ..]) => {
            expected == found && slowly(pattern, text)
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_pattern_says_what_a_slow_reader_says(pattern in "[ab*?é]{0,8}", path in "[abé]{1,8}") {
        let characters = |text: &str| text.chars().collect::<Vec<char>>();
        let expected = slowly(&characters(&pattern), &characters(&path));
        let path: RepoPath = path.parse().expect("a path");
        prop_assert_eq!(Pattern::new(&pattern).matches(&path), expected);
    }

    #[test]
    fn a_path_without_wildcards_matches_itself_alone(first in "[a-c./]{1,6}", second in "[a-c./]{1,6}") {
        if let (Ok(first), Ok(second)) = (first.parse::<RepoPath>(), second.parse::<RepoPath>()) {
            prop_assert_eq!(Pattern::new(first.as_str()).matches(&second), first == second);
        }
    }

    #[test]
    fn what_lower_case_makes_equal_collides(name in "[a-zà-ÿ]{1,8}") {
        let upper: String = name
            .chars()
            .map(|c| if c.to_uppercase().count() == 1 { c.to_uppercase().next().unwrap_or(c) } else { c })
            .collect();
        let paths: [RepoPath; 2] = [name.parse().expect("a path"), upper.parse().expect("a path")];
        prop_assert!(collisions::check(&paths).is_err());
    }

    #[test]
    fn no_pattern_is_too_odd(pattern in "[\\[\\]!*?a-]{0,20}", path in "[a!\\[\\]-]{1,20}") {
        if let Ok(path) = path.parse() {
            Pattern::new(&pattern).matches(&path);
        }
    }
}
