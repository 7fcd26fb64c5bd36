//! From the name of a repository and a revision to a commit.

use hubkit_store::{DynStore, RefStore as _};
use hubkit_types::{CommitId, Repo, Revision};

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
