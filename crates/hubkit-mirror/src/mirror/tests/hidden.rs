//! What may not be known, in two worlds: in one the private repository is there, in the other it never was.

use super::*;
use crate::{
    access::{MemberRole, OrganisationAccount},
    {RepoRule, RepoState, Strangers, Visibility},
};

const SECRET: &str = "me/secret";

/// What is asked for of a repository. `{id}` is its name, `{plural}` the word for its kind, `{prefix}` what stands before
/// the name outside the API.
const TARGETS: &[(&str, &str, &str, &str)] = &[
    ("GET", "/api/{plural}/{id}", "", ""),
    (
        "GET",
        "/api/{plural}/{id}?blobs=true&securityStatus=true",
        "",
        "",
    ),
    (
        "GET",
        "/api/{plural}/{id}?expand=sha&expand[]=siblings",
        "",
        "",
    ),
    ("GET", "/api/{plural}/{id}/revision/main", "", ""),
    ("GET", "/api/{plural}/{id}/revision/HEAD", "", ""),
    ("GET", "/api/{plural}/{id}/revision/nope", "", ""),
    ("GET", "/api/{plural}/{id}/tree/main?recursive=true", "", ""),
    (
        "GET",
        "/api/{plural}/{id}/tree/main/d?expand=true&limit=1",
        "",
        "",
    ),
    ("GET", "/api/{plural}/{id}/tree/nope", "", ""),
    ("GET", "/api/{plural}/{id}/treesize/main", "", ""),
    (
        "POST",
        "/api/{plural}/{id}/paths-info/main",
        "application/json",
        r#"{"paths":["config.json"]}"#,
    ),
    (
        "POST",
        "/api/{plural}/{id}/paths-info/main",
        "application/x-www-form-urlencoded",
        "paths=config.json&expand=true",
    ),
    (
        "POST",
        "/api/{plural}/{id}/paths-info/main",
        "application/json",
        "no JSON",
    ),
    ("GET", "/api/{plural}/{id}/paths-info/main", "", ""),
    ("GET", "/api/{plural}/{id}/refs?include_prs=1", "", ""),
    ("GET", "/api/{plural}/{id}/commits/main", "", ""),
    ("GET", "/api/{plural}/{id}/compare/main..main", "", ""),
    (
        "GET",
        "/api/{plural}/{id}/compare/main..main?raw=true",
        "",
        "",
    ),
    ("GET", "/api/{plural}/{id}/auth-check", "", ""),
    ("GET", "/api/{plural}/{id}/auth-check/write", "", ""),
    (
        "GET",
        "/api/{plural}/{id}/safetensors-metadata/model.safetensors.index.json",
        "",
        "",
    ),
    ("GET", "/api/{plural}/{id}/croissant", "", ""),
    ("GET", "/api/{plural}/{id}/lfs-files", "", ""),
    ("GET", "/api/{plural}/{id}/likers", "", ""),
    ("GET", "/api/{plural}/{id}/scan", "", ""),
    ("GET", "/api/{plural}/{id}/discussions", "", ""),
    ("GET", "/api/{plural}/{id}/discussions/1", "", ""),
    ("GET", "/api/{plural}/{id}/xet-read-token/main", "", ""),
    (
        "GET",
        "/api/{plural}/{id}/user-access-request/pending",
        "",
        "",
    ),
    (
        "GET",
        "/api/{plural}/{id}/user-access-request/accepted",
        "",
        "",
    ),
    (
        "GET",
        "/api/{plural}/{id}/user-access-request/rejected",
        "",
        "",
    ),
    (
        "POST",
        "/api/{plural}/{id}/user-access-request/cancel",
        "",
        "",
    ),
    (
        "POST",
        "/api/{plural}/{id}/user-access-request/handle",
        "application/json",
        r#"{"user":"bob","status":"accepted"}"#,
    ),
    (
        "POST",
        "/api/{plural}/{id}/user-access-request/handle",
        "application/json",
        "no JSON",
    ),
    (
        "POST",
        "/api/{plural}/{id}/user-access-request/grant",
        "application/json",
        r#"{"user":"bob"}"#,
    ),
    (
        "POST",
        "/{prefix}{id}/ask-access",
        "application/x-www-form-urlencoded",
        "a=b",
    ),
    ("GET", "/{prefix}{id}/user-access-report", "", ""),
    (
        "GET",
        "/api/resolve-cache/{plural}/{id}/0123456789abcdef0123456789abcdef01234567/config.json",
        "",
        "",
    ),
    ("GET", "/{prefix}{id}", "", ""),
    ("GET", "/{prefix}{id}/tree/main", "", ""),
    ("GET", "/{prefix}{id}/resolve/main/config.json", "", ""),
    ("GET", "/{prefix}{id}/resolve/main/nope.json", "", ""),
    ("GET", "/{prefix}{id}/resolve/nope/config.json", "", ""),
    ("GET", "/{prefix}{id}/resolve/main/../config.json", "", ""),
    (
        "GET",
        "/{prefix}{id}/resolve/main/%2e%2e/config.json",
        "",
        "",
    ),
    ("GET", "/{prefix}{id}/raw/main/config.json", "", ""),
    ("PUT", "/{prefix}{id}/resolve/main/config.json", "", ""),
    (
        "POST",
        "/{prefix}{id}.git/info/lfs/objects/batch",
        "application/vnd.git-lfs+json",
        r#"{"operation":"download","transfers":["basic"],"objects":[{"oid":"84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882","size":10}]}"#,
    ),
    ("GET", "/{prefix}{id}.git/info/lfs/locks", "", ""),
    (
        "POST",
        "/{prefix}{id}.git/info/lfs/locks/verify",
        "application/vnd.git-lfs+json",
        "{}",
    ),
    (
        "POST",
        "/{prefix}{id}.git/info/lfs/locks",
        "application/vnd.git-lfs+json",
        r#"{"path":"config.json"}"#,
    ),
    (
        "POST",
        "/{prefix}{id}.git/info/lfs/locks/1/unlock",
        "application/vnd.git-lfs+json",
        "{}",
    ),
    (
        "GET",
        "/{prefix}{id}.git/info/refs?service=git-upload-pack",
        "",
        "",
    ),
];

