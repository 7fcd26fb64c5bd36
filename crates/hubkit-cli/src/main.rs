//! The command `hubkit`.

use std::process::ExitCode;

use clap::Parser as _;
use hubkit_cli::{args::Cli, exit::Exit, failure::Failure, run};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, everything else is a usage error. A closed pipe is nobody's fault.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage.code().into()
            } else {
                ExitCode::SUCCESS
            };
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
        use std::io::Write as _;
        let hint = "hint: this is a fault of hubkit; please report it with the command you ran";
        let _ = writeln!(anstream::stderr(), "error: {panic}\n\n{hint}");
    }));
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        runtime.block_on(async {
            tokio::select! {
                outcome = run(&cli) => outcome,
                exit = signal() => Ok(exit),
            }
        })
    }));
    let outcome = outcome.unwrap_or(Ok(Exit::Bug));
    // What was cut off has been dropped by now, its temporary files with it.
    runtime.shutdown_background();
    match outcome {
        Ok(exit) => exit.code().into(),
        Err(failure) => report(&cli, &failure),
    }
}

fn report(cli: &Cli, failure: &Failure) -> ExitCode {
    use std::io::Write as _;
    let text = if cli.global.format.is_json() {
        failure.json()
    } else {
        failure.text()
    };
    let _ = writeln!(anstream::stderr(), "{text}");
    failure.exit().code().into()
}

/// Waits until the process is told to end.
#[cfg(unix)]
async fn signal() -> Exit {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => Exit::Interrupted,
        _ = terminate.recv() => Exit::Terminated,
    }
}

/// Waits until the process is told to end.
#[cfg(not(unix))]
async fn signal() -> Exit {
    match tokio::signal::ctrl_c().await {
        Ok(()) => Exit::Interrupted,
        Err(_) => std::future::pending().await,
    }
}
