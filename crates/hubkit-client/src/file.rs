//! One file of one state of a repository.

use std::slice;

use http::response::Parts;
use hubkit_api::{ApiError, ErrorKind as Api, FileMetadata, Resolve, TreeItem};
use hubkit_lfs::Pointer;
use hubkit_store::{
    BlobKey, BlobStore as _, BlobStoreExt as _, Digester, Entry, RefStore as _, Snapshot, git,
};
use hubkit_types::{BlobId, CommitId, Repo, RepoPath, Revision, TreeFile};

use crate::{
    Client, Connectivity, Error, ErrorKind, Event, LocalFile, Progress, Source,
    exchange::Redirects,
    plan::{expect, is_this},
    snapshot::{is_gone, tell_gone},
};

impl Client {
    /// Brings one file into the store and returns where it is, with the commit it belongs to.
    ///
    /// Takes one small request where the revision may move and the file is in the store, none where the revision is a
    /// commit, and one more when the bytes have to move. They are verified before they are kept.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the file as it was: nothing unverified ever has its name.
    ///
    /// # Errors
    ///
    /// Of any kind; see [`ErrorKind`] for what to do about each.
    pub async fn file(
        &self,
        repo: &Repo,
        revision: &Revision,
        path: &RepoPath,
        progress: &dyn Progress,
    ) -> Result<(CommitId, LocalFile), Error> {
        self.one(repo, revision, path, None, progress).await
    }

    /// As [`Client::file`], if the revision is the commit that is expected.
    ///
    /// # Errors
    ///
    /// `OtherCommit` when it is not, before the file is asked for and before anything is written; those of
    /// [`Client::file`].
    pub async fn file_expecting(
        &self,
        repo: &Repo,
        revision: &Revision,
        path: &RepoPath,
        expected: CommitId,
        progress: &dyn Progress,
    ) -> Result<LocalFile, Error> {
        let found = self.one(repo, revision, path, Some(expected), progress);
        found.await.map(|(_, file)| file)
    }

    async fn one(
        &self,
        repo: &Repo,
        revision: &Revision,
        path: &RepoPath,
        expected: Option<CommitId>,
        progress: &dyn Progress,
    ) -> Result<(CommitId, LocalFile), Error> {
        let (mut damaged, mut listed) = (false, None);
        if self.connectivity() == Connectivity::Offline || revision.as_commit().is_some() {
            let commit = self.resolve(repo, revision, progress).await?;
            expect(repo, revision, commit, expected)?;
            match self.known(repo, commit, path).await? {
                Entry::Present { size, blob }
                    if self.is_sound(repo, commit, size, blob).await? =>
                {
                    progress.event(&Event::Planned {
                        files: 1,
                        bytes: size,
                        missing: 0,
                    });
                    progress.event(&Event::Reused { path, size });
                    let file = self.local_file(repo, commit, path, size, blob, Source::Reused);
                    return Ok((commit, file));
                }
                Entry::Present { .. } if self.connectivity() == Connectivity::Offline => {
                    let message = format!(
                        "`{path}` of {repo} at {commit} is damaged, and the client is offline"
                    );
                    return Err(Error::new(ErrorKind::Integrity, message));
                }
                Entry::Present { .. } => damaged = true,
                Entry::Absent => return Err(no_such_file(repo, commit, path)),
                Entry::Unknown if self.connectivity() == Connectivity::Offline => {
                    listed = Box::pin(self.listed(repo, commit, path)).await?;
                    if listed.is_none() {
                        let message = format!(
                            "`{path}` of {repo} at {commit} is not in the store, and the client is offline"
                        );
                        return Err(Error::new(ErrorKind::Offline, message));
                    }
                }
                Entry::Unknown => {}
            }
        }
        let (commit, file) = match listed {
            Some(listed) => listed,
            None => {
                self.describe(repo, revision, path, expected, progress)
                    .await?
            }
        };
        if let Some(pinned) = revision.as_commit() {
            if pinned != commit {
                let message = format!(
                    "{} answers for {commit} when asked for {pinned}",
                    self.endpoint()
                );
                return Err(Error::new(ErrorKind::Protocol, message));
            }
        } else {
            progress.event(&Event::Resolved {
                repo,
                revision,
                commit,
            });
        }
        expect(repo, revision, commit, expected)?;
        let snapshot = Snapshot {
            repo: repo.clone(),
            commit,
            revision: Some(revision.clone()),
            files: vec![file],
            listing: None,
        };
        let source = Box::pin(self.bring(&snapshot, damaged, progress)).await?;
        let (size, blob) = (snapshot.files[0].size, snapshot.files[0].blob());
        Ok((
            commit,
            self.local_file(repo, commit, path, size, Some(blob), source),
        ))
    }

