//! Trees, paths, references and lists of repositories.

use super::*;

fn entries(answer: &Answer) -> Vec<(String, String)> {
    let list = answer.json();
    let list = list.as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    list.map(|entry| (text(&entry["path"]), text(&entry["type"])))
        .collect()
}

#[tokio::test]
async fn a_tree_lists_files_and_folders() {
    let mirror = open();
    let paths = async |target: &str| {
        let entries = entries(&get(&mirror, target).await);
        let short = |(path, kind): (String, String)| path + if kind == "file" { "" } else { "/" };
        entries.into_iter().map(short).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        paths("/api/models/me/tiny/tree/main").await,
        "config.json empty.txt model.safetensors onnx/ onnx-notes.md"
    );
    assert_eq!(
        paths("/api/models/me/tiny/tree/main?recursive=true").await,
        "config.json empty.txt model.safetensors onnx/ onnx-notes.md onnx/a.onnx onnx/deep/ onnx/deep/b.onnx"
    );
    assert_eq!(
        paths("/api/models/me/tiny/tree/main/onnx").await,
        "onnx/a.onnx onnx/deep/"
    );
    assert_eq!(
        paths("/api/models/me/tiny/tree/main/onnx%2Fdeep").await,
        "onnx/deep/b.onnx"
    );
}

#[tokio::test]
async fn a_large_file_is_listed_with_its_pointer_and_a_folder_with_its_tree() {
    let answer = get(&open(), "/api/models/me/tiny/tree/main").await.json();
    let list = answer.as_array().expect("a list");
    let large = &list[2];
    let pointer = hubkit_lfs::Pointer::new(SHA256.parse().expect("a digest"), 10).to_string();
    assert_eq!(large["lfs"]["pointerSize"], pointer.len());
    assert_eq!(
        (&large["lfs"]["oid"], &large["lfs"]["size"]),
        (&SHA256.into(), &10.into())
    );
    let oid = hubkit_store::git::blob_id(pointer.as_bytes());
    assert_eq!(large["oid"], oid.to_string());
    assert!(large.get("xetHash").is_none());
    // What `git ls-tree` says of the folder `onnx`.
    let folder = &list[3];
    assert_eq!(folder["oid"], ONNX_TREE);
}

const ONNX_TREE: &str = "cca574d915e03d799372081b234362749ba7173a";

#[tokio::test]
async fn pages_follow_each_other_through_their_links() {
    let (store, commit) = store();
    let endpoint: Endpoint = "https://hub.example/prefix".parse().expect("an endpoint");
    let with_prefix = Mirror::new(DynStore::new(store.clone())).with_endpoint(endpoint);
    let plain = Mirror::new(DynStore::new(store));
    for (mirror, start) in [
        (plain, format!("/api/models/me/tiny/tree/{commit}?")),
        (
            with_prefix,
            format!("https://hub.example/prefix/api/models/me/tiny/tree/{commit}?"),
        ),
    ] {
        let call = ListTree::new(repo("me/tiny"), Revision::main(), TreeDepth::Recursive);
        let mut target = format!("{}&limit=3", call.request().uri());
        let mut found: Vec<TreeEntry> = Vec::new();
        let mut pages = 0;
        loop {
            let headers = [
                ("host", "evil.example"),
                ("x-forwarded-host", "evil.example"),
            ];
            let answer = ask(&mirror, "GET", &target, &headers).await;
            let page = call.reply(&answer.response()).expect("a page");
            found.extend(page.entries);
            pages += 1;
            let Some(next) = page.next else { break };
            assert!(next.starts_with(&start), "{next}");
            target = next;
        }
        assert_eq!((pages, found.len()), (3, 8));
        let whole = send(&mirror, call.request().map(Body::from)).await;
        let whole = call.reply(&whole.response()).expect("a page");
        assert_eq!((whole.entries, whole.next), (found, None));
    }
}

