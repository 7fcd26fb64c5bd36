//! What else a hub can be asked.

use std::collections::HashSet;

use hubkit_api::{
    AuthCheck, CommitInfo, CommitPage, GetSafetensorsMetadata, GetScan, GetTagsByType, LfsAsk,
    LfsBatch, LfsFile, LfsObject, LfsOutcome, ListCommits, ListLfsFiles, ListRefs, ListRepos,
    MOST_LFS_OBJECTS, PathsInfo, PullRequests, Raw, RawFile, Refs, RepoInfo, RepoPage, Resolve,
    ResolveMethod, SafetensorsMetadata, SecurityReport, TagsByType, TreeEntry, TreeSize,
    server::MOST_PATHS,
};
use hubkit_store::{Entry, RefStore as _};
use hubkit_types::{Repo, RepoKind, RepoPath, Revision};

use crate::{
    Client, Connectivity, Error, ErrorKind, Pages,
    ask::{LONGEST_ANSWER, LONGEST_LIST},
    exchange::Redirects,
    pages::{Next, Page},
};

/// The longest answer with headers of weights, in bytes: about a hundred a tensor.
const LONGEST_HEADERS: usize = 250 << 20;

impl Client {
    /// The repositories that a search finds, page by page. `limit` of the call is the length of a page; how many are
    /// wanted in all is for the caller of [`Pages`] to say.
    pub fn list(&self, call: ListRepos) -> Pages<RepoInfo> {
        Pages::new(self.clone(), None, call)
    }

    /// The history of a revision, the newest commit first, page by page.
    pub fn commits(&self, repo: &Repo, revision: &Revision) -> Pages<CommitInfo> {
        let call = ListCommits::new(repo.clone(), revision.clone());
        Pages::new(self.clone(), Some(repo.clone()), call)
    }

    /// The tags that repositories of a kind have, by what they are about: what a list can be filtered by.
    ///
    /// # Errors
    ///
    /// `NotFound` where the hub does not tell of this kind; those of [`Client::info`]; offline always `Offline`.
    pub async fn tags_by_type(&self, kind: RepoKind) -> Result<TagsByType, Error> {
        let call = GetTagsByType { kind };
        self.call(&call, None, LONGEST_LIST, self.observer()).await
    }

    /// The branches, tags and other references of a repository.
    ///
    /// # Errors
    ///
    /// Those of [`Client::info`]; offline always `Offline`, since references move.
    pub async fn refs(&self, repo: &Repo, pull_requests: PullRequests) -> Result<Refs, Error> {
        let call = ListRefs {
            repo: repo.clone(),
            pull_requests,
        };
        self.call(&call, Some(repo), LONGEST_LIST, self.observer())
            .await
    }

    /// What lies at these paths of a revision, in the order of the hub's answers. What is not there is left out; a folder
    /// is answered itself, not what is in it. Takes one request for each thousand paths.
    ///
    /// # Errors
    ///
    /// Those of [`Client::info`]; offline always `Offline`.
    pub async fn paths_info(
        &self,
        repo: &Repo,
        revision: &Revision,
        paths: &[RepoPath],
    ) -> Result<Vec<TreeEntry>, Error> {
        let mut found = Vec::new();
        for paths in paths.chunks(MOST_PATHS) {
            let call = PathsInfo {
                repo: repo.clone(),
                revision: revision.clone(),
                paths: paths.to_vec(),
                expand: false,
            };
            let called = self.call(&call, Some(repo), LONGEST_LIST, self.observer());
            let entries = called.await?.entries;
            let asked: HashSet<_> = paths.iter().collect();
            found.extend(
                entries
                    .into_iter()
                    .filter(|entry| asked.contains(entry.item.path())),
            );
        }
        Ok(found)
    }

    /// A small file as git holds it: of a large one the pointer. Not verified, and not kept.
    ///
    /// # Errors
    ///
    /// `FileNotFound`; `Protocol` for more than `limit` bytes; those of [`Client::info`]; offline always `Offline`.
    pub async fn raw(
        &self,
        repo: &Repo,
        revision: &Revision,
        path: &RepoPath,
        limit: usize,
    ) -> Result<RawFile, Error> {
        let call = Raw {
            repo: repo.clone(),
            revision: revision.clone(),
            path: path.clone(),
            method: ResolveMethod::Get,
        };
        let called = self.call(&call, Some(repo), limit, self.observer());
        called
            .await
            .map_err(|error| error.within(format_args!("`{path}`")))
    }

    /// How many bytes the files of a revision have together, or those below a folder of it.
    ///
    /// # Errors
    ///
    /// Those of [`Client::info`]; offline always `Offline`.
    pub async fn tree_size(
        &self,
        repo: &Repo,
        revision: &Revision,
        path: Option<&RepoPath>,
    ) -> Result<u64, Error> {
        let call = TreeSize {
            repo: repo.clone(),
            revision: revision.clone(),
            path: path.cloned(),
        };
        self.call(&call, Some(repo), LONGEST_ANSWER, self.observer())
            .await
    }

    /// The headers of the safetensors files that an index names, at the default branch, read by the hub.
    ///
    /// # Errors
    ///
    /// Those of [`Client::info`]; offline always `Offline`.
    pub async fn safetensors_metadata(
        &self,
        repo: &Repo,
        index: &RepoPath,
    ) -> Result<SafetensorsMetadata, Error> {
        let call = GetSafetensorsMetadata {
            repo: repo.clone(),
            index: index.clone(),
        };
        let called = self.call(&call, Some(repo), LONGEST_HEADERS, self.observer());
        called.await
    }

