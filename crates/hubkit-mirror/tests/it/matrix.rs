//! The requests that today's clients were seen to send: each is answered with the right status, headers and shape.
//!
//! Seen of huggingface_hub 2.4, transformers, datasets, @huggingface/hub, and hf-hub 1.0 and 0.5.

use crate::asking::{Answer, SHA256, ask, hub};

/// What the body of an answer is.
enum Shape {
    /// These bytes.
    Bytes(&'static str),
    /// Nothing.
    Nothing,
    /// A JSON object with at least these keys.
    Object(&'static [&'static str]),
    /// A JSON array, not empty, whose items all have at least these keys.
    Array(&'static [&'static str]),
    /// A refusal in JSON.
    Refusal,
}
use Shape::{Array, Bytes, Nothing, Object, Refusal};

/// One request and what is expected. `{model}` and `{dataset}` stand for the commits.
struct Row {
    request: (&'static str, &'static str),
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    status: u16,
    required: &'static [&'static str],
    shape: Shape,
}

const fn row(
    request: (&'static str, &'static str),
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    status: u16,
    required: &'static [&'static str],
    shape: Shape,
) -> Row {
    Row {
        request,
        headers,
        body,
        status,
        required,
        shape,
    }
}

const PLAIN: &[(&str, &str)] = &[];
const IDENTITY: &[(&str, &str)] = &[("accept-encoding", "identity")];
const ACCEPT_JSON: &[(&str, &str)] = &[("accept", "application/json")];
const JSON: &[(&str, &str)] = &[
    ("accept", "application/json"),
    ("content-type", "application/json"),
];
const FORM: &[(&str, &str)] = &[("content-type", "application/x-www-form-urlencoded")];
const NDJSON: &[(&str, &str)] = &[("content-type", "application/x-ndjson")];
const LFS: &[(&str, &str)] = &[
    ("accept", "application/vnd.git-lfs+json"),
    ("content-type", "application/vnd.git-lfs+json"),
];
const FIRST_BYTE: &[(&str, &str)] = &[
    ("range", "bytes=0-0"),
    ("accept", "application/vnd.xet-fileinfo+json, */*"),
];
const SOMEBODY: &[(&str, &str)] = &[("authorization", "Bearer hf_somebody")];

/// What a file of git comes with.
const FILE: &[&str] = &[
    "x-repo-commit",
    "etag",
    "content-length",
    "accept-ranges",
    "content-type",
    "content-disposition",
];
/// What a large file comes with.
const LARGE: &[&str] = &[
    "x-repo-commit",
    "etag",
    "x-linked-etag",
    "x-linked-size",
    "content-length",
    "accept-ranges",
    "content-type",
];
/// What a part of a large file comes with.
const PART: &[&str] = &[
    "x-repo-commit",
    "etag",
    "x-linked-etag",
    "x-linked-size",
    "content-length",
    "content-range",
    "accept-ranges",
];
/// What JSON comes with.
const IS_JSON: &[&str] = &["content-type", "content-length"];
/// What a refusal with a reason comes with.
const REASON: &[&str] = &["content-type", "x-error-code", "x-error-message"];
/// What the absence of a file comes with.
const ABSENT: &[&str] = &["x-error-code", "x-error-message", "x-repo-commit"];

const INFO: &[&str] = &["id", "sha", "siblings", "private", "gated", "tags"];
const ENTRY: &[&str] = &["type", "oid", "size", "path"];
/// A store in memory knows no dates, so `lastModified` is asked for and not answered.
const EXPANDED: &[&str] = &["id", "downloads", "gated", "likes", "private"];

