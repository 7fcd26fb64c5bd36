//! The shared cache as a store.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::PathBuf,
    sync::Mutex,
    time::{Duration, Instant},
};

use hubkit_cache::{Blob, Cache, CachedFile, Claim, Known, Lookup, RepoCache, Rival};
use hubkit_store::{
    BlobKey, BlobStat, BlobStore, ByteStream, CommitRecord, Contention, Entry, History, Holder,
    RefStore, Snapshot, Stage, Staging, StoreError, StoreErrorKind, Survey, SurveyRequest,
    check_recorded,
};
use hubkit_types::{BlobId, ByteRange, CommitId, Repo, RepoPath, Revision, TreeFile};

use crate::{
    blocking::{Pace, glance, run, store_error},
    commits::{Commits, MemorySink},
    digest::{self, Digests},
    hot::Hot,
    recent::Recent,
    sink::{CacheTarget, FileSink},
    stream,
    surveyed::{self, Seen},
};

/// Blobs of at most so many bytes wait in memory until they are verified.
const IN_MEMORY: u64 = 128 << 10;

/// Blobs of at most so many bytes are fetched again whole where a transfer breaks off, and whoever else fetches them too is
/// not waited for.
const SHORT: u64 = 1 << 20;

/// Blobs of at most so many bytes are brought to the disk together with others.
const TOGETHER: u64 = 16 << 20;

/// The cache that Hugging Face's clients share, as a store.
///
/// Every method must run within a tokio runtime, on whose threads for that disk work is done. To resolve a revision, and to
/// look up and open one file, takes a few looks at files, which are done where the caller runs as long as the disk answers
/// at once; `local_path` and `snapshot_path` always look there.
#[derive(Clone, Debug)]
pub struct FsStore {
    cache: Cache,
    /// Of files that are no links to blobs.
    digests: Digests,
    pace: Pace,
    commits: Commits,
    resolved: Recent<(Repo, Revision), CommitId>,
    present: Recent<(Repo, CommitId, RepoPath), (u64, Option<BlobId>)>,
    found: Recent<BlobKey, Blob>,
    hot: Hot,
}

impl FsStore {
    /// Wraps a cache.
    pub fn new(cache: Cache) -> Self {
        Self {
            cache,
            digests: Digests::default(),
            pace: Pace::default(),
            commits: Commits::default(),
            resolved: Recent::new(Duration::ZERO),
            present: Recent::new(Duration::ZERO),
            found: Recent::new(Duration::ZERO),
            hot: Hot::none(),
        }
    }

    /// Lets answers about what is here count for so long, for a server that is asked the same again and again: which commit
    /// a revision is, that a file is here, and where. That something is not here is never remembered.
    ///
    /// Also keeps the bytes of small files in memory, 32 MiB at most, for as long as the file looks as it did when it was
    /// read, which is seen to each time.
    pub fn remembering(mut self, longest: Duration) -> Self {
        self.resolved = Recent::new(longest);
        self.present = Recent::new(longest);
        self.found = Recent::new(longest);
        self.hot = Hot::within(Hot::ENOUGH);
        self
    }

    /// The cache.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// A blob, or a file of a snapshot that is this blob where clients kept files without links.
    fn find(&self, key: &BlobKey) -> Result<Option<Blob>, StoreError> {
        Ok(match self.find_at_once(key)? {
            Some(blob) => Some(blob),
            None => self
                .cache
                .repo(&key.repo)
                .shown(key.id)
                .map_err(store_error)?,
        })
    }

    /// The same, as far as a few looks at files tell.
    fn find_at_once(&self, key: &BlobKey) -> Result<Option<Blob>, StoreError> {
        let now = Instant::now();
        if let Some(blob) = self.found.get(key, now) {
            return Ok(Some(blob));
        }
        let repo = self.cache.repo(&key.repo);
        let found = match repo.blob(key.id).map_err(store_error)? {
            Some(blob) => Some(blob),
            None => self
                .digests
                .find(repo.folder(), key.id)
                .map(|(path, size)| Blob { path, size }),
        };
        if let Some(blob) = &found {
            self.found.put(key.clone(), blob.clone(), now);
        }
        Ok(found)
    }

    /// The blob, looked for where the caller runs, or on a thread where that takes longer.
    async fn blob(&self, key: &BlobKey) -> Result<Option<Blob>, StoreError> {
        let (store, wanted) = (self.clone(), key.clone());
        let found = glance(&self.pace, move || {
            let found = store.find_at_once(&wanted)?;
            let is_final = found.is_some() || !store.cache.repo(&wanted.repo).shows_any();
            Ok((found, is_final))
        });
        let (found, is_final) = found.await?;
        if is_final {
            return Ok(found);
        }
        let (store, wanted) = (self.clone(), key.clone());
        run(move || store.find(&wanted)).await
    }
}

