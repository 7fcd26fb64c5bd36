//! What is known of one repository.

mod described;

use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use hubkit_api::{GetRepoInfo, RepoInfo, Sibling, server::respond_info};
use hubkit_store::{DynStore, History, RefStore as _, Survey};
use hubkit_types::{CommitId, Repo, RepoKind, Revision, TreeFile};
use serde_json::json;

use crate::{
    access::{Access, Caller},
    catalogue::{self, Catalogue, Entry},
    history::date,
    listing::Listings,
    lookup::{expect_repo, find_commit, short_file},
    refusal::Refusal,
    weights::read_weights,
};

pub(crate) use described::describe;

/// The answer about one repository.
pub(crate) async fn answer_info(
    store: &DynStore,
    access: &Access,
    (catalogue, listings): (&Catalogue, &Listings),
    caller: Caller<'_>,
    call: GetRepoInfo,
) -> Result<Response<Bytes>, Refusal> {
    let detail = call.detail.clone();
    let info = info(store, access, (catalogue, listings), caller, call).await?;
    Ok(respond_info(info, &detail))
}

/// What is known of one repository. Without a revision it is told even if there is no default branch.
pub(crate) async fn info(
    store: &DynStore,
    access: &Access,
    (catalogue, listings): (&Catalogue, &Listings),
    caller: Caller<'_>,
    call: GetRepoInfo,
) -> Result<RepoInfo, Refusal> {
    let repo = call.repo;
    let newest = store.resolve(repo.clone(), Revision::main()).await?;
    let commit = match &call.revision {
        Some(revision) => Some(find_commit(store, caller, &repo, revision).await?),
        None => newest,
    };
    let Some(commit) = commit else {
        expect_repo(store, caller, &repo).await?;
        return Ok(describe(&Entry::read(repo, None), access));
    };
    let files = match listings.files(store, repo.clone(), commit).await {
        // Which files there are is not known; an empty list would say that there are none.
        Err(Refusal::Unlisted(_)) => None,
        files => Some(files?),
    };
    let entry = if newest == Some(commit) {
        catalogue.entry(store, &repo).await?
    } else {
        Arc::new(read_commit(store, &repo, commit, files.as_deref().unwrap_or_default()).await?)
    };
    let mut info = describe(&entry, access);
    info.sha = Some(commit);
    if let (RepoKind::Model, Some(files)) = (entry.repo.kind, &files) {
        tell_weights(store, &entry, commit, files, &mut info).await;
    }
    info.siblings = files.map(|files| files.into_iter().map(Sibling::with_blob).collect());
    tell_times(store, repo, commit, &mut info).await?;
    Ok(info)
}

/// What describes the weights is read once for each state of a repository.
async fn tell_weights(
    store: &DynStore,
    entry: &Entry,
    commit: CommitId,
    files: &[TreeFile],
    info: &mut RepoInfo,
) {
    if entry.weights.get().is_none() {
        let weights = read_weights(store, &entry.repo, commit, files).await;
        // Another request may have been faster; it read the same.
        let _ = entry.weights.set(weights);
    }
    let Some(weights) = entry.weights.get() else {
        return;
    };
    if let Some(counts) = &weights.safetensors {
        let total = counts
            .values()
            .fold(0, |sum: u64, count| sum.saturating_add(*count));
        let told = json!({"parameters": counts, "total": total});
        info.rest.insert("safetensors".to_owned(), told);
    }
    if let Some(told) = &weights.gguf {
        info.rest.insert("gguf".to_owned(), told.clone().into());
    }
}

/// Of a commit with a history, when it and the first one were made.
async fn tell_times(
    store: &DynStore,
    repo: Repo,
    commit: CommitId,
    info: &mut RepoInfo,
) -> Result<(), Refusal> {
    let Some(history) = store.history(repo.clone(), commit, 0, 1).await? else {
        return Ok(());
    };
    let date = |history: &History| history.commits.first().map(|commit| date(commit.seconds));
    info.last_modified = date(&history).or(info.last_modified.take());
    let first = history.total.saturating_sub(1);
    let oldest = store.history(repo, commit, first, 1).await?;
    info.created_at = oldest.as_ref().and_then(date);
    Ok(())
}

/// What a repository was at a commit that is not the newest.
async fn read_commit(
    store: &DynStore,
    repo: &Repo,
    commit: CommitId,
    files: &[TreeFile],
) -> Result<Entry, Refusal> {
    let mut survey = Survey {
        version: commit.to_string(),
        modified: None,
        files: files
            .iter()
            .map(|file| (file.path.clone(), file.size))
            .collect(),
        texts: std::collections::BTreeMap::new(),
    };
    for path in catalogue::texts() {
        if let Some(bytes) = short_file(store, repo, commit, &path, catalogue::LONGEST_TEXT).await?
        {
            survey.texts.insert(path, bytes);
        }
    }
    Ok(Entry::read(repo.clone(), Some(survey)))
}
