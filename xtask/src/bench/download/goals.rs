//! The workloads, whom each is measured beside, and what is to be reached.

/// A workload of the rig.
#[derive(PartialEq, Debug)]
pub(super) struct Workload {
    /// As the rig calls it.
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// The repository, whose size the figures of links and resumed transfers need.
    pub(super) repo: &'static str,
    /// The other programs, as the rig calls them.
    pub(super) peers: &'static [Peer],
    /// A workload that is measured just before, with hubkit alone.
    pub(super) before: Option<&'static str>,
    pub(super) goals: &'static [Goal],
}

impl Eq for Workload {}

/// A program beside which hubkit is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Peer {
    Hf,
    HfHub,
    Curl,
    Aria2,
}

impl Peer {
    pub(super) const ALL: [Self; 4] = [Self::Hf, Self::HfHub, Self::Curl, Self::Aria2];

    /// As the rig calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Hf => "hf",
            Self::HfHub => "hfhub",
            Self::Curl => "curl",
            Self::Aria2 => "aria2",
        }
    }

    /// As people call it.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Hf => "`hf`",
            Self::HfHub => "hf-hub",
            Self::Curl => "curl",
            Self::Aria2 => "aria2c -x16",
        }
    }
}

/// What hubkit is called by the rig.
pub(super) const OURS: &str = "ours";

/// A figure, and what it may be at most.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Goal {
    /// Time, as a share of another program's in the same round.
    Time(Peer, f64),
    /// Time, as a multiple of what the link needs for the bytes alone.
    Link(f64),
    Requests(f64),
    /// Bytes that the server sent after the interruption, as a share of all.
    SentAgain(f64),
    /// Time, as a share of that of the workload measured before.
    Before(f64),
}

/// Bytes per second that the rig's slow link lets through in all.
pub(super) const LINK: f64 = 400e6;

/// Peak resident memory stays below this, in MiB, in every run of every workload.
pub(super) const MEMORY: f64 = 64.0;

const ONE_FILE: &str = "bench/w1-single";
const SMALL_FILES: &str = "bench/w2-small";
const SHARDS: &str = "bench/w3-sharded";

use self::{
    Goal::{Before, Link, Requests, SentAgain, Time},
    Peer::{Aria2, Curl, Hf, HfHub},
};

pub(super) const WORKLOADS: &[Workload] = &[
    Workload {
        name: "W1",
        about: "one file of 2 GiB",
        repo: ONE_FILE,
        peers: &[Hf, HfHub, Curl],
        before: None,
        goals: &[Time(Hf, 0.28), Time(HfHub, 1.35), Time(Curl, 1.0)],
    },
    Workload {
        name: "W2",
        about: "2,000 small files",
        repo: SMALL_FILES,
        peers: &[Hf, HfHub],
        before: None,
        goals: &[Time(Hf, 0.05), Time(HfHub, 0.7), Requests(4004.0)],
    },
    Workload {
        name: "W3",
        about: "eight files of 256 MiB",
        repo: SHARDS,
        peers: &[Hf, HfHub, Curl],
        before: None,
        goals: &[Time(Hf, 0.28), Time(HfHub, 1.55), Time(Curl, 0.85)],
    },
    Workload {
        name: "W4on",
        about: "the small files, all of them cached",
        repo: SMALL_FILES,
        peers: &[Hf, HfHub],
        before: None,
        goals: &[Time(Hf, 0.03), Time(HfHub, 0.6), Requests(1.0)],
    },
    Workload {
        name: "W4off",
        about: "the small files, all of them cached, offline",
        repo: SMALL_FILES,
        peers: &[Hf, HfHub],
        before: None,
        goals: &[Time(Hf, 0.05), Time(HfHub, 1.2), Requests(0.0)],
    },
    Workload {
        name: "W6a",
        about: "one file of 2 GiB at 30 ms, 50 MB/s a connection, 400 MB/s in all",
        repo: ONE_FILE,
        peers: &[Hf, Aria2],
        before: None,
        goals: &[Time(Hf, 0.14), Time(Aria2, 0.88), Link(1.08)],
    },
    Workload {
        name: "W6b",
        about: "eight files of 256 MiB on the same link",
        repo: SHARDS,
        peers: &[Hf, Aria2],
        before: None,
        goals: &[Time(Hf, 0.93), Time(Aria2, 0.9), Link(1.08)],
    },
    Workload {
        name: "W6c",
        about: "2,000 small files on the same link",
        repo: SMALL_FILES,
        peers: &[Hf, Curl],
        before: None,
        goals: &[Time(Hf, 0.08), Time(Curl, 0.25)],
    },
    Workload {
        name: "W7",
        about: "one file of 2 GiB, killed at 60 %, run again",
        repo: ONE_FILE,
        peers: &[],
        before: Some("W1"),
        goals: &[SentAgain(0.41), Before(0.5)],
    },
];
