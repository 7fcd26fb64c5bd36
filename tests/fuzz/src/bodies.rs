//! Bodies of requests.

use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use hubkit_api::{
    Call as _, LfsAction, LfsPartsSent, LfsVerify,
    server::{
        MOST_PATHS, read_access_decision, read_ask_access, read_grant_access, read_lfs_batch,
        read_lfs_lock, read_lfs_locks_verify, read_lfs_unlock, read_paths_info,
    },
};
use hubkit_types::{Repo, RepoKind};

use crate::Target;

pub(crate) const TARGETS: &[Target] = &[
    ("body-paths-info", paths_info),
    ("body-lfs-batch", lfs_batch),
    ("body-lfs-locks", lfs_locks),
    ("body-lfs-upload", lfs_upload),
    ("body-ask-access", ask_access),
    ("body-access-decision", access_decision),
];

/// The first byte says whether it is a form.
fn paths_info(data: &[u8]) {
    let Some((first, body)) = data.split_first() else {
        return;
    };
    if let Ok(asked) = read_paths_info(&headers(*first), body) {
        assert!(asked.paths.len() <= MOST_PATHS);
    }
}

fn lfs_batch(data: &[u8]) {
    if let Ok(ask) = read_lfs_batch(data) {
        assert!(ask.objects.len() <= hubkit_api::MOST_LFS_OBJECTS);
    }
}

/// What was read is read again from the request that is made of it.
fn lfs_locks(data: &[u8]) {
    let repo = || Repo::new(RepoKind::Model, "a/b".parse().expect("an id"));
    if let Some(call) = read_lfs_lock(repo(), data) {
        assert_eq!(read_lfs_lock(repo(), call.request().body()), Some(call));
    }
    if let Some(call) = read_lfs_locks_verify(repo(), data) {
        let request = call.request();
        assert_eq!(read_lfs_locks_verify(repo(), request.body()), Some(call));
    }
    if let Some(call) = read_lfs_unlock(repo(), "1".to_owned(), data) {
        let request = call.request();
        let read = read_lfs_unlock(repo(), "1".to_owned(), request.body());
        assert_eq!(read, Some(call));
    }
}

fn lfs_upload(data: &[u8]) {
    let action = LfsAction::new("https://h/x");
    if let Some(verify) = LfsVerify::read(data) {
        let request = verify.request(&action).expect("a request");
        assert_eq!(LfsVerify::read(request.body()), Some(verify));
    }
    if let Some(sent) = LfsPartsSent::read(data) {
        let request = sent.request(&action).expect("a request");
        assert_eq!(LfsPartsSent::read(request.body()), Some(sent));
    }
}

/// The first byte says whether it is a form.
fn ask_access(data: &[u8]) {
    if let Some((first, body)) = data.split_first() {
        let _ = read_ask_access(&headers(*first), body);
    }
}

fn access_decision(data: &[u8]) {
    let _ = read_access_decision(data);
    let _ = read_grant_access(data);
}

fn headers(first: u8) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if first == b'f' {
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, form);
    }
    headers
}
