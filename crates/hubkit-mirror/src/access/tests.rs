use std::time::{Duration, UNIX_EPOCH};

use http::{HeaderMap, header::AUTHORIZATION};
use hubkit_types::RepoKind;

use super::*;

fn caller<'a>(access: &'a Access, value: &str) -> Result<Caller<'a>, UnknownToken> {
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, value.parse().expect("a value"));
    access.caller(&headers, Schemes::Bearer)
}

fn name_of(caller: Result<Caller<'_>, UnknownToken>) -> Option<String> {
    match caller {
        Ok(Caller::User(login)) => Some(login.account.name.clone()),
        _ => None,
    }
}

fn model(id: &str) -> Repo {
    Repo::new(RepoKind::Model, id.parse().expect("an id"))
}

fn token(name: &str, text: &str, role: TokenRole) -> AccountToken {
    AccountToken::new(name, TokenDigest::of(text), role)
}

/// Ada reads and writes, Bob only reads; Ada, Bob and Eve are in Engines with different roles.
fn people() -> Access {
    let account = |name: &str, role| {
        let token = token("laptop", &format!("hf_{}", fold(name)), role);
        Account::new(name).with_token(token)
    };
    let member = |name: &str, role| (name.to_owned(), role);
    Access::open()
        .with_account(account("Ada", TokenRole::Write))
        .with_account(account("bob", TokenRole::Read))
        .with_account(account("eve", TokenRole::Write))
        .with_account(account("mallory", TokenRole::Write))
        .with_organisation(OrganisationAccount {
            name: "Engines".to_owned(),
            fullname: None,
            members: vec![
                member("ada", MemberRole::Admin),
                member("bob", MemberRole::Write),
                member("eve", MemberRole::Contributor),
            ],
        })
}

fn log_in<'a>(access: &'a Access, name: &str) -> Caller<'a> {
    caller(access, &format!("Bearer hf_{name}")).expect("a known token")
}

#[test]
fn a_token_names_its_account_or_nobody() {
    let access = Access::open()
        .with_user("ada", "hf_a")
        .with_user("ada", "hf_a2")
        .with_user("bob", "hf_b");
    for (value, name) in [
        ("Bearer hf_a", "ada"),
        ("Bearer hf_a2", "ada"),
        ("bearer hf_b", "bob"),
    ] {
        assert_eq!(name_of(caller(&access, value)).as_deref(), Some(name));
    }
    for wrong in ["Bearer hf_c", "Bearer", "Bearer ", "hf_a", "Basic hf_a", ""] {
        assert_eq!(caller(&access, wrong), Err(UnknownToken), "{wrong}");
    }
    let nothing = access.caller(&HeaderMap::new(), Schemes::Bearer);
    assert_eq!(nothing, Ok(Caller::Anonymous));
    let open = Access::open();
    assert_eq!(caller(&open, "Bearer whatever"), Ok(Caller::Unchecked));
}

#[test]
fn a_password_is_a_token_only_where_programs_of_git_ask() {
    let access = Access::open().with_user("ada", "hf_a");
    let pair = |text: &str| {
        use base64::{Engine as _, prelude::BASE64_STANDARD};
        format!("Basic {}", BASE64_STANDARD.encode(text))
    };
    let ask = |value: &str, schemes| {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value.parse().expect("a value"));
        name_of(access.caller(&headers, schemes))
    };
    for sent in ["ada:hf_a", "hf_user:hf_a", ":hf_a"] {
        let found = ask(&pair(sent), Schemes::BearerOrBasic);
        assert_eq!(found.as_deref(), Some("ada"), "{sent}");
        assert_eq!(ask(&pair(sent), Schemes::Bearer), None, "{sent}");
    }
    for wrong in [
        &pair("ada:hf_b"),
        &pair("hf_a"),
        "Basic ada:hf_a",
        "Basic %",
    ] {
        assert_eq!(ask(wrong, Schemes::BearerOrBasic), None, "{wrong}");
    }
}

