//! Histories: in pages, and what they tell of a repository.

use hubkit_api::CommitPage;
use hubkit_store::CommitRecord;

use super::*;

/// A mirror of a repository that three commits led to, and their ids, the newest first.
fn remembering() -> (Mirror, Vec<CommitId>) {
    let (store, newest) = store();
    let ids = vec![
        newest,
        CommitId::from_bytes([2; 20]),
        CommitId::from_bytes([1; 20]),
    ];
    let told = [
        ("Third\n\nwith a body\nof two lines\n", 1_700_000_123),
        ("Second", 253_402_300_800),
        ("First\r\n\r\nbody", -5),
    ];
    let history = ids.iter().zip(told).enumerate();
    let history = history.map(|(index, (id, (message, seconds)))| CommitRecord {
        id: *id,
        parents: ids.get(index + 1).copied().into_iter().collect(),
        author: "Ada".to_owned(),
        seconds,
        message: message.to_owned(),
    });
    let store = Hollow::new(store, Fault::None).remembering(history.collect());
    (Mirror::new(DynStore::new(store)), ids)
}

async fn page(mirror: &Mirror, target: &str) -> CommitPage {
    let call = ListCommits::new(repo("me/tiny"), Revision::main());
    let answer = get(mirror, target).await;
    call.reply(&answer.response()).expect("a page")
}

#[tokio::test]
async fn a_history_comes_in_pages_that_tell_of_the_same_commit() {
    let (mirror, ids) = remembering();
    let commits = "/api/models/me/tiny/commits/main";
    let first = page(&mirror, &format!("{commits}?limit=2")).await;
    assert_eq!(first.total, Some(3));
    let next = first.next.expect("there is more");
    let pinned = format!("/api/models/me/tiny/commits/{}?limit=2&p=1", ids[0]);
    assert_eq!(next, pinned);
    let second = page(&mirror, &next).await;
    assert_eq!((second.total, second.next), (Some(3), None));
    let found = first.commits.iter().chain(&second.commits);
    assert_eq!(found.map(|commit| commit.id).collect::<Vec<_>>(), ids);
    for (query, count) in [("", 3), ("?limit=0", 1), ("?limit=x&p=x", 3), ("?p=1", 0)] {
        let page = page(&mirror, &format!("{commits}{query}")).await;
        assert_eq!(page.commits.len(), count, "{query}");
        assert_eq!(page.total, Some(3), "{query}");
    }
    let absurd = format!("{commits}?limit=1000000&p=18446744073709551615");
    assert_eq!(page(&mirror, &absurd).await.commits, []);
}

#[tokio::test]
async fn a_commit_has_its_title_its_message_its_author_and_its_date() {
    let (mirror, ids) = remembering();
    let page = page(&mirror, "/api/models/me/tiny/commits/main").await;
    let told: Vec<_> = page
        .commits
        .iter()
        .map(|commit| {
            let date = commit.date.as_deref().expect("a date");
            (commit.title.as_str(), commit.message.as_str(), date)
        })
        .collect();
    let wanted = [
        (
            "Third",
            "with a body\nof two lines",
            "2023-11-14T22:15:23.000Z",
        ),
        // The last moment that every client can read, and the first.
        ("Second", "", "9999-12-31T23:59:59.000Z"),
        ("First", "body", "1970-01-01T00:00:00.000Z"),
    ];
    assert_eq!(told, wanted);
    assert_eq!(page.commits[0].authors, ["Ada"]);
    assert_eq!(page.commits[0].parents, [ids[1]]);
    assert_eq!(page.commits[2].parents, []);
}

#[tokio::test]
async fn texts_as_html_are_harmless() {
    let (store, id) = store();
    let record = CommitRecord {
        id,
        parents: Vec::new(),
        author: "Ada".to_owned(),
        seconds: 0,
        message: "<script> & \"x\"\n\n<b>".to_owned(),
    };
    let store = Hollow::new(store, Fault::None).remembering(vec![record]);
    let mirror = Mirror::new(DynStore::new(store));
    let target = "/api/models/me/tiny/commits/main?expand[]=formatted";
    let formatted = page(&mirror, target).await.commits.remove(0).formatted;
    let formatted = formatted.expect("it was asked for");
    assert_eq!(formatted.title, "&lt;script&gt; &amp; &quot;x&quot;");
    assert_eq!(formatted.message, "&lt;b&gt;");
}

#[tokio::test]
async fn information_tells_when_a_repository_was_begun_and_changed() {
    let (mirror, _) = remembering();
    let info = get(&mirror, "/api/models/me/tiny").await.json();
    assert_eq!(info["lastModified"], "2023-11-14T22:15:23.000Z");
    assert_eq!(info["createdAt"], "1970-01-01T00:00:00.000Z");
    let untold = get(&open(), "/api/models/me/tiny").await.json();
    assert!(
        untold
            .get("lastModified")
            .is_none_or(serde_json::Value::is_null)
    );
}

#[tokio::test]
async fn listings_tell_what_changed_a_file_last_where_that_is_asked_and_known() {
    let (mirror, ids) = remembering();
    let oldest = ids[2].to_string();
    let told = async |target: &str| {
        let entries = get(&mirror, target).await.json();
        let entries = entries.as_array().expect("a list").clone();
        let told = entries.iter().filter(|entry| {
            let last = &entry["lastCommit"];
            let is_whole = last["id"] == oldest && last["title"] == "First";
            is_whole && last["date"] == "1970-01-01T00:00:00.000Z"
        });
        (entries.len(), told.count())
    };
    let tree = "/api/models/me/tiny/tree/main?recursive=true";
    assert_eq!(told(tree).await.1, 0, "nobody asked");
    let (all, known) = told(&format!("{tree}&expand=true")).await;
    let deep = get(&mirror, tree).await.json();
    let is_deep = |entry: &&serde_json::Value| {
        let path = entry["path"].as_str();
        path.is_some_and(|path| path.contains('/'))
    };
    let deep = deep
        .as_array()
        .expect("a list")
        .iter()
        .filter(is_deep)
        .count();
    assert!(deep > 0, "some lie deeper");
    assert_eq!(known, all - deep);
    let request = Request::post("/api/models/me/tiny/paths-info/main")
        .header("content-type", "application/json")
        .body(Body::from(r#"{"paths":["config.json"],"expand":true}"#));
    let answer = send(&mirror, request.expect("a request")).await.json();
    assert_eq!(answer[0]["lastCommit"]["id"], oldest);
}
