//! The tasks of this workspace. `cargo xtask help` lists them.
#![expect(
    clippy::print_stdout,
    reason = "tasks talk to the person who started them"
)]

mod bench;
mod ci;
mod codegen;
mod deny;
mod layers;
mod metadata;
mod process;
mod suite;
mod testing;
mod tidy;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::codegen::Mode;

const HELP: &str = "\
Usage: cargo xtask TASK

Tasks:
  test               Builds the workspace, then runs every test and every default suite
  ci                 Runs all that CI runs: the checks, then `test`
  layers             Checks the edges between crates and what each costs its consumer
  tidy               Checks the house rules that no compiler knows
  codegen [--check]  Writes docs/reference, or says what in it is stale
  suite NAME         Runs one suite; a tool that it needs is then mandatory, unless its registry can not be reached
  suite list         Lists the suites
  bench cards        Measures how many cards are read and checked in a second; --folder FOLDER, --rounds N
  bench download     Measures `hubkit download`, and `hubkit inspect` far away (W8), beside other clients; --rig FOLDER, --work FOLDER, --rounds N, --resume, WORKLOAD ...
  bench headers      Measures how a header is read beside Python's safetensors; --rounds N
  bench serve        Measures `hubkit serve` beside nginx; --rounds N, --seconds N, --only CASE
  bench transport    Measures what the transport alone can do; --rig FOLDER, --work FOLDER, --rounds N
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{}", explain(&error));
            ExitCode::FAILURE
        }
    }
}

/// Returns the error and its causes, and no backtrace: a failed check is no accident of this program.
fn explain(error: &anyhow::Error) -> String {
    let mut text = format!("error: {error}");
    for cause in error.chain().skip(1) {
        text.push_str("\n  caused by: ");
        text.push_str(&cause.to_string());
    }
    text
}

fn dispatch(words: &[&str]) -> Result<()> {
    match words {
        ["test"] => testing::command(),
        ["ci"] => ci::command(),
        ["layers"] => layers::command(),
        ["tidy"] => tidy::command(),
        ["codegen"] => codegen::command(Mode::Write),
        ["codegen", "--check"] => codegen::command(Mode::Check),
        ["suite", "list"] => suite::list(),
        ["suite", name] => suite::command(name),
        ["bench", name, options @ ..] => bench::command(name, options),
        [] | ["help" | "--help"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => bail!("no such task: {}\n\n{HELP}", words.join(" ")),
    }
}
