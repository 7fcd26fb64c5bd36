//! What events add up to.

use std::{collections::HashMap, time::Duration};

use hubkit_types::RepoPath;

use super::rate::{Rate, time_for};
use crate::Event;

/// Adds events up: how much of how much, how fast, how long still, and what is waited for.
///
/// Knows no clock: every moment is given, counted from the start of the command.
#[derive(Debug)]
pub struct Tally {
    files: usize,
    files_done: usize,
    bytes: u64,
    missing: u64,
    /// Bytes of files that came and are done, and of those under way.
    settled: u64,
    flying: u64,
    received: u64,
    resumed: u64,
    rate: Rate,
    flights: HashMap<RepoPath, Flight>,
}

/// A file under way.
#[derive(Debug)]
struct Flight {
    size: Option<u64>,
    held: u64,
    rate: Rate,
    wait: Option<Wait>,
}

/// Somebody else's transfer that a file waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Wait {
    /// Who that is, where the store can tell.
    pub holder: Option<String>,
    /// How many bytes they have, where the store can tell.
    pub held: Option<u64>,
    /// How many bytes the file has.
    pub size: u64,
}

impl Wait {
    /// How far they are, in whole percent below a hundred; `None` where that can't be told.
    pub fn percent(&self) -> Option<u64> {
        let held = u128::from(self.held?);
        let percent = (held * 100).checked_div(u128::from(self.size))?;
        u64::try_from(percent.min(99)).ok()
    }
}

/// How much of how much. Sizes are bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Totals {
    /// How many files are wanted.
    pub files: usize,
    /// How many of them are in the store and verified.
    pub files_done: usize,
    /// How many bytes the wanted files have.
    pub bytes: u64,
    /// How many of them were not in the store at the start.
    pub missing: u64,
    /// How many of the missing ones are here now, whoever brought them.
    pub arrived: u64,
    /// How many came over the network, those that were sent twice counted twice.
    pub received: u64,
    /// How many were left by an earlier transfer that broke off.
    pub resumed: u64,
    /// Bytes a second over the network, of late; `None` in the first moments.
    pub rate: Option<u64>,
    /// How long it takes still at that rate; `None` where nothing moves.
    pub left: Option<Duration>,
}

/// How much of one file is here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct FileTotals {
    /// Its length in bytes; `None` where that was not told.
    pub size: Option<u64>,
    /// How many of them are here.
    pub held: u64,
    /// Bytes a second over the network, of late; `None` in its first moments.
    pub rate: Option<u64>,
    /// How long it takes still at that rate; `None` where nothing moves.
    pub left: Option<Duration>,
}

impl Tally {
    /// Nothing happened yet.
    pub fn new() -> Self {
        Self {
            files: 0,
            files_done: 0,
            bytes: 0,
            missing: 0,
            settled: 0,
            flying: 0,
            received: 0,
            resumed: 0,
            rate: Rate::since(Duration::ZERO),
            flights: HashMap::new(),
        }
    }

    /// Takes note of an event.
    pub fn note(&mut self, event: &Event<'_>, now: Duration) {
        match *event {
            Event::Planned {
                files,
                bytes,
                missing,
            } => {
                (self.files, self.bytes, self.missing) = (files, bytes, missing);
                // What was asked before is no part of the transfer's pace.
                self.rate = Rate::since(now);
            }
            Event::Started { path, size } => {
                let flight = self.flight(path, now);
                (flight.size, flight.wait) = (Some(size), None);
            }
            Event::Busy {
                path,
                size,
                holder,
                held,
            } => {
                let flight = self.flight(path, now);
                flight.size = Some(size);
                flight.wait = Some(Wait {
                    holder: holder.map(str::to_owned),
                    held,
                    size,
                });
            }
            Event::Resumed { path, bytes } => {
                self.resumed = self.resumed.saturating_add(bytes);
                self.hold(path, bytes, now);
            }
            Event::Received { path, bytes } => {
                self.received = self.received.saturating_add(bytes);
                self.rate.add(now, bytes);
                self.hold(path, bytes, now).rate.add(now, bytes);
            }
            Event::Restarted { path, bytes } => {
                let flight = self.flight(path, now);
                let lost = bytes.min(flight.held);
                flight.held -= lost;
                flight.wait = None;
                self.flying = self.flying.saturating_sub(lost);
            }
            Event::Verified { path, size, .. } | Event::Reused { path, size } => {
                self.files_done += 1;
                if let Some(flight) = self.flights.remove(path) {
                    self.flying = self.flying.saturating_sub(flight.held);
                    self.settled = self.settled.saturating_add(size);
                }
            }
            _ => {}
        }
    }

    /// How much of everything is here.
    pub fn totals(&self, now: Duration) -> Totals {
        let arrived = self.settled.saturating_add(self.flying).min(self.missing);
        let rate = self.rate.per_second(now);
        Totals {
            files: self.files,
            files_done: self.files_done.min(self.files),
            bytes: self.bytes,
            missing: self.missing,
            arrived,
            received: self.received,
            resumed: self.resumed,
            rate,
            left: rate.and_then(|rate| time_for(self.missing - arrived, rate)),
        }
    }

    /// How much of a file under way is here; `None` for one that is not.
    pub fn file(&self, path: &RepoPath, now: Duration) -> Option<FileTotals> {
        let flight = self.flights.get(path)?;
        let (size, held) = (flight.size, flight.held);
        let rate = flight.rate.per_second(now);
        let missing = size.map(|size| size.saturating_sub(held));
        Some(FileTotals {
            size,
            held,
            rate,
            left: missing
                .zip(rate)
                .and_then(|(missing, rate)| time_for(missing, rate)),
        })
    }

