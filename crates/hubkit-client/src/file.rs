//! One file of one state of a repository.

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use hubkit_api::{ApiError, FileMetadata, Resolve, ResolveMethod};
use hubkit_lfs::Pointer;
use hubkit_store::{
    BlobKey, BlobStore as _, BlobStoreExt as _, Digester, Entry, RefStore as _, Snapshot, git,
};
use hubkit_types::{BlobId, ByteRange, CommitId, Repo, RepoPath, Revision, TreeFile};

use crate::{
    Client, Connectivity, Error, ErrorKind, Event, LocalFile, Progress, Silent, Source,
    exchange::Redirects,
};

impl Client {
    /// Brings one file into the store and returns where it is, with the commit it belongs to.
    ///
    /// Takes one small request where the revision may move and the file is in the store, none where the revision is a
    /// commit, and one more when the bytes have to move. They are verified before they are kept.
    ///
    /// # Cancellation
    ///
    /// Dropping the future keeps nothing of a file that was not verified yet.
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
        if self.connectivity() == Connectivity::Offline || revision.as_commit().is_some() {
            let commit = self.resolve(repo, revision, progress).await?;
            match self.known(repo, commit, path).await? {
                Entry::Present { size, blob } => {
                    progress.event(&Event::Reused { path, size });
                    return Ok((
                        commit,
                        self.local_file(repo, commit, path, size, blob, Source::Reused),
                    ));
                }
                Entry::Absent => return Err(no_such_file(repo, commit, path)),
                Entry::Unknown if self.connectivity() == Connectivity::Offline => {
                    let message = format!(
                        "`{path}` of {repo} at {commit} is not in the store, and the client is offline"
                    );
                    return Err(Error::new(ErrorKind::Offline, message));
                }
                Entry::Unknown => {}
            }
        }
        let (commit, file) = self.describe(repo, revision, path, progress).await?;
        if revision.as_commit().is_none() {
            progress.event(&Event::Resolved {
                repo,
                revision,
                commit,
            });
        }
        let source = self.ensure(repo, commit, &file, progress).await?;
        let revision = Some(revision.clone());
        let snapshot = Snapshot {
            repo: repo.clone(),
            commit,
            revision,
            files: vec![file.clone()],
            listing: None,
        };
        self.record(snapshot, source == Source::Reused).await?;
        Ok((
            commit,
            self.local_file(repo, commit, path, file.size, Some(file.blob()), source),
        ))
    }

    /// Fetches a file's bytes into the store if they are not there.
    async fn ensure(
        &self,
        repo: &Repo,
        commit: CommitId,
        file: &TreeFile,
        progress: &dyn Progress,
    ) -> Result<Source, Error> {
        let key = BlobKey::new(repo.clone(), file.blob());
        let held = self
            .0
            .store
            .stat(key)
            .await?
            .is_some_and(|stat| stat.size == file.size);
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
        self.fetch_blob(repo, commit, file, progress).await?;
        Ok(Source::Fetched)
    }

    /// What the hub says of one file: its commit, its length and its digest.
    async fn describe(
        &self,
        repo: &Repo,
        revision: &Revision,
        path: &RepoPath,
        progress: &dyn Progress,
    ) -> Result<(CommitId, TreeFile), Error> {
        let call = Resolve {
            repo: repo.clone(),
            revision: revision.clone(),
            path: path.clone(),
            method: ResolveMethod::Head,
            range: None,
            if_range: None,
        };
        let response = self
            .exchange(
                &call.request(),
                Some(repo),
                Redirects::StopAtOtherOrigin,
                progress,
            )
            .await?;
        let (parts, _) = response.into_parts();
        let metadata = match call.metadata(&parts) {
            Ok(metadata) => metadata,
            Err(error) => {
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

    /// A small file's bytes, verified, without a trace in the store: from the store if they are there.
    ///
    /// # Errors
    ///
    /// `Integrity` when the bytes are not what the listing promised; `Protocol` when the file is longer than `limit`
    /// bytes; those of [`Client::file`].
    pub async fn read(
        &self,
        repo: &Repo,
        commit: CommitId,
        file: &TreeFile,
        limit: usize,
    ) -> Result<Bytes, Error> {
        if file.size > limit as u64 {
            let message = format!(
                "`{}` has {} bytes, more than the {limit} expected of it",
                file.path, file.size
            );
            return Err(Error::new(ErrorKind::Protocol, message));
        }
        let key = BlobKey::new(repo.clone(), file.blob());
        match self
            .0
            .store
            .read_all(key, limit as u64)
            .await
            .map_err(Error::from)
        {
            Err(error) if error.is_missing_blob() => {}
            other => return other,
        }
        let whole = ByteRange::whole(file.size);
        let bytes = if whole.is_empty() {
            Bytes::new()
        } else {
            self.read_range(repo, commit, &file.path, whole).await?
        };
        let mut digester = Digester::for_blob(file.blob(), file.size);
        digester.update(&bytes);
        let found = digester.finish();
        if found != file.blob() {
            let message = format!(
                "{}: the bytes hash to {found}, not to {}",
                file.path,
                file.blob()
            );
            return Err(Error::new(ErrorKind::Integrity, message));
        }
        Ok(bytes)
    }

    /// A range of a file's bytes from the hub, cut to the file's end. Nothing but the connection vouches for them: a
    /// digest covers whole files only.
    ///
    /// # Errors
    ///
    /// Those of [`Client::file`].
    pub async fn read_range(
        &self,
        repo: &Repo,
        commit: CommitId,
        path: &RepoPath,
        range: ByteRange,
    ) -> Result<Bytes, Error> {
        let call = Resolve {
            repo: repo.clone(),
            revision: commit.into(),
            path: path.clone(),
            method: ResolveMethod::Get,
            range: Some(range),
            if_range: None,
        };
        let length = usize::try_from(range.len()).unwrap_or(usize::MAX);
        let response = self
            .exchange(&call.request(), Some(repo), Redirects::Follow, &Silent)
            .await?;
        let response = self.refuse_faults(response).await?;
        let skip = match response.status() {
            StatusCode::PARTIAL_CONTENT => 0,
            // The server ignores ranges; take what was asked for out of the whole, if that is near the start.
            _ => usize::try_from(range.start()).unwrap_or(usize::MAX),
        };
        let mut body = response.into_body();
        let mut bytes = BytesMut::new();
        let enough = skip.saturating_add(length);
        while bytes.len() < enough {
            let Some(chunk) = body.chunk().await else {
                break;
            };
            bytes.extend_from_slice(&chunk?);
        }
        let end = bytes.len().min(enough);
        Ok(bytes.freeze().slice(skip.min(end)..end))
    }
}

fn no_such_file(repo: &Repo, commit: CommitId, path: &RepoPath) -> Error {
    Error::new(
        ErrorKind::FileNotFound,
        format!("{repo} at {commit} has no file `{path}`"),
    )
}
