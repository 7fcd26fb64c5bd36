//! Names that must not reach a file system: of a snapshot that holds one, nothing is asked for and nothing written.

use hubkit_client::{ErrorKind, Silent, SnapshotRequest};
use hubkit_plan::Selection;
use hubkit_store::{MemoryStore, RefStore as _};

use crate::hub::{Hub, answer, git_id, repo};

const GOOD: (&str, &[u8]) = ("good.txt", b"good");

/// A hub that lists these names besides a good one.
fn hub(names: &[&str]) -> Hub {
    let entry = |name: &str| {
        let (size, oid) = (GOOD.1.len(), git_id(GOOD.1));
        serde_json::json!({"type": "file", "path": name, "size": size, "oid": oid.to_string()})
    };
    let names = names.iter().copied().chain([GOOD.0]);
    let listing = serde_json::Value::Array(names.map(entry).collect()).to_string();
    Hub::new(&[GOOD]).with(move |request| {
        let is_listing = request.uri().path().contains("/tree/");
        is_listing.then(|| answer(200, &[], listing.clone().into_bytes()))
    })
}

async fn refuse(names: &[&str]) {
    let (hub, store) = (hub(names), MemoryStore::new());
    let client = hub.builder().store(store.clone()).build();
    let everything = SnapshotRequest::new(repo());
    let asked = client.snapshot(&everything, &Silent).await;
    let error = asked.expect_err("a name that can't be stored");
    assert_eq!(error.kind(), ErrorKind::Unsafe, "{names:?}: {error}");
    let text = error.to_string();
    assert!(
        !text.chars().any(hubkit_types::is_invisible),
        "{names:?}: what can't be seen is escaped: {text:?}"
    );
    assert!(
        !hub.lines().iter().any(|line| line.contains("/resolve/")),
        "{names:?}: {:?}",
        hub.lines()
    );
    assert!(
        store.repos().await.expect("a list").is_empty(),
        "{names:?}: something was written"
    );
    // Left out by the user, it is in nobody's way.
    let without = Selection::new(["good*"], [""; 0]);
    let request = SnapshotRequest::new(repo()).with_selection(without);
    let found = client.snapshot(&request, &Silent).await.expect("the rest");
    assert_eq!(found.files.len(), 1, "{names:?}");
}

#[tokio::test]
async fn one_unsafe_name_refuses_the_whole_snapshot() {
    for name in [
        "../x",
        "a/../../x",
        "a/./x",
        "/etc/passwd",
        "//host/share/x",
        "C:/x",
        "c:x",
        "\\\\host\\share",
        "a\\..\\x",
        "a\0x",
        "a\nx",
        "a\u{1b}[2Jx",
        "a//x",
        "a/",
        "",
        "CON",
        "a/nul.txt",
        "lpt1.bin",
        "a.",
        "a ",
        "a:stream",
        "a?x",
        "a<x",
        ".git/hooks/x",
        ".GIT/config",
        "a/.git/hooks/post-checkout",
        "git~1/hooks/x",
        ".g\u{200c}it/hooks/x",
        ".cache/huggingface/download/x.metadata",
        ".cache/huggingface/.gitignore",
        ".Cache/HuggingFace/x",
        ".huggingface/x",
        "x\u{202e}gpj.exe",
        "a\u{2066}b",
        "a\u{200b}b",
        "a\u{feff}b",
        "a\u{e0041}b",
        "a\u{2028}b",
    ] {
        refuse(&[name]).await;
    }
    refuse(&[&"x".repeat(256)]).await;
    refuse(&[&"d/".repeat(200)]).await;
}

#[tokio::test]
async fn two_names_that_are_one_on_some_system_refuse_the_whole_snapshot() {
    for names in [
        ["Model.bin", "model.bin"],
        ["A/x", "a/x"],
        ["caf\u{e9}", "cafe\u{301}"],
        ["CAF\u{c9}", "cafe\u{301}"],
        ["a", "a/b"],
        ["A", "a/b"],
        ["a\u{200d}b", "ab"],
        ["ab/x", "a\u{200c}b/x"],
    ] {
        refuse(&names).await;
    }
}
