//! `hubkit cache`.

mod gc;
mod ls;
mod verify;

use hubkit::cache::{CacheError, CacheErrorKind};

use crate::{
    args::{Cache, Global},
    exit::Exit,
    failure::Failure,
    ui::Ui,
};

pub(crate) async fn run(global: &Global, command: &Cache, ui: &Ui) -> Result<Exit, Failure> {
    match command {
        Cache::Ls => ls::run(global, ui),
        Cache::Verify(arguments) => verify::run(global, arguments, ui).await,
        Cache::Gc(arguments) => gc::run(global, arguments, ui).await,
    }
}

/// Runs what takes long on a thread of its own, so that a signal is heard meanwhile.
async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::new(Exit::Bug, "cache", error.to_string()))
}

fn failed(root: &str, error: &CacheError) -> Failure {
    let exit = match error.kind() {
        CacheErrorKind::NotFound => Exit::NotFound,
        CacheErrorKind::Corrupt => Exit::Integrity,
        _ => Exit::Disk,
    };
    Failure::new(exit, "cache", format!("{root}: {error}"))
}
