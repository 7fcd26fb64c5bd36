//! How long it takes to read and check the cards of a folder: what `cargo xtask bench cards` measures.

use std::{env, error::Error, fs, hint::black_box, io::Write as _, time::Instant};

use hubkit_card::{Card, LintSettings, Surroundings, lint};
use hubkit_types::RepoKind;

/// So long is measured at least, in seconds.
const LEAST: f64 = 1.0;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args_os().nth(1).ok_or("name a folder of cards")?;
    let mut cards = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "md") {
            cards.push(String::from_utf8_lossy(&fs::read(path)?).into_owned());
        }
    }
    let settings = LintSettings::default();
    let around = Surroundings::default();
    let (mut rounds, start) = (0, Instant::now());
    while rounds == 0 || start.elapsed().as_secs_f64() < LEAST {
        for text in &cards {
            let card = Card::read(black_box(text));
            black_box(lint(RepoKind::Model, &card, &around, &settings));
        }
        rounds += 1;
    }
    let seconds = start.elapsed().as_secs_f64() / f64::from(rounds);
    writeln!(std::io::stdout(), "{seconds} {}", cards.len())?;
    Ok(())
}
