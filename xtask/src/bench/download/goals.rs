//! The workloads, whom each is measured beside, and what is to be reached.

/// A workload of the rig.
#[derive(PartialEq, Debug)]
pub(super) struct Workload {
    /// As the rig calls it.
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// The repository, whose size the figures of links and resumed transfers need.
    pub(super) repo: &'static str,
    pub(super) task: Task,
    /// The other programs, as the rig calls them.
    pub(super) peers: &'static [Peer],
    /// A workload that is measured just before, with hubkit alone.
    pub(super) before: Option<&'static str>,
    pub(super) goals: &'static [Goal],
}

impl Eq for Workload {}

/// What hubkit is asked to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Task {
    /// Fetch all of it.
    Download,
    /// Tell what is in its weights, of which nothing but the name of the repository is known.
    Headers,
    /// The same of so many shards, whose names are given, as they are to hf-hub.
    HeadersOf(u32),
}

impl Task {
    /// The variables by which the rig is told.
    pub(super) fn variable(self) -> Option<(&'static str, String)> {
        let shards = match self {
            Self::Download => return None,
            Self::Headers => 0,
            Self::HeadersOf(shards) => shards,
        };
        let names =
            (1..=shards).map(|shard| format!(" model-{shard:05}-of-{shards:05}.safetensors"));
        let command = format!(
            "{{bin}} inspect {{repo}}{} --weights-only",
            names.collect::<String>()
        );
        Some(("RIG_OURS_STHDR", command))
    }
}

/// A program beside which hubkit is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Peer {
    Hf,
    /// Python's library, called by a program of a few lines.
    HfApi,
    HfHub,
    Curl,
    Aria2,
}

impl Peer {
    pub(super) const ALL: [Self; 5] = [Self::Hf, Self::HfApi, Self::HfHub, Self::Curl, Self::Aria2];

    /// As the rig calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Hf => "hf",
            Self::HfApi => "hf_api",
            Self::HfHub => "hfhub",
            Self::Curl => "curl",
            Self::Aria2 => "aria2",
        }
    }

    /// As people call it.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Hf => "`hf`",
            Self::HfApi => "huggingface_hub",
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
const ONE_HEADER: &str = "bench/w8-single";
const LONG_HEADER: &str = "bench/w8-bighdr";
const MANY_HEADERS: &str = "bench/w8-sharded";

use self::{
    Goal::{Before, Link, Requests, SentAgain, Time},
    Peer::{Aria2, Curl, Hf, HfApi, HfHub},
    Task::{Download, Headers, HeadersOf},
};

pub(super) const WORKLOADS: &[Workload] = &[
    Workload {
        name: "W1",
        about: "one file of 2 GiB",
        repo: ONE_FILE,
        task: Download,
        peers: &[Hf, HfHub, Curl],
        before: None,
        goals: &[Time(Hf, 0.28), Time(HfHub, 1.35), Time(Curl, 1.0)],
    },
    Workload {
        name: "W2",
        about: "2,000 small files",
        repo: SMALL_FILES,
        task: Download,
        peers: &[Hf, HfHub],
        before: None,
        goals: &[Time(Hf, 0.05), Time(HfHub, 0.7), Requests(4004.0)],
    },
    Workload {
        name: "W3",
        about: "eight files of 256 MiB",
        repo: SHARDS,
        task: Download,
        peers: &[Hf, HfHub, Curl],
        before: None,
        goals: &[Time(Hf, 0.28), Time(HfHub, 1.55), Time(Curl, 0.85)],
    },
    Workload {
        name: "W4on",
        about: "the small files, all of them cached",
        repo: SMALL_FILES,
        task: Download,
        peers: &[Hf, HfHub],
        before: None,
        goals: &[Time(Hf, 0.03), Time(HfHub, 0.6), Requests(1.0)],
    },
    Workload {
        name: "W4off",
        about: "the small files, all of them cached, offline",
        repo: SMALL_FILES,
        task: Download,
        peers: &[Hf, HfHub],
        before: None,
        goals: &[Time(Hf, 0.05), Time(HfHub, 1.2), Requests(0.0)],
    },
    Workload {
        name: "W6a",
        about: "one file of 2 GiB at 30 ms, 50 MB/s a connection, 400 MB/s in all",
        repo: ONE_FILE,
        task: Download,
        peers: &[Hf, Aria2],
        before: None,
        goals: &[Time(Hf, 0.14), Time(Aria2, 0.88), Link(1.08)],
    },
    Workload {
        name: "W6b",
        about: "eight files of 256 MiB on the same link",
        repo: SHARDS,
        task: Download,
        peers: &[Hf, Aria2],
        before: None,
        goals: &[Time(Hf, 0.93), Time(Aria2, 0.9), Link(1.08)],
    },
    Workload {
        name: "W6c",
        about: "2,000 small files on the same link",
        repo: SMALL_FILES,
        task: Download,
        peers: &[Hf, Curl],
        before: None,
        goals: &[Time(Hf, 0.08), Time(Curl, 0.25)],
    },
    Workload {
        name: "W7",
        about: "one file of 2 GiB, killed at 60 %, run again",
        repo: ONE_FILE,
        task: Download,
        peers: &[],
        before: Some("W1"),
        goals: &[SentAgain(0.41), Before(0.5)],
    },
    // The requests are half of hf-hub's.
    Workload {
        name: "W8a",
        about: "what is in one file of 5 GB",
        repo: ONE_HEADER,
        task: Headers,
        peers: &[HfApi, HfHub],
        before: None,
        goals: &[Time(HfApi, 0.1), Time(HfHub, 1.0), Requests(2.0)],
    },
    Workload {
        name: "W8b",
        about: "what is in one file of 10,000 tensors",
        repo: LONG_HEADER,
        task: Headers,
        peers: &[HfApi, HfHub],
        before: None,
        goals: &[Time(HfApi, 0.1), Time(HfHub, 1.0), Requests(4.0)],
    },
    Workload {
        name: "W8c",
        about: "what is in 30 shards",
        repo: MANY_HEADERS,
        task: HeadersOf(30),
        peers: &[HfApi, HfHub],
        before: None,
        goals: &[Time(HfApi, 0.1), Time(HfHub, 1.0), Requests(60.0)],
    },
];