#[rustfmt::skip]
const ROWS: &[Row] = &[
    // Side traffic.
    row(("GET", "/api/agent-harnesses"), PLAIN, "", 404, IS_JSON, Refusal),
    row(("HEAD", "/api/telemetry/datasets"), PLAIN, "", 404, &[], Nothing),
    row(("GET", "/api/whoami-v2"), PLAIN, "", 401, IS_JSON, Refusal),

    // Information.
    row(("GET", "/api/datasets/lab/words"), PLAIN, "", 200, IS_JSON, Object(INFO)),
    row(("GET", "/api/datasets/lab/words/revision/main"), PLAIN, "", 200, IS_JSON, Object(INFO)),
    row(("GET", "/api/datasets/lab/words/revision/{dataset}"), PLAIN, "", 200, IS_JSON, Object(INFO)),
    row(("GET", "/api/models/lab/tiny"), PLAIN, "", 200, IS_JSON, Object(INFO)),
    row(("GET", "/api/models/lab/none"), PLAIN, "", 401, REASON, Refusal),
    row(("GET", "/api/models/lab/none"), SOMEBODY, "", 404, REASON, Refusal),
    row(("GET", "/api/models/lab/tiny/revision/main"), PLAIN, "", 200, IS_JSON, Object(INFO)),
    row(("GET", "/api/models/lab/none/revision/main"), PLAIN, "", 401, REASON, Refusal),
    row(("GET", "/api/models/lab/tiny/revision/nope"), PLAIN, "", 404, REASON, Refusal),
    row(("GET", "/api/models/lab/tiny/revision/HEAD?expand=downloads&expand=gated&expand=lastModified&expand=likes&expand=pipeline_tag&expand=private"), PLAIN, "", 200, IS_JSON, Object(EXPANDED)),
    row(("GET", "/api/models/lab/tiny/revision/main?expand=downloads&expand=gated&expand=lastModified&expand=likes&expand=pipeline_tag&expand=private&expand=sha"), PLAIN, "", 200, IS_JSON, Object(&["id", "sha", "private", "gated"])),
    row(("GET", "/api/models/lab/tiny?blobs=true"), PLAIN, "", 200, IS_JSON, Object(INFO)),
    row(("GET", "/api/models/lab/tiny?expand[]=likes"), PLAIN, "", 200, IS_JSON, Object(&["id", "likes"])),

    // Listings.
    row(("GET", "/api/datasets/lab/words/tree/main?expand=false&recursive=true"), PLAIN, "", 200, IS_JSON, Array(ENTRY)),
    row(("GET", "/api/datasets/lab/words/tree/{dataset}/data?expand=false&recursive=false"), PLAIN, "", 200, IS_JSON, Array(ENTRY)),
    row(("GET", "/api/datasets/lab/words/tree/{dataset}/none?expand=false&recursive=false"), PLAIN, "", 404, ABSENT, Refusal),
    row(("GET", "/api/datasets/lab/words/tree/{dataset}?expand=false&recursive=false"), PLAIN, "", 200, IS_JSON, Array(ENTRY)),
    row(("GET", "/api/datasets/lab/words/tree/{dataset}?expand=false&recursive=true"), PLAIN, "", 200, IS_JSON, Array(ENTRY)),
    row(("GET", "/api/models/lab/tiny/tree/main/additional_chat_templates?expand=false&recursive=false"), PLAIN, "", 404, ABSENT, Refusal),
    row(("GET", "/api/models/lab/tiny/tree/main?expand=false&recursive=false"), PLAIN, "", 200, IS_JSON, Array(ENTRY)),
    row(("GET", "/api/models/lab/tiny/tree/main?expand=false&recursive=true"), ACCEPT_JSON, "", 200, IS_JSON, Array(ENTRY)),
    row(("GET", "/api/models/lab/tiny/tree/main?expand=true&recursive=true"), PLAIN, "", 200, IS_JSON, Array(ENTRY)),
    row(("GET", "/api/models/lab/tiny/tree/{model}?expand=false&recursive=true"), ACCEPT_JSON, "", 200, IS_JSON, Array(ENTRY)),
    row(("GET", "/api/models/lab/tiny/tree/{model}?recursive=true"), PLAIN, "", 200, IS_JSON, Array(ENTRY)),
    row(("POST", "/api/models/lab/tiny/paths-info/main"), FORM, "paths=config.json&paths=onnx&expand=false", 200, IS_JSON, Array(ENTRY)),
    row(("POST", "/api/models/lab/tiny/paths-info/main"), JSON, "{\"paths\":[\"config.json\"],\"expand\":true}", 200, IS_JSON, Array(ENTRY)),
    row(("POST", "/api/models/lab/tiny/paths-info/{model}"), JSON, "{\"paths\":[\"config.json\"]}", 200, IS_JSON, Array(ENTRY)),

    // History.
    row(("GET", "/api/models/lab/tiny/commits/main"), PLAIN, "", 200, IS_JSON, Array(&["id", "title", "message", "date", "authors"])),
    row(("GET", "/api/models/lab/tiny/commits/main?limit=1"), PLAIN, "", 200, &["content-type", "x-total-count"], Array(&["id", "title", "message", "date", "authors"])),
    row(("GET", "/api/models/lab/tiny/refs"), PLAIN, "", 200, IS_JSON, Object(&["branches", "tags", "converts"])),
    row(("GET", "/api/models/lab/tiny/refs?include_prs=1"), PLAIN, "", 200, IS_JSON, Object(&["branches", "tags", "converts", "pullRequests"])),

    // Lists.
    row(("GET", "/api/models"), PLAIN, "", 200, IS_JSON, Array(&["id"])),
    row(("GET", "/api/models?expand=downloads&expand=gated&expand=lastModified&expand=likes&expand=pipeline_tag&expand=private&limit=10"), ACCEPT_JSON, "", 200, IS_JSON, Array(EXPANDED)),
    row(("GET", "/api/models?limit=10&search=tiny"), PLAIN, "", 200, IS_JSON, Array(&["id"])),
    row(("GET", "/api/models?search=tiny"), PLAIN, "", 200, IS_JSON, Array(&["id"])),

    // Files.
    row(("GET", "/datasets/lab/words/resolve/main/data/train.csv"), PLAIN, "", 200, FILE, Bytes("word\nhub\n")),
    row(("GET", "/datasets/lab/words/resolve/main/data/train.parquet"), &[("range", "bytes=0-1")], "", 206, PART, Bytes("PA")),
    row(("HEAD", "/datasets/lab/words/resolve/main/data/train.csv"), IDENTITY, "", 200, FILE, Nothing),
    row(("HEAD", "/datasets/lab/words/resolve/main/words.py"), IDENTITY, "", 404, ABSENT, Nothing),
    row(("GET", "/datasets/lab/words/resolve/{dataset}/data/train.parquet"), &[("range", "bytes=2-")], "", 206, PART, Bytes("R1")),
    row(("HEAD", "/datasets/lab/words/resolve/{dataset}/data/train.parquet"), IDENTITY, "", 200, LARGE, Nothing),
    row(("HEAD", "/datasets/lab/words/resolve/{dataset}/dataset_infos.json"), IDENTITY, "", 404, ABSENT, Nothing),
    row(("HEAD", "/lab/tiny/raw/main/model.safetensors"), PLAIN, "", 200, FILE, Nothing),
    row(("HEAD", "/lab/tiny/raw/main/config.json"), PLAIN, "", 200, FILE, Nothing),
    row(("GET", "/lab/tiny/resolve/main/config.json"), IDENTITY, "", 200, FILE, Bytes("{\"model_type\":\"bert\"}")),
    row(("GET", "/lab/tiny/resolve/main/model.safetensors"), FIRST_BYTE, "", 206, PART, Bytes("0")),
    row(("GET", "/lab/tiny/resolve/main/model.safetensors"), &[("range", "bytes=10-")], "", 416, &["content-range", "x-repo-commit"], Nothing),
    row(("HEAD", "/lab/tiny/resolve/main/model.safetensors"), IDENTITY, "", 200, LARGE, Nothing),
    row(("HEAD", "/lab/tiny/resolve/main/vocab.txt"), IDENTITY, "", 404, ABSENT, Nothing),
    row(("GET", "/lab/tiny/resolve/{model}/model.safetensors"), IDENTITY, "", 200, LARGE, Bytes("0123456789")),
    row(("GET", "/lab/tiny/resolve/{model}/model.safetensors"), FIRST_BYTE, "", 206, PART, Bytes("0")),
    row(("HEAD", "/lab/tiny/resolve/{model}/model.safetensors"), IDENTITY, "", 200, LARGE, Nothing),
    row(("HEAD", "/lab/tiny/resolve/{model}/model.safetensors"), &[("if-none-match", "\"84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882\"")], "", 304, &["x-repo-commit", "etag"], Nothing),
    row(("HEAD", "/lab/tiny/resolve/{model}/processor_config.json"), IDENTITY, "", 404, ABSENT, Nothing),
    row(("HEAD", "/lab/tiny/resolve/nope/config.json"), IDENTITY, "", 404, &["x-error-code"], Nothing),

    // Large files, as git-lfs asks for them.
    row(("POST", "/lab/tiny.git/info/lfs/objects/batch"), LFS, "{\"operation\":\"download\",\"transfers\":[\"basic\",\"multipart\",\"xet\"],\"hash_algo\":\"sha256\",\"objects\":[{\"oid\":\"84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882\",\"size\":10}]}", 200, IS_JSON, Object(&["transfer", "objects"])),
    // Locks, as git-lfs asks for them before a push: there are none.
    row(("GET", "/lab/tiny.git/info/lfs/locks?refspec=refs%2Fheads%2Fmain"), LFS, "", 200, IS_JSON, Object(&["locks"])),
    row(("POST", "/lab/tiny.git/info/lfs/locks/verify"), LFS, "{\"ref\":{\"name\":\"refs/heads/main\"}}", 200, IS_JSON, Object(&["ours", "theirs"])),
    row(("POST", "/lab/tiny.git/info/lfs/locks"), LFS, "{\"path\":\"model.safetensors\"}", 403, &["content-type"], Object(&["message"])),
    row(("POST", "/lab/tiny.git/info/lfs/locks/1/unlock"), LFS, "{\"force\":true}", 403, &["content-type"], Object(&["message"])),

    // What would write, and what only Xet needs: refused, and nothing hangs.
    row(("POST", "/lab/tiny.git/info/lfs/objects/batch"), LFS, "{\"operation\":\"upload\",\"transfers\":[\"basic\"],\"objects\":[{\"oid\":\"84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882\",\"size\":10}]}", 403, &["content-type"], Object(&["message"])),
    row(("POST", "/api/models/lab/tiny/commit/main"), NDJSON, "{\"key\":\"header\",\"value\":{\"summary\":\"x\"}}\n", 404, IS_JSON, Refusal),
    row(("POST", "/api/models/lab/tiny/preupload/main"), JSON, "{\"files\":[]}", 404, IS_JSON, Refusal),
    row(("GET", "/api/models/lab/tiny/xet-read-token/main"), PLAIN, "", 404, IS_JSON, Refusal),
    row(("GET", "/api/models/lab/tiny/xet-read-token/{model}"), PLAIN, "", 404, IS_JSON, Refusal),
    row(("GET", "/api/models/lab/tiny/xet-write-token/main"), PLAIN, "", 404, IS_JSON, Refusal),
    row(("POST", "/api/repos/create"), JSON, "{\"name\":\"new\",\"organization\":\"lab\"}", 404, IS_JSON, Refusal),
    row(("PUT", "/lab/tiny/resolve/main/config.json"), PLAIN, "{}", 405, &["allow"], Refusal),
];

