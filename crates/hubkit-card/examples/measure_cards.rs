//! How long each step takes with every card of some folders, and how much memory: what `cargo xtask bench cards` reads.
//!
//! Prints a line for each card, dialect and step: the name, the dialect, the card's bytes, the step, its seconds, and the
//! bytes that were allocated beyond the card when most were.

#[path = "../tests/budgets/chain.rs"]
mod chain;

use std::{collections::BTreeMap, env, error::Error, io::Write as _, path::Path, time::Instant};

use hubkit_card::Dialect;
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Others may hold the processor meanwhile; hardly three times.
const ROUNDS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    for folder in env::args_os().skip(1) {
        for (name, text) in chain::cards(Path::new(&folder)) {
            for dialect in [Dialect::Hub, Dialect::Python] {
                for (step, (seconds, bytes)) in best(&text, dialect) {
                    let length = text.len();
                    writeln!(
                        out,
                        "{name}\t{dialect:?}\t{length}\t{step}\t{seconds}\t{bytes}"
                    )?;
                }
            }
        }
    }
    Ok(())
}

type Steps = BTreeMap<&'static str, (f64, usize)>;

/// The shortest time of each step of some rounds, and the most memory.
fn best(text: &str, dialect: Dialect) -> Steps {
    let mut best = Steps::new();
    for _ in 0..ROUNDS {
        for (step, (seconds, bytes)) in round(text, dialect) {
            let known = best.entry(step).or_insert((seconds, bytes));
            *known = (known.0.min(seconds), known.1.max(bytes));
        }
    }
    best
}

/// The longest time of each step, of those that are done more than once, and the most memory.
fn round(text: &str, dialect: Dialect) -> Steps {
    let mut steps = Steps::new();
    let before = HEAP.current_usage();
    chain::run(text, dialect, &mut |step, work| {
        HEAP.reset_peak_usage();
        let start = Instant::now();
        work();
        let seconds = start.elapsed().as_secs_f64();
        let bytes = HEAP.peak_usage().saturating_sub(before);
        let known = steps.entry(step).or_default();
        *known = (known.0.max(seconds), known.1.max(bytes));
    });
    steps
}
