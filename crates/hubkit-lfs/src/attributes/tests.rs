use super::*;

#[track_caller]
fn check(text: &str, path: &str, expected: bool) {
    let path: RepoPath = path.parse().expect("a path");
    assert_eq!(
        Attributes::parse(text).is_lfs(&path),
        expected,
        "{text:?} {path}"
    );
}

#[track_caller]
fn check_pattern(pattern: &str, matched: &[&str], unmatched: &[&str]) {
    for path in matched {
        check(&format!("{pattern} filter=lfs"), path, true);
    }
    for path in unmatched {
        check(&format!("{pattern} filter=lfs"), path, false);
    }
}

#[test]
fn a_pattern_without_a_slash_is_about_the_name_at_any_depth() {
    check_pattern(
        "*.bin",
        &["a.bin", "x/y/a.bin", ".bin"],
        &["a.bin/b", "a.bin2"],
    );
    check_pattern("model", &["model", "x/model"], &["model/x", "models"]);
    check_pattern(
        "*tfevents*",
        &["runs/events.out.tfevents.1"],
        &["tfevents/x"],
    );
}

#[test]
fn a_pattern_with_a_slash_is_about_the_whole_path() {
    check_pattern("/a.bin", &["a.bin"], &["x/a.bin"]);
    check_pattern("x/*.bin", &["x/a.bin"], &["x/y/a.bin", "z/x/a.bin"]);
    check_pattern(
        "x/?",
        &["x/a"],
        &["x/ab", "x//"].map(|path| path.trim_end_matches('/')),
    );
    check_pattern("x/", &[], &["x", "x/a"]);
}

#[test]
fn two_stars_cross_folders_where_they_stand_between_slashes() {
    check_pattern("**/a.bin", &["a.bin", "x/y/a.bin"], &["ya.bin"]);
    check_pattern(
        "saved/**/*",
        &["saved/a", "saved/x/y/a"],
        &["saved", "x/saved/a"],
    );
    check_pattern("saved/**", &["saved/a", "saved/x/a"], &["saved2/a"]);
    check_pattern("x/**/y", &["x/y", "x/a/b/y"], &["xy", "x/ay"]);
    check_pattern("x**y/z", &["xy/z", "xaay/z"], &["x/y/z"]);
}

#[test]
fn classes_ranges_and_escapes_are_read() {
    check_pattern("[a-c]x", &["ax", "cx"], &["dx", "x"]);
    check_pattern("[!a-c]x", &["dx", "-x"], &["ax"]);
    check_pattern("[^a]x", &["bx"], &["ax"]);
    check_pattern("[]a]x", &["]x", "ax"], &["bx"]);
    check_pattern("[[:digit:]-]x", &["1x", "-x"], &["ax"]);
    check_pattern("[a", &[], &["a", "[a"]);
    check_pattern("\\[a", &["[a"], &["a"]);
    check_pattern("y/[!a]x", &["y/bx"], &["y/ax", "y/x"]);
}

#[test]
fn quotes_and_octal_escapes_are_read() {
    check_pattern("\"a b\"", &["a b"], &["a"]);
    check_pattern("\"caf\\303\\251\"", &["café"], &["cafe"]);
    check("  \t*.x\tfilter=lfs\r", "a.x", true);
    check("\u{feff}*.x filter=lfs", "a.x", true);
}

#[test]
fn the_last_rule_that_speaks_of_the_filter_wins() {
    check("*.x filter=lfs\na.x -filter\n", "a.x", false);
    check("*.x filter=lfs\na.x !filter\n", "a.x", false);
    check("*.x filter=lfs\na.x -text\n", "a.x", true);
    check("*.x filter=other\n*.x filter=lfs\n", "a.x", true);
    check("*.x filter=lfs -filter\n", "a.x", false);
    check("*.x filter\n", "a.x", false);
    check("# *.x filter=lfs\n!*.x filter=lfs\n", "a.x", false);
    check("*.x filter=lfs &\n", "a.x", false);
}

#[test]
fn macros_are_expanded_where_they_are_set() {
    let text = "[attr]large filter=lfs -text\n[attr]huge large\n*.x huge\nsmall.x -huge\n";
    check(text, "a.x", true);
    check(text, "small.x", false);
    check("*.x a\n[attr]a b\n[attr]b a\n", "a.x", false);
}

#[test]
fn no_pattern_takes_more_than_its_length_times_the_paths() {
    let pattern = format!("/{}b", "**/*a*".repeat(250));
    let path = vec!["a".repeat(200); 20].join("/");
    check(&format!("{pattern} filter=lfs"), &path, false);
}