#[deny(clippy::missing_trait_methods)]
impl BlobStore for FsStore {
    async fn stat(&self, key: BlobKey) -> Result<Option<BlobStat>, StoreError> {
        let blob = self.blob(&key).await?;
        Ok(blob.map(|blob| BlobStat { size: blob.size }))
    }

    async fn read(&self, key: BlobKey, range: ByteRange) -> Result<ByteStream, StoreError> {
        let Some(blob) = self.blob(&key).await? else {
            let message = format!("{key} is not in the cache");
            return Err(StoreError::new(StoreErrorKind::NotFound, message));
        };
        let store = self.clone();
        glance(&self.pace, move || {
            let opened = stream::open_hot(&blob.path, blob.size, range, &store.hot);
            if opened.is_err() {
                store.found.forget(&key);
            }
            opened
        })
        .await
    }

    async fn stage(
        &self,
        key: BlobKey,
        size: u64,
        contention: Contention,
    ) -> Result<Staging, StoreError> {
        let repo = self.cache.repo(&key.repo);
        if size <= IN_MEMORY {
            let sink = MemorySink {
                repo,
                blob: key.id,
                commits: self.commits.clone(),
                pace: self.pace.clone(),
                bytes: Mutex::default(),
            };
            return Ok(Staging::Ready(Stage::new(key.id, size, sink)));
        }
        let pace = self.pace.clone();
        if size <= SHORT {
            let commits = Some(self.commits.clone());
            let blob = run(move || repo.begin(key.id, size).map_err(store_error)).await?;
            let sink = FileSink::new(CacheTarget { blob, commits }, pace);
            return Ok(Staging::Ready(Stage::new(key.id, size, sink)));
        }
        let regardless = contention == Contention::Proceed;
        let claim = run(move || repo.claim(key.id, size, regardless).map_err(store_error));
        let (blob, left) = match claim.await? {
            Claim::Ready(blob, left) => (*blob, left),
            Claim::Busy(rival) => return Ok(Staging::Busy(holder(rival, key.id, size))),
        };
        let commits = Some(self.commits.clone()).filter(|_| size <= TOGETHER);
        let sink = FileSink::new(CacheTarget { blob, commits }, pace);
        Ok(Staging::Ready(match left {
            Some(left) => Stage::resume(key.id, size, sink, &left.note, left.same_boot),
            None => Stage::new(key.id, size, sink),
        }))
    }

    async fn room(&self, repo: Repo) -> Result<Option<u64>, StoreError> {
        let repo = self.cache.repo(&repo);
        run(move || Ok(repo.room())).await
    }

    async fn remove(&self, key: BlobKey) -> Result<bool, StoreError> {
        let repo = self.cache.repo(&key.repo);
        run(move || repo.remove_blob(key.id).map_err(store_error)).await
    }

    async fn list(&self, repo: Repo) -> Result<Vec<BlobId>, StoreError> {
        let repo = self.cache.repo(&repo);
        run(move || repo.blobs().map_err(store_error)).await
    }

    fn local_path(&self, key: &BlobKey) -> Option<PathBuf> {
        let blob = self.find(key).ok()?;
        blob.map(|blob| blob.path)
    }
}

#[deny(clippy::missing_trait_methods)]
impl RefStore for FsStore {
    async fn repos(&self) -> Result<Vec<Repo>, StoreError> {
        let cache = self.cache.clone();
        run(move || cache.repos().map_err(store_error)).await
    }

    async fn has_repo(&self, repo: Repo) -> Result<bool, StoreError> {
        let repo = self.cache.repo(&repo);
        run(move || repo.is_here().map_err(store_error)).await
    }

    async fn revisions(&self, repo: Repo) -> Result<Vec<(Revision, CommitId)>, StoreError> {
        let repo = self.cache.repo(&repo);
        run(move || repo.revisions().map_err(store_error)).await
    }

    async fn resolve(
        &self,
        repo: Repo,
        revision: Revision,
    ) -> Result<Option<CommitId>, StoreError> {
        let (question, now) = ((repo, revision), Instant::now());
        if let Some(commit) = self.resolved.get(&question, now) {
            return Ok(Some(commit));
        }
        let (repo, resolved) = (self.cache.repo(&question.0), self.resolved.clone());
        glance(&self.pace, move || {
            let commit = match question.1.as_commit() {
                Some(commit) => repo.snapshot(commit).map(|_| commit),
                None => repo.resolve(&question.1).map_err(store_error)?,
            };
            if let Some(commit) = commit {
                resolved.put(question, commit, now);
            }
            Ok(commit)
        })
        .await
    }