#[tokio::test]
async fn paths_are_looked_up_in_forms_and_in_json() {
    let mirror = open();
    let form = "application/x-www-form-urlencoded";
    for (media_type, body) in [
        (
            form,
            "paths=config.json&paths=onnx&paths=no&paths=..%2Fx&expand=false",
        ),
        (
            "application/json",
            r#"{"paths":["config.json","onnx","no","../x"],"expand":false}"#,
        ),
    ] {
        let request = Request::post("/api/models/me/tiny/paths-info/main")
            .header("content-type", media_type)
            .body(Body::from(body.as_bytes().to_vec()))
            .expect("a request");
        let answer = send(&mirror, request).await;
        let wanted = [("config.json", "file"), ("onnx", "directory")];
        assert_eq!(
            entries(&answer),
            wanted.map(|(path, kind)| (path.into(), kind.into()))
        );
    }
    let path = |text: &str| text.parse().expect("a path");
    let call = PathsInfo {
        repo: repo("me/tiny"),
        revision: Revision::main(),
        paths: vec![path("onnx/deep"), path("no"), path("model.safetensors")],
        expand: false,
    };
    let answer = send(&mirror, call.request().map(Body::from)).await;
    let found = call.reply(&answer.response()).expect("entries").entries;
    let names: Vec<&str> = found.iter().map(|entry| entry.path().as_str()).collect();
    assert_eq!(names, ["onnx/deep", "model.safetensors"]);
    let target = "/api/models/me/tiny/paths-info/main";
    assert_eq!(ask(&mirror, "POST", target, &[]).await.status, 400);
    assert_eq!(ask(&mirror, "GET", target, &[]).await.status, 405);
    let long = Request::post(target).body(Body::from(vec![b' '; LONGEST_BODY + 1]));
    assert_eq!(send(&mirror, long.expect("a request")).await.status, 400);
}

#[tokio::test]
async fn a_path_named_a_thousand_times_is_answered_once_and_more_are_refused() {
    let store = MemoryStore::new();
    let files = (0..300).map(|index| {
        let path = format!("d/{}/{index}", index % 7).parse().expect("a path");
        (path, Bytes::from(index.to_string()), Storage::Git)
    });
    store.insert(repo("me/many"), Revision::main(), files);
    let mirror = Mirror::new(DynStore::new(store));
    let post = async |count: usize| {
        let body = serde_json::json!({"paths": vec!["d"; count]}).to_string();
        let target = "/api/models/me/many/paths-info/main";
        let request = Request::post(target).body(Body::from(body.into_bytes()));
        send(&mirror, request.expect("a request")).await
    };
    let answer = post(1000).await;
    assert_eq!(entries(&answer), [("d".into(), "directory".into())]);
    let tree = get(&mirror, "/api/models/me/many/tree/main").await;
    assert_eq!(tree.json(), answer.json());
    let refused = post(1001).await;
    assert_eq!(
        (refused.status, refused.error().kind()),
        (400, ErrorKind::BadRequest)
    );
    assert!(refused.error().message().contains("1000"));
}

#[tokio::test]
async fn a_listing_is_of_the_whole_commit_even_where_files_are_missing() {
    let (store, commit) = store();
    let repo = repo("me/tiny");
    let listed = store.listing(repo.clone(), commit).await;
    let listed = listed.expect("no fault").expect("a listing");
    let late = listed
        .iter()
        .find(|file| file.path.as_str() == "onnx/a.onnx");
    let key = BlobKey::new(repo, late.expect("the file").blob());
    store.remove(key).await.expect("no fault");
    let mirror = Mirror::new(DynStore::new(store));
    let names = entries(&get(&mirror, "/api/models/me/tiny/tree/main/onnx").await);
    assert_eq!(names[0], ("onnx/a.onnx".into(), "file".into()));
    let missing = get(&mirror, "/me/tiny/resolve/main/onnx/a.onnx").await;
    assert_eq!(missing.status, 404);
    // No commit: a client must not remember as absent what this mirror merely lacks.
    assert!(!missing.headers.contains_key("x-repo-commit"));
}

