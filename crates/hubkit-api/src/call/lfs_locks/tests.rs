use hubkit_types::RepoKind;

use super::*;
use crate::{ErrorKind, server::route};

fn repo() -> Repo {
    Repo::new(RepoKind::Dataset, "a/b".parse().expect("an id"))
}

fn lock(id: &str) -> LfsLock {
    LfsLock {
        id: id.to_owned(),
        path: "models/a b.bin".to_owned(),
        locked_at: "2016-05-17T15:49:06+00:00".to_owned(),
        owner: Some("Jane".to_owned()),
    }
}

#[track_caller]
fn routed(request: &Request<Bytes>) -> LfsLockRequest {
    assert_eq!(request.headers()["accept"], MEDIA_TYPE);
    match route(request) {
        Ok(Incoming::LfsLocks { repo, request }) if repo == self::repo() => request,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_list_is_asked_for_and_answered() {
    let filter = LfsLockFilter {
        path: Some("models/a b.bin".to_owned()),
        limit: Some(10),
        refspec: Some("refs/heads/main".to_owned()),
        ..LfsLockFilter::default()
    };
    for filter in [filter, LfsLockFilter::default()] {
        let call = ListLfsLocks {
            repo: repo(),
            filter: filter.clone(),
        };
        assert_eq!(routed(&call.request()), LfsLockRequest::List(filter));
        for (locks, next_cursor) in [(vec![lock("1")], Some("x".to_owned())), (vec![], None)] {
            let locks = LfsLocks { locks, next_cursor };
            let response = respond_lfs_locks(&locks);
            assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
            assert_eq!(call.reply(&response).expect("locks"), locks);
        }
    }
}

#[test]
fn locks_are_verified() {
    let call = VerifyLfsLocks {
        repo: repo(),
        filter: LfsLockFilter {
            cursor: Some("x".to_owned()),
            refspec: Some("refs/heads/main".to_owned()),
            ..LfsLockFilter::default()
        },
    };
    let request = call.request();
    assert_eq!(routed(&request), LfsLockRequest::Verify);
    let read = read_lfs_locks_verify(repo(), request.body());
    assert_eq!(read, Some(call.clone()));
    let locks = LfsLocksByOwner {
        ours: vec![lock("1")],
        theirs: vec![lock("2"), lock("3")],
        next_cursor: None,
    };
    let found = call.reply(&respond_lfs_locks_verify(&locks));
    assert_eq!(found.expect("locks"), locks);
    let nobody = LfsLock {
        owner: None,
        ..lock("1")
    };
    let locks = LfsLocks {
        locks: vec![nobody],
        next_cursor: None,
    };
    let list = ListLfsLocks {
        repo: repo(),
        filter: LfsLockFilter::default(),
    };
    assert_eq!(
        list.reply(&respond_lfs_locks(&locks)).expect("locks"),
        locks
    );
}

#[test]
fn a_lock_is_made_and_given_back() {
    let create = CreateLfsLock {
        repo: repo(),
        path: "a/b.bin".to_owned(),
        reference: Some("refs/heads/main".to_owned()),
    };
    let request = create.request();
    assert_eq!(routed(&request), LfsLockRequest::Create);
    assert_eq!(read_lfs_lock(repo(), request.body()), Some(create.clone()));
    let made = create.reply(&respond_lfs_lock(StatusCode::CREATED, &lock("1")));
    assert_eq!(made.expect("a lock"), lock("1"));
    let taken = create.reply(&respond_lfs_lock(StatusCode::CONFLICT, &lock("1")));
    assert_eq!(taken.expect_err("it is taken").kind(), ErrorKind::Other);
    for whose in [LfsLockWhose::Own, LfsLockWhose::Anyones] {
        let call = DeleteLfsLock {
            repo: repo(),
            id: "some/id".to_owned(),
            whose,
            reference: None,
        };
        let request = call.request();
        let id = "some/id".to_owned();
        assert_eq!(routed(&request), LfsLockRequest::Delete(id.clone()));
        let read = read_lfs_unlock(repo(), id, request.body());
        assert_eq!(read, Some(call.clone()));
        let given = call.reply(&respond_lfs_lock(StatusCode::OK, &lock("1")));
        assert_eq!(given.expect("a lock"), lock("1"));
    }
}

#[test]
fn what_is_no_request_about_locks_is_none() {
    for body in ["", "[]", "{}", r#"{"path":""}"#, r#"{"path":5}"#] {
        assert_eq!(read_lfs_lock(repo(), body.as_bytes()), None, "{body}");
    }
    assert_eq!(read_lfs_locks_verify(repo(), b"[]"), None);
    assert_eq!(read_lfs_unlock(repo(), String::new(), b"1"), None);
    let of = |method: &str, rest: &str| {
        let target = format!("/datasets/a/b.git/info/lfs/locks{rest}");
        let request = Request::builder().method(method).uri(target).body(());
        route(&request.expect("a request"))
    };
    for (method, rest) in [("GET", "/verify"), ("GET", "/1/unlock"), ("DELETE", "")] {
        let refused = of(method, rest);
        assert!(
            matches!(refused, Err(Unroutable::MethodNotAllowed { .. })),
            "{method} {rest}"
        );
    }
    for rest in ["/1", "/verify/x", "/1/unlock/x"] {
        assert_eq!(of("POST", rest), Err(Unroutable::NotFound), "{rest}");
    }
}
