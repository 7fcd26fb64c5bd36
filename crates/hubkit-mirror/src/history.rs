//! References and commits.

use bytes::Bytes;
use http::Response;
use hubkit_api::{
    AuthCheck, CommitInfo, CommitPage, FormattedCommit, GitRef, ListRefs, PullRequests, Refs,
    WriteCheck,
    server::{CommitsRequest, respond_auth_check, respond_commits, respond_refs},
};
use hubkit_store::{DynStore, RefStore as _};

use crate::{
    access::{Access, Caller},
    lookup::{expect_repo, find_commit},
    refusal::Refusal,
};

/// A store knows no dates, and huggingface_hub fails without one.
pub(crate) const NO_DATE: &str = "1970-01-01T00:00:00.000Z";

/// Branches, tags and the hub's own references.
pub(crate) async fn answer_refs(
    store: &DynStore,
    caller: Caller<'_>,
    call: ListRefs,
) -> Result<Response<Bytes>, Refusal> {
    let revisions = store.revisions(call.repo.clone()).await?;
    if revisions.is_empty() {
        expect_repo(store, caller, &call.repo).await?;
    }
    let mut lists = [const { Vec::new() }; 4];
    let places = ["refs/heads/", "refs/tags/", "refs/convert/", "refs/pr/"];
    for (revision, target) in revisions {
        let text = revision.as_str();
        let found = places
            .iter()
            .enumerate()
            .find_map(|(index, place)| Some((index, text.strip_prefix(place)?)));
        // A plain name may be a tag's as well; the store does not tell, and a branch promises less.
        let (index, name) = found.unwrap_or((0, text));
        let reference = format!("{}{name}", places[index]);
        // A name of nearly the greatest length has no room for the place in front of it.
        if let (Ok(name), Ok(reference)) = (name.parse(), reference.parse()) {
            lists[index].push(GitRef {
                name,
                reference,
                target,
            });
        }
    }
    let [branches, tags, converts, pull_requests] = lists;
    Ok(respond_refs(&Refs {
        branches,
        tags,
        converts,
        pull_requests: (call.pull_requests == PullRequests::Include).then_some(pull_requests),
        refused: 0,
    }))
}

/// The history as far as a store knows it: the commit that the revision is at.
pub(crate) async fn answer_commits(
    store: &DynStore,
    caller: Caller<'_>,
    request: CommitsRequest,
) -> Result<Response<Bytes>, Refusal> {
    let call = request.call;
    let id = find_commit(store, caller, &call.repo, &call.revision).await?;
    let only = CommitInfo {
        id,
        title: "import".to_owned(),
        message: String::new(),
        date: Some(NO_DATE.to_owned()),
        authors: Vec::new(),
        formatted: call.formatted.then(|| FormattedCommit {
            title: "import".to_owned(),
            message: String::new(),
        }),
    };
    Ok(respond_commits(&CommitPage {
        commits: if request.page == 0 {
            vec![only]
        } else {
            Vec::new()
        },
        total: Some(1),
        next: None,
    }))
}

/// Whether the caller may change a repository. A mirror takes no changes: this tells what the account and its token are
/// good for.
pub(crate) async fn answer_write_check(
    store: &DynStore,
    access: &Access,
    caller: Caller<'_>,
    call: WriteCheck,
) -> Result<Response<Bytes>, Refusal> {
    expect_repo(store, caller, &call.repo).await?;
    if access.may_manage(caller, &call.repo) {
        return Ok(respond_auth_check());
    }
    Err(match caller {
        Caller::Anonymous => Refusal::NoToken,
        _ => Refusal::MayNotWrite,
    })
}

/// That the caller may read the files of a repository: who may not does not come this far.
pub(crate) async fn answer_auth_check(
    store: &DynStore,
    caller: Caller<'_>,
    call: AuthCheck,
) -> Result<Response<Bytes>, Refusal> {
    expect_repo(store, caller, &call.repo).await?;
    Ok(respond_auth_check())
}
