//! The files of a commit as a listing with folders, kept ready for the next request.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hubkit_api::{TreeDepth, TreeEntry, TreeItem};
use hubkit_store::{DynStore, RefStore as _, git};
use hubkit_types::{CommitId, GitOid, Repo, RepoPath, TreeFile};

use crate::refusal::Refusal;

/// The files of a commit, sorted by path, with the ids of the folders that hold them.
pub(crate) struct Listing {
    files: Vec<TreeFile>,
    folders: BTreeMap<RepoPath, GitOid>,
}

impl Listing {
    fn new(files: Vec<TreeFile>) -> Self {
        Self {
            folders: git::folder_ids(&files),
            files,
        }
    }

    /// The file or the folder at a path.
    pub(crate) fn entry(&self, path: &RepoPath) -> Option<TreeEntry> {
        if let Ok(index) = self.files.binary_search_by(|file| file.path.cmp(path)) {
            return Some(Name::File(&self.files[index]).entry());
        }
        let (path, oid) = self.folders.get_key_value(path)?;
        Some(Name::Folder(path, *oid).entry())
    }

    /// How many bytes the files at a path or below it have together; `None` when there are none.
    pub(crate) fn size_of(&self, path: Option<&RepoPath>) -> Option<u64> {
        let is_wanted = |file: &&TreeFile| match path {
            None => true,
            Some(path) => file.path == *path || below(&file.path, path).is_some(),
        };
        let sizes = self.files.iter().filter(is_wanted).map(|file| file.size);
        sizes.reduce(u64::saturating_add)
    }

    /// Whether there is anything in a folder.
    pub(crate) fn has_folder(&self, path: &RepoPath) -> bool {
        self.folders.contains_key(path)
    }

    /// Files and folders below the top or below a folder, sorted by path.
    pub(crate) fn names(&self, top: Option<&RepoPath>, depth: TreeDepth) -> Vec<Name<'_>> {
        let wanted = |path: &RepoPath| {
            let rest = match top {
                None => Some(path.as_str()),
                Some(top) => below(path, top),
            };
            rest.is_some_and(|rest| depth == TreeDepth::Recursive || !rest.contains('/'))
        };
        let files = self.files.iter().filter(|file| wanted(&file.path));
        let folders = self.folders.iter().filter(|(path, _)| wanted(path));
        let mut names: Vec<_> = files
            .map(Name::File)
            .chain(folders.map(|(path, oid)| Name::Folder(path, *oid)))
            .collect();
        // Both are sorted already, so this only merges them.
        names.sort_by(|left, right| left.path().cmp(right.path()));
        names
    }
}

/// What of a path lies below a folder, if it does.
pub(crate) fn below<'a>(path: &'a RepoPath, folder: &RepoPath) -> Option<&'a str> {
    let rest = path.as_str().strip_prefix(folder.as_str())?;
    rest.strip_prefix('/')
}

/// An entry of a listing before it is copied, which only those on the page are.
#[derive(Clone, Copy)]
pub(crate) enum Name<'a> {
    File(&'a TreeFile),
    Folder(&'a RepoPath, GitOid),
}

impl Name<'_> {
    pub(crate) fn path(&self) -> &RepoPath {
        match self {
            Self::File(file) => &file.path,
            Self::Folder(path, _) => path,
        }
    }

    pub(crate) fn entry(&self) -> TreeEntry {
        let item = match self {
            Self::File(file) => TreeItem::File((*file).clone()),
            Self::Folder(path, oid) => TreeItem::Folder {
                path: (*path).clone(),
                oid: *oid,
            },
        };
        item.into()
    }
}

type Kept = ((Repo, CommitId), Arc<Listing>);

/// The listings that were asked for last: hashing the folders of a large one for every page of it would cost a caller
/// nothing and the mirror seconds.
#[derive(Default)]
pub(crate) struct Listings {
    kept: Mutex<VecDeque<Kept>>,
    unlisted: Unlisted,
}

/// What is answered where a store holds files of a commit and no listing of it, so that nobody knows whether they are all.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Unlisted {
    /// Single files only. A client that was given a shorter listing would remember it as the whole commit.
    #[default]
    FilesOnly,
    /// What is there counts as all there is: whoever runs the mirror says so.
    Whole,
}

impl Listings {
    const MOST: usize = 8;

