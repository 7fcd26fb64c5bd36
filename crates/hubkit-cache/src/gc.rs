//! What may go: what broken-off downloads left, and what nothing refers to.

mod links;
mod owned;
mod references;

use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

use hubkit_types::Repo;

use self::owned::{Claim, Leftover};
pub(crate) use self::{links::collect as collect_links, owned::guard};
use crate::{Cache, CacheError, RepoCache, cache::entries, read::walk};

/// What is to be removed from a cache.
#[derive(Clone, Debug)]
#[must_use]
pub struct Collection {
    /// Remove nothing, but tell what would be removed.
    pub dry_run: bool,
    /// How old must be what nobody can be asked about: files of clients that lock none of theirs, and blobs.
    pub older_than: Duration,
    /// Remove also blobs to which no commit of their repository refers.
    pub unreferenced: bool,
    /// The time by which ages are reckoned.
    pub now: SystemTime,
}

impl Collection {
    /// Removes what broken-off downloads left, if it is older than a day where its owner can't be told.
    pub fn new(now: SystemTime) -> Self {
        Self {
            dry_run: false,
            older_than: Duration::from_hours(24),
            unreferenced: false,
            now,
        }
    }
}

/// What was removed, and what stayed though it looks like what is removed.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Collected {
    /// What is gone, or would be, sorted by path.
    pub removed: Vec<Removed>,
    /// What stayed, sorted by path.
    pub kept: Vec<Kept>,
}

/// Something that is gone, or would be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Removed {
    /// Where it was.
    pub path: PathBuf,
    /// The bytes that this frees. None for a link, and for a file that has another name.
    pub bytes: u64,
    /// What it was.
    pub kind: Garbage,
}

/// What may be removed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Garbage {
    /// A download that broke off, or its journal.
    Unfinished,
    /// A small file that was not put into its place.
    Temporary,
    /// A file of a commit that is a link to a blob that is not here.
    DanglingLink,
    /// A blob to which no commit of its repository refers.
    Unreferenced,
}

impl Garbage {
    /// As one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unfinished => "unfinished",
            Self::Temporary => "temporary",
            Self::DanglingLink => "dangling-link",
            Self::Unreferenced => "unreferenced",
        }
    }
}

/// Something that stayed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// Where it is.
    pub path: PathBuf,
    /// Its length in bytes.
    pub bytes: u64,
    /// Why: a lower-case fragment.
    pub reason: String,
}

impl Collected {
    /// The bytes that what is gone took.
    pub fn bytes(&self) -> u64 {
        self.removed.iter().map(|removed| removed.bytes).sum()
    }

    fn keep(&mut self, path: PathBuf, bytes: u64, reason: impl Into<String>) {
        let reason = reason.into();
        self.kept.push(Kept {
            path,
            bytes,
            reason,
        });
    }
}

impl Cache {
    /// Removes what broken-off downloads left: files on their way whose writers are gone, their journals, small files that
    /// did not come to their places, and links of commits to blobs that are not here. Of what a process has locked, or
    /// fetches, nothing is removed, and nothing that a reader could need.
    ///
    /// What came about within the last seconds is looked at twice, a second apart: it may be on its way to its place.
    /// Blocks for as long.
    ///
    /// # Errors
    ///
    /// When the cache can't be listed. What can't be looked at or removed is told among what was kept.
    pub fn collect(&self, what: &Collection) -> Result<Collected, CacheError> {
        let mut collected = Collected::default();
        let mut young = Vec::new();
        for repo in self.repos()? {
            let cached = self.repo(&repo);
            if let Err(fault) = collect_repo(&cached, &repo, what, &mut collected, &mut young) {
                collected.keep(cached.folder().to_owned(), 0, fault.to_string());
            }
        }
        if !young.is_empty() {
            thread::sleep(SECOND_LOOK);
        }
        for (leftover, repo) in young {
            // Whatever is there no more was on its way, and arrived.
            if leftover.is_as_it_was() {
                let claim = leftover.claim(&self.repo(&repo));
                decide(leftover, &claim, what, &mut collected);
            }
        }
        collected
            .removed
            .sort_by(|left, right| left.path.cmp(&right.path));
        collected
            .kept
            .sort_by(|left, right| left.path.cmp(&right.path));
        Ok(collected)
    }
}

/// What is younger is looked at again.
const YOUNG: Duration = Duration::from_secs(10);
const SECOND_LOOK: Duration = Duration::from_secs(1);

fn collect_repo(
    cached: &RepoCache,
    repo: &Repo,
    what: &Collection,
    collected: &mut Collected,
    young: &mut Vec<(Leftover, Repo)>,
) -> Result<(), CacheError> {
    for leftover in leftovers(cached)? {
        match leftover.claim(cached) {
            Claim::Nobody { .. } if leftover.age(what.now).is_none_or(|age| age < YOUNG) => {
                young.push((leftover, repo.clone()));
            }
            claim => decide(leftover, &claim, what, collected),
        }
    }
    links::collect(cached, what, collected)?;
    if what.unreferenced {
        references::collect(cached, what, collected)?;
    }
    Ok(())
}

fn decide(leftover: Leftover, claim: &Claim, what: &Collection, collected: &mut Collected) {
    let is_old = leftover
        .age(what.now)
        .is_some_and(|age| age > what.older_than);
    let reason = match claim {
        Claim::Nobody { .. } => None,
        Claim::Unknown if is_old => None,
        Claim::Unknown => Some("whose it is can't be told, and it is not old enough"),
        Claim::Somebody(reason) => Some(*reason),
    };
    match reason {
        Some(reason) => collected.keep(leftover.path, leftover.bytes, reason),
        None => remove(
            leftover.path,
            leftover.bytes,
            leftover.kind,
            what,
            collected,
        ),
    }
}

/// Removes a file or a link, never what a link leads to.
fn remove(path: PathBuf, bytes: u64, kind: Garbage, what: &Collection, collected: &mut Collected) {
    let gone = if what.dry_run {
        Ok(())
    } else {
        fs::remove_file(&path)
    };
    match gone {
        Ok(()) => collected.removed.push(Removed { path, bytes, kind }),
        // Somebody else was faster.
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
        Err(fault) => collected.keep(path, bytes, format!("can't be removed: {fault}")),
    }
}

/// What downloads of a repository left, or are at work on.
fn leftovers(cached: &RepoCache) -> Result<Vec<Leftover>, CacheError> {
    let mut found = Vec::new();
    if let Some(folder) = cached.existing("blobs")? {
        for (name, path) in entries(&folder)? {
            found.extend(name.to_str().and_then(|name| Leftover::of_blob(name, path)));
        }
    }
    for below in ["refs", "trees"] {
        if let Some(folder) = cached.existing(below)? {
            for (name, path) in walk(&folder)? {
                found.extend(Leftover::of_small(&name, path));
            }
        }
    }
    Ok(found)
}

/// How many bytes go when a file does: none where it has another name, or is a link.
fn freed(path: &Path) -> u64 {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return 0;
    };
    #[cfg(unix)]
    let is_last = std::os::unix::fs::MetadataExt::nlink(&metadata) == 1;
    #[cfg(not(unix))]
    let is_last = true;
    if metadata.is_file() && is_last {
        metadata.len()
    } else {
        0
    }
}
