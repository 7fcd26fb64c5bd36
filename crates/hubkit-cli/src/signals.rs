//! How a process is told to end.

use std::convert::Infallible;

use crate::exit::Exit;

/// What it means that the terminal is gone (SIGHUP).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HangUp {
    /// The end.
    Ends,
    /// Something else, which the caller listens for.
    IsSomethingElse,
}

/// Waits until the process is told to end, by a signal or from the keyboard.
#[cfg(unix)]
pub async fn told_to_end(hang_up: HangUp) -> Exit {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return std::future::pending().await;
    };
    let without_terminal = async {
        if hang_up == HangUp::Ends
            && let Ok(mut signals) = signal(SignalKind::hangup())
        {
            signals.recv().await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        _ = interrupt.recv() => Exit::Interrupted,
        _ = terminate.recv() => Exit::Terminated,
        () = without_terminal => Exit::Terminated,
    }
}

/// Waits until the process is told to end, from the keyboard.
#[cfg(not(unix))]
pub async fn told_to_end(_: HangUp) -> Exit {
    match tokio::signal::ctrl_c().await {
        Ok(()) => Exit::Interrupted,
        Err(_) => std::future::pending().await,
    }
}

/// Calls back each time the terminal is gone (SIGHUP), which programs without one take as a wish for new log files.
#[cfg(unix)]
pub async fn hung_up(mut then: impl FnMut()) -> Infallible {
    use tokio::signal::unix::{SignalKind, signal};
    if let Ok(mut signals) = signal(SignalKind::hangup()) {
        while signals.recv().await.is_some() {
            then();
        }
    }
    std::future::pending().await
}

/// There is no such signal here.
#[cfg(not(unix))]
pub async fn hung_up(_: impl FnMut()) -> Infallible {
    std::future::pending().await
}
