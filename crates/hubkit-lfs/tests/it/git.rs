//! `git check-attr` on random rules and paths.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use hubkit_lfs::Attributes;
use hubkit_types::RepoPath;
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

const RULES: usize = 12;
const PATHS: usize = 60;

#[test]
#[expect(clippy::print_stderr, reason = "says why nothing was compared")]
fn git_says_the_same_of_random_rules_and_paths() {
    let repository = tempfile::tempdir().expect("a temporary folder");
    if !git(repository.path(), &["init", "--quiet"], "").is_ok_and(|(success, _)| success) {
        eprintln!("skipped: there is no git on the search path");
        return;
    }
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let rules = proptest::collection::vec(rule(), 1..RULES);
    let paths = proptest::collection::vec(path(), PATHS);
    let mut kept = 0;
    for _ in 0..150 {
        let text = sample(&rules, &mut runner).join("\n");
        fs::write(repository.path().join(".gitattributes"), &text).expect("written");
        let attributes = Attributes::parse(&text);
        let paths: Vec<RepoPath> = sample(&paths, &mut runner)
            .iter()
            .filter_map(|path| path.parse().ok())
            .collect();
        let question: String = paths
            .iter()
            .flat_map(|path| [path.as_str(), "\0"])
            .collect();
        let (_, answer) = git(
            repository.path(),
            &["check-attr", "--stdin", "-z", "filter"],
            &question,
        )
        .expect("git answers");
        let fields: Vec<&str> = answer.split_terminator('\0').collect();
        assert_eq!(fields.len(), 3 * paths.len(), "{text}");
        for (path, answer) in paths.iter().zip(fields.chunks(3)) {
            assert_eq!(path.as_str(), answer[0]);
            let expected = answer[2] == "lfs";
            assert_eq!(attributes.is_lfs(path), expected, "{path:?} under\n{text}");
            kept += usize::from(expected);
        }
    }
    assert!(
        kept > 500,
        "only {kept} paths matched: the samples are too odd"
    );
}

pub(crate) fn sample<S: Strategy>(strategy: &S, runner: &mut TestRunner) -> S::Value {
    strategy.new_tree(runner).expect("a sample").current()
}

pub(crate) fn rule() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[ab]",
        3 => Just("/".to_owned()),
        3 => Just("*".to_owned()),
        3 => Just("**".to_owned()),
        2 => Just("/**/".to_owned()),
        1 => Just("**/".to_owned()),
        1 => Just("?".to_owned()),
        1 => "\\[[!^]?[]ab/-]{1,3}\\]?",
        1 => Just("[[:alpha:]-]".to_owned()),
        1 => "\\\\[ab*/]",
        1 => Just("é".to_owned()),
        1 => Just("[a-b".to_owned()),
        1 => Just("[[:upper:]]".to_owned()),
        1 => "[AB]",
        1 => Just("***".to_owned()),
        1 => Just("/*".to_owned()),
    ];
    let pattern = proptest::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat());
    let pattern = (pattern, 0..12_u8).prop_map(|(pattern, form)| match form {
        0 | 1 => format!("\"{}\"", pattern.replace('\\', "\\\\")),
        // A quote that nothing closes, a negation, blanks around, an escape of C.
        2 => format!("\"{pattern}"),
        3 => format!("!{pattern}"),
        4 => format!(" \t{pattern} \t"),
        5 => format!("\"\\141{pattern}\"").replace("\\\\", "\\"),
        _ => pattern,
    });
    let setting = prop_oneof![
        6 => Just("filter=lfs"),
        2 => Just("-filter"),
        1 => Just("!filter"),
        1 => Just("filter"),
        2 => Just("large"),
        1 => Just("-large"),
        1 => Just("-text"),
        1 => Just("filter=lfs -text large"),
        1 => Just("filter=x,y"),
        1 => Just("filter=lfs \t\r"),
        1 => Just("Filter=lfs"),
        1 => Just("filter=LFS"),
    ];
    prop_oneof![
        12 => (pattern, setting).prop_map(|(pattern, setting)| format!("{pattern} {setting}")),
        1 => Just("[attr]large filter=lfs -text".to_owned()),
        1 => Just("[attr]large huge".to_owned()),
        1 => Just("[attr]huge filter=lfs".to_owned()),
        1 => Just("# a comment".to_owned()),
    ]
}

pub(crate) fn path() -> impl Strategy<Value = String> {
    "[abABé-]{1,3}(/[abB\\[ -]{1,3}){0,3}"
}

/// Runs git apart from the configuration of this machine. `Err` when there is none.
pub(crate) fn git(
    folder: &Path,
    arguments: &[&str],
    input: &str,
) -> std::io::Result<(bool, String)> {
    let mut child = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_ATTR_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", folder.join("no-such-file"))
        .env("XDG_CONFIG_HOME", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut stdin = child.stdin.take().expect("a pipe was asked for");
    stdin.write_all(input.as_bytes())?;
    drop(stdin);
    let output = child.wait_with_output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok((output.status.success(), text))
}
