//! Asking for access, and deciding about it, from end to end.

use std::{
    sync::Mutex,
    time::{Duration, UNIX_EPOCH},
};

use hubkit_api::{
    AccessDecision, AccessRequest, AskAccess, Call, CancelAccessRequest, DecideAccess,
    GetAccessReport, GrantAccess, ListAccessRequests, PageOf, RequestStatus, Whose,
};

use super::*;
use crate::{
    AccessRequests, Account, AccountToken, KeptRequest, MemberRole, NotKept, OrganisationAccount,
    RepoRule, TokenDigest, TokenRole,
};

use RequestStatus::{Accepted, Pending, Rejected};

/// `me` owns `me/gated`; Max reads with the same name's other token; Bob and Eve want access.
fn rules(gated: Gated) -> Access {
    let account = |name: &str, role| {
        let digest = TokenDigest::of(&format!("hf_{name}"));
        Account::new(name).with_token(AccountToken::new("laptop", digest, role))
    };
    let mut bob = account("bob", TokenRole::Read);
    bob.fullname = Some("Bob B.".to_owned());
    bob.email = Some("bob@example.org".to_owned());
    let me = account("me", TokenRole::Write);
    let reading = AccountToken::new("ci", TokenDigest::of("hf_me_read"), TokenRole::Read);
    let rule = RepoRule {
        gated,
        accepted: vec!["max".to_owned()],
        rejected: vec!["mallory".to_owned()],
        ..RepoRule::default()
    };
    Access::open()
        .with_account(me.with_token(reading))
        .with_account(bob)
        .with_account(account("eve", TokenRole::Read))
        .with_account(account("max", TokenRole::Read))
        .with_account(account("mallory", TokenRole::Write))
        .with_organisation(OrganisationAccount {
            name: "engines".to_owned(),
            fullname: None,
            members: vec![("eve".to_owned(), MemberRole::Admin)],
        })
        .with_rule(repo("me/gated"), rule)
        .with_clock(|| UNIX_EPOCH + Duration::from_secs(1_700_000_000))
}

fn hub(gated: Gated) -> Mirror {
    open().with_access(rules(gated))
}

async fn call<C: Call>(
    mirror: &Mirror,
    token: &str,
    call: &C,
) -> Result<C::Reply, (u16, ErrorKind)> {
    let mut request = call.request().map(Body::from);
    if !token.is_empty() {
        let value = format!("Bearer hf_{token}").parse().expect("a value");
        request.headers_mut().insert("authorization", value);
    }
    let answer = send(mirror, request).await;
    let reply = call.reply(&answer.response());
    reply.map_err(|error| (answer.status, error.kind()))
}

fn asking() -> AskAccess {
    AskAccess {
        repo: repo("me/gated"),
        fields: vec![("Company".to_owned(), "Engines & Co".to_owned())],
    }
}

fn deciding(user: &str, status: RequestStatus) -> DecideAccess {
    DecideAccess {
        repo: repo("me/gated"),
        decision: AccessDecision {
            whose: Whose::User(user.to_owned()),
            status,
            rejection_reason: None,
        },
    }
}

fn granting(user: &str) -> GrantAccess {
    GrantAccess {
        repo: repo("me/gated"),
        user: user.to_owned(),
    }
}

async fn list(mirror: &Mirror, status: RequestStatus) -> PageOf<AccessRequest> {
    let list = ListAccessRequests {
        repo: repo("me/gated"),
        status,
        limit: None,
    };
    call(mirror, "me", &list).await.expect("a list")
}

async fn names(mirror: &Mirror, status: RequestStatus) -> Vec<String> {
    let requests = list(mirror, status).await.items.into_iter();
    let mut names: Vec<_> = requests
        .map(|request| request.user.expect("a name").name)
        .collect();
    names.sort();
    names
}

async fn reads(mirror: &Mirror, user: &str) -> u16 {
    let token = format!("Bearer hf_{user}");
    let file = "/me/gated/resolve/main/config.json";
    ask(mirror, "GET", file, &[("authorization", &token)])
        .await
        .status
}

