//! Work on files of this machine that takes long.

use hubkit::safetensors::Stop;

use crate::{exit::Exit, failure::Failure};

/// Runs it on a thread of its own, so that a signal is heard meanwhile, and stops what it writes when nobody waits for
/// it any more.
pub(super) async fn stoppable(
    work: impl FnOnce(&Stop) -> Result<Exit, Failure> + Send + 'static,
) -> Result<Exit, Failure> {
    let stops = StopsWhenDropped(Stop::new());
    let stop = stops.0.clone();
    match tokio::task::spawn_blocking(move || work(&stop)).await {
        Ok(outcome) => outcome,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => Err(Failure::new(Exit::Bug, "work", error.to_string())),
        },
    }
}

struct StopsWhenDropped(Stop);

impl Drop for StopsWhenDropped {
    fn drop(&mut self) {
        self.0.stop();
    }
}
