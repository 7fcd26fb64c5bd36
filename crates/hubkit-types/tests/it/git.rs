//! `git check-ref-format` as the judge of revisions.

use std::process::{Command, Stdio};

use hubkit_types::Revision;
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

#[test]
#[expect(clippy::print_stderr, reason = "says why nothing was compared")]
fn git_accepts_every_revision_that_we_accept() {
    if accepted_by_git("main").is_none() {
        eprintln!("skipped: there is no git on the search path");
        return;
    }
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let texts = prop_oneof![
        "[a-c0-9./@-]{1,8}",
        "[a.]{1,4}(\\.lock)?(/[a@{}.]{1,4})?",
        "(refs/)?[a-z]{1,3}/[!-~]{1,5}",
        "[aéß中\u{301}\u{a0}\u{200b}]{1,4}",
    ];
    let mut accepted = 0;
    for _ in 0..400 {
        let text = texts.new_tree(&mut runner).expect("a sample").current();
        if let Ok(revision) = text.parse::<Revision>() {
            assert_eq!(accepted_by_git(revision.as_str()), Some(true), "{text:?}");
            accepted += 1;
        }
    }
    assert!(accepted > 100, "only {accepted} were accepted");
}

/// `None` when git can't be run.
fn accepted_by_git(name: &str) -> Option<bool> {
    let status = Command::new("git")
        .args(["check-ref-format", "--allow-onelevel", name])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.ok().map(|status| status.success())
}
