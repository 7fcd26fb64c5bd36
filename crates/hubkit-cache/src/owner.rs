//! Whose a file on its way is.

use std::{
    collections::BTreeSet,
    fs,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    sync::{Mutex, PoisonError},
};

/// A process that writes a file. Without the places where Linux tells of processes, only the number is known, and nobody
/// is ever taken for dead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Owner {
    /// Different each time that a file changes hands.
    token: String,
    process: u32,
    /// When it started, as its kernel counts; numbers of processes are used again.
    started: String,
    /// Different each time that a machine starts.
    boot: String,
    host: String,
}

/// Whether a process still runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Life {
    Runs,
    Ended,
    /// It is of another machine, or of one that tells nothing.
    Unknown,
}

const UNKNOWN: &str = "-";

impl Owner {
    /// This process, with a token of its own.
    pub(crate) fn new() -> Self {
        let process = std::process::id();
        let random = RandomState::new().build_hasher().finish();
        Self {
            token: format!("{random:016x}"),
            process,
            started: started(process).unwrap_or_else(|| UNKNOWN.to_owned()),
            boot: line("/proc/sys/kernel/random/boot_id"),
            host: line("/proc/sys/kernel/hostname"),
        }
    }

    pub(crate) fn life(&self) -> Life {
        let here = Self::new();
        if self.host != here.host || self.host == UNKNOWN {
            return Life::Unknown;
        }
        if self.boot != here.boot {
            return Life::Ended;
        }
        match started(self.process) {
            // It is this very process: it knows what it is at.
            Some(started) if started == here.started && self.process == here.process => {
                if at_work(|tokens| tokens.contains(&self.token)) {
                    Life::Runs
                } else {
                    Life::Ended
                }
            }
            Some(started) if started == self.started => Life::Runs,
            _ => Life::Ended,
        }
    }

    /// Whether the machine has been up ever since, so that what was written is there even if it is not on the disk.
    pub(crate) fn is_of_this_boot(&self) -> bool {
        let here = Self::new();
        self.boot == here.boot && self.host == here.host && self.boot != UNKNOWN
    }

    pub(crate) fn render(&self) -> String {
        let Self {
            token,
            process,
            started,
            boot,
            host,
        } = self;
        format!("{token} {process} {started} {boot} {host}")
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let mut word = || words.next().map(str::to_owned);
        Some(Self {
            token: word()?,
            process: word()?.parse().ok()?,
            started: word()?,
            boot: word()?,
            host: word()?,
        })
    }
}

/// What this process is at, by its tokens.
static AT_WORK: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

fn at_work<T>(work: impl FnOnce(&mut BTreeSet<String>) -> T) -> T {
    work(&mut AT_WORK.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Says as long as it is held that this process is at what its owner owns.
#[derive(Debug)]
pub(crate) struct AtWork(Owner);

impl AtWork {
    pub(crate) fn new() -> Self {
        let owner = Owner::new();
        at_work(|tokens| tokens.insert(owner.token.clone()));
        Self(owner)
    }

    pub(crate) fn owner(&self) -> &Owner {
        &self.0
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        at_work(|tokens| tokens.remove(&self.0.token));
    }
}

/// A process for a person to find: `process 4711 (hf)`.
#[cfg(target_os = "linux")]
pub(crate) fn described(process: &str) -> String {
    let name = process
        .parse::<u32>()
        .ok()
        .and_then(|process| fs::read_to_string(format!("/proc/{process}/comm")).ok());
    match name {
        Some(name) => format!("process {process} ({})", name.trim().escape_debug()),
        None => format!("process {process}"),
    }
}

/// The 22nd word of what the kernel says of a process. The second is its name in brackets and may hold anything, the third
/// says whether it has come to its end and only its parent has not asked how: then it holds nothing any more.
fn started(process: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    let mut words = rest.split_ascii_whitespace();
    words.next().filter(|state| !matches!(*state, "Z" | "X"))?;
    words.nth(18).map(str::to_owned)
}

fn line(path: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let word = text.split_ascii_whitespace().next();
    word.unwrap_or(UNKNOWN).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_that_ended_runs_no_more_though_its_parent_did_not_ask() {
        use std::{io::Read as _, process::Command, thread, time::Duration};
        assert!(started(std::process::id()).is_some());
        let mut child = Command::new("cat")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("a process");
        assert!(started(child.id()).is_some(), "it waits for input");
        drop(child.stdin.take());
        let mut rest = String::new();
        let output = child.stdout.as_mut().expect("a pipe");
        output.read_to_string(&mut rest).expect("its end");
        let mut looks = (0..6000).map(|_| {
            thread::sleep(Duration::from_millis(10));
            started(child.id()).is_none()
        });
        assert!(looks.any(|gone| gone), "it has come to its end");
        child.wait().expect("how it ended");
    }

    #[test]
    fn an_owner_is_read_as_it_was_written() {
        let owner = Owner::new();
        assert_eq!(Owner::read(&owner.render()), Some(owner.clone()));
        assert_ne!(Owner::new(), owner);
        assert_eq!(Owner::read("x y"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn who_runs_and_who_does_not_is_told_apart() {
        let work = AtWork::new();
        let owner = work.owner().clone();
        assert_eq!(owner.life(), Life::Runs);
        drop(work);
        assert_eq!(owner.life(), Life::Ended, "it gave it up");
        let gone = |owner: Owner| (owner.life(), owner.is_of_this_boot());
        let mut other = owner.clone();
        other.started = "1".to_owned();
        assert_eq!(gone(other), (Life::Ended, true));
        let mut other = owner.clone();
        other.boot = "x".to_owned();
        assert_eq!(gone(other), (Life::Ended, false));
        let mut other = owner;
        other.host = "elsewhere".to_owned();
        assert_eq!(gone(other), (Life::Unknown, false));
    }
}