#[tokio::test]
async fn without_a_listing_only_single_files_are_served_unless_they_are_said_to_be_all() {
    let (full, commit) = store();
    let repo = repo("me/tiny");
    let file = full.files(repo.clone(), commit).await.expect("no fault");
    let file = file.first().expect("a file").clone();
    let part = MemoryStore::new();
    let stage = part
        .begin(BlobKey::new(repo.clone(), file.blob()), file.size)
        .await
        .expect("room");
    let bytes = full
        .read_all(BlobKey::new(repo.clone(), file.blob()), 1 << 20)
        .await
        .expect("the bytes");
    stage.write(0, bytes).await.expect("room");
    stage.publish().await.expect("the right bytes");
    let snapshot = Snapshot {
        repo,
        commit,
        revision: Some(Revision::main()),
        files: vec![file.clone()],
        listing: None,
    };
    part.record(snapshot).await.expect("no fault");
    let tree = "/api/models/me/tiny/tree/main";
    let careful = Mirror::new(DynStore::new(part.clone()));
    assert_eq!(get(&careful, tree).await.status, 404);
    let info = get(&careful, "/api/models/me/tiny").await;
    assert!(info.json().get("siblings").is_none(), "not an empty list");
    assert_eq!(
        (info.status, &info.json()["sha"]),
        (200, &commit.to_string().into())
    );
    let single = format!("/me/tiny/resolve/main/{}", file.path);
    assert_eq!(get(&careful, &single).await.status, 200);
    let told = Mirror::new(DynStore::new(part)).with_unlisted(Unlisted::Whole);
    assert_eq!(entries(&get(&told, tree).await).len(), 1);
}

#[tokio::test]
async fn references_and_repositories_are_listed() {
    let (store, commit) = store();
    for name in ["refs/pr/1", "refs/convert/parquet", "dev/x"] {
        let file = ("a".parse().expect("a path"), Bytes::new(), Storage::Git);
        store.insert(repo("me/tiny"), name.parse().expect("a revision"), [file]);
    }
    let mirror = Mirror::new(DynStore::new(store));
    let call = ListRefs {
        repo: repo("me/tiny"),
        pull_requests: PullRequests::Include,
    };
    let answer = send(&mirror, call.request().map(Body::from)).await;
    let found = call.reply(&answer.response()).expect("references");
    assert_eq!(found.branches[1].target, commit);
    let refs = answer.json();
    let names = |list: &str| {
        let list = refs[list].as_array().expect("a list").iter();
        list.map(|item| item["ref"].as_str().expect("a text").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("branches"), ["refs/heads/dev/x", "refs/heads/main"]);
    assert_eq!(refs["branches"][1]["targetCommit"], commit.to_string());
    assert_eq!(names("pullRequests"), ["refs/pr/1"]);
    assert_eq!(names("converts"), ["refs/convert/parquet"]);
    let unasked = get(&mirror, "/api/models/me/tiny/refs").await.json();
    assert_eq!(unasked.get("pullRequests"), None);
    for (target, wanted) in [
        ("/api/models", "gpt2 me/gated me/tiny"),
        ("/api/models?search=TIN", "me/tiny"),
        ("/api/models?author=me&limit=1", "me/gated"),
        ("/api/datasets?full=true", "you/data"),
        ("/api/models?filter=license:mit", ""),
        ("/api/models?gated=true", ""),
        ("/api/models?apps=x", ""),
        ("/api/models?num_parameters=min:6B", ""),
        ("/api/models?gated=false&search=gpt", "gpt2"),
        (
            "/api/models?sort=likes&direction=-1",
            "gpt2 me/gated me/tiny",
        ),
        ("/api/models?cursor=me/gated", "me/tiny"),
        ("/api/spaces", ""),
    ] {
        let list = get(&mirror, target).await.json();
        let ids: Vec<&str> = list
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|item| item["id"].as_str())
            .collect();
        assert_eq!(ids.join(" "), wanted, "{target}");
    }
}

#[tokio::test]
async fn repositories_are_listed_page_by_page() {
    let (store, _) = store();
    let endpoint: Endpoint = "https://hub.example/prefix".parse().expect("an endpoint");
    let plain = Mirror::new(DynStore::new(store.clone()));
    let with_prefix = Mirror::new(DynStore::new(store)).with_endpoint(endpoint);
    for (mirror, start) in [
        (plain, "/api/models?"),
        (with_prefix, "https://hub.example/prefix/api/models?"),
    ] {
        let mut call = ListRepos::new(RepoKind::Model);
        call.limit = Some(1);
        let mut target = call.request().uri().to_string();
        let mut found = Vec::new();
        loop {
            let answer = ask(&mirror, "GET", &target, &[("host", "evil.example")]).await;
            let page = call.reply(&answer.response()).expect("a page");
            assert_eq!(page.repos.len(), 1);
            found.extend(page.repos.into_iter().map(|info| info.id.to_string()));
            let Some(next) = page.next else { break };
            assert!(next.starts_with(start), "{next}");
            target = next;
        }
        assert_eq!(found, ["gpt2", "me/gated", "me/tiny"]);
    }
}