#[tokio::test]
async fn who_asks_at_a_manual_gate_waits_until_the_owner_lets_them_in() {
    let mirror = hub(Gated::Manual);
    assert_eq!(reads(&mirror, "bob").await, 403);
    assert_eq!(call(&mirror, "bob", &asking()).await, Ok(Some(Pending)));
    assert_eq!(call(&mirror, "bob", &asking()).await, Ok(Some(Pending)));
    assert_eq!(reads(&mirror, "bob").await, 403);
    let waiting = list(&mirror, Pending).await.items;
    let user = waiting[0].user.as_ref().expect("a name");
    assert_eq!(user.name, "bob");
    assert_eq!(user.fullname.as_deref(), Some("Bob B."));
    assert_eq!(user.email.as_deref(), Some("bob@example.org"));
    assert_eq!(waiting[0].timestamp, "2023-11-14T22:13:20.000Z");
    assert_eq!(waiting[0].fields["Company"], "Engines & Co");
    assert_eq!(waiting.len(), 1);
    let accept = deciding("BOB", Accepted);
    assert_eq!(call(&mirror, "me", &accept).await, Ok(()));
    assert_eq!(reads(&mirror, "bob").await, 200);
    assert_eq!(names(&mirror, Accepted).await, ["bob", "max"]);
    assert_eq!(names(&mirror, Pending).await, [""; 0]);
    // A second time there is nothing to decide.
    assert_eq!(
        call(&mirror, "me", &accept).await,
        Err((404, ErrorKind::Other))
    );
    // Access is taken back, and given again by the id of the request.
    assert_eq!(call(&mirror, "me", &deciding("bob", Pending)).await, Ok(()));
    assert_eq!(reads(&mirror, "bob").await, 403);
    let by_id = DecideAccess {
        repo: repo("me/gated"),
        decision: AccessDecision {
            whose: Whose::Request(waiting[0].id.clone()),
            status: Rejected,
            rejection_reason: Some("not now".to_owned()),
        },
    };
    assert_eq!(call(&mirror, "me", &by_id).await, Ok(()));
    assert_eq!(names(&mirror, Rejected).await, ["bob", "mallory"]);
    let again = call(&mirror, "bob", &asking()).await;
    assert_eq!(again, Err((403, ErrorKind::Forbidden)));
}

#[tokio::test]
async fn who_asks_at_an_automatic_gate_is_let_in_at_once() {
    let mirror = hub(Gated::Auto);
    assert_eq!(reads(&mirror, "bob").await, 403);
    assert_eq!(call(&mirror, "bob", &asking()).await, Ok(Some(Accepted)));
    assert_eq!(reads(&mirror, "bob").await, 200);
    assert_eq!(names(&mirror, Accepted).await, ["bob", "max"]);
    // Who is in already need not wait, and the owner least of all.
    for name in ["max", "me"] {
        assert_eq!(
            call(&mirror, name, &asking()).await,
            Ok(Some(Accepted)),
            "{name}"
        );
    }
    let turned_away = call(&mirror, "mallory", &asking()).await;
    assert_eq!(turned_away, Err((403, ErrorKind::Forbidden)));
}

#[tokio::test]
async fn a_browser_is_sent_back_to_the_page_of_the_repository() {
    let mirror = hub(Gated::Manual);
    let headers = [
        ("authorization", "Bearer hf_bob"),
        ("accept", "text/html"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let answer = ask(&mirror, "POST", "/me/gated/ask-access", &headers).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some("/me/gated"))
    );
    assert_eq!(names(&mirror, Pending).await, ["bob"]);
}

#[tokio::test]
async fn a_request_is_taken_back_by_who_made_it_while_nobody_decided() {
    let mirror = hub(Gated::Manual);
    let cancel = CancelAccessRequest {
        repo: repo("me/gated"),
    };
    let nothing = Err((404, ErrorKind::Other));
    assert_eq!(call(&mirror, "bob", &cancel).await, nothing);
    assert_eq!(call(&mirror, "bob", &asking()).await, Ok(Some(Pending)));
    assert_eq!(call(&mirror, "eve", &cancel).await, nothing);
    assert_eq!(call(&mirror, "bob", &cancel).await, Ok(()));
    assert_eq!(names(&mirror, Pending).await, [""; 0]);
    assert_eq!(call(&mirror, "me", &granting("bob")).await, Ok(()));
    assert_eq!(call(&mirror, "bob", &cancel).await, nothing);
    assert_eq!(reads(&mirror, "bob").await, 200);
}