/// What is asked for of no repository in particular, or of all.
const OTHERS: &[&str] = &[
    "/",
    "/healthz",
    "/api/{plural}",
    "/api/{plural}?limit=1",
    "/api/{plural}?limit=2&full=true&cardData=true&config=true",
    "/api/{plural}?search=secret",
    "/api/{plural}?author=me",
    "/api/{plural}?gated=true",
    "/api/{plural}?sort=lastModified&direction=-1",
    "/api/{plural}-tags-by-type",
    "/api/whoami-v2",
    "/api/users/me/overview",
    "/api/organizations/me/overview",
    "/api/organizations/me/members",
    "/api/collections",
];

/// The rules of both worlds.
fn rules() -> Access {
    let private = RepoRule {
        visibility: Some(Visibility::Private),
        ..RepoRule::default()
    };
    let mut access = Access::open()
        .with_user("ada", "hf_ada")
        .with_user("bob", "hf_bob")
        .with_user("me", "hf_me")
        .with_organisation(OrganisationAccount {
            name: "engines".to_owned(),
            fullname: None,
            members: vec![("ada".to_owned(), MemberRole::Read)],
        });
    for kind in RepoKind::ALL {
        let secret = Repo::new(kind, SECRET.parse().expect("an id"));
        let readers = vec!["engines".to_owned()];
        let rule = RepoRule {
            readers,
            ..private.clone()
        };
        let mut gated = rule.clone();
        gated.gated = Gated::Manual;
        let old = Repo::new(kind, "me/old-name".parse().expect("an id"));
        let rule = if kind == RepoKind::Space { gated } else { rule };
        access = access
            .with_moved(&old, secret.id.clone())
            .with_rule(secret, rule);
    }
    let one_part = repo("secret");
    access.with_rule(one_part, private)
}

