//! From the name of a repository and a revision to a commit, and to the text of a small file in it.

use bytes::Bytes;
use hubkit_store::{BlobKey, BlobStore as _, BlobStoreExt as _, DynStore, Entry, RefStore as _};
use hubkit_types::{CommitId, Repo, RepoPath, Revision};

use crate::{access::Caller, refusal::Refusal};

/// The commit of a revision, or which of the two is missing.
pub(crate) async fn find_commit(
    store: &DynStore,
    caller: Caller<'_>,
    repo: &Repo,
    revision: &Revision,
) -> Result<CommitId, Refusal> {
    // Some clients ask for git's name of the default branch.
    let wanted = match revision.as_str() {
        "HEAD" => Revision::main(),
        _ => revision.clone(),
    };
    if let Some(commit) = store.resolve(repo.clone(), wanted).await? {
        return Ok(commit);
    }
    expect_repo(store, caller, repo).await?;
    Err(Refusal::NoRevision(revision.clone()))
}

/// Refuses what is no repository of the store.
pub(crate) async fn expect_repo(
    store: &DynStore,
    caller: Caller<'_>,
    repo: &Repo,
) -> Result<(), Refusal> {
    if store.has_repo(repo.clone()).await? {
        Ok(())
    } else {
        Err(Refusal::no_repo(caller))
    }
}

/// The bytes of a file of a commit, if its content is here and it has no more than `longest` of them.
pub(crate) async fn short_file(
    store: &DynStore,
    repo: &Repo,
    commit: CommitId,
    path: &RepoPath,
    longest: u64,
) -> Result<Option<Bytes>, Refusal> {
    let entry = store.entry(repo.clone(), commit, path.clone()).await?;
    let blob = match entry {
        Entry::Present {
            size,
            blob: Some(blob),
        } if size <= longest => blob,
        _ => return Ok(None),
    };
    let key = BlobKey::new(repo.clone(), blob);
    if store.stat(key.clone()).await?.is_none() {
        return Ok(None);
    }
    Ok(Some(store.read_all(key, longest).await?))
}
