//! The command `hubkit`.

use std::{io::Write as _, process::ExitCode, time::Duration};

use clap::Parser as _;
use hubkit_cli::{
    args::Cli,
    exit::Exit,
    failure::Failure,
    run,
    signals::{HangUp, told_to_end},
};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, everything else is a usage error. A closed pipe is nobody's fault.
            if !error.use_stderr() {
                let _ = error.print();
                return ExitCode::SUCCESS;
            }
            if wants_json() {
                let failure = Failure::usage(error.render().to_string().trim_end());
                let _ = writeln!(anstream::stderr(), "{}", failure.json());
            } else {
                let _ = error.print();
            }
            return Exit::Usage.code().into();
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return report(
                &cli,
                &Failure::new(Exit::Disk, "runtime", error.to_string()),
            );
        }
    };
    std::panic::set_hook(Box::new(|panic| {
        let hint = "hint: this is a fault of hubkit; please report it with the command you ran";
        let _ = writeln!(anstream::stderr(), "error: {panic}\n\n{hint}");
    }));
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        runtime.block_on(async {
            if cli.command.ends_by_itself() {
                return run(&cli).await;
            }
            tokio::select! {
                outcome = run(&cli) => outcome,
                exit = told_to_end(HangUp::Ends) => Ok(exit),
            }
        })
    }));
    let outcome = outcome.unwrap_or(Ok(Exit::Bug));
    // What was cut off has been dropped by now; a write in progress may take its temporary file with it a moment later.
    runtime.shutdown_timeout(Duration::from_secs(2));
    match outcome {
        Ok(exit) => exit.code().into(),
        Err(failure) => report(&cli, &failure),
    }
}

/// Whether the command line asks for JSON, although it can't be read as a whole.
fn wants_json() -> bool {
    let words: Vec<_> = std::env::args().collect();
    let is_option = |word: &str| word == "--format" || word == "--progress";
    let pairs = words
        .windows(2)
        .any(|pair| is_option(&pair[0]) && pair[1] == "json");
    let wholes = ["--format=json", "--progress=json"];
    pairs || words.iter().any(|word| wholes.contains(&word.as_str()))
}

fn report(cli: &Cli, failure: &Failure) -> ExitCode {
    let text = if cli.errors_as_json() {
        failure.json()
    } else {
        failure.text()
    };
    let _ = writeln!(anstream::stderr(), "{text}");
    failure.exit().code().into()
}