    /// What the hub's scans of a repository's files found.
    ///
    /// # Errors
    ///
    /// Those of [`Client::info`]; offline always `Offline`.
    pub async fn scan(&self, repo: &Repo) -> Result<SecurityReport, Error> {
        let call = GetScan { repo: repo.clone() };
        self.call(&call, Some(repo), LONGEST_LIST, self.observer())
            .await
    }

    /// The large files of a repository, those of older commits too, page by page.
    pub fn lfs_files(&self, repo: &Repo) -> Pages<LfsFile> {
        let call = ListLfsFiles { repo: repo.clone() };
        Pages::new(self.clone(), Some(repo.clone()), call)
    }

    /// Where large files lie, by their digests and lengths, as Git LFS asks for it. The addresses may be on other origins
    /// and carry permissions of their own: send no token there, and show them to nobody. Takes one request for each 256
    /// objects.
    ///
    /// # Errors
    ///
    /// Those of [`Client::info`]; offline always `Offline`.
    pub async fn lfs_objects(
        &self,
        repo: &Repo,
        objects: &[LfsObject],
    ) -> Result<Vec<(LfsObject, LfsOutcome)>, Error> {
        let mut found = Vec::new();
        for objects in objects.chunks(MOST_LFS_OBJECTS) {
            let call = LfsBatch {
                repo: repo.clone(),
                ask: LfsAsk::download(objects.to_vec()),
            };
            let called = self.call(&call, Some(repo), LONGEST_LIST, self.observer());
            found.extend(called.await?.objects);
        }
        Ok(found)
    }

    /// Whether the files of a repository may be read by whoever asks; if not, the error says why.
    ///
    /// # Errors
    ///
    /// `Gated`; those of [`Client::info`]; offline always `Offline`.
    pub async fn auth_check(&self, repo: &Repo) -> Result<(), Error> {
        let call = AuthCheck { repo: repo.clone() };
        self.call(&call, Some(repo), LONGEST_ANSWER, self.observer())
            .await
    }

    /// Whether there is such a repository, as far as whoever asks may know.
    ///
    /// # Errors
    ///
    /// Those of [`Client::info`] that do not mean that there is none; offline always `Offline`.
    pub async fn repo_exists(&self, repo: &Repo) -> Result<bool, Error> {
        or_absent(self.info(repo, None).await.map(|_| true))
    }

    /// Whether there is such a repository with such a revision. Offline, the store answers, but never that there is none.
    ///
    /// # Errors
    ///
    /// Those of [`Client::info`] that do not mean that there is none.
    pub async fn revision_exists(&self, repo: &Repo, revision: &Revision) -> Result<bool, Error> {
        if self.connectivity() == Connectivity::Online {
            return or_absent(self.info(repo, Some(revision)).await.map(|_| true));
        }
        self.resolve(repo, revision, self.observer()).await?;
        Ok(true)
    }

    /// Whether there is such a file at such a revision. Of a commit the store answers where it can; offline nobody else
    /// does.
    ///
    /// # Errors
    ///
    /// Those of [`Client::info`] that do not mean that there is none.
    pub async fn file_exists(
        &self,
        repo: &Repo,
        revision: &Revision,
        path: &RepoPath,
    ) -> Result<bool, Error> {
        let observer = self.observer();
        let offline = self.connectivity() == Connectivity::Offline;
        if offline || revision.as_commit().is_some() {
            let commit = self.resolve(repo, revision, observer).await?;
            let entry = self.0.store.entry(repo.clone(), commit, path.clone());
            match entry.await? {
                Entry::Present { .. } => return Ok(true),
                Entry::Absent => return Ok(false),
                Entry::Unknown if offline => {
                    let message = format!(
                        "whether {repo} has `{path}` is not in the store, and the client is offline"
                    );
                    return Err(Error::new(ErrorKind::Offline, message));
                }
                Entry::Unknown => {}
            }
        }
        let call = Resolve::head(repo.clone(), revision.clone(), path.clone());
        let stop = Redirects::StopAtOtherOrigin;
        let request = call.request();
        let exchanged = self.exchange(&request, Some(repo), stop, observer);
        let response = exchanged.await?.response;
        let found = self.refuse_faults(response).await;
        or_absent(
            found
                .map(|_| true)
                .map_err(|error| self.within(Some(repo), error)),
        )
    }
}

impl From<RepoPage> for Page<RepoInfo> {
    fn from(page: RepoPage) -> Self {
        Self {
            items: page.repos,
            next: page.next.map(Next::Link),
            total: None,
        }
    }
}

impl From<CommitPage> for Page<CommitInfo> {
    fn from(page: CommitPage) -> Self {
        Self {
            items: page.commits,
            next: page.next.map(Next::Link),
            total: page.total,
        }
    }
}

/// Turns the errors that mean that something is not there into that answer.
fn or_absent(found: Result<bool, Error>) -> Result<bool, Error> {
    use ErrorKind::{FileNotFound, RepoNotFound, RevisionNotFound};
    match found {
        Err(error) if matches!(error.kind(), RepoNotFound | RevisionNotFound | FileNotFound) => {
            Ok(false)
        }
        other => other,
    }
}
