//! Who someone is, and what others are told.

use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::{
    Account, AccountToken, MemberRole, OrganisationAccount, RepoRule, TokenDigest, TokenRole,
    Visibility,
};

fn hub() -> Mirror {
    let time = |seconds| Some(UNIX_EPOCH + Duration::from_secs(seconds));
    let mut token = AccountToken::new("laptop", TokenDigest::of("hf_ada"), TokenRole::Write);
    token.created = time(1_700_000_000);
    token.expires = time(1_800_000_000);
    let mut ada = Account::new("ada").with_token(token);
    ada.fullname = Some("Ada L.".to_owned());
    ada.email = Some("ada@example.org".to_owned());
    let private = RepoRule {
        visibility: Some(Visibility::Private),
        ..RepoRule::default()
    };
    let access = Access::open()
        .with_account(ada)
        .with_user("bob", "hf_bob")
        .with_organisation(OrganisationAccount {
            name: "me".to_owned(),
            fullname: Some("Me & Co".to_owned()),
            members: vec![("ada".to_owned(), MemberRole::Admin)],
        })
        .with_organisation(OrganisationAccount {
            name: "quiet".to_owned(),
            fullname: None,
            members: vec![("bob".to_owned(), MemberRole::Read)],
        })
        .with_rule(repo("me/gated"), private)
        .with_clock(|| UNIX_EPOCH + Duration::from_secs(1_750_000_000));
    open().with_access(access)
}

async fn ask_as(token: &str, target: &str) -> Answer {
    let value = format!("Bearer hf_{token}");
    let headers = [("authorization", value.as_str())];
    let headers = if token.is_empty() {
        &headers[..0]
    } else {
        &headers[..]
    };
    ask(&hub(), "GET", target, headers).await
}

#[tokio::test]
async fn who_asks_is_told_all_about_the_account_and_the_token() {
    let answer = ask_as("ada", "/api/whoami-v2").await;
    let json = answer.json();
    for (key, wanted) in [
        ("type", "user"),
        ("name", "ada"),
        ("fullname", "Ada L."),
        ("email", "ada@example.org"),
    ] {
        assert_eq!(json[key], wanted, "{key}");
    }
    assert_eq!(json["isPro"], false);
    assert_eq!(json["id"].as_str().map(str::len), Some(24));
    let organisation = &json["orgs"][0];
    assert_eq!(organisation["name"], "me");
    assert_eq!(organisation["fullname"], "Me & Co");
    assert_eq!(organisation["roleInOrg"], "admin");
    assert_eq!(json["orgs"].as_array().map(Vec::len), Some(1));
    let token = &json["auth"]["accessToken"];
    assert_eq!(token["displayName"], "laptop");
    assert_eq!(token["role"], "write");
    assert_eq!(token["createdAt"], "2023-11-14T22:13:20.000Z");
    assert_eq!(token["expiration"], "2027-01-15T08:00:00.000Z");
    let nobody = ask_as("", "/api/whoami-v2").await;
    assert_eq!(
        (nobody.status, nobody.error().kind()),
        (401, ErrorKind::Unauthorized)
    );
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let hex = TokenDigest::of("hf_ada").to_string();
    assert!(
        !text.contains("hf_ada") && !text.contains(&hex["sha256:".len()..]),
        "{text}"
    );
}

#[tokio::test]
async fn what_is_told_of_an_account_counts_what_the_asker_may_find() {
    for (token, models) in [("ada", 2), ("bob", 1), ("", 1)] {
        let json = ask_as(token, "/api/organizations/ME/overview").await.json();
        assert_eq!(json["name"], "me", "{token}");
        assert_eq!(json["numModels"], models, "{token}");
        assert_eq!(json["numUsers"], 1, "{token}");
    }
    let user = ask_as("bob", "/api/users/ada/overview").await.json();
    assert_eq!(
        (&user["user"], &user["numModels"]),
        (&Value::from("ada"), &Value::from(0))
    );
    assert_eq!(user["orgs"][0]["name"], "me");
    assert!(user.get("email").is_none());
    let members = ask_as("bob", "/api/organizations/me/members").await.json();
    assert_eq!(members[0]["user"], "ada");
}

#[tokio::test]
async fn strangers_do_not_learn_which_accounts_there_are() {
    let missing = ask_as("", "/api/users/nobody/overview").await;
    assert_eq!(missing.status, 404);
    for target in [
        "/api/users/ada/overview",
        "/api/users/bob/overview",
        "/api/organizations/quiet/overview",
        "/api/users/ada/followers",
        "/api/organizations/quiet/followers",
    ] {
        let answer = ask_as("", target).await;
        assert_eq!(
            (answer.status, answer.body),
            (404, missing.body.clone()),
            "{target}"
        );
    }
    let members = ask_as("", "/api/organizations/me/members").await.json();
    assert_eq!(members, Value::Array(Vec::new()));
    assert_eq!(
        ask_as("bob", "/api/users/nobody/overview").await.status,
        404
    );
    assert_eq!(ask_as("bob", "/api/users/me/overview").await.status, 404);
}

#[tokio::test]
async fn an_owner_without_an_account_is_what_it_owns() {
    let mirror = open();
    for target in ["/api/users/me/overview", "/api/organizations/me/overview"] {
        assert_eq!(
            get(&mirror, target).await.json()["numModels"],
            2,
            "{target}"
        );
    }
    assert_eq!(get(&mirror, "/api/users/nobody/overview").await.status, 404);
}
