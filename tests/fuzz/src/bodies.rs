//! Bodies of requests.

use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use hubkit_api::server::{MOST_PATHS, read_lfs_batch, read_paths_info};

use crate::Target;

pub(crate) const TARGETS: &[Target] = &[
    ("body-paths-info", paths_info),
    ("body-lfs-batch", lfs_batch),
];

/// The first byte says whether it is a form.
fn paths_info(data: &[u8]) {
    let Some((first, body)) = data.split_first() else {
        return;
    };
    let mut headers = HeaderMap::new();
    if *first == b'f' {
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, form);
    }
    if let Ok(asked) = read_paths_info(&headers, body) {
        assert!(asked.paths.len() <= MOST_PATHS);
    }
}

fn lfs_batch(data: &[u8]) {
    if let Ok(ask) = read_lfs_batch(data) {
        assert!(ask.objects.len() <= hubkit_api::MOST_LFS_OBJECTS);
    }
}