    /// What is waited for, with the file; of several the one whose path comes first.
    pub fn waits(&self) -> Option<(&RepoPath, &Wait)> {
        let waits = self.flights.iter();
        waits
            .filter_map(|(path, flight)| Some((path, flight.wait.as_ref()?)))
            .min_by_key(|(path, _)| *path)
    }

    fn hold(&mut self, path: &RepoPath, bytes: u64, now: Duration) -> &mut Flight {
        self.flying = self.flying.saturating_add(bytes);
        let flight = self.flight(path, now);
        flight.held = flight.held.saturating_add(bytes);
        flight.wait = None;
        flight
    }

    fn flight(&mut self, path: &RepoPath, now: Duration) -> &mut Flight {
        // Looked up first: an entry would take a copy of the path each time.
        if !self.flights.contains_key(path) {
            let flight = Flight {
                size: None,
                held: 0,
                rate: Rate::since(now),
                wait: None,
            };
            self.flights.insert(path.clone(), flight);
        }
        self.flights
            .get_mut(path)
            .expect("it was put in if it was not there")
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use hubkit_types::BlobId;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn path(text: &str) -> RepoPath {
        text.parse().expect("a path")
    }

    fn tally(events: &[Event<'_>]) -> Tally {
        let mut tally = Tally::new();
        for event in events {
            tally.note(event, Duration::ZERO);
        }
        tally
    }

    fn verified(path: &RepoPath, size: u64) -> Event<'_> {
        let blob: BlobId = "0".repeat(40).parse().expect("a digest");
        Event::Verified { path, size, blob }
    }

    #[test]
    fn what_comes_what_was_left_and_what_others_bring_adds_up() {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(path);
        let mut tally = tally(&[
            Event::Planned {
                files: 4,
                bytes: 1300,
                missing: 1000,
            },
            Event::Reused {
                path: &d,
                size: 300,
            },
            Event::Started {
                path: &a,
                size: 600,
            },
            Event::Resumed {
                path: &a,
                bytes: 100,
            },
            Event::Received {
                path: &a,
                bytes: 200,
            },
            Event::Started {
                path: &b,
                size: 300,
            },
            Event::Received {
                path: &b,
                bytes: 300,
            },
            verified(&b, 300),
            Event::Busy {
                path: &c,
                size: 100,
                holder: Some("process 4711 (hf)"),
                held: Some(45),
            },
        ]);
        let totals = tally.totals(2 * SECOND);
        assert_eq!((totals.files, totals.files_done), (4, 2));
        assert_eq!(
            (totals.arrived, totals.missing, totals.bytes),
            (600, 1000, 1300)
        );
        assert_eq!((totals.received, totals.resumed), (500, 100));
        assert_eq!(
            (totals.rate, totals.left),
            (Some(250), Some(Duration::from_millis(1600)))
        );
        let file = tally.file(&a, 2 * SECOND).expect("under way");
        assert_eq!(
            (file.held, file.size, file.rate),
            (300, Some(600), Some(100))
        );
        let (waiting, wait) = tally.waits().expect("one waits");
        assert_eq!(
            (waiting, wait.holder.as_deref()),
            (&c, Some("process 4711 (hf)"))
        );
        assert_eq!(wait.percent(), Some(45));

        tally.note(
            &Event::Restarted {
                path: &a,
                bytes: 300,
            },
            SECOND,
        );
        tally.note(
            &Event::Reused {
                path: &c,
                size: 100,
            },
            SECOND,
        );
        assert_eq!(tally.totals(SECOND).arrived, 400);
        assert!(tally.waits().is_none());
        tally.note(
            &Event::Received {
                path: &a,
                bytes: 600,
            },
            SECOND,
        );
        tally.note(&verified(&a, 600), SECOND);
        let totals = tally.totals(SECOND);
        assert_eq!((totals.arrived, totals.files_done), (1000, 4));
        assert_eq!(totals.left, Some(Duration::ZERO));
        assert_eq!(tally.file(&a, SECOND), None);
    }

    #[test]
    fn a_wait_tells_how_far_the_other_is_and_ends_with_the_first_byte() {
        let a = path("a");
        let mut tally = tally(&[
            Event::Started {
                path: &a,
                size: 200,
            },
            Event::Busy {
                path: &a,
                size: 200,
                holder: None,
                held: Some(90),
            },
        ]);
        assert_eq!(tally.waits().and_then(|(_, wait)| wait.percent()), Some(45));
        tally.note(
            &Event::Busy {
                path: &a,
                size: 200,
                holder: None,
                held: Some(200),
            },
            SECOND,
        );
        assert_eq!(tally.waits().and_then(|(_, wait)| wait.percent()), Some(99));
        tally.note(&Event::Received { path: &a, bytes: 1 }, SECOND);
        assert!(tally.waits().is_none());
        let empty = Wait {
            holder: None,
            held: Some(0),
            size: 0,
        };
        assert_eq!(empty.percent(), None);
    }

    #[test]
    fn events_in_no_order_never_make_more_than_all() {
        let a = path("a");
        let mut tally = tally(&[
            Event::Received {
                path: &a,
                bytes: u64::MAX,
            },
            Event::Restarted { path: &a, bytes: 7 },
            Event::Restarted {
                path: &a,
                bytes: u64::MAX,
            },
            Event::Restarted {
                path: &a,
                bytes: u64::MAX,
            },
            verified(&a, 5),
            verified(&a, 5),
            Event::Planned {
                files: 1,
                bytes: 5,
                missing: 3,
            },
        ]);
        let totals = tally.totals(SECOND);
        assert_eq!((totals.arrived, totals.files_done), (3, 1));
        tally.note(&Event::Resumed { path: &a, bytes: 2 }, SECOND);
        assert_eq!(tally.totals(SECOND).arrived, 3);
    }
}
