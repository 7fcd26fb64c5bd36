//! What the store knows is looked up while the hub is asked.

use std::{
    future::{Future as _, poll_fn},
    pin::pin,
    task::Poll,
};

use hubkit_api::Sibling;
use hubkit_store::{Entry, RefStore as _};
use hubkit_types::{CommitId, TreeFile};

use crate::{
    Client, Connectivity, Error, Progress, SnapshotRequest,
    plan::{is_this, select},
};

/// What a snapshot comes to if the revision still is the commit that it was.
pub(crate) struct Foresight {
    /// Everything that the commit holds, as the store recorded it.
    pub(crate) listing: Vec<TreeFile>,
    wanted: Vec<TreeFile>,
    entries: Vec<Entry>,
}

impl Foresight {
    /// What the store had of these files, if all of them were there. What was missing may have come meanwhile, or be the
    /// user's own: the store is to be asked again.
    pub(crate) fn into_entries(self, wanted: &[TreeFile]) -> Option<Vec<Entry>> {
        let is_same = self.wanted == wanted && self.entries.len() == wanted.len();
        let all_there = || {
            let mut both = self.entries.iter().zip(wanted);
            both.all(|(entry, file)| is_this(entry, file))
        };
        (is_same && all_there()).then_some(self.entries)
    }
}

impl Client {
    /// The commit that the revision is, as [`Client::resolve_named`] tells, and what the store knows of it if it is the one
    /// that it was: nearly always it is, and all that is wanted is there, which can be looked up while the hub is asked.
    pub(crate) async fn resolve_foreseeing(
        &self,
        request: &SnapshotRequest,
        progress: &dyn Progress,
    ) -> Result<(CommitId, Vec<Sibling>, Option<Foresight>), Error> {
        let SnapshotRequest { repo, revision, .. } = request;
        let guess = match (self.connectivity(), revision.as_commit()) {
            (Connectivity::Online, None) => {
                let resolved = self.0.store.resolve(repo.clone(), revision.clone());
                resolved.await.ok().flatten()
            }
            _ => None,
        };
        let mut asking = pin!(self.resolve_named(repo, revision, progress));
        let Some(guess) = guess else {
            let (commit, named) = asking.await?;
            return Ok((commit, named, None));
        };
        let mut looking = pin!(self.foresee(request, guess));
        let mut seen = None;
        let answer = poll_fn(|context| {
            // The question goes out first; then its answer has time to come.
            let answer = asking.as_mut().poll(context);
            if answer.is_pending()
                && seen.is_none()
                && let Poll::Ready(foresight) = looking.as_mut().poll(context)
            {
                seen = Some(foresight);
            }
            answer
        });
        let (commit, named) = answer.await?;
        let foresight = match seen {
            _ if commit != guess => None,
            Some(foresight) => foresight,
            // It has come so far that to begin again would take longer.
            None => looking.await,
        };
        Ok((commit, named, foresight))
    }

    /// Looks up what the snapshot comes to at a commit, if the store has its listing.
    async fn foresee(&self, request: &SnapshotRequest, commit: CommitId) -> Option<Foresight> {
        let (store, repo) = (&self.0.store, &request.repo);
        let listing = store.listing(repo.clone(), commit).await.ok()??;
        let wanted = select(request, &listing, commit).ok()?;
        let paths = wanted.iter().map(|file| file.path.clone()).collect();
        let entries = store.entries(repo.clone(), commit, paths).await.ok()?;
        Some(Foresight {
            listing,
            wanted,
            entries,
        })
    }
}
