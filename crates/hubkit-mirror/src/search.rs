//! Repositories: lists of them, and the tags that they have.

use bytes::Bytes;
use http::{HeaderName, Response};
use hubkit_api::{
    Gated, GetTagsByType, LONGEST_PAGE, ListRepos, RepoInfo, RepoPage,
    server::{ListRequest, respond_list, respond_tags_by_type},
};
use hubkit_store::{DynStore, RefStore as _};
use hubkit_types::{Repo, Revision};

use crate::{
    access::{Access, Caller},
    catalogue::{Catalogue, Rules, find, tags_by_type},
    info::describe,
    refusal::Refusal,
};

const TOTAL: HeaderName = HeaderName::from_static("x-total-count");
/// What is told of a repository in a list only when it is asked for by name.
const ON_DEMAND: [&str; 5] = [
    "downloadsAllTime",
    "model-index",
    "spaces",
    "transformersInfo",
    "usedStorage",
];

/// One page of the repositories of one kind. `absolute` makes a URL of the address of the next page.
pub(crate) async fn answer_list(
    store: &DynStore,
    access: &Access,
    catalogue: &Catalogue,
    caller: Caller<'_>,
    request: ListRequest,
    absolute: impl Fn(String) -> String,
) -> Result<Response<Bytes>, Refusal> {
    let call = request.call.clone();
    let (page, total) = list(store, access, catalogue, caller, request, absolute).await?;
    let mut response = respond_list(page, &call);
    response.headers_mut().insert(TOTAL, total.into());
    Ok(response)
}

/// One page of the repositories of one kind, and how many there are on all pages.
pub(crate) async fn list(
    store: &DynStore,
    access: &Access,
    catalogue: &Catalogue,
    caller: Caller<'_>,
    request: ListRequest,
    absolute: impl Fn(String) -> String,
) -> Result<(RepoPage, usize), Refusal> {
    let index = catalogue.current(store).await?;
    let ListRequest { call, cursor } = request;
    let limit = call.limit.unwrap_or(LONGEST_PAGE).clamp(1, LONGEST_PAGE);
    let rules = AsSeenBy { access, caller };
    let found = find(&index, &call, cursor.as_deref(), limit, &rules);
    let mut repos = Vec::with_capacity(found.entries.len());
    for entry in found.entries {
        let mut info = describe(&entry, access);
        info.rest
            .retain(|key, _| !ON_DEMAND.contains(&key.as_str()) || call.expand.contains(key));
        if tells_commits(&call) {
            tell_commit(store, &entry.repo, &mut info).await;
        }
        repos.push(info);
    }
    let next = found.next.map(|cursor| {
        let cursor = Some(cursor);
        absolute(ListRequest { call, cursor }.target())
    });
    Ok((RepoPage { repos, next }, found.total))
}

/// Whether the commit of each repository is asked for, which a store may have to compute.
fn tells_commits(call: &ListRepos) -> bool {
    if call.expand.is_empty() {
        call.full
    } else {
        call.expand.iter().any(|name| name == "sha")
    }
}

/// One repository that can't be read is no reason to list none.
async fn tell_commit(store: &DynStore, repo: &Repo, info: &mut RepoInfo) {
    if let Ok(commit) = store.resolve(repo.clone(), Revision::main()).await {
        info.sha = commit;
    }
}

/// The tags that the repositories of one kind have.
pub(crate) async fn answer_tags_by_type(
    store: &DynStore,
    access: &Access,
    catalogue: &Catalogue,
    caller: Caller<'_>,
    call: GetTagsByType,
) -> Result<Response<Bytes>, Refusal> {
    let index = catalogue.current(store).await?;
    let rules = AsSeenBy { access, caller };
    Ok(respond_tags_by_type(tags_by_type(
        &index, call.kind, &rules,
    )))
}

/// The rules of a hub, for one who asks.
struct AsSeenBy<'a> {
    access: &'a Access,
    caller: Caller<'a>,
}

impl Rules for AsSeenBy<'_> {
    fn shows(&self, repo: &Repo) -> bool {
        self.access.may_find(self.caller, repo)
    }

    fn gated(&self, repo: &Repo) -> Gated {
        self.access.gated(repo)
    }
}