    pub(crate) fn new(unlisted: Unlisted) -> Self {
        Self {
            kept: Mutex::default(),
            unlisted,
        }
    }

    /// All files of a commit, those that the store does not hold among them.
    pub(crate) async fn files(
        &self,
        store: &DynStore,
        repo: Repo,
        commit: CommitId,
    ) -> Result<Vec<TreeFile>, Refusal> {
        if let Some(files) = store.listing(repo.clone(), commit).await? {
            return Ok(files);
        }
        match self.unlisted {
            Unlisted::FilesOnly => Err(Refusal::Unlisted(commit)),
            Unlisted::Whole => Ok(store.files(repo, commit).await?),
        }
    }

    /// The listing of a commit. A kept one counts only if it is of the same files as the store's of this moment.
    pub(crate) async fn of(
        &self,
        store: &DynStore,
        repo: Repo,
        commit: CommitId,
    ) -> Result<Arc<Listing>, Refusal> {
        let files = self.files(store, repo.clone(), commit).await?;
        Ok(self.prepare((repo, commit), files))
    }

    fn prepare(&self, key: (Repo, CommitId), files: Vec<TreeFile>) -> Arc<Listing> {
        let kept = self.lock().iter().find(|kept| kept.0 == key).cloned();
        // Comparing and computing happen without the lock: a large listing keeps nobody else waiting.
        let listing = match kept {
            Some((_, listing)) if listing.files == files => listing,
            _ => Arc::new(Listing::new(files)),
        };
        let mut list = self.lock();
        list.retain(|kept| kept.0 != key);
        list.truncate(Self::MOST - 1);
        list.push_front((key, Arc::clone(&listing)));
        listing
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        // A list that a panicking thread left holds whole listings, if fewer.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Listings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listings")
    }
}

#[cfg(test)]
mod tests {
    use hubkit_types::RepoKind;

    use super::*;

    fn key(commit: u8) -> (Repo, CommitId) {
        let repo = Repo::new(RepoKind::Model, "a/b".parse().expect("an id"));
        (repo, CommitId::from_bytes([commit; 20]))
    }

    fn files(paths: &[&str]) -> Vec<TreeFile> {
        let file = |path: &&str| TreeFile {
            path: path.parse().expect("a path"),
            size: path.len() as u64,
            oid: git::blob_id(path.as_bytes()),
            lfs: None,
        };
        paths.iter().map(file).collect()
    }

    #[test]
    fn a_listing_of_the_same_files_is_prepared_once() {
        let listings = Listings::default();
        let first = listings.prepare(key(1), files(&["d/a"]));
        let again = listings.prepare(key(1), files(&["d/a"]));
        assert!(Arc::ptr_eq(&first, &again));
        let elsewhere = listings.prepare(key(2), files(&["d/a"]));
        assert!(!Arc::ptr_eq(&first, &elsewhere));
    }

    #[test]
    fn a_commit_of_which_more_or_other_files_are_here_now_is_listed_anew() {
        let listings = Listings::default();
        let folder: RepoPath = "d".parse().expect("a path");
        let mut seen = Vec::new();
        let mut replaced = files(&["d/a", "d/b"]);
        replaced[1].oid = git::blob_id(b"other");
        for now in [files(&["d/a"]), files(&["d/a", "d/b"]), replaced] {
            let wanted = Some(git::folder_ids(&now)[&folder]);
            let listing = listings.prepare(key(1), now);
            let Some(TreeItem::Folder { oid, .. }) = listing.entry(&folder).map(|entry| entry.item)
            else {
                panic!("a folder");
            };
            assert_eq!(Some(oid), wanted);
            assert!(!seen.contains(&oid));
            seen.push(oid);
        }
        assert_eq!(listings.lock().len(), 1);
    }

    #[test]
    fn the_listing_that_was_not_asked_for_the_longest_is_dropped() {
        let listings = Listings::default();
        let prepare = |commit| listings.prepare(key(commit), files(&["d/a"]));
        let most = u8::try_from(Listings::MOST).expect("few");
        let kept: Vec<_> = (0..most).map(prepare).collect();
        assert!(Arc::ptr_eq(&prepare(0), &kept[0]));
        prepare(most);
        assert_eq!(listings.lock().len(), Listings::MOST);
        assert!(Arc::ptr_eq(&prepare(0), &kept[0]));
        assert!(!Arc::ptr_eq(&prepare(1), &kept[1]));
    }
}
