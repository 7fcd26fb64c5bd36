//! The architecture page names the test behind each invariant; the test must be there.

use std::path::Path;

use anyhow::Result;

use crate::process::root;

const PAGE: &str = "docs/ARCHITECTURE.md";

/// Returns the names on the page for which there is no function in any of the files.
pub(super) fn check(files: &[impl AsRef<Path>]) -> Result<Vec<String>> {
    let page = std::fs::read_to_string(root().join(PAGE))?;
    let mut missing = test_names(&page);
    for file in files.iter().map(AsRef::as_ref) {
        if missing.is_empty() {
            break;
        }
        if file.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(root().join(file))?;
            missing.retain(|name| !text.contains(&format!("fn {name}(")));
        }
    }
    let finding = |name| format!("{PAGE}: there is no test `{name}`");
    Ok(missing.into_iter().map(finding).collect())
}

/// What stands in backticks and is a sentence in snake case.
fn test_names(page: &str) -> Vec<&str> {
    let in_backticks = page.split('`').skip(1).step_by(2);
    let is_sentence = |text: &&str| {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        text.chars().all(legal) && text.matches('_').count() >= 2
    };
    in_backticks.filter(is_sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_in_snake_case_are_names_of_tests() {
        let page =
            "Held by `it_never_leaks`, in `hubkit_api` and `xtask/src`. See `Stage::publish`.";
        assert_eq!(test_names(page), ["it_never_leaks"]);
    }
}
