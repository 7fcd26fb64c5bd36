//! What is served, looked through at the start and again while it is served.

use std::time::{Duration, Instant};

use hubkit_mirror::{Mirror, Refreshed};

use crate::ui::{Ui, plain};

/// The shortest pause between two looks.
const SHORTEST_PAUSE: Duration = Duration::from_secs(5);
/// How many times as long as a look the pause behind it is: looking takes about three hundredths of the time.
const PAUSES: u32 = 30;

/// Looks through the store again and again, with pauses. Ends when it is dropped.
pub(super) async fn keep(mirror: Mirror) {
    let mut took = Duration::ZERO;
    loop {
        tokio::time::sleep(took.saturating_mul(PAUSES).max(SHORTEST_PAUSE)).await;
        let start = Instant::now();
        // A store that can't be read now is looked through again later; until then what was found stands.
        let _ = mirror.refresh().await;
        took = start.elapsed();
    }
}

/// Whoever keeps the folder should know what lists leave out.
pub(super) fn warn_of_unreadable(found: &Refreshed, ui: &Ui) {
    const MOST: usize = 10;
    for (repo, error) in found.unreadable.iter().take(MOST) {
        let why = plain(&error.to_string());
        ui.remark(&format!("warning: {repo} is in no list: {why}"));
    }
    if found.unreadable.len() > MOST {
        let rest = found.unreadable.len() - MOST;
        ui.remark(&format!("warning: and {rest} more are in no list"));
    }
}
