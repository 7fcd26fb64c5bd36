//! The answers to those who ask for access and to those who decide.

use bytes::Bytes;
use http::{HeaderMap, Response};
use hubkit_api::{
    AccessDecision, AccessRequest, Gated, PageOf, RequestStatus, Requester, Whose,
    server::{
        AccessRequestsPageRequest, read_access_decision, read_ask_access, read_grant_access,
        respond_access_report, respond_access_requests, respond_asked, respond_changed,
    },
};
use hubkit_store::DynStore;
use hubkit_types::Repo;

use super::KeptRequest;
use crate::{
    access::{Access, Account, Caller, Login},
    lookup::expect_repo,
    refusal::Refusal,
};

const LONGEST_PAGE: usize = 1000;
const USUAL_PAGE: usize = 100;

/// Takes a request for access. `page` is the address of the repository's own page, for browsers.
pub(crate) async fn answer_ask(
    store: &DynStore,
    access: &Access,
    caller: Caller<'_>,
    repo: Repo,
    (headers, body): (&HeaderMap, &[u8]),
    page: &str,
) -> Result<Response<Bytes>, Refusal> {
    let login = expect_login(caller)?;
    let gated = expect_gated(store, access, caller, &repo).await?;
    let fields = read_ask_access(headers, body)?;
    let name = &login.account.name;
    let status = if access.may_read(caller, &repo) {
        RequestStatus::Accepted
    } else if access.is_turned_away(&repo, name) {
        return Err(Refusal::Rejected);
    } else {
        let wanted = match gated {
            Gated::Auto => RequestStatus::Accepted,
            Gated::Manual | Gated::No => RequestStatus::Pending,
        };
        let mut request = KeptRequest::new(repo, name, wanted, access.now());
        request.fields = fields.into_iter().collect();
        put_unless_waiting(access, request)?
    };
    Ok(respond_asked(headers, status, page))
}

/// A request that waits already keeps its place and its answers, unless the gate lets everyone in by now.
fn put_unless_waiting(access: &Access, request: KeptRequest) -> Result<RequestStatus, Refusal> {
    let wanted = request.status;
    let mut found = None;
    let put = access.requests().put(request, |before| {
        found = before.map(|request| request.status);
        match found {
            Some(RequestStatus::Rejected) => Err(Refusal::Rejected),
            Some(status) if status == wanted => Err(Refusal::Already),
            _ => Ok(()),
        }
    });
    match put {
        Err(Refusal::Already) | Ok(()) => Ok(wanted),
        Err(refusal) => Err(refusal),
    }
}

/// Takes a request back that nobody decided about.
pub(crate) async fn answer_cancel(
    store: &DynStore,
    access: &Access,
    caller: Caller<'_>,
    repo: Repo,
) -> Result<Response<Bytes>, Refusal> {
    let login = expect_login(caller)?;
    expect_gated(store, access, caller, &repo).await?;
    access
        .requests()
        .remove(&repo, &login.account.name, |request| match request {
            Some(request) if request.status == RequestStatus::Pending => Ok(()),
            _ => Err(Refusal::NoRequest),
        })?;
    Ok(respond_changed())
}

/// One page of requests, for those who decide. `absolute` makes a URL of the address of the next page.
pub(crate) async fn answer_requests(
    store: &DynStore,
    access: &Access,
    caller: Caller<'_>,
    request: AccessRequestsPageRequest,
    absolute: impl Fn(String) -> String,
) -> Result<Response<Bytes>, Refusal> {
    let call = &request.call;
    expect_manager(store, access, caller, &call.repo).await?;
    let mut all = requests_about(access, &call.repo);
    all.retain(|found| found.status == call.status);
    if let Some(cursor) = &request.cursor {
        all.retain(|found| found.id > *cursor);
    }
    let limit = call.limit.unwrap_or(USUAL_PAGE).clamp(1, LONGEST_PAGE);
    let more = all.len() > limit;
    all.truncate(limit);
    let next = all.last().filter(|_| more).map(|last| {
        let next = AccessRequestsPageRequest {
            call: call.clone(),
            cursor: Some(last.id.clone()),
        };
        absolute(next.target())
    });
    Ok(respond_access_requests(&PageOf {
        total: None,
        items: all.into_iter().map(|found| shown(access, found)).collect(),
        next,
    }))
}

/// All requests as a table, for those who decide.
pub(crate) async fn answer_report(
    store: &DynStore,
    access: &Access,
    caller: Caller<'_>,
    repo: Repo,
) -> Result<Response<Bytes>, Refusal> {
    expect_manager(store, access, caller, &repo).await?;
    let all = requests_about(access, &repo);
    let all: Vec<_> = all.into_iter().map(|found| shown(access, found)).collect();
    Ok(respond_access_report(&all))
}

