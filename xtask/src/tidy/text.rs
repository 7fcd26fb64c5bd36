//! Rules about what a file says.

/// More lines than this and nobody reads the file to its end.
const LONGEST: usize = 800;

/// Names that say where code was put instead of what it knows.
const EMPTY_NAMES: &[&str] = &["common", "helper", "helpers", "misc", "util", "utils"];

/// What no Rust file holds, and what to do instead. In pieces, so that this file keeps its own rules.
const NOT_IN_RUST: &[(&str, &str)] = &[
    (
        concat!("#[", "allow"),
        "write #[expect(lint, reason = \"…\")]: it complains when it is no longer needed",
    ),
    (
        concat!("#![", "allow"),
        "write #![expect(lint, reason = \"…\")]: it complains when it is no longer needed",
    ),
    (concat!("to", "do!"), "finish it or leave it out"),
    (concat!("unimpl", "emented!"), "finish it or leave it out"),
    (concat!("db", "g!("), "take it out before others read it"),
    (
        concat!("FIX", "ME"),
        "fix it, or explain the limit in the documentation",
    ),
    (
        concat!("#[", "ignore"),
        "a missing tool prints why; a slow test is a suite",
    ),
    (
        concat!("#[", "should_panic"),
        "assert what is returned; a panic may come from anywhere",
    ),
];

/// Folders of one person's machine.
const MACHINE: &[&str] = &[
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/wo", "rk/"),
];

/// Returns what is wrong with a file, `name` being its path below the top folder with `/` between the parts.
pub(super) fn check(name: &str, text: &str) -> Vec<String> {
    let rust = name.ends_with(".rs");
    let mut findings = Vec::new();
    if rust {
        let lines = text.lines().count();
        if lines > LONGEST {
            findings.push(format!(
                "{name}: {lines} lines; cut it at {LONGEST} along what its parts know"
            ));
        }
        findings.extend(check_name(name));
    }
    for (index, line) in text.lines().enumerate() {
        let mut report = |what: &str| findings.push(format!("{name}:{}: {what}", index + 1));
        if line.ends_with([' ', '\t', '\r']) {
            report("white space at the end of the line");
        }
        for folder in MACHINE.iter().filter(|folder| line.contains(**folder)) {
            report(&format!("{folder} is a folder of somebody's machine"));
        }
        if rust {
            for (piece, advice) in NOT_IN_RUST.iter().filter(|(piece, _)| line.contains(piece)) {
                report(&format!("{piece}: {advice}"));
            }
            if let Some(module) =
                module_declared(line).filter(|module| EMPTY_NAMES.contains(module))
            {
                report(&format!("module {module}: name it after what it knows"));
            }
        }
    }
    findings
}

fn check_name(name: &str) -> Option<String> {
    let stem = name.strip_suffix(".rs")?;
    let empty = stem.split('/').find(|part| EMPTY_NAMES.contains(part))?;
    Some(format!(
        "{name}: {empty} says nothing; name it after what it knows"
    ))
}

/// Returns the module that a line declares.
fn module_declared(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line
        .strip_prefix("pub")
        .map_or(line, |rest| rest.trim_start_matches("(crate)").trim_start());
    let rest = line.strip_prefix("mod ")?;
    Some(rest.trim_end_matches([';', '{', '}', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn finds(name: &str, text: &str, expected: &str) {
        let findings = check(name, text);
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert!(findings[0].contains(expected), "{}", findings[0]);
    }

    #[test]
    fn a_file_that_keeps_the_rules_is_left_alone() {
        assert_eq!(
            check(
                "crates/a/src/lib.rs",
                "mod range;\n\n#[expect(unused)]\nfn f() {}\n"
            ),
            [""; 0]
        );
    }

    #[test]
    fn a_long_file_is_found() {
        assert_eq!(check("a.rs", &"\n".repeat(800)), [""; 0]);
        finds("a.rs", &"\n".repeat(801), "801 lines");
    }

    #[test]
    fn names_that_say_nothing_are_found() {
        finds("crates/a/src/utils.rs", "", "utils says nothing");
        finds("crates/a/src/common/path.rs", "", "common says nothing");
        finds(
            "crates/a/src/lib.rs",
            "pub(crate) mod helpers;",
            "module helpers",
        );
        assert_eq!(check("docs/common/a.md", ""), [""; 0]);
    }

    #[test]
    fn forbidden_pieces_are_found_with_their_line() {
        for (piece, _) in NOT_IN_RUST {
            finds(
                "a.rs",
                &format!("fn f() {{}}\n{piece}\n"),
                &format!("a.rs:2: {piece}"),
            );
        }
    }

    #[test]
    fn prose_may_name_what_code_may_not_hold() {
        assert_eq!(check("docs/STYLE.md", NOT_IN_RUST[2].0), [""; 0]);
    }

    #[test]
    fn a_path_of_a_machine_is_found_everywhere() {
        for folder in MACHINE {
            finds(
                "docs/STYLE.md",
                &format!("see {folder}x"),
                "somebody's machine",
            );
        }
    }

    #[test]
    fn white_space_at_the_end_of_a_line_is_found() {
        finds("a.toml", "a = 1 \n", "a.toml:1: white space");
        finds("a.toml", "a = 1\nb = 2\t\n", "a.toml:2: white space");
    }
}