#[tokio::test]
async fn an_account_is_let_in_without_asking() {
    let mirror = hub(Gated::Manual);
    assert_eq!(call(&mirror, "me", &granting("Bob")).await, Ok(()));
    assert_eq!(reads(&mirror, "bob").await, 200);
    for (user, wanted) in [
        ("bob", (400, ErrorKind::BadRequest)),
        ("max", (400, ErrorKind::BadRequest)),
        ("nobody", (404, ErrorKind::Other)),
        ("mallory", (403, ErrorKind::Forbidden)),
    ] {
        let found = call(&mirror, "me", &granting(user)).await;
        assert_eq!(found, Err(wanted), "{user}");
    }
}

#[tokio::test]
async fn the_owner_decides_about_those_who_were_let_in_from_the_start_and_not_about_those_turned_away()
 {
    let mirror = hub(Gated::Manual);
    assert_eq!(reads(&mirror, "max").await, 200);
    assert_eq!(
        call(&mirror, "me", &deciding("max", Rejected)).await,
        Ok(())
    );
    assert_eq!(reads(&mirror, "max").await, 403);
    let forbidden = Err((403, ErrorKind::Forbidden));
    assert_eq!(
        call(&mirror, "me", &deciding("mallory", Accepted)).await,
        forbidden
    );
    assert_eq!(reads(&mirror, "mallory").await, 403);
}

#[tokio::test]
async fn only_who_may_decide_decides_and_sees_who_asked() {
    let mirror = hub(Gated::Manual);
    assert_eq!(call(&mirror, "bob", &asking()).await, Ok(Some(Pending)));
    let listing = ListAccessRequests {
        repo: repo("me/gated"),
        status: Pending,
        limit: None,
    };
    let report = GetAccessReport {
        repo: repo("me/gated"),
    };
    let missing = ListAccessRequests {
        repo: repo("me/none"),
        ..listing.clone()
    };
    for (token, wanted) in [
        ("", (401, ErrorKind::Unauthorized)),
        ("bob", (403, ErrorKind::Forbidden)),
        ("max", (403, ErrorKind::Forbidden)),
        ("eve", (403, ErrorKind::Forbidden)),
        ("mallory", (403, ErrorKind::Forbidden)),
        ("me_read", (403, ErrorKind::Forbidden)),
        ("wrong", (401, ErrorKind::BadCredentials)),
    ] {
        assert_eq!(call(&mirror, token, &listing).await, Err(wanted), "{token}");
        assert_eq!(call(&mirror, token, &report).await, Err(wanted), "{token}");
        let accept = deciding("bob", Accepted);
        assert_eq!(call(&mirror, token, &accept).await, Err(wanted), "{token}");
        let grant = granting("eve");
        assert_eq!(call(&mirror, token, &grant).await, Err(wanted), "{token}");
    }
    let none = call(&mirror, "me", &missing).await;
    assert_eq!(none, Err((404, ErrorKind::RepoNotFound)));
    assert_eq!(names(&mirror, Pending).await, ["bob"]);
    let table = call(&mirror, "me", &report).await.expect("a report");
    let table = std::str::from_utf8(&table).expect("text").to_owned();
    assert!(
        table.starts_with("user,fullname,email,status,time,request,Company\r\n"),
        "{table}"
    );
    assert!(
        table.contains("bob,Bob B.,bob@example.org,pending,2023-11-14T22:13:20.000Z,"),
        "{table}"
    );
}

#[tokio::test]
async fn where_there_is_no_gate_there_is_nothing_to_ask_for() {
    let mirror = hub(Gated::No);
    let bad = Err((400, ErrorKind::BadRequest));
    assert_eq!(call(&mirror, "bob", &asking()).await, bad);
    assert_eq!(
        call(&mirror, "me", &deciding("bob", Accepted)).await,
        bad.map(|_| ())
    );
    let nobody = open();
    let found = call(&nobody, "bob", &asking()).await;
    assert_eq!(found, Err((401, ErrorKind::Unauthorized)));
}