    /// Brings a snapshot of one file into the store. Where its bytes go away meanwhile that were there, or turn out to be
    /// damaged, they are fetched.
    async fn bring(
        &self,
        snapshot: &Snapshot,
        damaged: bool,
        progress: &dyn Progress,
    ) -> Result<Source, Error> {
        let Snapshot {
            repo,
            commit,
            files,
            ..
        } = snapshot;
        self.0.store.check(snapshot.clone()).await?;
        let known = self.known(repo, *commit, &files[0].path).await?;
        let is_present = is_this(&known, &files[0]) && !damaged;
        let source = self.ensure(snapshot, damaged, progress).await?;
        match self.record(snapshot.clone(), is_present).await {
            Err(error) if source == Source::Reused && is_gone(&error) => {
                tell_gone(&error, progress);
                let source = self.ensure(snapshot, damaged, progress).await?;
                self.record(snapshot.clone(), false).await?;
                Ok(source)
            }
            other => other.map(|()| source),
        }
    }

    /// What the store has a listing for and holds the bytes of, if not under its path.
    async fn listed(
        &self,
        repo: &Repo,
        commit: CommitId,
        path: &RepoPath,
    ) -> Result<Option<(CommitId, TreeFile)>, Error> {
        let listing = self.0.store.listing(repo.clone(), commit).await?;
        let mut files = listing.unwrap_or_default().into_iter();
        match files.find(|file| file.path == *path) {
            Some(file) if self.holds(repo, &file).await? => Ok(Some((commit, file))),
            _ => Ok(None),
        }
    }

    /// Whether a file that is present is what its name says, as far as that can be told in a moment: from the size in
    /// the commit's listing, which the store looked at already, or else by hashing it if it is short. A long file that
    /// was cut off is short now.
    async fn is_sound(
        &self,
        repo: &Repo,
        commit: CommitId,
        size: u64,
        blob: Option<BlobId>,
    ) -> Result<bool, Error> {
        const SHORT: u64 = 32 << 20;
        let Some(id) = blob.filter(|_| size <= SHORT) else {
            return Ok(true);
        };
        if self
            .0
            .store
            .listing(repo.clone(), commit)
            .await
            .is_ok_and(|listing| listing.is_some())
        {
            return Ok(true);
        }
        let bytes = self
            .0
            .store
            .read_all(BlobKey::new(repo.clone(), id), SHORT)
            .await?;
        Ok(digest(id, &bytes) == id)
    }

    /// Whether the store holds a blob of this name and length, under whatever path.
    pub(crate) async fn holds(&self, repo: &Repo, file: &TreeFile) -> Result<bool, Error> {
        let key = BlobKey::new(repo.clone(), file.blob());
        let stat = self.0.store.stat(key).await?;
        Ok(stat.is_some_and(|stat| stat.size == file.size))
    }

    /// Fetches the bytes of a snapshot's only file into the store if they are not there, or not sound.
    async fn ensure(
        &self,
        snapshot: &Snapshot,
        damaged: bool,
        progress: &dyn Progress,
    ) -> Result<Source, Error> {
        let (repo, file) = (&snapshot.repo, &snapshot.files[0]);
        let held = !damaged && self.holds(repo, file).await?;
        let missing = if held { 0 } else { file.size };
        progress.event(&Event::Planned {
            files: 1,
            bytes: file.size,
            missing,
        });
        if held {
            progress.event(&Event::Reused {
                path: &file.path,
                size: file.size,
            });
            return Ok(Source::Reused);
        }
        self.fetch_blob(repo, snapshot.commit, file, progress)
            .await?;
        Ok(Source::Fetched)
    }

