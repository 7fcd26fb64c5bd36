//! What changed between two revisions.

use hubkit_api::{ChangeStatus, CompareSpec, GetDiff, ListChanges};
use hubkit_store::CommitRecord;

use super::*;

/// Two commits, `v1` and `main`, of which the second was made from the first.
fn mirror() -> (Mirror, CommitId) {
    let store = MemoryStore::new();
    let file = |path: &str, bytes: &[u8], storage| {
        let path = path.parse().expect("a path");
        (path, Bytes::copy_from_slice(bytes), storage)
    };
    let first = [
        file("config.json", b"{\n  \"a\": 1\n}\n", Storage::Git),
        file("gone.txt", b"gone\n", Storage::Git),
        file("moved.txt", b"moved\n", Storage::Git),
        file("model.safetensors", b"0123456789", Storage::Lfs),
        file("same", b"same", Storage::Git),
    ];
    let second = [
        file("config.json", b"{\n  \"a\": 2\n}\n", Storage::Git),
        file("folder/moved.txt", b"moved\n", Storage::Git),
        file("image.png", b"\x89PNG\0", Storage::Git),
        file("model.safetensors", b"9876543210", Storage::Lfs),
        file("same", b"same", Storage::Git),
    ];
    let v1 = store.insert(repo("me/x"), "v1".parse().expect("a name"), first);
    let main = store.insert(repo("me/x"), Revision::main(), second);
    let record = |id, parents| CommitRecord {
        id,
        parents,
        author: "Ada".to_owned(),
        seconds: 0,
        message: "x".to_owned(),
    };
    let history = vec![record(main, vec![v1]), record(v1, Vec::new())];
    let store = Hollow::new(store, Fault::None).remembering(history);
    (Mirror::new(DynStore::new(store)), v1)
}

fn spec(text: &str) -> CompareSpec {
    text.parse().expect("two states")
}

async fn diff(mirror: &Mirror, text: &str) -> Result<String, ErrorKind> {
    let call = GetDiff {
        repo: repo("me/x"),
        spec: spec(text),
    };
    let answer = send(mirror, call.request().map(Body::from)).await;
    let found = call.reply(&answer.response());
    found.map_err(|error| error.kind())
}

#[tokio::test]
async fn the_lines_tell_what_happened_to_each_file() {
    let (mirror, v1) = mirror();
    for text in ["v1..main", "main", &format!("{v1}..HEAD")] {
        let call = ListChanges {
            repo: repo("me/x"),
            spec: spec(text),
        };
        let answer = send(&mirror, call.request().map(Body::from)).await;
        let changes = call.reply(&answer.response()).expect("changes");
        let told: Vec<_> = changes
            .files
            .iter()
            .map(|file| (file.path.as_str(), file.status, file.size, file.is_binary))
            .collect();
        let wanted = [
            ("config.json", ChangeStatus::Modified, 13, false),
            ("folder/moved.txt", ChangeStatus::Renamed, 6, false),
            ("gone.txt", ChangeStatus::Deleted, 5, false),
            ("image.png", ChangeStatus::Added, 5, true),
            ("model.safetensors", ChangeStatus::Modified, 10, false),
        ];
        assert_eq!(told, wanted, "{text}");
    }
}

#[tokio::test]
async fn the_text_is_a_diff_of_what_git_holds() {
    let (mirror, _) = mirror();
    let text = diff(&mirror, "v1..main").await.expect("a diff");
    for part in [
        "@@ -1,3 +1,3 @@\n {\n-  \"a\": 1\n+  \"a\": 2\n }\n",
        "rename from moved.txt\nrename to folder/moved.txt\n",
        "deleted file mode 100644\n",
        "Binary files /dev/null and b/image.png differ\n",
        "-oid sha256:84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882\n",
        " size 10\n",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert_eq!(diff(&mirror, "main..main").await.as_deref(), Ok(""));
    let first = diff(&mirror, "v1").await.expect("a diff");
    assert_eq!(
        first.matches("new file mode").count(),
        5,
        "it came from nothing"
    );
}

#[tokio::test]
async fn what_is_not_there_is_not_compared() {
    let (mirror, _) = mirror();
    for text in ["v1..v9", "v9..main", "v9"] {
        let found = diff(&mirror, text).await;
        assert_eq!(found, Err(ErrorKind::RevisionNotFound), "{text}");
    }
    let three = get(&mirror, "/api/models/me/x/compare/v1...main").await;
    assert_eq!(three.status, 400);
    let call = GetDiff {
        repo: repo("me/none"),
        spec: spec("main"),
    };
    let answer = send(&mirror, call.request().map(Body::from)).await;
    let found = call.reply(&answer.response());
    let kind = found.map_err(|error| error.kind());
    assert_eq!(kind, Err(ErrorKind::RepoNotFound));
}

#[tokio::test]
async fn more_files_than_can_be_compared_are_named_and_not_compared() {
    let store = MemoryStore::new();
    let files = (0..1001).map(|number| {
        let path = format!("{number}.txt").parse().expect("a path");
        (path, Bytes::from(format!("{number}\n")), Storage::Git)
    });
    store.insert(repo("me/x"), Revision::main(), files);
    let mirror = Mirror::new(DynStore::new(store));
    let text = get(&mirror, "/api/models/me/x/compare/main").await;
    assert_eq!(text.status, 422);
    let why = text.json()["error"].to_string();
    assert!(why.contains("1001 files"), "{why}");
    let lines = get(&mirror, "/api/models/me/x/compare/main?raw=true").await;
    assert_eq!(lines.status, 200);
}
