//! What is in the cache and how much room it takes.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::{Component, Path, PathBuf},
    time::SystemTime,
};

use hubkit_types::{CommitId, Repo, Revision};

use crate::{
    Cache, CacheError,
    cache::{entries, shared_blobs},
    durable,
    read::{is_temporary, walk},
    read_plain,
};

/// Everything in a cache.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scan {
    /// The repositories, sorted.
    pub repos: Vec<ScannedRepo>,
    /// Downloads that did not come to an end, or are still on their way.
    pub incomplete: Vec<Incomplete>,
    /// What is not as it should be; the rest is counted all the same.
    pub warnings: Vec<ScanWarning>,
}

/// One repository of a cache. Times come from its blobs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScannedRepo {
    /// The repository.
    pub repo: Repo,
    /// Its folder.
    pub path: PathBuf,
    /// The bytes of its blobs, each counted once.
    pub size_on_disk: u64,
    /// How many files its revisions show, all together.
    pub files: usize,
    /// How many blobs these are.
    pub blobs: usize,
    /// Its commits, sorted.
    pub revisions: Vec<ScannedRevision>,
    /// When a blob was last read, where the file system keeps that.
    pub last_accessed: Option<SystemTime>,
    /// When the newest blob came.
    pub last_modified: Option<SystemTime>,
}

/// One commit of a repository in a cache.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScannedRevision {
    /// The commit.
    pub commit: CommitId,
    /// Its folder.
    pub path: PathBuf,
    /// The revisions that lead to it, sorted.
    pub refs: Vec<Revision>,
    /// The bytes of its blobs, each counted once.
    pub size: u64,
    /// How many files it shows.
    pub files: usize,
    /// When the newest of its blobs came.
    pub last_modified: Option<SystemTime>,
}

/// A file that a download left behind, or is still writing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Incomplete {
    /// The file.
    pub path: PathBuf,
    /// Its length in bytes.
    pub size: u64,
}

/// Something in a cache that is not as it should be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScanWarning {
    /// Where.
    pub path: PathBuf,
    /// What is wrong with it: a lower-case fragment.
    pub message: String,
}

impl Scan {
    /// The bytes of all repositories.
    pub fn size_on_disk(&self) -> u64 {
        self.repos.iter().map(|repo| repo.size_on_disk).sum()
    }
}

impl Cache {
    /// Looks at everything. A cache that does not exist is empty. Reads no content, follows no link out of a
    /// repository's folder but into the shared payloads.
    pub fn scan(&self) -> Result<Scan, CacheError> {
        let mut scan = Scan {
            repos: Vec::new(),
            incomplete: Vec::new(),
            warnings: Vec::new(),
        };
        let shared = shared_blobs(self.root());
        for (name, path) in entries(self.root())? {
            let name = name.to_string_lossy();
            let state = [".DS_Store", ".locks", "CACHEDIR.TAG", "version.txt"];
            if state.contains(&&*name) || shared.as_ref() == Some(&path) {
                continue;
            }
            let Some(repo) = Repo::from_folder_name(&name) else {
                scan.warn(path, "is not the folder of a repository");
                continue;
            };
            if let Err(fault) = durable::is_folder(&path) {
                scan.warn(path, &fault.to_string());
                continue;
            }
            match self.scan_repo(repo, path.clone(), &mut scan) {
                Ok(Some(repo)) => scan.repos.push(repo),
                Ok(None) => {}
                Err(fault) => scan.warn(path, &fault.to_string()),
            }
        }
        scan.repos.sort_by(|left, right| left.repo.cmp(&right.repo));
        scan.incomplete
            .sort_by(|left, right| left.path.cmp(&right.path));
        scan.warnings
            .sort_by(|left, right| left.path.cmp(&right.path));
        Ok(scan)
    }

    fn scan_repo(
        &self,
        repo: Repo,
        path: PathBuf,
        scan: &mut Scan,
    ) -> Result<Option<ScannedRepo>, CacheError> {
        for below in ["blobs", "refs", "snapshots"] {
            durable::existing(&path, below)?;
        }
        scan_incomplete(&path, scan)?;
        let snapshots = path.join("snapshots");
        if !snapshots.is_dir() {
            scan.warn(path, "has no folder `snapshots`");
            return Ok(None);
        }
        let mut refs: BTreeMap<CommitId, Vec<Revision>> = BTreeMap::new();
        let cached = self.repo(&repo);
        for (revision, commit) in cached.revisions()? {
            refs.entry(commit).or_default().push(revision);
        }
        let mut blobs = Blobs::new(self, &path);
        let mut revisions = Vec::new();
        for (name, folder) in entries(&snapshots)? {
            let commit = name.to_str().and_then(|name| name.parse().ok());
            match commit {
                Some(commit) if !folder.is_symlink() && folder.is_dir() => {
                    let refs = refs.remove(&commit).unwrap_or_default();
                    revisions.push(scan_revision(commit, folder, refs, &mut blobs, scan)?);
                }
                _ if name == ".DS_Store" => {}
                _ => scan.warn(folder, "is not the folder of a commit"),
            }
        }
        revisions.sort_by_key(|revision| revision.commit);
        warn_of_refs(&path, &refs, scan)?;
        let known: Vec<&fs::Metadata> = blobs.known.values().flatten().collect();
        Ok(Some(ScannedRepo {
            repo,
            size_on_disk: known.iter().map(|metadata| metadata.len()).sum(),
            files: revisions.iter().map(|revision| revision.files).sum(),
            blobs: known.len(),
            last_accessed: newest(&known, fs::Metadata::accessed),
            last_modified: newest(&known, fs::Metadata::modified),
            path,
            revisions,
        }))
    }
}

