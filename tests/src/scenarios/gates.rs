//! Hubs that are decent, and send bytes when they are told to.

use std::sync::Arc;

use crate::{Asset, Gate, Question::Get, Scenario};

/// The bytes of files pass a gate, which is shut at first.
pub fn gated(assets: Vec<Asset>) -> (Scenario, Arc<Gate>) {
    let gate = Arc::<Gate>::default();
    let keeper = Arc::clone(&gate);
    let about = "the hub is decent, and sends bytes when it is told to";
    let scenario = Scenario::new("gated", about, move |asked| {
        asked.but(Get, |reply| reply.through(&keeper))
    });
    (scenario.of(assets), gate)
}

/// A large file, and as many small ones as this.
pub fn large_and_small(large: usize, small: usize) -> Vec<Asset> {
    let texts = (0..small).map(|number| {
        let text = format!("text {number}\n");
        Asset::small(
            &format!("texts/{:02}/{number:03}.txt", number % 16),
            text.as_bytes(),
        )
    });
    let weights = Asset::large("weights.bin", crate::content(large));
    texts.chain([weights]).collect()
}
