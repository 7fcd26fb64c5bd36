//! What today's clients need beyond the letter of the protocol; each was learned by running one of them.

use hubkit_mirror::Mirror;

use crate::asking::{ask, get, hub};

/// huggingface_hub stops at a redirect to the same origin and looks for the commit there; transformers and datasets too.
#[tokio::test]
async fn a_large_file_is_answered_where_it_was_asked_for() {
    let hub = hub();
    for target in [
        "/lab/tiny/resolve/main/model.safetensors".to_owned(),
        format!("/lab/tiny/resolve/{}/model.safetensors", hub.model),
        "/datasets/lab/words/resolve/main/data/train.parquet".to_owned(),
    ] {
        for method in ["HEAD", "GET"] {
            let answer = ask(&hub.mirror, (method, &target), &[], "").await;
            assert_eq!(
                (answer.status, answer.header("location")),
                (200, None),
                "{target}"
            );
            assert!(answer.header("x-repo-commit").is_some(), "{target}");
        }
    }
}

/// These files are probed for in every repository.
#[tokio::test]
async fn a_missing_optional_file_is_absent_at_a_commit() {
    let hub = hub();
    for path in [
        "vocab.txt",
        "added_tokens.json",
        "special_tokens_map.json",
        "chat_template.jinja",
        "processor_config.json",
        "tiny.py",
        ".huggingface.yaml",
        "dataset_infos.json",
    ] {
        for method in ["HEAD", "GET"] {
            let target = format!("/lab/tiny/resolve/main/{path}");
            let answer = ask(&hub.mirror, (method, &target), &[], "").await;
            assert_eq!(
                (answer.status, answer.header("x-error-code")),
                (404, Some("EntryNotFound")),
                "{target}"
            );
            assert_eq!(
                answer.header("x-repo-commit"),
                Some(&*hub.model.to_string()),
                "{target}"
            );
        }
    }
    let folder = "/api/models/lab/tiny/tree/main/additional_chat_templates?recursive=false";
    let answer = get(&hub.mirror, folder).await;
    assert_eq!(
        (answer.status, answer.header("x-error-code")),
        (404, Some("EntryNotFound"))
    );
    assert_eq!(
        answer.header("x-repo-commit"),
        Some(&*hub.model.to_string())
    );
}

/// Every process sends these; it must not wait.
#[tokio::test]
async fn side_traffic_is_turned_away_at_once() {
    let hub = hub();
    for request in [
        ("GET", "/api/agent-harnesses"),
        ("HEAD", "/api/telemetry/transformers/configs"),
        ("HEAD", "/api/telemetry/datasets"),
    ] {
        assert_eq!(
            ask(&hub.mirror, request, &[], "").await.status,
            404,
            "{request:?}"
        );
    }
}

/// Python sends a form, JavaScript and Rust send JSON.
#[tokio::test]
async fn paths_are_read_from_a_form_and_from_json() {
    let hub = hub();
    let request = ("POST", "/api/models/lab/tiny/paths-info/main");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let json = [("content-type", "application/json")];
    let by_form = ask(
        &hub.mirror,
        request,
        &form,
        "paths=config.json&paths=onnx&expand=false",
    )
    .await;
    let by_json = ask(
        &hub.mirror,
        request,
        &json,
        "{\"paths\":[\"config.json\",\"onnx\"]}",
    )
    .await;
    assert_eq!((by_form.status, by_json.status), (200, 200));
    assert_eq!(by_form.json(), by_json.json());
    assert_eq!(by_form.json().as_array().map(Vec::len), Some(2));
    // One path alone is still a list, and no path at all is none.
    let one = ask(&hub.mirror, request, &form, "paths=config.json").await;
    assert_eq!(one.json().as_array().map(Vec::len), Some(1));
}

/// Repeated keys, keys with brackets, and one of them once.
#[tokio::test]
async fn fields_are_asked_for_in_every_spelling() {
    let hub = hub();
    let mut answers = Vec::new();
    for query in [
        "expand=likes&expand=sha",
        "expand[]=likes&expand[]=sha",
        "expand%5B%5D=likes&expand%5B%5D=sha",
    ] {
        for path in ["/api/models/lab/tiny", "/api/models/lab/tiny/revision/main"] {
            let answer = get(&hub.mirror, &format!("{path}?{query}")).await;
            assert_eq!(answer.status, 200, "{path}?{query}");
            answers.push(answer.json());
        }
    }
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
        assert!(
            answer.get("likes").is_some() && answer.get("sha").is_some(),
            "{answer}"
        );
        assert!(answer.get("siblings").is_none(), "{answer}");
    }
}