#[test]
fn a_token_that_ended_or_whose_end_can_not_be_told_is_refused() {
    let end = UNIX_EPOCH + Duration::from_secs(100);
    let mut ending = token("ends", "hf_a", TokenRole::Read);
    ending.expires = Some(end);
    let account = Account::new("ada").with_token(ending);
    let access = Access::open().with_account(account);
    assert_eq!(caller(&access, "Bearer hf_a"), Err(UnknownToken));
    for (seconds, is_good) in [(0, true), (99, true), (100, false), (101, false)] {
        let now = UNIX_EPOCH + Duration::from_secs(seconds);
        let access = access.clone().with_clock(move || now);
        assert_eq!(caller(&access, "Bearer hf_a").is_ok(), is_good, "{seconds}");
    }
}

#[test]
fn a_gate_is_for_those_who_were_accepted_and_for_its_owner() {
    let access = people()
        .with_gated(model("me/tiny"), Gated::Auto, &["MALLORY"])
        .with_gated(model("engines/big"), Gated::Manual, &[]);
    for (repo, readers) in [("me/tiny", "mallory"), ("engines/big", "ada,bob,eve")] {
        let repo = model(repo);
        for name in ["ada", "bob", "eve", "mallory"] {
            let caller = log_in(&access, name);
            assert!(access.may_know(caller, &repo));
            let may = readers.split(',').any(|reader| reader == name);
            assert_eq!(access.may_read(caller, &repo), may, "{name} {repo}");
        }
        assert!(access.may_know(Caller::Anonymous, &repo));
        for caller in [Caller::Anonymous, Caller::Unchecked] {
            assert!(!access.may_read(caller, &repo), "{caller:?}");
        }
    }
    let tiny = model("me/tiny");
    let open = access.with_gated(tiny.clone(), Gated::No, &[]);
    assert!(open.may_read(Caller::Anonymous, &tiny));
}

#[test]
fn who_was_turned_away_for_good_stays_outside() {
    let rule = RepoRule {
        gated: Gated::Auto,
        accepted: vec!["mallory".to_owned(), "bob".to_owned()],
        rejected: vec!["Mallory".to_owned()],
        ..RepoRule::default()
    };
    let tiny = model("me/tiny");
    let access = people().with_rule(tiny.clone(), rule);
    assert!(access.may_read(log_in(&access, "bob"), &tiny));
    assert!(!access.may_read(log_in(&access, "mallory"), &tiny));
}

#[test]
fn a_private_repository_is_there_for_its_owner_and_its_readers() {
    let private = |readers: &[&str]| RepoRule {
        visibility: Some(Visibility::Private),
        readers: readers.iter().map(|name| (*name).to_owned()).collect(),
        ..RepoRule::default()
    };
    let access = people()
        .with_rule(model("engines/secret"), private(&[]))
        .with_rule(model("ada/secret"), private(&[]))
        .with_rule(model("me/lent"), private(&["Bob"]))
        .with_rule(model("me/shared"), private(&["ENGINES"]))
        .with_rule(model("old"), private(&["mallory"]));
    for (repo, readers) in [
        ("engines/secret", "ada,bob,eve"),
        ("ada/secret", "ada"),
        ("me/lent", "bob"),
        ("me/shared", "ada,bob,eve"),
        ("old", "mallory"),
    ] {
        for spelling in [repo.to_owned(), repo.to_ascii_uppercase()] {
            let repo = model(&spelling);
            for name in ["ada", "bob", "eve", "mallory"] {
                let caller = log_in(&access, name);
                let may = readers.split(',').any(|reader| reader == name);
                assert_eq!(access.may_know(caller, &repo), may, "{name} {repo}");
                assert_eq!(access.may_read(caller, &repo), may, "{name} {repo}");
                assert_eq!(access.may_find(caller, &repo), may, "{name} {repo}");
            }
            for caller in [Caller::Anonymous, Caller::Unchecked] {
                assert!(!access.may_know(caller, &repo), "{repo}");
            }
            let dataset = Repo::new(RepoKind::Dataset, repo.id.clone());
            assert!(access.may_know(Caller::Anonymous, &dataset));
        }
    }
}

#[test]
fn what_nothing_is_decided_about_is_as_was_decided_for_all() {
    let public = RepoRule {
        visibility: Some(Visibility::Public),
        ..RepoRule::default()
    };
    let access = people()
        .with_unlisted(Visibility::Private)
        .with_rule(model("me/open"), public)
        .with_gated(model("me/gated"), Gated::Auto, &["bob"]);
    assert!(access.may_know(Caller::Anonymous, &model("me/open")));
    assert!(!access.may_know(Caller::Anonymous, &model("me/other")));
    assert!(!access.may_know(Caller::Anonymous, &model("me/gated")));
    assert!(access.may_know(log_in(&access, "eve"), &model("engines/other")));
    assert!(!access.may_know(log_in(&access, "mallory"), &model("engines/other")));
}

