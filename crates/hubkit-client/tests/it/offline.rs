//! What is answered without asking anyone.

use hubkit_api::{ListRepos, PullRequests};
use hubkit_client::{Connectivity, ErrorKind, Silent, SnapshotRequest};
use hubkit_store::MemoryStore;
use hubkit_types::{RepoKind, Revision};

use crate::hub::{Hub, commit, repo};

const FILES: &[(&str, &[u8])] = &[("config.json", b"{}")];

#[tokio::test]
async fn offline_every_question_is_refused_or_answered_from_the_store() {
    let (hub, store) = (Hub::new(FILES), MemoryStore::new());
    let online = hub.builder().store(store.clone()).build();
    online
        .snapshot(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect("a snapshot");
    let asked = hub.lines().len();
    let offline = Connectivity::Offline;
    let client = hub.builder().store(store).connectivity(offline).build();
    let (main, absent) = (Revision::main(), "v9".parse().expect("a revision"));
    let path = "config.json".parse().expect("a path");
    let none = "absent".parse().expect("a path");

    assert_eq!(
        client.resolve(&repo(), &main, &Silent).await.expect("kept"),
        commit()
    );
    assert_eq!(client.tree(&repo(), commit()).await.expect("kept").len(), 1);
    assert!(client.revision_exists(&repo(), &main).await.expect("kept"));
    assert!(
        client
            .file_exists(&repo(), &main, &path)
            .await
            .expect("kept")
    );
    assert!(
        !client
            .file_exists(&repo(), &main, &none)
            .await
            .expect("the listing is whole")
    );

    let refused = [
        client.who_am_i().await.err(),
        client.info(&repo(), None).await.err(),
        client.refs(&repo(), PullRequests::LeaveOut).await.err(),
        client.raw(&repo(), &main, &path, 9).await.err(),
        client.auth_check(&repo()).await.err(),
        client
            .paths_info(&repo(), &main, std::slice::from_ref(&path))
            .await
            .err(),
        client.repo_exists(&repo()).await.err(),
        client.revision_exists(&repo(), &absent).await.err(),
        client.file_exists(&repo(), &absent, &path).await.err(),
        client.commits(&repo(), &main).next().await.err(),
        client
            .list(ListRepos::new(RepoKind::Model))
            .next()
            .await
            .err(),
    ];
    for error in refused {
        let error = error.expect("nobody may be asked");
        assert_eq!(error.kind(), ErrorKind::Offline, "{error}");
    }
    assert_eq!(hub.lines().len(), asked, "no request");
}
