//! `.gitattributes`: which files are kept in LFS.

mod line;
mod pattern;

use std::collections::{HashMap, HashSet};

use hubkit_types::RepoPath;

pub(crate) use line::{Assignment, Line, Target};
use pattern::Pattern;

/// The rules of a `.gitattributes` file at the top of a repository, as far as they decide what LFS keeps.
///
/// Read as git reads them (`gitattributes(5)`): the last rule that says something of `filter` for a path wins; macros
/// that are defined with `[attr]` are expanded; a line that git would ignore is ignored. Letters are compared with
/// their case.
#[derive(Clone, Debug, Default)]
pub struct Attributes {
    rules: Vec<Rule>,
    macros: HashMap<String, Vec<Assignment>>,
}

#[derive(Clone, Debug)]
struct Rule {
    pattern: Pattern,
    assignments: Vec<Assignment>,
}

/// What an assignment makes of an attribute.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// Set to `lfs`.
    Lfs,
    /// Set, without a value. Only this expands a macro.
    Set,
    /// Anything else, unset and unspecified included.
    Other,
}

impl Attributes {
    /// Reads the text of a `.gitattributes` file. Never fails: what is no rule counts for nothing, as in git.
    pub fn parse(text: impl AsRef<[u8]>) -> Self {
        let text = text.as_ref();
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut attributes = Self::default();
        for line in text.split(|byte| *byte == b'\n') {
            let Some(Line {
                target,
                assignments,
            }) = Line::parse(line)
            else {
                continue;
            };
            match target {
                // The last definition holds for the whole file, for rules above it too.
                Target::Macro(name) => {
                    attributes.macros.insert(name, assignments);
                }
                Target::Pattern(text) => {
                    if let Some(pattern) = Pattern::parse(&text) {
                        attributes.rules.push(Rule {
                            pattern,
                            assignments,
                        });
                    }
                }
            }
        }
        attributes.rules.retain(|rule| !rule.assignments.is_empty());
        attributes
    }

    /// Whether the file at this path is kept in LFS: `filter` is `lfs` for it.
    ///
    /// Takes time in proportion to the rules' length times the path's, whatever the patterns are.
    pub fn is_lfs(&self, path: &RepoPath) -> bool {
        let expansion = |name: &str| self.expansion(name);
        self.filter(path, &expansion, &mut HashSet::new()) == Some(State::Lfs)
    }

    /// What these rules say of `filter` for a path, if anything.
    pub(crate) fn filter<'a>(
        &'a self,
        path: &RepoPath,
        expansion: &impl Fn(&str) -> Option<&'a [Assignment]>,
        decided: &mut HashSet<&'a str>,
    ) -> Option<State> {
        let mut matching = self.rules.iter().rev();
        matching
            .by_ref()
            .filter(|rule| rule.pattern.matches(path))
            .find_map(|rule| said(&rule.assignments, expansion, decided))
    }

    /// What stands behind the name of a macro.
    pub(crate) fn expansion(&self, name: &str) -> Option<&[Assignment]> {
        self.macros.get(name).map(Vec::as_slice)
    }

    pub(crate) fn forget_macros(&mut self) {
        self.macros.clear();
    }
}

/// What the assignments of one rule say of `filter`. As in git, they are read from the last to the first, and a macro
/// counts only where nothing read before has decided about the macro itself.
fn said<'a>(
    assignments: &'a [Assignment],
    expansion: &impl Fn(&str) -> Option<&'a [Assignment]>,
    decided: &mut HashSet<&'a str>,
) -> Option<State> {
    let mut open = vec![assignments.iter().rev()];
    while let Some(assignments) = open.last_mut() {
        let Some(assignment) = assignments.next() else {
            open.pop();
            continue;
        };
        if assignment.name == "filter" {
            return Some(assignment.state);
        }
        if decided.insert(&assignment.name)
            && assignment.state == State::Set
            && let Some(expansion) = expansion(&assignment.name)
        {
            open.push(expansion.iter().rev());
        }
    }
    None
}

#[cfg(test)]
mod tests;