impl Scan {
    fn warn(&mut self, path: PathBuf, message: &str) {
        let message = message.to_owned();
        self.warnings.push(ScanWarning { path, message });
    }
}

fn scan_incomplete(repo: &Path, scan: &mut Scan) -> Result<(), CacheError> {
    for (name, path) in entries(&repo.join("blobs"))? {
        let unfinished = Path::new(&name)
            .extension()
            .is_some_and(|end| end == "incomplete");
        if let Ok(metadata) = fs::symlink_metadata(&path)
            && unfinished
        {
            let size = metadata.len();
            scan.incomplete.push(Incomplete { path, size });
        }
    }
    Ok(())
}

fn scan_revision(
    commit: CommitId,
    folder: PathBuf,
    refs: Vec<Revision>,
    blobs: &mut Blobs,
    scan: &mut Scan,
) -> Result<ScannedRevision, CacheError> {
    let mut files = 0;
    let mut shown = BTreeSet::new();
    for (_, file) in walk(&folder)? {
        let blob = first_hop(&file);
        if blobs.metadata(&blob).is_some() {
            files += 1;
            shown.insert(blob);
        } else if blob.symlink_metadata().is_ok() {
            scan.warn(file, "leads out of the cache, or nowhere");
        } else {
            scan.warn(file, "is a link to a blob that is not here");
        }
    }
    let known: Vec<&fs::Metadata> = shown
        .iter()
        .filter_map(|blob| blobs.known.get(blob)?.as_ref())
        .collect();
    let folder_time = || fs::metadata(&folder).and_then(|metadata| metadata.modified());
    Ok(ScannedRevision {
        commit,
        refs,
        size: known.iter().map(|metadata| metadata.len()).sum(),
        files,
        last_modified: newest(&known, fs::Metadata::modified).or_else(|| folder_time().ok()),
        path: folder,
    })
}

/// Names the revisions that lead to no snapshot, and the files in `refs` that hold no commit.
fn warn_of_refs(
    repo: &Path,
    left_over: &BTreeMap<CommitId, Vec<Revision>>,
    scan: &mut Scan,
) -> Result<(), CacheError> {
    let folder = repo.join("refs");
    for revision in left_over.values().flatten() {
        let path = folder.join(revision.as_str());
        scan.warn(path, "leads to a commit that is not here");
    }
    for (name, path) in walk(&folder)? {
        let text = read_plain(&path, 64).ok().flatten().unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let ignored = is_temporary(&name) || name.ends_with(".DS_Store");
        if !ignored && text.trim_end().parse::<CommitId>().is_err() {
            scan.warn(path, "holds no commit");
        }
    }
    Ok(())
}

/// What is known of each blob, looked up once.
struct Blobs {
    bounds: Vec<PathBuf>,
    known: HashMap<PathBuf, Option<fs::Metadata>>,
}

impl Blobs {
    fn new(cache: &Cache, repo: &Path) -> Self {
        let bounds = [Some(repo.to_owned()), shared_blobs(cache.root())];
        Self {
            bounds: bounds
                .iter()
                .flatten()
                .filter_map(|bound| fs::canonicalize(bound).ok())
                .collect(),
            known: HashMap::new(),
        }
    }

    /// `None` when there is no such blob, or when it lies elsewhere.
    fn metadata(&mut self, blob: &Path) -> Option<&fs::Metadata> {
        let bounds = &self.bounds;
        let look = || {
            let real = fs::canonicalize(blob).ok()?;
            let inside = bounds.iter().any(|bound| real.starts_with(bound));
            let metadata = fs::metadata(real).ok()?;
            (inside && metadata.is_file()).then_some(metadata)
        };
        self.known
            .entry(blob.to_owned())
            .or_insert_with(look)
            .as_ref()
    }
}

/// The blob that a file of a snapshot shows: what its link names, not where that may lead on to.
fn first_hop(file: &Path) -> PathBuf {
    let Ok(target) = fs::read_link(file) else {
        return file.to_owned();
    };
    let mut path = file.parent().unwrap_or(Path::new("")).to_owned();
    for component in target.components() {
        match component {
            Component::ParentDir => {
                path.pop();
            }
            Component::CurDir => {}
            other => path.push(other),
        }
    }
    path
}

fn newest(
    known: &[&fs::Metadata],
    time: impl Fn(&fs::Metadata) -> std::io::Result<SystemTime>,
) -> Option<SystemTime> {
    known
        .iter()
        .filter_map(|metadata| time(metadata).ok())
        .max()
}