    /// What the hub says of one file: its commit, its length and its digest.
    async fn describe(
        &self,
        repo: &Repo,
        revision: &Revision,
        path: &RepoPath,
        expected: Option<CommitId>,
        progress: &dyn Progress,
    ) -> Result<(CommitId, TreeFile), Error> {
        let call = Resolve::head(repo.clone(), revision.clone(), path.clone());
        let response = self
            .exchange(
                &call.request(),
                Some(repo),
                Redirects::StopAtOtherOrigin,
                progress,
            )
            .await?
            .response;
        let (parts, _) = response.into_parts();
        let metadata = match call.metadata(&parts) {
            Ok(metadata) => metadata,
            // Something on the way took the length off; the listing has it too.
            Err(error) => {
                if error.kind() == Api::Protocol
                    && let Some(commit) = commit_of(&parts)
                {
                    return self.describe_by_path(repo, commit, path, error).await;
                }
                if let Some(commit) = error.commit() {
                    expect(repo, revision, commit, expected)?;
                }
                self.remember_absent(repo, path, &error).await;
                return Err(Error::from(error)
                    .within(format_args!("`{path}` of {repo} at {}", self.endpoint())));
            }
        };
        let FileMetadata {
            commit, etag, size, ..
        } = metadata;
        let file = match etag.blob_id() {
            Some(BlobId::Sha256(digest)) => {
                let pointer = Pointer::new(digest, size).to_string();
                TreeFile {
                    path: path.clone(),
                    size,
                    oid: git::blob_id(pointer.as_bytes()),
                    lfs: Some(digest),
                }
            }
            Some(BlobId::Git(oid)) => TreeFile {
                path: path.clone(),
                size,
                oid,
                lfs: None,
            },
            None => {
                let tag = etag.as_str().escape_debug();
                let message = format!(
                    "the tag `{tag}` of `{path}` is no digest, so its bytes could not be verified"
                );
                return Err(Error::new(ErrorKind::Integrity, message));
            }
        };
        Ok((commit, file))
    }
}

impl Client {
    /// What the hub says of one file in answer to another question, where the first answer was short of something.
    async fn describe_by_path(
        &self,
        repo: &Repo,
        commit: CommitId,
        path: &RepoPath,
        short: ApiError,
    ) -> Result<(CommitId, TreeFile), Error> {
        let revision = commit.into();
        let asked = self.paths_info(repo, &revision, slice::from_ref(path));
        for entry in Box::pin(asked).await.unwrap_or_default() {
            if let TreeItem::File(file) = entry.item {
                return Ok((commit, file));
            }
        }
        // The first answer is what explains it.
        Err(Error::from(short).within(format_args!("`{path}` of {repo} at {}", self.endpoint())))
    }

    /// Remembers that a commit holds no such file, where the answer says which commit that is. Best effort: it only
    /// saves a request next time.
    async fn remember_absent(&self, repo: &Repo, path: &RepoPath, error: &ApiError) {
        if let Some(commit) = error.commit() {
            // Without the revision's name: a name that leads to a commit of which nothing is here looks like damage.
            let _ = self
                .0
                .store
                .record_absent(repo.clone(), commit, None, path.clone())
                .await;
        }
    }

    fn local_file(
        &self,
        repo: &Repo,
        commit: CommitId,
        path: &RepoPath,
        size: u64,
        blob: Option<BlobId>,
        source: Source,
    ) -> LocalFile {
        let folder = self.0.store.snapshot_path(repo, commit);
        let local_path = folder.map(|folder| folder.join(path.as_str()));
        LocalFile {
            path: path.clone(),
            size,
            blob,
            local_path,
            source,
        }
    }
}

fn commit_of(parts: &Parts) -> Option<CommitId> {
    let value = parts.headers.get("x-repo-commit")?;
    value.to_str().ok()?.parse().ok()
}

fn no_such_file(repo: &Repo, commit: CommitId, path: &RepoPath) -> Error {
    Error::new(
        ErrorKind::FileNotFound,
        format!("{repo} at {commit} has no file `{path}`"),
    )
}

/// What these bytes would be called, by the algorithm that `like` is of.
pub(crate) fn digest(like: BlobId, bytes: &[u8]) -> BlobId {
    let mut digester = Digester::for_blob(like, bytes.len() as u64);
    digester.update(bytes);
    digester.finish()
}
