//! Bodies of requests.

use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use hubkit_api::server::{
    MOST_PATHS, read_access_decision, read_ask_access, read_grant_access, read_lfs_batch,
    read_paths_info,
};

use crate::Target;

pub(crate) const TARGETS: &[Target] = &[
    ("body-paths-info", paths_info),
    ("body-lfs-batch", lfs_batch),
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
