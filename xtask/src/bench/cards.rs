//! How many cards are read and checked in a second, on one core, beside Python's client that only reads them; and how long
//! all that is done with a card takes, and how much memory.

mod budgets;

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail, ensure};

use super::median;
use crate::process::{ask, cargo, root, run};

/// So many cards are to be read and checked in a second.
const AT_LEAST: f64 = 1_000.0;

/// Reads every card that it can. Prints the seconds of that alone.
const PYTHON: &str = "
import pathlib, sys, time, warnings, logging
from huggingface_hub import RepoCard
warnings.simplefilter('ignore'); logging.disable()
texts = [path.read_bytes().decode('utf-8', 'replace') for path in pathlib.Path(sys.argv[1]).glob('*.md')]
start = time.perf_counter()
for text in texts:
    try:
        RepoCard(text)
    except Exception:
        pass
print(time.perf_counter() - start, len(texts))
";

pub(super) fn command(options: &[&str]) -> Result<()> {
    let (mut folder, mut rounds) = (root().join("tests/fixtures/cards"), 5);
    let (pairs, rest) = options.as_chunks::<2>();
    for [option, value] in pairs {
        match *option {
            "--folder" => folder = PathBuf::from(value),
            "--rounds" => rounds = value.parse().context("--rounds takes a number")?,
            _ => bail!("there is no option {option}; there are --folder and --rounds"),
        }
    }
    ensure!(rest.is_empty() && rounds > 0, "options come in pairs");
    let ours = program("lint_cards")?;
    let python = python();
    let (mut our_rates, mut their_rates) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let our_rate = rate(Command::new(&ours).arg(&folder))?;
        let their_rate = match &python {
            Ok(python) => Some(rate(
                Command::new(python).arg("-c").arg(PYTHON).arg(&folder),
            )?),
            Err(_) => None,
        };
        // The first round brings everything into memory.
        if round > 0 {
            our_rates.push(our_rate);
            their_rates.extend(their_rate);
        }
    }
    let ours = median(our_rates);
    println!("| cards of {} | a second |", folder.display());
    println!("|---|--:|");
    println!("| hubkit: read and checked | {ours:.0} |");
    match python {
        Ok(_) => println!(
            "| huggingface_hub's RepoCard: read | {:.0} |",
            median(their_rates)
        ),
        Err(error) => println!("skipped: {error:#}"),
    }
    budgets::measure(&program("measure_cards")?, &folder)?;
    ensure!(
        ours >= AT_LEAST,
        "expected at least {AT_LEAST} cards a second, found {ours:.0}"
    );
    Ok(())
}

/// What a program prints, seconds and how many cards it saw, as cards a second.
fn rate(command: &mut Command) -> Result<f64> {
    let said = ask(command)?;
    let (seconds, count) = said.trim().split_once(' ').context("seconds and a count")?;
    let (seconds, count): (f64, f64) = (seconds.parse()?, count.parse()?);
    ensure!(count > 0.0, "no card was seen");
    Ok(count / seconds)
}

fn target_folder() -> PathBuf {
    let named = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    named.unwrap_or_else(|| root().join("target"))
}

/// The program that reads and checks as a user of the crate does, as it is shipped.
fn program(name: &str) -> Result<PathBuf> {
    let words = [
        "build",
        "--release",
        "--quiet",
        "--package=hubkit-card",
        "--example",
        name,
    ];
    run(&mut cargo(words))?;
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    Ok(target_folder().join("release").join("examples").join(name))
}

/// An interpreter with the client, set up once.
fn python() -> Result<PathBuf> {
    let folder = target_folder().join("bench").join("cards").join("venv");
    let python = folder.join("bin").join("python");
    if ask(Command::new(&python).args(["-c", "import huggingface_hub"])).is_ok() {
        return Ok(python);
    }
    let install = |folder: &Path| -> Result<()> {
        run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(folder))?;
        let words = ["-m", "pip", "install", "--quiet", "huggingface_hub==2.4.0"];
        run(Command::new(&python).args(words))
    };
    install(&folder).context("Python's client can't be installed")?;
    Ok(python)
}