fn world(has_secret: bool) -> Mirror {
    let (store, _) = store();
    if has_secret {
        let ids = RepoKind::ALL.map(|kind| (kind, SECRET)).into_iter();
        for (kind, id) in ids.chain([(RepoKind::Model, "secret")]) {
            let repo = Repo::new(kind, id.parse().expect("an id"));
            let files = ["config.json", "d/x.txt", "README.md"].map(|path| {
                let path = path.parse().expect("a path");
                (path, Bytes::from_static(WEIGHTS), Storage::Lfs)
            });
            store.insert(repo, Revision::main(), files);
        }
    }
    Mirror::new(DynStore::new(store)).with_access(rules())
}

async fn ask_all(
    mirror: &Mirror,
    method: &str,
    target: &str,
    token: Option<&str>,
    body: (&str, &str),
) -> Answer {
    let mut request = Request::builder().method(method).uri(target);
    if !body.0.is_empty() {
        request = request.header("content-type", body.0);
    }
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let body = Body::from(body.1.as_bytes().to_vec());
    send(mirror, request.body(body).expect("a request")).await
}

fn fill(template: &str, kind: RepoKind, id: &str) -> String {
    template
        .replace("{id}", id)
        .replace("{plural}", kind.plural())
        .replace("{prefix}", kind.url_prefix())
}