#[tokio::test]
async fn a_password_changes_nothing() {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let mirror = hub(Gated::Manual);
    let basic = format!("Basic {}", BASE64_STANDARD.encode("bob:hf_bob"));
    let headers = [("authorization", basic.as_str())];
    let answer = ask(&mirror, "POST", "/me/gated/ask-access", &headers).await;
    assert_eq!(answer.error().kind(), ErrorKind::BadCredentials);
    assert_eq!(names(&mirror, Pending).await, [""; 0]);
    let file = "/me/gated/resolve/main/config.json";
    assert_eq!(ask(&mirror, "GET", file, &headers).await.status, 403);
}

#[tokio::test]
async fn a_long_list_comes_page_by_page() {
    let requests = (0..5).map(|number| {
        let user = format!("u{number}");
        KeptRequest {
            repo: repo("me/gated"),
            id: format!("{number:024}"),
            user,
            status: Pending,
            timestamp: "2026-01-01T00:00:00.000Z".to_owned(),
            fields: std::collections::BTreeMap::new(),
            rejection_reason: None,
        }
    });
    let requests = AccessRequests::new(requests, |_| Ok(()));
    let mirror = open().with_access(rules(Gated::Manual).with_requests(requests));
    let mut target = "/api/models/me/gated/user-access-request/pending?limit=2".to_owned();
    let mut seen = Vec::new();
    loop {
        let answer = ask(
            &mirror,
            "GET",
            &target,
            &[("authorization", "Bearer hf_me")],
        )
        .await;
        let list = ListAccessRequests {
            repo: repo("me/gated"),
            status: Pending,
            limit: Some(2),
        };
        let page = list.reply(&answer.response()).expect("a page");
        seen.push(page.items.len());
        match page.next {
            Some(next) => target = next,
            None => break,
        }
    }
    assert_eq!(seen, [2, 2, 1]);
}

#[tokio::test]
async fn what_can_not_be_kept_does_not_happen() {
    let kept = Arc::new(Mutex::new(0));
    let into = Arc::clone(&kept);
    let requests = AccessRequests::new([], move |all| {
        *into.lock().expect("a number") += all.len();
        Err(NotKept)
    });
    let mirror = open().with_access(rules(Gated::Auto).with_requests(requests));
    let found = call(&mirror, "bob", &asking()).await;
    assert_eq!(found, Err((503, ErrorKind::Server)));
    assert_eq!(*kept.lock().expect("a number"), 1);
    assert_eq!(reads(&mirror, "bob").await, 403);
}

#[tokio::test]
async fn requests_outlive_the_rules_they_were_made_under() {
    let requests = AccessRequests::new([], |_| Ok(()));
    let mirror = open().with_access(rules(Gated::Auto).with_requests(requests.clone()));
    assert_eq!(call(&mirror, "bob", &asking()).await, Ok(Some(Accepted)));
    mirror.replace_access(rules(Gated::Manual).with_requests(requests));
    assert_eq!(reads(&mirror, "bob").await, 200);
}

#[tokio::test]
async fn to_write_takes_a_role_at_the_owner_and_a_token_that_can() {
    let mirror = hub(Gated::No);
    let check = |token| {
        let mirror = &mirror;
        async move {
            let repo = repo("me/gated");
            call(mirror, token, &hubkit_api::WriteCheck { repo }).await
        }
    };
    assert_eq!(check("me").await, Ok(()));
    let forbidden = Err((403, ErrorKind::Forbidden));
    for token in ["me_read", "bob", "mallory"] {
        assert_eq!(check(token).await, forbidden, "{token}");
    }
    assert_eq!(check("").await, Err((401, ErrorKind::Unauthorized)));
}

#[tokio::test]
async fn who_asked_and_is_let_in_keeps_the_answers() {
    let mirror = hub(Gated::Manual);
    assert_eq!(call(&mirror, "bob", &asking()).await, Ok(Some(Pending)));
    assert_eq!(call(&mirror, "me", &granting("bob")).await, Ok(()));
    let accepted = list(&mirror, Accepted).await.items;
    let answers: Vec<_> = accepted
        .iter()
        .filter_map(|found| found.fields.get("Company"))
        .collect();
    assert_eq!(answers, ["Engines & Co"]);
}
