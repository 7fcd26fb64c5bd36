//! Whether what is in the cache is what it says it is.

mod fault;
mod files;
mod hashing;
mod repair;

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
};

use hubkit_types::{BlobId, Repo};

pub use self::fault::Fault;
use self::{files::Looked, hashing::Job};
use crate::{Cache, CacheError};

/// What is looked at, and what is done about what is found.
#[derive(Clone, Default, Debug)]
#[must_use]
pub struct Verification {
    /// Only this repository; all when there is none.
    pub repo: Option<Repo>,
    /// Look at lengths and links alone and read no content.
    pub quick: bool,
    /// Remove what is wrong, so that the next download fetches it.
    pub repair: bool,
}

/// Takes in the bytes of one file and tells its digest.
pub trait Digesting {
    /// Takes in the next bytes.
    fn update(&mut self, bytes: &[u8]);

    /// The digest of all bytes taken in.
    fn finish(self: Box<Self>) -> BlobId;
}

/// What hashes content, and who hears how far it has come.
#[derive(Clone, Copy)]
pub struct Hashing<'a> {
    /// Begins a digest of the kind that confirms this one, for so many bytes.
    pub begin: &'a (dyn Fn(BlobId, u64) -> Box<dyn Digesting> + Sync),
    /// How many files are read at the same time, at least one.
    pub threads: usize,
    /// Told of all bytes that are going to be read, once, and then of those read since it was last told. Called from
    /// several threads.
    pub progress: &'a (dyn Fn(Reading) + Sync),
}

/// How far the reading has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reading {
    /// So many bytes are going to be read.
    Planned(u64),
    /// So many more were read.
    Bytes(u64),
}

/// What was looked at and what was found.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Verified {
    /// How many repositories were looked at.
    pub repositories: usize,
    /// How many files of commits.
    pub files: usize,
    /// How many blobs.
    pub blobs: usize,
    /// How many bytes were read and hashed.
    pub bytes: u64,
    /// How many files of commits have no digest to be held against: no listing was kept, and their names tell none.
    pub unverifiable: usize,
    /// What is wrong, sorted by path.
    pub findings: Vec<Finding>,
}

/// Something that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The repository.
    pub repo: Repo,
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: Fault,
    /// Whether it was removed, so that the next download fetches it.
    pub repaired: bool,
}

impl Verified {
    /// Whether nothing is wrong any more.
    pub fn is_sound(&self) -> bool {
        self.findings.iter().all(|finding| finding.repaired)
    }
}

impl Cache {
    /// Looks whether blobs are what their names say, files of commits what listings say, and names lead somewhere. Blocks
    /// for as long as it takes to read all that is here. Writes nothing unless it is to repair.
    ///
    /// # Errors
    ///
    /// When the cache can't be listed, or the one repository is not in it. What can't be read is told among the findings.
    pub fn verify(
        &self,
        what: &Verification,
        hashing: Hashing<'_>,
    ) -> Result<Verified, CacheError> {
        let repos = match &what.repo {
            Some(repo) if self.repo(repo).is_here()? => vec![repo.clone()],
            Some(repo) => {
                let message = format!("{repo} is not in the cache");
                return Err(CacheError::new(crate::CacheErrorKind::NotFound, message));
            }
            None => self.repos()?,
        };
        let mut verified = Verified::default();
        let mut jobs: Vec<(Repo, Job)> = Vec::new();
        for repo in repos {
            let looked = Looked::at(&self.repo(&repo));
            verified.repositories += 1;
            verified.files += looked.files;
            verified.blobs += looked.blobs;
            verified.unverifiable += looked.unverifiable;
            let findings = looked.faults.into_iter().map(|(path, fault)| Finding {
                repo: repo.clone(),
                path,
                fault,
                repaired: false,
            });
            verified.findings.extend(findings);
            jobs.extend(looked.jobs.into_iter().map(|job| (repo.clone(), job)));
        }
        if !what.quick {
            let read = AtomicU64::new(0);
            let found = hashing::run(jobs, hashing, &read);
            verified.findings.extend(found);
            verified.bytes = read.load(Ordering::Relaxed);
        }
        verified
            .findings
            .sort_by(|left, right| left.path.cmp(&right.path));
        if what.repair {
            let mut mended = BTreeSet::new();
            for finding in &mut verified.findings {
                finding.repaired = repair::repair(&self.repo(&finding.repo), finding);
                mended.extend(finding.repaired.then_some(&finding.repo));
            }
            for repo in mended {
                // What showed a blob that is gone now would be the next finding.
                repair::remove_dangling(&self.repo(repo));
            }
        }
        Ok(verified)
    }
}