#[tokio::test]
async fn whether_a_hidden_repository_is_there_changes_no_answer() {
    let (with, without) = (world(true), world(false));
    let ids = [
        "me/secret",
        "ME/Secret",
        "me%2Fsecret",
        "m%65/secret",
        "me/old-name",
        "secret",
        "Secret",
    ];
    let tokens = [None, Some("hf_bob"), Some("hf_wrong")];
    for kind in RepoKind::ALL {
        let mut requests = Vec::new();
        for id in ids {
            for (method, template, media_type, body) in TARGETS {
                let target = fill(template, kind, id);
                requests.push((*method, target.clone(), (*media_type, *body)));
                if *method == "GET" {
                    requests.push(("HEAD", target, ("", "")));
                }
            }
        }
        requests.extend(
            OTHERS
                .iter()
                .map(|template| ("GET", fill(template, kind, ""), ("", ""))),
        );
        for (method, target, body) in requests {
            for token in tokens {
                let here = ask_all(&with, method, &target, token, body).await;
                let there = ask_all(&without, method, &target, token, body).await;
                let what = format!("{method} {target} {token:?}");
                assert_eq!(here.status, there.status, "{what}");
                assert_eq!(here.headers, there.headers, "{what}");
                assert_eq!(here.body, there.body, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn a_hidden_repository_is_answered_as_one_that_nobody_ever_decided_about() {
    let mirror = world(true);
    for kind in RepoKind::ALL {
        for (method, template, media_type, body) in TARGETS {
            for token in [None, Some("hf_bob")] {
                let mut answers = Vec::new();
                for id in [SECRET, "me/no-such", "me/old-name"] {
                    let target = fill(template, kind, id);
                    let answer = ask_all(&mirror, method, &target, token, (media_type, body)).await;
                    answers.push((answer.status, answer.headers, answer.body));
                }
                assert_eq!(answers[0], answers[1], "{method} {template} {token:?}");
                assert_eq!(answers[2], answers[1], "{method} {template} {token:?}");
            }
        }
    }
    let hidden = |token| async move {
        let mirror = world(true);
        let answer = ask_all(&mirror, "GET", "/api/models/me/secret", token, ("", "")).await;
        (answer.status, answer.error().kind())
    };
    assert_eq!(hidden(None).await, (401, ErrorKind::RepoNotFound));
    assert_eq!(hidden(Some("hf_bob")).await, (404, ErrorKind::RepoNotFound));
    assert_eq!(hidden(Some("hf_x")).await, (401, ErrorKind::BadCredentials));
}

#[tokio::test]
async fn a_private_repository_is_whole_for_its_owner_and_its_readers() {
    let mirror = world(true);
    for token in ["hf_me", "hf_ada"] {
        let ask = |target| ask_all(&mirror, "GET", target, Some(token), ("", ""));
        let info = ask("/api/models/me/secret").await;
        assert_eq!(
            (info.status, &info.json()["private"]),
            (200, &Value::from(true))
        );
        assert_eq!(
            ask("/me/secret/resolve/main/config.json").await.body,
            WEIGHTS
        );
        let list = ask("/api/models?search=secret").await.json();
        let ids: Vec<_> = list
            .as_array()
            .expect("a list")
            .iter()
            .map(|repo| &repo["id"])
            .collect();
        assert_eq!(ids, ["me/secret"]);
        let old = ask("/api/models/me/old-name?blobs=true").await;
        assert_eq!(old.status, 307);
        assert_eq!(
            old.header("location"),
            Some("/api/models/me/secret?blobs=true")
        );
        // The gate of the Space is closed to a reader who was not accepted.
        let file = ask("/spaces/me/secret/resolve/main/config.json").await;
        assert_eq!(file.status, if token == "hf_me" { 200 } else { 403 });
    }
}

#[tokio::test]
async fn old_names_lead_to_the_new_one_with_everything_behind_it() {
    let endpoint = "https://hub.example/prefix".parse().expect("an endpoint");
    let access = Access::open()
        .with_moved(&repo("old/name"), "me/interim".parse().expect("an id"))
        .with_moved(&repo("me/interim"), "me/tiny".parse().expect("an id"));
    let mirror = open().with_access(access);
    let target = "/old/name/resolve/main/config.json?download=true";
    let moved = get(&mirror, target).await;
    assert_eq!(moved.status, 307);
    let new = "/me/tiny/resolve/main/config.json?download=true";
    assert_eq!(moved.header("location"), Some(new));
    assert_eq!(get(&mirror, new).await.status, 200);
    let absolute = get(&mirror.with_endpoint(endpoint), target).await;
    let wanted = format!("https://hub.example/prefix{new}");
    assert_eq!(absolute.header("location"), Some(wanted.as_str()));
}

#[tokio::test]
async fn a_disabled_repository_is_refused_in_the_words_that_clients_know() {
    let rule = RepoRule {
        state: RepoState::Disabled,
        ..RepoRule::default()
    };
    let access = Access::open()
        .with_rule(repo("me/tiny"), rule.clone())
        .with_rule(repo("me/missing"), rule);
    let mirror = open().with_access(access);
    for target in [
        "/api/models/me/tiny",
        MODEL,
        "/api/models/me/tiny/tree/main",
    ] {
        let answer = get(&mirror, target).await;
        assert_eq!(
            (answer.status, answer.error().kind()),
            (403, ErrorKind::Disabled),
            "{target}"
        );
        let words = "Access to this resource is disabled.";
        assert_eq!(answer.header("x-error-message"), Some(words), "{target}");
    }
    let missing = get(&mirror, "/api/models/me/missing").await;
    assert_eq!(missing.error().kind(), ErrorKind::RepoNotFound);
    let list = get(&mirror, "/api/models").await.json();
    let ids: Vec<_> = list
        .as_array()
        .expect("a list")
        .iter()
        .map(|repo| &repo["id"])
        .collect();
    assert_eq!(ids, ["gpt2", "me/gated"]);
}

#[tokio::test]
async fn where_strangers_are_refused_nothing_is_answered_without_a_token() {
    let access = Access::open()
        .with_user("ada", "hf_ada")
        .with_strangers(Strangers::Refused);
    let mirror = open().with_access(access);
    let repo = get(&mirror, "/api/models/me/tiny").await;
    assert_eq!(
        (repo.status, repo.error().kind()),
        (401, ErrorKind::RepoNotFound)
    );
    let list = get(&mirror, "/api/models").await;
    assert_eq!(
        (list.status, list.error().kind()),
        (401, ErrorKind::Unauthorized)
    );
    let header = [("authorization", "Bearer hf_ada")];
    assert_eq!(
        ask(&mirror, "GET", "/api/models", &header).await.status,
        200
    );
    assert_eq!(ask(&mirror, "GET", MODEL, &header).await.status, 200);
}

#[tokio::test]
async fn rules_are_replaced_in_all_clones_of_a_running_mirror() {
    let mirror = open();
    let clone = mirror.clone();
    assert_eq!(get(&clone, MODEL).await.status, 200);
    let rule = RepoRule {
        visibility: Some(Visibility::Private),
        ..RepoRule::default()
    };
    mirror.replace_access(Access::open().with_rule(repo("me/tiny"), rule));
    assert_eq!(get(&clone, MODEL).await.status, 401);
}
