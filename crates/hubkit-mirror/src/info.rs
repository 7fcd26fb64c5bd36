//! Repositories: one, and many.

use bytes::Bytes;
use http::Response;
use hubkit_api::{
    Gated, GetRepoInfo, LONGEST_PAGE, ListRepos, RepoInfo, RepoPage, Sibling,
    server::{ListRequest, respond_info, respond_list},
};
use hubkit_store::{DynStore, RefStore as _};
use hubkit_types::{CommitId, Repo, RepoKind, Revision};
use serde_json::Value;

use crate::{
    access::{Access, Caller, Visibility},
    listing::Listings,
    lookup::{expect_repo, find_commit},
    refusal::Refusal,
};

/// The answer about one repository.
pub(crate) async fn answer_info(
    store: &DynStore,
    access: &Access,
    listings: &Listings,
    caller: Caller<'_>,
    call: GetRepoInfo,
) -> Result<Response<Bytes>, Refusal> {
    let detail = call.detail.clone();
    let info = info(store, access, listings, caller, call).await?;
    Ok(respond_info(info, &detail))
}

/// What is known of one repository. Without a revision it is answered even if there is no default branch.
pub(crate) async fn info(
    store: &DynStore,
    access: &Access,
    listings: &Listings,
    caller: Caller<'_>,
    call: GetRepoInfo,
) -> Result<RepoInfo, Refusal> {
    let commit = match &call.revision {
        Some(revision) => Some(find_commit(store, caller, &call.repo, revision).await?),
        None => store.resolve(call.repo.clone(), Revision::main()).await?,
    };
    let mut info = describe(access, &call.repo, commit);
    match commit {
        Some(commit) => {
            match listings.files(store, call.repo, commit).await {
                // Which files there are is not known; an empty list would say that there are none.
                Err(Refusal::Unlisted(_)) => {}
                files => info.siblings = Some(files?.into_iter().map(Sibling::with_blob).collect()),
            }
        }
        None => expect_repo(store, caller, &call.repo).await?,
    }
    Ok(info)
}

fn describe(access: &Access, repo: &Repo, commit: Option<CommitId>) -> RepoInfo {
    let mut info = RepoInfo::new(repo.id.clone());
    info.sha = commit;
    info.gated = access.gated(repo);
    info.private = access.visibility(repo) == Visibility::Private;
    if repo.kind == RepoKind::Model {
        let id = Value::from(repo.id.as_str());
        info.rest.insert("modelId".to_owned(), id);
    }
    info
}

/// The answer with one page of the repositories of one kind.
pub(crate) async fn answer_list(
    store: &DynStore,
    access: &Access,
    caller: Caller<'_>,
    request: ListRequest,
    absolute: impl Fn(String) -> String,
) -> Result<Response<Bytes>, Refusal> {
    let call = request.call.clone();
    let page = list(store, access, caller, request, absolute).await?;
    Ok(respond_list(page, &call))
}

/// One page of the repositories of one kind, sorted by name: all that a store knows of them are names and commits, so
/// an order by anything else changes nothing. `absolute` makes a URL of the address of the next page.
pub(crate) async fn list(
    store: &DynStore,
    access: &Access,
    caller: Caller<'_>,
    request: ListRequest,
    absolute: impl Fn(String) -> String,
) -> Result<RepoPage, Refusal> {
    let call = &request.call;
    let search: Vec<_> = call
        .search
        .iter()
        .map(|text| text.to_ascii_lowercase())
        .collect();
    let wanted = |repo: &Repo| {
        let id = repo.id.as_str().to_ascii_lowercase();
        let owner = repo.id.namespace();
        repo.kind == call.kind
            && access.may_find(caller, repo)
            && search.iter().all(|text| id.contains(text))
            && call
                .author
                .as_ref()
                .is_none_or(|author| owner.is_some_and(|owner| owner.eq_ignore_ascii_case(author)))
            && is_described(call, &describe(access, repo, None))
    };
    let cursor = request.cursor.as_deref().unwrap_or_default();
    let mut repos: Vec<Repo> = store
        .repos()
        .await?
        .into_iter()
        .filter(|repo| repo.id.as_str() > cursor && wanted(repo))
        .collect();
    repos.sort_by(|left, right| left.id.as_str().cmp(right.id.as_str()));
    let limit = call.limit.unwrap_or(LONGEST_PAGE).clamp(1, LONGEST_PAGE);
    let more = repos.len() > limit;
    repos.truncate(limit);
    let next = repos.last().filter(|_| more).map(|last| {
        let next = ListRequest {
            call: call.clone(),
            cursor: Some(last.id.to_string()),
        };
        absolute(next.target())
    });
    let mut infos = Vec::with_capacity(repos.len());
    for repo in repos {
        let commit = store.resolve(repo.clone(), Revision::main()).await?;
        infos.push(describe(access, &repo, commit));
    }
    Ok(RepoPage { repos: infos, next })
}

/// Whether a repository is what the filters ask for, as far as it is described. Nothing is said here of programs,
/// providers, parameters and links, so nothing is found by them.
fn is_described(call: &ListRepos, info: &RepoInfo) -> bool {
    let lists = [
        &call.apps,
        &call.inference_providers,
        &call.models,
        &call.datasets,
    ];
    let is_about_more = lists.iter().any(|list| !list.is_empty())
        || call.inference.is_some()
        || call.num_parameters.is_some()
        || call.linked;
    !is_about_more
        && call.filter.iter().all(|tag| info.tags.contains(tag))
        && (call.pipeline_tag.is_none() || call.pipeline_tag == info.pipeline_tag)
        && call
            .gated
            .is_none_or(|gated| gated == (info.gated != Gated::No))
}