#[tokio::test]
async fn each_request_is_answered_with_its_status_headers_and_shape() {
    let hub = hub();
    let mut faults = Vec::new();
    for row in ROWS {
        let (method, target) = row.request;
        let target = target
            .replace("{model}", &hub.model.to_string())
            .replace("{dataset}", &hub.dataset.to_string());
        let answer = ask(&hub.mirror, (method, &target), row.headers, row.body).await;
        if let Err(fault) = check(row, &answer) {
            faults.push(format!("{method} {target}: {fault}\n  {answer:?}"));
        }
    }
    assert!(
        faults.is_empty(),
        "{} of {} rows:\n{}",
        faults.len(),
        ROWS.len(),
        faults.join("\n")
    );
}

fn check(row: &Row, answer: &Answer) -> Result<(), String> {
    if answer.status != row.status {
        return Err(format!(
            "status {} instead of {}",
            answer.status, row.status
        ));
    }
    for name in row.required {
        answer.header(name).ok_or(format!("no header {name}"))?;
    }
    let json = || {
        serde_json::from_slice::<serde_json::Value>(&answer.body).map_err(|error| error.to_string())
    };
    let lacks = |value: &serde_json::Value, keys: &[&str]| {
        keys.iter()
            .find(|key| value.get(key).is_none())
            .map(|key| (*key).to_owned())
    };
    match row.shape {
        Bytes(text) if answer.body != text => Err("other bytes".to_owned()),
        Nothing if !answer.body.is_empty() => Err("a body".to_owned()),
        Bytes(_) | Nothing => Ok(()),
        Object(keys) => lacks(&json()?, keys).map_or(Ok(()), |key| Err(format!("no {key}"))),
        Array(keys) => {
            let items = json()?.as_array().cloned().ok_or("no array")?;
            if items.is_empty() {
                return Err("an empty array".to_owned());
            }
            let lacking = items.iter().find_map(|item| lacks(item, keys));
            lacking.map_or(Ok(()), |key| Err(format!("an item without {key}")))
        }
        Refusal => lacks(&json()?, &["error"]).map_or(Ok(()), |key| Err(format!("no {key}"))),
    }
}

#[tokio::test]
async fn headers_of_a_file_say_what_it_is() {
    let hub = hub();
    let commit = hub.model.to_string();
    let tag = format!("\"{SHA256}\"");
    for (method, headers, status) in [
        ("GET", PLAIN, 200),
        ("HEAD", PLAIN, 200),
        ("GET", FIRST_BYTE, 206),
        ("GET", &[("range", "bytes=10-")], 416),
        ("GET", &[("if-none-match", "*")], 304),
    ] {
        let target = "/lab/tiny/resolve/main/model.safetensors";
        let answer = ask(&hub.mirror, (method, target), headers, "").await;
        assert_eq!(answer.status, status, "{answer:?}");
        for (name, value) in [
            ("x-repo-commit", &*commit),
            ("etag", &*tag),
            ("x-linked-etag", &*tag),
            ("x-linked-size", "10"),
            ("accept-ranges", "bytes"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{status}: {name}");
        }
    }
}
