//! Reading content, on all cores.

use std::{
    fs::File,
    io::{self, Read as _},
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
};

use hubkit_types::{BlobId, Repo};

use super::{Finding, Hashing, Reading, fault::Fault};

/// A file to read, and what it must hash to.
pub(super) struct Job {
    pub(super) path: PathBuf,
    pub(super) id: BlobId,
    pub(super) size: u64,
}

/// Reads them, the longest first, so that no thread comes to a long one when all others are done.
pub(super) fn run(
    mut jobs: Vec<(Repo, Job)>,
    hashing: Hashing<'_>,
    read: &AtomicU64,
) -> Vec<Finding> {
    jobs.sort_by_key(|(_, job)| std::cmp::Reverse(job.size));
    let planned = jobs.iter().map(|(_, job)| job.size).sum();
    (hashing.progress)(Reading::Planned(planned));
    let (next, findings) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        let mut buffer = vec![0; 1 << 20];
        while let Some((repo, job)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let fault = match job.hash(hashing, read, &mut buffer) {
                Ok(found) if found == job.id => continue,
                Ok(found) => Fault::Content {
                    expected: job.id,
                    found,
                },
                Err(fault) => Fault::Unreadable(fault.to_string()),
            };
            let mut findings = findings.lock().unwrap_or_else(PoisonError::into_inner);
            findings.push(Finding {
                repo: repo.clone(),
                path: job.path.clone(),
                fault,
                repaired: false,
            });
        }
    };
    thread::scope(|scope| {
        for _ in 1..hashing.threads.clamp(1, jobs.len().max(1)) {
            scope.spawn(work);
        }
        work();
    });
    findings
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
}

impl Job {
    fn hash(
        &self,
        hashing: Hashing<'_>,
        read: &AtomicU64,
        buffer: &mut [u8],
    ) -> io::Result<BlobId> {
        let mut file = File::open(&self.path)?;
        let mut digest = (hashing.begin)(self.id, self.size);
        let mut count = 0;
        // A file that grows faster than it is read would never end.
        while count <= self.size {
            match file.read(buffer) {
                Ok(0) => break,
                Ok(length) => {
                    digest.update(&buffer[..length]);
                    count += length as u64;
                    read.fetch_add(length as u64, Ordering::Relaxed);
                    (hashing.progress)(Reading::Bytes(length as u64));
                }
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(digest.finish())
    }
}
