//! Everything that a commit holds.

use std::collections::{BTreeSet, HashSet};

use hubkit_api::{ListTree, RefusedPath, TreeDepth, TreeEntry, TreeItem, TreePage};
use hubkit_store::RefStore as _;
use hubkit_types::{CommitId, Repo, RepoPath, TreeFile};

use crate::{
    Client, Connectivity, Error, ErrorKind, Event, Pages, Progress,
    pages::{Next, Page},
};

/// The most folders that are listed one by one where a listing of all at once does not come through.
const MOST_FOLDERS: usize = 10_000;

/// Everything that a commit holds.
pub(crate) struct Listing {
    pub(crate) files: Vec<TreeFile>,
    /// Names in it that must not reach a file system.
    pub(crate) refused: Vec<RefusedPath>,
    pub(crate) source: ListingSource,
}

/// Where a listing comes from, and so what it is worth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ListingSource {
    /// The hub's own, just now.
    Hub,
    /// The hub's own, recorded earlier.
    Recorded,
    /// Only what the store happens to hold: nobody knows whether that is all.
    Found,
}

impl Listing {
    pub(crate) fn recorded(files: Vec<TreeFile>) -> Self {
        Self {
            files,
            refused: Vec::new(),
            source: ListingSource::Recorded,
        }
    }
}

impl Client {
    pub(crate) async fn listing(
        &self,
        repo: &Repo,
        commit: CommitId,
        progress: &dyn Progress,
    ) -> Result<Listing, Error> {
        let offline = self.connectivity() == Connectivity::Offline;
        let refused = Vec::new();
        match self.0.store.listing(repo.clone(), commit).await {
            Ok(Some(files)) => {
                return Ok(Listing::recorded(files));
            }
            // Online, the hub knows better than a store that can't say.
            Err(error) if offline => return Err(error.into()),
            Ok(None) | Err(_) => {}
        }
        if !offline {
            // Boxed: a snapshot's future need not carry it for as long as files move.
            return Box::pin(self.fetch_listing(repo, commit, progress)).await;
        }
        let files = self.0.store.files(repo.clone(), commit).await?;
        if files.is_empty() {
            let message =
                format!("nothing of {repo} at {commit} is in the store, and the client is offline");
            return Err(Error::new(ErrorKind::Offline, message));
        }
        let source = ListingSource::Found;
        Ok(Listing {
            files,
            refused,
            source,
        })
    }

    /// The hub's listing, whole. A folder in it without a file is a sign that parts were lost, since git has no empty
    /// folders: there are proxies that drop the query, and with it that all levels are asked for.
    async fn fetch_listing(
        &self,
        repo: &Repo,
        commit: CommitId,
        progress: &dyn Progress,
    ) -> Result<Listing, Error> {
        let mut found = Found::default();
        self.walk(repo, commit, None, &mut found, progress).await?;
        let folders = found.hollow().len();
        if folders > 0 {
            progress.event(&Event::ListingBroken { repo, folders });
        }
        let mut asked = HashSet::new();
        while asked.len() < MOST_FOLDERS {
            let mut next = found.hollow();
            next.retain(|folder| !asked.contains(folder));
            // What lies in one of them comes with it, or else has its turn afterwards.
            next.dedup_by(|inner, outer| is_below(inner, outer));
            if next.is_empty() {
                break;
            }
            for folder in next {
                let walked = self.walk(repo, commit, Some(&folder), &mut found, progress);
                walked.await?;
                asked.insert(folder);
            }
        }
        if let Some(folder) = found.hollow().first() {
            let message = format!(
                "the listing names the folder `{folder}` and nothing in it, so it is not whole"
            );
            let error = Error::new(ErrorKind::Protocol, message);
            return Err(self.within(Some(repo), error));
        }
        let Found {
            mut files, refused, ..
        } = found;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup();
        let source = ListingSource::Hub;
        Ok(Listing {
            files,
            refused,
            source,
        })
    }

    /// Adds what lies in a folder, or at the top, on all levels if the hub hears that this is asked for.
    async fn walk(
        &self,
        repo: &Repo,
        commit: CommitId,
        folder: Option<&RepoPath>,
        found: &mut Found,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let mut call = ListTree::new(repo.clone(), commit.into(), TreeDepth::Recursive);
        call.path = folder.cloned();
        let mut pages = self.list_tree(call);
        while let Some(page) = pages.page(progress).await? {
            for entry in page {
                if let (Ok(entry), Some(folder)) = (&entry, folder)
                    && !is_below(entry.item.path(), folder)
                {
                    let path = entry.item.path();
                    let message = format!(
                        "the listing of the folder `{folder}` names `{path}`, which is elsewhere"
                    );
                    let error = Error::new(ErrorKind::Protocol, message);
                    return Err(self.within(Some(repo), error));
                }
                found.add(entry);
            }
        }
        Ok(())
    }

    /// What a folder of a revision holds, or everything below it, page by page, as the hub sends it. A name that must not
    /// become a path is told apart; whether that matters is for the caller to say.
    ///
    /// For everything that a commit holds [`Client::tree`] is better: it is answered from the store where it can be, and
    /// notices where parts are lost.
    pub fn list_tree(&self, call: ListTree) -> Pages<Result<TreeEntry, RefusedPath>> {
        Pages::new(self.clone(), Some(call.repo.clone()), call)
    }
}

impl From<TreePage> for Page<Result<TreeEntry, RefusedPath>> {
    fn from(page: TreePage) -> Self {
        let entries = page.entries.into_iter().map(Ok);
        Self {
            items: entries.chain(page.refused.into_iter().map(Err)).collect(),
            next: page.next.map(Next::Link),
            total: None,
        }
    }
}

/// What pages named so far.
#[derive(Default)]
struct Found {
    files: Vec<TreeFile>,
    folders: BTreeSet<RepoPath>,
    refused: Vec<RefusedPath>,
}

impl Found {
    fn add(&mut self, entry: Result<TreeEntry, RefusedPath>) {
        match entry {
            Err(refused) => self.refused.push(refused),
            Ok(entry) => match entry.item {
                TreeItem::File(file) => self.files.push(file),
                TreeItem::Folder { path, .. } => {
                    self.folders.insert(path);
                }
            },
        }
    }

    /// The folders of which nothing is known but that they are there, sorted.
    fn hollow(&self) -> Vec<RepoPath> {
        let mut filled = HashSet::new();
        let files = self.files.iter().map(|file| file.path.as_str());
        let refused = self.refused.iter().map(RefusedPath::text);
        for name in files.chain(refused) {
            let mut name = name;
            while let Some((folder, _)) = name.rsplit_once('/') {
                if !filled.insert(folder) {
                    break;
                }
                name = folder;
            }
        }
        let hollow = self.folders.iter();
        hollow
            .filter(|folder| !filled.contains(folder.as_str()))
            .cloned()
            .collect()
    }
}

fn is_below(path: &RepoPath, folder: &RepoPath) -> bool {
    let rest = path.as_str().strip_prefix(folder.as_str());
    rest.is_some_and(|rest| rest.starts_with('/'))
}

pub(crate) fn unsafe_name(repo: &Repo, refused: &RefusedPath) -> Error {
    Error::new(
        ErrorKind::Unsafe,
        format!(
            "{repo} lists a file that can't be stored safely: {}",
            refused.error()
        ),
    )
}
