//! Repositories: one, many, and their references.

use bytes::Bytes;
use http::Response;
use hubkit_api::{
    Gated, GetRepoInfo, RepoInfo, Sibling,
    server::{ListRequest, respond_info, respond_json, respond_list},
};
use hubkit_store::{DynStore, RefStore as _};
use hubkit_types::{CommitId, Repo, RepoKind, Revision};
use serde_json::{Value, json};

use crate::{
    access::{Access, Caller},
    listing::Listings,
    lookup::{expect_repo, find_commit},
    refusal::Refusal,
};

/// What is known of one repository. Without a revision it is answered even if there is no default branch.
pub(crate) async fn answer_info(
    store: &DynStore,
    access: &Access,
    listings: &Listings,
    caller: Caller<'_>,
    call: GetRepoInfo,
) -> Result<Response<Bytes>, Refusal> {
    let commit = match &call.revision {
        Some(revision) => Some(find_commit(store, caller, &call.repo, revision).await?),
        None => store.resolve(call.repo.clone(), Revision::main()).await?,
    };
    let mut info = describe(&call.repo, access.gated(&call.repo), commit);
    match commit {
        Some(commit) => {
            let files = match listings.files(store, call.repo, commit).await {
                // Which files there are is asked of the tree, and refused there.
                Err(Refusal::Unlisted(_)) => Vec::new(),
                files => files?,
            };
            // The Hub tells sizes and digests only when asked to; here they cost nothing.
            info.siblings = files.into_iter().map(Sibling::with_blob).collect();
        }
        None => expect_repo(store, caller, &call.repo).await?,
    }
    Ok(respond_info(info))
}

fn describe(repo: &Repo, gated: Gated, commit: Option<CommitId>) -> RepoInfo {
    let mut info = RepoInfo::new(repo.id.clone());
    info.sha = commit;
    info.gated = gated;
    if repo.kind == RepoKind::Model {
        let id = Value::from(repo.id.as_str());
        info.rest.insert("modelId".to_owned(), id);
    }
    info
}

/// The repositories of one kind, sorted by name.
pub(crate) async fn answer_list(
    store: &DynStore,
    access: &Access,
    list: ListRequest,
) -> Result<Response<Bytes>, Refusal> {
    let search = list.search.map(|text| text.to_ascii_lowercase());
    let wanted = |repo: &Repo| {
        let id = repo.id.as_str().to_ascii_lowercase();
        let owner = repo.id.namespace();
        repo.kind == list.kind
            && search.as_ref().is_none_or(|text| id.contains(text))
            && list
                .author
                .as_ref()
                .is_none_or(|author| owner.is_some_and(|owner| owner.eq_ignore_ascii_case(author)))
    };
    let repos = store.repos().await?.into_iter().filter(wanted);
    let mut infos = Vec::new();
    for repo in repos.take(list.limit.unwrap_or(usize::MAX)) {
        let commit = store.resolve(repo.clone(), Revision::main()).await?;
        infos.push(describe(&repo, access.gated(&repo), commit));
    }
    Ok(respond_list(infos))
}

/// Branches, tags and the hub's own references.
pub(crate) async fn answer_refs(
    store: &DynStore,
    caller: Caller<'_>,
    repo: Repo,
) -> Result<Response<Bytes>, Refusal> {
    let revisions = store.revisions(repo.clone()).await?;
    if revisions.is_empty() {
        expect_repo(store, caller, &repo).await?;
    }
    let mut lists = [const { Vec::new() }; 4];
    let places = ["refs/heads/", "refs/tags/", "refs/convert/", "refs/pr/"];
    for (revision, commit) in revisions {
        let text = revision.as_str();
        let found = places
            .iter()
            .enumerate()
            .find_map(|(index, place)| Some((index, text.strip_prefix(place)?)));
        // A plain name may be a tag's as well; the store does not tell, and a branch promises less.
        let (index, name) = found.unwrap_or((0, text));
        lists[index].push(json!({
            "name": name,
            "ref": format!("{}{name}", places[index]),
            "targetCommit": commit.to_string(),
        }));
    }
    let [branches, tags, converts, pull_requests] = lists;
    Ok(respond_json(&json!({
        "branches": branches,
        "tags": tags,
        "converts": converts,
        "pullRequests": pull_requests,
    })))
}