#[test]
fn strangers_who_are_refused_know_of_nothing() {
    let access = people().with_strangers(Strangers::Refused);
    for caller in [Caller::Anonymous, Caller::Unchecked] {
        assert!(!access.may_know(caller, &model("me/open")));
        assert!(!access.may_read(caller, &model("me/open")));
    }
    assert!(access.may_read(log_in(&access, "mallory"), &model("me/open")));
}

#[test]
fn to_decide_takes_a_role_at_the_owner_and_a_token_that_can_write() {
    let access = people();
    for (name, repo, wanted) in [
        ("ada", "engines/x", true),
        ("ada", "ada/x", true),
        ("ada", "ADA/x", true),
        ("ada", "me/x", false),
        // Bob's role is enough and his token is not; with Eve it is the other way round.
        ("bob", "engines/x", false),
        ("bob", "bob/x", false),
        ("eve", "engines/x", false),
        ("mallory", "engines/x", false),
        ("ada", "x", false),
    ] {
        let caller = log_in(&access, name);
        assert_eq!(
            access.may_manage(caller, &model(repo)),
            wanted,
            "{name} {repo}"
        );
    }
    assert!(!access.may_manage(Caller::Anonymous, &model("ada/x")));
    assert!(!access.may_manage(Caller::Unchecked, &model("ada/x")));
}

#[test]
fn a_disabled_repository_is_known_and_neither_read_nor_found() {
    let rule = RepoRule {
        state: RepoState::Disabled,
        ..RepoRule::default()
    };
    let access = people().with_rule(model("ada/x"), rule);
    let caller = log_in(&access, "ada");
    assert!(access.may_know(caller, &model("ada/x")));
    assert!(!access.may_read(caller, &model("ada/x")));
    assert!(!access.may_find(caller, &model("ada/x")));
}

#[test]
fn a_chain_of_names_is_followed_to_its_end_if_it_has_one() {
    let to = |id: &str| -> RepoId { id.parse().expect("an id") };
    let access = Access::open()
        .with_moved(&model("a/1"), to("a/2"))
        .with_moved(&model("a/2"), to("a/3"))
        .with_moved(&model("b/1"), to("b/2"))
        .with_moved(&model("b/2"), to("b/1"));
    assert_eq!(access.moved(&model("A/1")), Some(&model("a/3")));
    assert_eq!(access.moved(&model("a/3")), None);
    assert_eq!(access.moved(&model("b/1")), None);
    let dataset = Repo::new(RepoKind::Dataset, to("a/1"));
    assert_eq!(access.moved(&dataset), None);
    let mut long = Access::open();
    for step in 0..20 {
        long = long.with_moved(&model(&format!("c/{step}")), to(&format!("c/{}", step + 1)));
    }
    assert_eq!(long.moved(&model("c/0")), None);
    assert_eq!(long.moved(&model("c/15")), Some(&model("c/20")));
}

#[test]
fn no_token_is_printed() {
    let access = people().with_user("zoe", "hf_secret");
    let login = caller(&access, "Bearer hf_secret");
    let account = Account::new("x").with_token(token("x", "hf_secret", TokenRole::Read));
    let digest = TokenDigest::of("hf_secret");
    let hex = digest.to_string();
    let shown = format!("{access:?} {account:?} {login:?} {digest:?}");
    assert!(shown.contains("zoe"));
    assert!(
        !shown.contains("secret") && !shown.contains(&hex["sha256:".len()..]),
        "{shown}"
    );
}

#[test]
fn a_digest_comes_back_as_it_was_written_and_a_fault_does_not_repeat_it() {
    let digest = TokenDigest::of("hf_a");
    assert_eq!(digest.to_string().parse(), Ok(digest));
    for wrong in ["", "hf_a", "sha256:", "sha256:hf_a", "md5:00", "sha1:00"] {
        let error = wrong.parse::<TokenDigest>().expect_err("no digest");
        assert!(!error.to_string().contains("hf_a"), "{error}");
    }
}
