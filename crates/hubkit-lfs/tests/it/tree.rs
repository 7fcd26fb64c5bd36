//! `git check-attr` in random trees with several files of attributes.

use std::fs;

use hubkit_lfs::TreeAttributes;
use hubkit_types::RepoPath;
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use crate::git::{git, path, rule, sample};

/// Where files of attributes may lie; paths lead through these folders more often than not.
const FOLDERS: [&str; 4] = ["", "a", "a/b", "b"];

#[test]
#[expect(clippy::print_stderr, reason = "says why nothing was compared")]
fn git_says_the_same_of_random_trees() {
    let repository = tempfile::tempdir().expect("a temporary folder");
    let root = repository.path();
    if !git(root, &["init", "--quiet"], "").is_ok_and(|(success, _)| success) {
        eprintln!("skipped: there is no git on the search path");
        return;
    }
    fs::create_dir_all(root.join("a/b")).expect("a folder");
    fs::create_dir_all(root.join("b")).expect("a folder");
    let user = root.join("user-attributes");
    let place = user.to_str().expect("UTF-8");
    git(root, &["config", "core.attributesFile", place], "").expect("git answers");
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let rules = proptest::collection::vec(rule(), 0..5);
    let places = (proptest::sample::select(&FOLDERS[..]), path()).prop_map(|(folder, path)| {
        format!("{folder}/{path}")
            .trim_start_matches('/')
            .to_owned()
    });
    let paths = proptest::collection::vec(places, 60);
    let (mut kept, mut left) = (0, 0);
    for round in 0..120 {
        let mut attributes = TreeAttributes::default();
        let mut shown = String::new();
        for folder in FOLDERS {
            let text = sample(&rules, &mut runner).join("\n");
            fs::write(root.join(folder).join(".gitattributes"), &text).expect("written");
            attributes = attributes.with_file(folder, &text);
            shown.extend(["--- ", folder, "\n", &text, "\n"]);
        }
        let own = sample(&rules, &mut runner).join("\n");
        let of_user = sample(&rules, &mut runner).join("\n");
        // Most clones have neither.
        let (own, of_user) = match round % 4 {
            0 => (own, of_user),
            1 => (own, String::new()),
            2 => (String::new(), of_user),
            _ => (String::new(), String::new()),
        };
        fs::write(root.join(".git/info/attributes"), &own).expect("written");
        fs::write(&user, &of_user).expect("written");
        shown.extend(["--- own\n", &own, "\n--- user\n", &of_user, "\n"]);
        let attributes = attributes.with_own(&own).with_user(&of_user);
        let paths: Vec<RepoPath> = sample(&paths, &mut runner)
            .iter()
            .filter_map(|path| path.parse().ok())
            .collect();
        let question: String = paths
            .iter()
            .flat_map(|path| [path.as_str(), "\0"])
            .collect();
        let arguments = ["check-attr", "--stdin", "-z", "filter"];
        let (_, answer) = git(root, &arguments, &question).expect("git answers");
        let fields: Vec<&str> = answer.split_terminator('\0').collect();
        assert_eq!(fields.len(), 3 * paths.len(), "{shown}");
        for (path, answer) in paths.iter().zip(fields.chunks(3)) {
            let expected = answer[2] == "lfs";
            assert_eq!(attributes.is_lfs(path), expected, "{path:?} under\n{shown}");
            kept += usize::from(expected);
            left += usize::from(!expected);
        }
    }
    assert!(
        kept > 500 && left > 500,
        "the samples are too odd: {kept}, {left}"
    );
}
