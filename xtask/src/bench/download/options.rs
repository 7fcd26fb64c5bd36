//! What the user asks for.

use anyhow::{Context as _, Result, bail};

use super::goals::{WORKLOADS, Workload};
use crate::bench::rig::Place;

const USAGE: &str = "cargo xtask bench download --rig FOLDER [--work FOLDER] [--rounds N] [--resume] [WORKLOAD ...]";

#[derive(PartialEq, Eq, Debug)]
pub(super) struct Options {
    pub(super) place: Place,
    pub(super) rounds: usize,
    /// Whether what was measured before, in full and with the same program, counts.
    pub(super) resume: bool,
    pub(super) workloads: Vec<&'static Workload>,
}

impl Options {
    pub(super) fn read(
        words: &[&str],
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self> {
        let mut place = Place::read(environment);
        let mut rounds = 5;
        let mut resume = false;
        let mut names = Vec::new();
        let mut words = words.iter().copied();
        while let Some(word) = words.next() {
            match word {
                "--resume" => resume = true,
                _ if word.starts_with('-') => {
                    let value = words.next();
                    let value =
                        value.with_context(|| format!("{word} needs a value\nusage: {USAGE}"))?;
                    if word == "--rounds" {
                        rounds = read_rounds(value)?;
                    } else if !place.take(word, value) {
                        bail!("there is no option {word}\nusage: {USAGE}");
                    }
                }
                name => names.push(name),
            }
        }
        Ok(Self {
            place,
            rounds,
            resume,
            workloads: select(&names)?,
        })
    }
}

pub(in crate::bench) fn read_rounds(text: &str) -> Result<usize> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.with_context(|| format!("--rounds takes a number, not {text}"))
}

/// All workloads, or those of these names. `W4` means all whose names begin so, unless one is called just that.
fn select(names: &[&str]) -> Result<Vec<&'static Workload>> {
    let chosen = |workload: &Workload, name: &str| {
        let exact = WORKLOADS.iter().any(|each| each.name == name);
        workload.name == name || (!exact && workload.name.starts_with(name))
    };
    for name in names {
        if !WORKLOADS.iter().any(|workload| chosen(workload, name)) {
            let known: Vec<_> = WORKLOADS.iter().map(|workload| workload.name).collect();
            bail!(
                "no workload is called {name}; there are {}",
                known.join(", ")
            );
        }
    }
    let wanted =
        |workload: &&Workload| names.is_empty() || names.iter().any(|name| chosen(workload, name));
    Ok(WORKLOADS.iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Options> {
        Options::read(words, |name| {
            (name == "RIG_WORK").then(|| "elsewhere".to_owned())
        })
    }

    fn names(options: &Options) -> Vec<&str> {
        options.workloads.iter().map(|each| each.name).collect()
    }

    #[test]
    fn words_outweigh_the_environment() -> Result<()> {
        let options = read(&["--rig", "rig", "--rounds", "2", "W6", "W1", "--resume"])?;
        let mut place = Place::read(|name| Some(name.to_owned()));
        assert!(place.take("--rig", "rig") && place.take("--work", "elsewhere"));
        assert_eq!(options.place, place);
        assert_eq!((options.rounds, options.resume), (2, true));
        assert_eq!(names(&options), ["W1", "W6a", "W6b", "W6c"]);
        let options = read(&["--rig", "rig", "--work", "here"])?;
        assert!(place.take("--work", "here") && !place.take("--rounds", "1"));
        assert_eq!(options.place, place);
        assert_eq!(options.workloads.len(), WORKLOADS.len());
        Ok(())
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for wrong in [
            &["--rig"][..],
            &["--rig", "rig", "--rounds", "0"],
            &["--rig", "rig", "--loud"],
            &["--rig", "rig", "W9"],
        ] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
