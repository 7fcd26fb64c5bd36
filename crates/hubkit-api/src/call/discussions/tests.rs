use hubkit_types::RepoKind;

use super::*;
use crate::server::route;

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

fn repo() -> Repo {
    Repo::new(RepoKind::Space, "a/b".parse().expect("an id"))
}

fn discussion() -> Discussion {
    Discussion {
        number: 7,
        title: "a \"title\"".to_owned(),
        status: "merged".to_owned(),
        author: Some("ada".to_owned()),
        created_at: Some("2026-01-02T03:04:05.000Z".to_owned()),
        is_pull_request: true,
        rest: [("repo".to_owned(), json!({"name": "a/b", "type": "space"}))]
            .into_iter()
            .collect(),
    }
}

fn event(name: &str, data: Value) -> DiscussionEvent {
    DiscussionEvent {
        id: "64f9".to_owned(),
        name: name.to_owned(),
        author: None,
        created_at: Some("2026-01-02T03:04:05.000Z".to_owned()),
        data,
        rest: Map::new(),
    }
}

#[test]
fn requests_are_routed_to_what_they_were_made_from() {
    let filtered = ListDiscussions {
        kind: Some(DiscussionKind::PullRequest),
        status: Some(DiscussionStatus::Closed),
        author: Some("a b".to_owned()),
        page: 3,
        ..ListDiscussions::new(repo())
    };
    for call in [ListDiscussions::new(repo()), filtered] {
        assert_eq!(route(&call.request()), Ok(Incoming::Discussions(call)));
    }
    for diff in [false, true] {
        let (repo, number) = (repo(), 7);
        let call = GetDiscussion { repo, number, diff };
        assert_eq!(route(&call.request()), Ok(Incoming::Discussion(call)));
    }
    let wrong = Request::get("/api/models/a/b/discussions/first").body(());
    let wrong = route(&wrong.expect("a request"));
    assert_eq!(wrong, Err(Unroutable::NotFound));
}

#[test]
fn a_page_comes_back_as_it_was_given_and_says_whether_there_are_more() {
    let mut page = DiscussionPage {
        discussions: vec![discussion()],
        count: 12,
        start: 10,
    };
    let call = ListDiscussions::new(repo());
    assert_eq!(call.reply(&respond_discussions(&page)), Ok(page.clone()));
    assert!(page.has_next());
    page.start = 11;
    assert!(!page.has_next());
    let empty = DiscussionPage {
        count: 12,
        ..DiscussionPage::default()
    };
    assert!(!empty.has_next());
    assert_eq!(call.reply(&respond_discussions(&empty)), Ok(empty));
}

#[test]
fn a_discussion_comes_back_with_all_its_events() {
    let details = DiscussionDetails {
        discussion: discussion(),
        events: vec![
            event(
                "comment",
                json!({"latest": {"raw": "hello"}, "edited": true}),
            ),
            event("status-change", json!({"status": "closed"})),
            event("commit", json!({"oid": SHA, "subject": "more"})),
            event("title-change", json!({"from": "a", "to": "b"})),
            event("pinning-change", json!({"pinned": true})),
        ],
        diff: Some("--- a".to_owned()),
        target_branch: Some("refs/heads/main".to_owned()),
        merge_commit: SHA.parse().ok(),
        conflicts: Some(json!(["x"])),
    };
    let call = GetDiscussion {
        repo: repo(),
        number: 7,
        diff: true,
    };
    let found = call.reply(&respond_discussion(&details));
    assert_eq!(found, Ok(details.clone()));
    let kinds: Vec<_> = details.events.iter().map(DiscussionEvent::kind).collect();
    let wanted = [
        EventKind::Comment {
            content: "hello".to_owned(),
            edited: true,
            hidden: false,
        },
        EventKind::StatusChange {
            status: "closed".to_owned(),
        },
        EventKind::Commit {
            id: SHA.parse().ok(),
            title: "more".to_owned(),
        },
        EventKind::TitleChange {
            from: "a".to_owned(),
            to: "b".to_owned(),
        },
        EventKind::Other,
    ];
    assert_eq!(kinds, wanted);
}

#[test]
fn only_the_number_must_be_there() {
    let read = |body: &'static str| {
        let call = GetDiscussion {
            repo: repo(),
            number: 1,
            diff: false,
        };
        call.reply(&Response::new(Bytes::from_static(body.as_bytes())))
    };
    let odd = read(r#"{"num":1,"author":null,"events":[{}],"changes":{"base":7}}"#);
    let odd = odd.expect("a discussion");
    assert_eq!(odd.discussion.author, None);
    assert_eq!(odd.events[0].kind(), EventKind::Other);
    for wrong in [
        "{}",
        "[]",
        r#"{"num":"1"}"#,
        r#"{"num":1,"events":[7]}"#,
        r#"{"num":1,"changes":{"mergeCommitId":"x"}}"#,
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}