/// huggingface_hub reads all parts of a scan and of a commit without looking whether they are there.
#[tokio::test]
async fn a_security_status_and_a_last_commit_are_whole_or_left_out() {
    let hub = hub();
    let tree = get(
        &hub.mirror,
        "/api/models/lab/tiny/tree/main?expand=true&recursive=true",
    )
    .await
    .json();
    for entry in tree.as_array().expect("an array") {
        if let Some(status) = entry
            .get("securityFileStatus")
            .filter(|status| !status.is_null())
        {
            for part in ["status", "avScan", "pickleImportScan"] {
                assert!(status.get(part).is_some(), "{entry}");
            }
        }
        if let Some(commit) = entry.get("lastCommit") {
            for part in ["id", "title", "date"] {
                assert!(
                    commit.get(part).is_some_and(serde_json::Value::is_string),
                    "{entry}"
                );
            }
        }
    }
}

/// JavaScript asks for git's name of the default branch, for pointers by HEAD, and for a first byte to learn the size.
#[tokio::test]
async fn the_ways_of_javascript_are_known() {
    let hub = hub();
    let commit = hub.model.to_string();
    let info = get(&hub.mirror, "/api/models/lab/tiny/revision/HEAD?expand=sha").await;
    assert_eq!(
        (info.status, info.json()["sha"].as_str()),
        (200, Some(&*commit))
    );
    let raw = ask(
        &hub.mirror,
        ("HEAD", "/lab/tiny/raw/main/model.safetensors"),
        &[],
        "",
    )
    .await;
    assert_eq!(
        (raw.status, raw.header("content-length")),
        (200, Some("127"))
    );
    let first = [
        ("range", "bytes=0-0"),
        ("accept", "application/vnd.xet-fileinfo+json, */*"),
    ];
    let probe = ask(
        &hub.mirror,
        ("GET", "/lab/tiny/resolve/main/model.safetensors"),
        &first,
        "",
    )
    .await;
    assert_eq!(
        (probe.status, probe.header("content-range")),
        (206, Some("bytes 0-0/10"))
    );
    // Another type would make it look for Xet.
    assert!(
        !probe
            .header("content-type")
            .is_some_and(|kind| kind.contains("xet"))
    );
}

/// Python's client does not fall back to HTTP once Xet was offered.
#[tokio::test]
async fn xet_is_never_offered() {
    let hub = hub();
    for target in [
        "/lab/tiny/resolve/main/model.safetensors",
        "/api/models/lab/tiny?blobs=true",
        "/api/models/lab/tiny/tree/main?expand=true&recursive=true",
    ] {
        let answer = get(&hub.mirror, target).await;
        assert_eq!(answer.status, 200, "{target}");
        let names = answer.headers.keys().map(http::HeaderName::as_str);
        assert_eq!(
            names.filter(|name| name.contains("xet")).count(),
            0,
            "{target}"
        );
        assert!(
            !answer
                .header("link")
                .is_some_and(|link| link.contains("xet")),
            "{target}"
        );
        let body = String::from_utf8_lossy(&answer.body);
        assert!(!body.contains("xetHash"), "{target}: {body}");
    }
}

/// To the anonymous a repository that is not there could as well be private.
#[tokio::test]
async fn what_is_missing_is_told_to_the_anonymous_as_the_hub_does() {
    let hub = hub();
    let kind = async |target: &str| {
        let answer = get(&hub.mirror, target).await;
        let code = answer.header("x-error-code").map(str::to_owned);
        (answer.status, code.unwrap_or_default())
    };
    for target in [
        "/lab/none/resolve/main/x",
        "/api/models/lab/none",
        "/api/models/lab/none/tree/main",
    ] {
        assert_eq!(
            kind(target).await,
            (401, "RepoNotFound".to_owned()),
            "{target}"
        );
    }
    for target in [
        "/lab/tiny/resolve/none/x",
        "/api/models/lab/tiny/revision/none",
        "/api/models/lab/tiny/tree/none",
    ] {
        assert_eq!(
            kind(target).await,
            (404, "RevisionNotFound".to_owned()),
            "{target}"
        );
    }
}

/// Artifactory, Nexus and Pulp serve a hub below a path.
#[tokio::test]
async fn a_hub_may_live_below_a_path() {
    let hub = hub();
    let endpoint = "http://hub.example/some/prefix"
        .parse()
        .expect("an endpoint");
    let mirror: Mirror = hub.mirror.with_endpoint(endpoint);
    let file = get(&mirror, "/some/prefix/lab/tiny/resolve/main/config.json").await;
    assert_eq!(file.status, 200);
    let page = get(
        &mirror,
        "/some/prefix/api/models/lab/tiny/tree/main?recursive=true&limit=2",
    )
    .await;
    assert_eq!(page.json().as_array().map(Vec::len), Some(2));
    let link = page.header("link").expect("a next page");
    let next = link.split(['<', '>']).nth(1).expect("an address");
    assert!(
        next.starts_with("http://hub.example/some/prefix/api/models/lab/tiny/tree/"),
        "{next}"
    );
    assert!(
        next.contains("recursive=true") && next.contains("limit=2"),
        "{next}"
    );
    let target = next
        .strip_prefix("http://hub.example")
        .expect("an absolute address");
    assert_eq!(
        get(&mirror, target).await.json().as_array().map(Vec::len),
        Some(2)
    );
}
