//! Listings: page by page, or at some paths.

use std::collections::HashMap;

use bytes::Bytes;
use http::Response;
use hubkit_api::{
    LONGEST_PAGE, ListTree, TreeEntry, TreePage, TreeSize,
    server::{PathsAsked, TreeRequest, respond_tree, respond_tree_size},
};
use hubkit_store::{CommitRecord, DynStore, RefStore as _};
use hubkit_types::{CommitId, Repo, RepoPath, Revision, TreeFile};

use crate::{
    access::Caller,
    history::last_commit,
    listing::{Listings, Name, below},
    lookup::find_commit,
    refusal::Refusal,
};

/// One page of a listing. The address of the next page names the commit, so that all pages tell of the same one;
/// `absolute` makes a URL of it.
pub(crate) async fn answer_tree(
    store: &DynStore,
    listings: &Listings,
    caller: Caller<'_>,
    request: TreeRequest,
    absolute: impl Fn(String) -> String,
) -> Result<Response<Bytes>, Refusal> {
    let call = request.call;
    let (repo, expand) = (call.repo.clone(), call.expand);
    let commit = find_commit(store, caller, &call.repo, &call.revision).await?;
    let listing = listings.of(store, call.repo.clone(), commit).await?;
    if let Some(folder) = call.path.as_ref().filter(|path| !listing.has_folder(path)) {
        return Err(no_entry(store, call.repo, commit, folder.clone()).await?);
    }
    let limit = call.limit.unwrap_or(LONGEST_PAGE).clamp(1, LONGEST_PAGE);
    let names = listing.names(call.path.as_ref(), call.depth);
    let first = request.cursor.map_or(0, |cursor| {
        names.partition_point(|name| name.path().as_str() <= cursor.as_str())
    });
    let page = &names[first..names.len().min(first + limit)];
    let more = first + page.len() < names.len();
    let next = page.last().filter(|_| more).map(|last| {
        let next = TreeRequest {
            call: ListTree {
                revision: Revision::from(commit),
                ..call
            },
            cursor: Some(last.path().to_string()),
        };
        absolute(next.target())
    });
    let mut entries: Vec<TreeEntry> = page.iter().map(Name::entry).collect();
    if expand {
        tell_changes(store, repo, commit, &mut entries).await?;
    }
    Ok(respond_tree(&TreePage {
        entries,
        refused: Vec::new(),
        next,
    }))
}

/// Says which commits changed the entries last, where the store can tell.
async fn tell_changes(
    store: &DynStore,
    repo: Repo,
    commit: CommitId,
    entries: &mut [TreeEntry],
) -> Result<(), Refusal> {
    let paths = entries.iter().map(|entry| entry.item.path().clone());
    let told = store.last_changes(repo, commit, paths.collect()).await?;
    let mut told: HashMap<RepoPath, CommitRecord> = told.into_iter().collect();
    for entry in entries {
        if let Some(commit) = told.remove(entry.item.path()) {
            let detail = entry.detail.get_or_insert_default();
            detail.last_commit = Some(last_commit(&commit));
        }
    }
    Ok(())
}

/// The entries at these paths; what is not there is left out.
pub(crate) async fn answer_paths(
    store: &DynStore,
    listings: &Listings,
    caller: Caller<'_>,
    (repo, revision): (Repo, Revision),
    asked: PathsAsked,
) -> Result<Response<Bytes>, Refusal> {
    let commit = find_commit(store, caller, &repo, &revision).await?;
    let listing = listings.of(store, repo.clone(), commit).await?;
    let found = asked.paths.iter().filter_map(|path| listing.entry(path));
    let mut entries: Vec<TreeEntry> = found.collect();
    if asked.expand {
        tell_changes(store, repo, commit, &mut entries).await?;
    }
    Ok(respond_tree(&TreePage {
        entries,
        refused: Vec::new(),
        next: None,
    }))
}

/// How many bytes lie below a folder, or in a file.
pub(crate) async fn answer_tree_size(
    store: &DynStore,
    listings: &Listings,
    caller: Caller<'_>,
    call: TreeSize,
) -> Result<Response<Bytes>, Refusal> {
    let commit = find_commit(store, caller, &call.repo, &call.revision).await?;
    let listing = listings.of(store, call.repo.clone(), commit).await?;
    match (listing.size_of(call.path.as_ref()), &call.path) {
        (Some(size), _) => Ok(respond_tree_size(&call, size)),
        (None, Some(path)) => {
            let (repo, path) = (call.repo.clone(), path.clone());
            Err(no_entry(store, repo, commit, path).await?)
        }
        (None, None) => Ok(respond_tree_size(&call, 0)),
    }
}

/// That a folder is missing, and whether that is certain.
async fn no_entry(
    store: &DynStore,
    repo: Repo,
    commit: CommitId,
    path: RepoPath,
) -> Result<Refusal, Refusal> {
    let listing = store.listing(repo, commit).await?;
    let is_elsewhere = |file: &TreeFile| below(&file.path, &path).is_none();
    let certain = listing.is_some_and(|files| files.iter().all(is_elsewhere));
    Ok(Refusal::NoEntry(path, Some(commit).filter(|_| certain)))
}
