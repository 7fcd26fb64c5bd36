//! What people do on a hub. A mirror has repositories and nothing else, and says so.

use bytes::Bytes;
use http::Response;
use hubkit_api::{
    Account, DiscussionPage, ErrorKind, GetAccount, ListAccounts, ListDiscussions, PageOf,
    SecurityReport,
    server::{
        Incoming, respond_account, respond_accounts, respond_collections, respond_discussions,
        respond_error, respond_papers, respond_scan,
    },
};
use hubkit_store::{DynStore, RefStore as _};
use hubkit_types::{AccountName, Repo, RepoKind};

use crate::{
    access::{Access, Caller},
    lookup::expect_repo,
    refusal::Refusal,
};

/// Answers what is asked about people, or gives the call back.
pub(crate) async fn answer_people(
    store: &DynStore,
    access: &Access,
    caller: Caller<'_>,
    incoming: Incoming,
) -> Result<Response<Bytes>, Refusal> {
    let nothing = |what: &str| respond_error(ErrorKind::Other, what, None);
    match incoming {
        Incoming::Account(call) => answer_account(store, access, caller, call).await,
        Incoming::Accounts(call) => answer_accounts(store, access, caller, call).await,
        Incoming::Collections(_) => Ok(respond_collections(&PageOf::only(Vec::new()))),
        Incoming::Papers(_) => Ok(respond_papers(Vec::new())),
        Incoming::Discussions(ListDiscussions { repo, .. }) => {
            expect_repo(store, caller, &repo).await?;
            Ok(respond_discussions(&DiscussionPage::default()))
        }
        Incoming::Discussion(call) => {
            expect_repo(store, caller, &call.repo).await?;
            Ok(nothing("Discussion not found"))
        }
        Incoming::Scan(call) => {
            expect_repo(store, caller, &call.repo).await?;
            // Nothing was looked at, which is not the same as nothing found.
            Ok(respond_scan(&SecurityReport {
                scans_done: false,
                files_with_issues: Vec::new(),
            }))
        }
        Incoming::Collection(_) => Ok(nothing("Collection not found")),
        Incoming::Paper(_) => Ok(nothing("Paper not found")),
        _ => Ok(nothing("Not Found")),
    }
}

/// An account is the owner of repositories here, as far as the caller may find them.
async fn answer_account(
    store: &DynStore,
    access: &Access,
    caller: Caller<'_>,
    call: GetAccount,
) -> Result<Response<Bytes>, Refusal> {
    let owned = owned(store, access, caller, &call.name).await?;
    if owned.is_empty() {
        return Ok(no_account());
    }
    let count = |kind| Some(owned.iter().filter(|repo| repo.kind == kind).count() as u64);
    let account = Account {
        name: call.name.to_string(),
        fullname: Some(call.name.to_string()),
        models: count(RepoKind::Model),
        datasets: count(RepoKind::Dataset),
        spaces: count(RepoKind::Space),
        ..Account::default()
    };
    Ok(respond_account(&account, call.kind))
}

async fn answer_accounts(
    store: &DynStore,
    access: &Access,
    caller: Caller<'_>,
    call: ListAccounts,
) -> Result<Response<Bytes>, Refusal> {
    match &call {
        ListAccounts::Likers(repo) => expect_repo(store, caller, repo).await?,
        ListAccounts::Members(name)
        | ListAccounts::Followers(_, name)
        | ListAccounts::Following(name) => {
            if owned(store, access, caller, name).await?.is_empty() {
                return Ok(no_account());
            }
        }
    }
    Ok(respond_accounts(&PageOf::only(Vec::new())))
}

fn no_account() -> Response<Bytes> {
    respond_error(ErrorKind::Other, "Account not found", None)
}

async fn owned(
    store: &DynStore,
    access: &Access,
    caller: Caller<'_>,
    name: &AccountName,
) -> Result<Vec<Repo>, Refusal> {
    let is_owner = |owner: &str| owner.eq_ignore_ascii_case(name.as_str());
    let repos = store.repos().await?.into_iter();
    Ok(repos
        .filter(|repo| repo.id.namespace().is_some_and(is_owner))
        .filter(|repo| access.may_find(caller, repo))
        .collect())
}
