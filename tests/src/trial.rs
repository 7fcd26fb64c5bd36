//! Tests that may lack a tool, shown the way cargo shows tests.

use std::{fmt, process::ExitCode};

use anyhow::Result;
use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// Why a trial can't run here.
#[derive(Clone, Debug)]
pub enum Skip {
    /// A tool is missing that a person could install.
    Missing(String),
    /// A tool would be fetched from a package registry, and the registry does not answer.
    Unreachable(String),
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(what) => write!(f, "skipped: {what}"),
            Self::Unreachable(what) => {
                write!(f, "skipped: no package registry within reach: {what}")
            }
        }
    }
}

impl From<anyhow::Error> for Skip {
    fn from(error: anyhow::Error) -> Self {
        Self::Missing(format!("{error:#}"))
    }
}

/// Makes a trial of a test that needs something first: a tool, a model, or nothing (`|| &Ok(())`).
pub fn trial<N: Sync + 'static>(
    name: &str,
    needs: fn() -> &'static Result<N, Skip>,
    test: impl FnOnce(&N) -> Result<()> + Send + 'static,
) -> Trial {
    Trial::ignorable_test(name, move || match needs() {
        Ok(need) => match test(need) {
            Ok(()) => Ok(Completion::Completed),
            Err(error) => Err(Failed::from(described(&error))),
        },
        Err(skip @ Skip::Missing(_)) if required() => {
            Err(Failed::from(format!("required, but {skip}")))
        }
        Err(skip) => Ok(Completion::ignored_with(skip)),
    })
}

/// Returns the names that a script defines: what follows the keyword at the start of a line, up to its parenthesis. What
/// starts with an underscore is the script's own.
pub fn defined<'source>(
    source: &'source str,
    keyword: &'source str,
) -> impl Iterator<Item = &'source str> {
    let definitions = source
        .lines()
        .filter_map(move |line| line.strip_prefix(keyword));
    let names = definitions.filter_map(|rest| rest.trim_start().split('(').next());
    names.filter(|name| !name.starts_with('_'))
}

/// Runs the trials of a suite, one after the other: they start servers and share two cores with them.
pub fn run(trials: Vec<Trial>) -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(1);
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Runs the trials of a suite, as many at a time as there are cores: none of them may mind what the others ask.
pub fn run_together(trials: Vec<Trial>) -> ExitCode {
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Runs the trials of a suite whose trials wait more than they work, several times as many at a time as there are cores.
pub fn run_waiting(trials: Vec<Trial>) -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(16);
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Whether the person who started the suite insists on its tools.
fn required() -> bool {
    std::env::var_os("HUBKIT_SUITE").is_some_and(|value| value == "required")
}

fn described(error: &anyhow::Error) -> String {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    causes.join("\n  caused by: ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_off_a_script() {
        let source =
            "import x\ndef one_is_found():\n    def inner(): pass\ndef _own(a):\ndef another(b):\n";
        let names: Vec<_> = defined(source, "def").collect();
        assert_eq!(names, ["one_is_found", "another"]);
    }
}
