//! The command `hubkit`.

use std::{
    io::Write as _,
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
    sync::{Arc, mpsc},
    time::Duration,
};

use clap::Parser as _;
use hubkit_cli::{
    args::Cli,
    exit::Exit,
    failure::Failure,
    run,
    signals::{HangUp, told_to_end},
};
use tokio::{runtime::Runtime, sync::oneshot};

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
    let cli = Arc::new(cli);
    let outcome = outcome(runtime, &cli);
    match outcome {
        Ok(exit) => exit.code().into(),
        Err(failure) => report(&cli, &failure),
    }
}

/// How long a command may go on without looking up when it is told to end. Then it is work that never does, such as to
/// read what nobody writes.
const LONGEST: Duration = Duration::from_secs(1);

/// Runs the command until it is done, or the process is told to end.
fn outcome(runtime: Runtime, cli: &Arc<Cli>) -> Result<Exit, Failure> {
    let (first, outcomes) = mpsc::channel();
    let (tell, told) = oneshot::channel();
    if !cli.command.ends_by_itself() {
        let first = first.clone();
        runtime.spawn(async move {
            let exit = told_to_end(HangUp::Ends).await;
            // Who is done already listens no more.
            let _ = tell.send(exit);
            tokio::time::sleep(LONGEST).await;
            let _ = first.send(Ok(exit));
        });
    }
    let work = {
        let cli = Arc::clone(cli);
        move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                runtime.block_on(async {
                    tokio::select! {
                        biased;
                        Ok(exit) = told => Ok(exit),
                        outcome = run(&cli) => outcome,
                    }
                })
            }));
            // What was cut off has been dropped by now; a write in progress may take its temporary file with it a moment
            // later.
            runtime.shutdown_timeout(Duration::from_secs(2));
            let _ = first.send(outcome.unwrap_or(Ok(Exit::Bug)));
        }
    };
    // What the system gives to a program's own thread, and not to others.
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(work);
    let failed = |error: String| Failure::new(Exit::Bug, "thread", error);
    thread.map_err(|error| failed(error.to_string()))?;
    let outcome = outcomes.recv();
    outcome.unwrap_or_else(|error| Err(failed(error.to_string())))
}

/// Whether the command line asks for JSON, although it can't be read as a whole.
fn wants_json() -> bool {
    // What is not UTF-8 is no option, and must not keep the error from being told.
    let words: Vec<_> = std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
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