/// Decides about a request.
pub(crate) async fn answer_decision(
    store: &DynStore,
    access: &Access,
    caller: Caller<'_>,
    repo: Repo,
    body: &[u8],
) -> Result<Response<Bytes>, Refusal> {
    expect_manager(store, access, caller, &repo).await?;
    let AccessDecision {
        whose,
        status,
        rejection_reason,
    } = read_access_decision(body)?;
    let mut all = requests_about(access, &repo).into_iter();
    let request = match &whose {
        Whose::User(name) => all.find(|found| found.user.eq_ignore_ascii_case(name)),
        Whose::Request(id) => all.find(|found| found.id == *id),
    };
    let mut request = request.ok_or(Refusal::NoRequest)?;
    if status == RequestStatus::Accepted && access.is_turned_away(&repo, &request.user) {
        return Err(Refusal::TurnedAway);
    }
    if request.status == status {
        return Err(Refusal::NoRequest);
    }
    request.status = status;
    request.rejection_reason = rejection_reason;
    access.requests().put(request, |before| match before {
        // Someone else decided the same meanwhile.
        Some(before) if before.status == status => Err(Refusal::NoRequest),
        _ => Ok(()),
    })?;
    Ok(respond_changed())
}

/// Lets an account in that did not ask.
pub(crate) async fn answer_grant(
    store: &DynStore,
    access: &Access,
    caller: Caller<'_>,
    repo: Repo,
    body: &[u8],
) -> Result<Response<Bytes>, Refusal> {
    expect_manager(store, access, caller, &repo).await?;
    let name = read_grant_access(body)?;
    let account = access.account(&name).ok_or(Refusal::NoAccount)?;
    if access.is_turned_away(&repo, &account.name) {
        return Err(Refusal::TurnedAway);
    }
    if access.is_let_in(&account.name, &repo) {
        return Err(Refusal::HasAccess);
    }
    let made = access.requests().about(&repo).into_iter();
    let mut made = made.filter(|made| made.user.eq_ignore_ascii_case(&account.name));
    // Who asked is let in with what was answered.
    let request = made.next_back().unwrap_or_else(|| {
        KeptRequest::new(repo, &account.name, RequestStatus::Accepted, access.now())
    });
    let request = KeptRequest {
        status: RequestStatus::Accepted,
        rejection_reason: None,
        ..request
    };
    access.requests().put(request, |_| Ok::<_, Refusal>(()))?;
    Ok(respond_changed())
}

fn expect_login(caller: Caller<'_>) -> Result<Login<'_>, Refusal> {
    match caller {
        Caller::User(login) => Ok(login),
        Caller::Anonymous => Err(Refusal::NoToken),
        Caller::Unchecked => Err(Refusal::NoAccounts),
    }
}

async fn expect_gated(
    store: &DynStore,
    access: &Access,
    caller: Caller<'_>,
    repo: &Repo,
) -> Result<Gated, Refusal> {
    expect_repo(store, caller, repo).await?;
    match access.gated(repo) {
        Gated::No => Err(Refusal::NotGated),
        gated => Ok(gated),
    }
}

async fn expect_manager(
    store: &DynStore,
    access: &Access,
    caller: Caller<'_>,
    repo: &Repo,
) -> Result<(), Refusal> {
    expect_login(caller)?;
    expect_repo(store, caller, repo).await?;
    if !access.may_manage(caller, repo) {
        return Err(Refusal::NotManager);
    }
    expect_gated(store, access, caller, repo).await.map(drop)
}

/// The requests that were made, and those accounts that were accepted or rejected from the start; sorted by id.
fn requests_about(access: &Access, repo: &Repo) -> Vec<KeptRequest> {
    let mut all = access.requests().about(repo);
    for (name, status) in access.decided(repo) {
        // The last word about who is turned away is not the owner's.
        let is_last_word = status == RequestStatus::Rejected;
        let made = all
            .iter_mut()
            .find(|found| found.user.eq_ignore_ascii_case(name));
        match made {
            Some(made) if is_last_word => made.status = status,
            Some(_) => {}
            None => all.push(KeptRequest::new(repo.clone(), name, status, None)),
        }
    }
    all.sort_by(|left, right| left.id.cmp(&right.id));
    all
}

fn shown(access: &Access, request: KeptRequest) -> AccessRequest {
    let account = access.account(&request.user);
    let text =
        |of: fn(&Account) -> &Option<String>| account.and_then(|account| of(account).clone());
    AccessRequest {
        user: Some(Requester {
            name: account.map_or(request.user, |account| account.name.clone()),
            fullname: text(|account| &account.fullname),
            email: text(|account| &account.email),
        }),
        id: request.id,
        status: request.status,
        timestamp: request.timestamp,
        fields: request.fields,
    }
}