    async fn listing(
        &self,
        repo: Repo,
        commit: CommitId,
    ) -> Result<Option<Vec<TreeFile>>, StoreError> {
        let repo = self.cache.repo(&repo);
        run(move || {
            let listing = repo.listing(commit).map_err(store_error)?;
            Ok(listing.map(|listing| listing.to_vec()))
        })
        .await
    }

    async fn files(&self, repo: Repo, commit: CommitId) -> Result<Vec<TreeFile>, StoreError> {
        let repo = self.cache.repo(&repo);
        let digests = self.digests.clone();
        run(move || {
            let listing = repo.listing(commit).map_err(store_error)?;
            let files = repo.files(commit).map_err(store_error)?;
            let listed = |file: &CachedFile| {
                let listing = listing.as_ref()?;
                let index = listing.binary_search_by(|listed| listed.path.cmp(&file.path));
                index.ok().map(|index| listing[index].clone())
            };
            let describe = |file: CachedFile| match (listed(&file), file.blob) {
                (Some(listed), Some(blob)) if listed.blob() == blob => Ok(listed),
                (listed, None) => described(&digests, file, listed),
                (_, Some(blob)) => Ok(digest::tree_file(file.path, file.size, blob)),
            };
            files.into_iter().map(describe).collect()
        })
        .await
    }

    async fn entry(
        &self,
        repo: Repo,
        commit: CommitId,
        path: RepoPath,
    ) -> Result<Entry, StoreError> {
        let (question, now) = ((repo, commit, path), Instant::now());
        if let Some((size, blob)) = self.present.get(&question, now) {
            return Ok(Entry::Present { size, blob });
        }
        let (repo, present) = (self.cache.repo(&question.0), self.present.clone());
        glance(&self.pace, move || {
            let (_, commit, path) = &question;
            let entry = told(repo.lookup(*commit, path).map_err(store_error)?.into());
            if let Entry::Present { size, blob } = entry {
                present.put(question, (size, blob), now);
            }
            Ok(entry)
        })
        .await
    }

    async fn entries(
        &self,
        repo: Repo,
        commit: CommitId,
        paths: Vec<RepoPath>,
    ) -> Result<Vec<Entry>, StoreError> {
        let repo = self.cache.repo(&repo);
        run(move || {
            let known = repo.known(commit, &paths).map_err(store_error)?;
            Ok(known.into_iter().map(told).collect())
        })
        .await
    }

    /// None: the cache keeps no commit's parents.
    async fn history(
        &self,
        _repo: Repo,
        _commit: CommitId,
        _skip: u64,
        _limit: usize,
    ) -> Result<Option<History>, StoreError> {
        Ok(None)
    }

    /// None are known: the cache keeps no commit's parents.
    async fn last_changes(
        &self,
        _repo: Repo,
        _commit: CommitId,
        _paths: Vec<RepoPath>,
    ) -> Result<Vec<(RepoPath, CommitRecord)>, StoreError> {
        Ok(Vec::new())
    }

    async fn survey(
        &self,
        repo: Repo,
        request: SurveyRequest,
    ) -> Result<Option<Survey>, StoreError> {
        let repo = self.cache.repo(&repo);
        run(move || {
            let Some(commit) = repo.resolve(&Revision::main()).map_err(store_error)? else {
                return Ok(None);
            };
            let files = repo.files(commit).map_err(store_error)?.into_iter();
            let seen = files.filter_map(|file| Seen::at(file.path, file.location));
            let marks = vec![commit.to_string()];
            surveyed::survey(seen.collect(), marks, &request, |_| true).map(Some)
        })
        .await
    }

    /// Nothing ever stands in the way.
    async fn check(&self, _snapshot: Snapshot) -> Result<(), StoreError> {
        Ok(())
    }

    async fn record(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        let store = self.clone();
        run(move || record(&store, &snapshot)).await
    }

    async fn record_absent(
        &self,
        repo: Repo,
        commit: CommitId,
        revision: Option<Revision>,
        path: RepoPath,
    ) -> Result<(), StoreError> {
        let repo = self.cache.repo(&repo);
        run(move || {
            repo.mark_absent(commit, &path).map_err(store_error)?;
            match revision {
                Some(revision) => repo.write_ref(&revision, commit).map_err(store_error),
                None => Ok(()),
            }
        })
        .await
    }

