//! What a program holds while it waits.

use hubkit_api::{ListRepos, PullRequests};
use hubkit_client::{Silent, SnapshotRequest};
use hubkit_types::{RepoKind, Revision};

use crate::hub::{Hub, repo};

#[test]
fn futures_are_small_enough_to_hold_many() {
    let client = Hub::new(&[]).client();
    let (repo, main) = (repo(), Revision::main());
    let path = "x".parse().expect("a path");
    let request = SnapshotRequest::new(repo.clone());
    let mut pages = client.list(ListRepos::new(RepoKind::Model));
    let held = size_of_val(&pages);
    let sizes = [
        ("pages", held),
        ("snapshot", size_of_val(&client.snapshot(&request, &Silent))),
        (
            "file",
            size_of_val(&client.file(&repo, &main, &path, &Silent)),
        ),
        ("info", size_of_val(&client.info(&repo, None))),
        (
            "tree",
            size_of_val(&client.tree(&repo, crate::hub::commit())),
        ),
        ("next", size_of_val(&pages.next())),
        (
            "refs",
            size_of_val(&client.refs(&repo, PullRequests::Include)),
        ),
        ("raw", size_of_val(&client.raw(&repo, &main, &path, 1))),
        (
            "paths_info",
            size_of_val(&client.paths_info(&repo, &main, &[])),
        ),
        ("auth_check", size_of_val(&client.auth_check(&repo))),
        (
            "file_exists",
            size_of_val(&client.file_exists(&repo, &main, &path)),
        ),
    ];
    for (name, size) in sizes {
        assert!(size < 2048, "{name}: {size} bytes");
    }
}
