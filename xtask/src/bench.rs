//! How fast something is, beside something else that does the same: measured when a person asks, never by a test.

mod cards;
mod download;
mod headers;
mod nginx;
mod rig;
mod serve;
mod tools;
mod transport;
mod usage;
mod wrk;

use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// How long and how often each case is measured.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Effort {
    rounds: usize,
    time: Duration,
    /// Part of the names of the cases to measure; empty for all.
    only: String,
}

impl Effort {
    fn read(words: &[&str]) -> Result<Self> {
        let mut effort = Self {
            rounds: 5,
            time: Duration::from_secs(4),
            only: String::new(),
        };
        let (pairs, rest) = words.as_chunks::<2>();
        for [option, value] in pairs {
            let number = || {
                let number = value.parse().ok().filter(|number: &u32| *number > 0);
                number.with_context(|| format!("{option} takes a number, not {value}"))
            };
            match *option {
                "--rounds" => effort.rounds = number()? as usize,
                "--seconds" => effort.time = Duration::from_secs(number()?.into()),
                "--only" => (*value).clone_into(&mut effort.only),
                _ => bail!("there is no option {option}; there are --rounds, --seconds and --only"),
            }
        }
        match rest {
            [] => Ok(effort),
            [option, ..] => bail!("{option} needs a value"),
        }
    }
}

pub(crate) fn command(name: &str, options: &[&str]) -> Result<()> {
    match name {
        "cards" => cards::command(options),
        "download" => download::command(options),
        "headers" => headers::command(&Effort::read(options)?),
        "serve" => serve::command(&Effort::read(options)?),
        "transport" => transport::command(options),
        _ => {
            bail!(
                "no benchmark is called {name}; there are cards, download, headers, serve and transport"
            )
        }
    }
}

/// The middle one of some figures; of an even number of them the upper of the two.
fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_come_in_pairs() -> Result<()> {
        let effort = Effort::read(&["--rounds", "3", "--only", "large"])?;
        assert_eq!((effort.rounds, effort.only.as_str()), (3, "large"));
        for wrong in [&["--rounds"][..], &["--rounds", "0"], &["--loud", "1"]] {
            assert!(Effort::read(wrong).is_err(), "{wrong:?}");
        }
        Ok(())
    }

    #[test]
    fn one_bad_round_does_not_move_the_median() {
        assert!((median(vec![2.0, 90.0, 1.0]) - 2.0).abs() < f64::EPSILON);
        assert!(median(Vec::new()).is_nan());
    }
}