    fn snapshot_path(&self, repo: &Repo, commit: CommitId) -> Option<PathBuf> {
        self.cache.repo(repo).snapshot(commit)
    }
}

/// The same in the words of the seam.
fn told(known: Known) -> Entry {
    match known {
        Known::Present { size, blob } => Entry::Present { size, blob },
        Known::Absent => Entry::Absent,
        Known::Unknown => Entry::Unknown,
    }
}

/// Who is at a blob, and how far.
fn holder(rival: Rival, blob: BlobId, size: u64) -> Holder {
    let noted = rival.note.and_then(|note| Stage::noted(&note, blob, size));
    // What another client is at grows with each byte; what is reserved in advance says nothing.
    let held = noted.or(Some(rival.length).filter(|length| *length < size));
    let mut mark = DefaultHasher::new();
    (rival.modified, rival.length, held).hash(&mut mark);
    Holder {
        name: rival.name,
        held,
        mark: mark.finish(),
    }
}

/// What only its bytes tell of a file that is no link to a blob and in no listing, or a link to a blob of a name that is
/// not the listed one.
fn described(
    digests: &Digests,
    file: CachedFile,
    listed: Option<TreeFile>,
) -> Result<TreeFile, StoreError> {
    if let Some(listed) = listed
        && digests.confirm(&file.location, listed.blob())?
    {
        return Ok(listed);
    }
    let blob = digests.by_git(&file.location)?;
    Ok(digest::tree_file(file.path, file.size, blob))
}

/// Whether a snapshot holds the file itself, which is no link and has these bytes.
fn is_plain(
    store: &FsStore,
    repo: &RepoCache,
    commit: CommitId,
    file: &TreeFile,
) -> Result<bool, StoreError> {
    let shown = repo.lookup(commit, &file.path).map_err(store_error)?;
    let Lookup::Present { path, size, .. } = shown else {
        return Ok(false);
    };
    let is_file = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file());
    Ok(is_file && size == file.size && store.digests.confirm(&path, file.blob())?)
}

fn record(store: &FsStore, snapshot: &Snapshot) -> Result<(), StoreError> {
    let repo = store.cache.repo(&snapshot.repo);
    let blobs: Vec<BlobId> = snapshot.files.iter().map(TreeFile::blob).collect();
    let held = repo.held(&blobs).map_err(store_error)?;
    let mut to_link = Vec::with_capacity(snapshot.files.len());
    // Links to what is shown already as a file need the long way.
    let mut all_blobs = true;
    for (file, size) in snapshot.files.iter().zip(held) {
        if size.is_none() && is_plain(store, &repo, snapshot.commit, file)? {
            continue;
        }
        to_link.push(file);
        let size = if size.is_some() {
            size
        } else {
            all_blobs = false;
            let shown = repo.shown(file.blob()).map_err(store_error)?;
            shown.map(|blob| blob.size)
        };
        check_recorded(file, size)?;
    }
    if let Some(listing) = &snapshot.listing {
        repo.write_listing(snapshot.commit, listing)
            .map_err(store_error)?;
    }
    repo.make_snapshot(snapshot.commit).map_err(store_error)?;
    if all_blobs {
        repo.link_all(snapshot.commit, to_link)
            .map_err(store_error)?;
    } else {
        for file in to_link {
            repo.link(snapshot.commit, &file.path, file.blob())
                .map_err(store_error)?;
        }
    }
    let paths = snapshot.files.iter().map(|file| &file.path);
    repo.sync_links(snapshot.commit, paths)
        .map_err(store_error)?;
    // Only a look at the result tells whether the file system took two paths for one.
    let paths: Vec<RepoPath> = snapshot
        .files
        .iter()
        .map(|file| file.path.clone())
        .collect();
    let shown = repo.known(snapshot.commit, &paths).map_err(store_error)?;
    for (file, shown) in snapshot.files.iter().zip(shown) {
        let right = matches!(
            shown,
            Known::Present { size, blob }
                if size == file.size && blob.is_none_or(|blob| blob == file.blob())
        );
        if !right {
            let message = format!(
                "`{}` of commit {} is not what was just put there",
                file.path, snapshot.commit
            );
            return Err(StoreError::new(StoreErrorKind::Corrupt, message));
        }
    }
    if let Some(revision) = &snapshot.revision {
        repo.write_ref(revision, snapshot.commit)
            .map_err(store_error)?;
    }
    repo.sweep();
    Ok(())
}

#[cfg(test)]
mod tests;
