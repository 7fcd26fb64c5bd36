//! Accounts, collections, papers, discussions, and what else a hub tells of a repository.

use hubkit_api::{
    AccountKind, GetDiscussion, ListAccounts, ListCollections, ListDiscussions, SearchPapers,
};
use hubkit_client::{Connectivity, ErrorKind};
use hubkit_types::{RepoKind, Revision};

use crate::hub::{Hub, answer, repo};

/// A hub that answers each of these targets with this body, and nothing else.
fn telling(answers: &'static [(&'static str, &'static str)]) -> Hub {
    Hub::new(&[]).with(move |request| {
        let asked = request.uri().path_and_query()?.as_str();
        let found = answers.iter().find(|(target, _)| *target == asked);
        Some(found.map_or_else(|| answer(404, &[], ""), |(_, body)| answer(200, &[], *body)))
    })
}

#[tokio::test]
async fn accounts_collections_and_papers_are_asked_for_by_name() {
    let hub = telling(&[
        ("/api/users/ada/overview", r#"{"user":"ada","numModels":3}"#),
        (
            "/api/organizations/lab/members",
            r#"[{"user":"ada"},{"user":"bob"}]"#,
        ),
        (
            "/api/collections/ada/x-1",
            r#"{"slug":"ada/x-1","title":"X","items":[]}"#,
        ),
        (
            "/api/collections?owner=ada",
            r#"[{"slug":"ada/x-1","title":"X","items":[]}]"#,
        ),
        (
            "/api/models-tags-by-type",
            r#"{"license":[{"id":"license:mit"}]}"#,
        ),
        (
            "/api/papers/2311.12983",
            r#"{"id":"2311.12983","title":"GAIA"}"#,
        ),
        (
            "/api/papers/search?q=gaia",
            r#"[{"paper":{"id":"2311.12983"}}]"#,
        ),
    ]);
    let client = hub.client();
    let ada = "ada".parse().expect("a name");
    let account = client
        .account(AccountKind::User, &ada)
        .await
        .expect("an account");
    assert_eq!((account.name.as_str(), account.models), ("ada", Some(3)));
    let error = client
        .account(AccountKind::Organisation, &ada)
        .await
        .expect_err("a person");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(
        error
            .to_string()
            .starts_with("the account `ada`: https://hub.test: "),
        "{error}"
    );
    let members = ListAccounts::Members("lab".parse().expect("a name"));
    assert_eq!(
        client
            .accounts(members)
            .collect(9)
            .await
            .expect("members")
            .len(),
        2
    );
    let slug = "ada/x-1".parse().expect("a name");
    assert_eq!(
        client.collection(&slug).await.expect("a collection").title,
        "X"
    );
    let owned = ListCollections {
        owners: vec!["ada".to_owned()],
        ..ListCollections::default()
    };
    assert_eq!(
        client
            .collections(owned)
            .collect(9)
            .await
            .expect("collections")
            .len(),
        1
    );
    let tags = client.tags_by_type(RepoKind::Model).await.expect("tags");
    assert_eq!(tags["license"][0].id, "license:mit");
    let id = "2311.12983".parse().expect("a number");
    let paper = client.paper(&id).await.expect("a paper");
    assert_eq!(paper.title.as_deref(), Some("GAIA"));
    let found = SearchPapers {
        query: Some("gaia".to_owned()),
        limit: None,
    };
    assert_eq!(client.papers(&found).await.expect("papers").len(), 1);
}

#[tokio::test]
async fn discussions_are_paged_by_number() {
    let hub = telling(&[
        (
            "/api/models/a/b/discussions?p=0",
            r#"{"discussions":[{"num":3,"title":"c"},{"num":2,"title":"b"}],"count":3,"start":0}"#,
        ),
        (
            "/api/models/a/b/discussions?p=1",
            r#"{"discussions":[{"num":1,"title":"a"}],"count":3,"start":2}"#,
        ),
        (
            "/api/models/a/b/discussions/1",
            r#"{"num":1,"title":"a","events":[]}"#,
        ),
    ]);
    let client = hub.client();
    let mut pages = client.discussions(ListDiscussions::new(repo()));
    let found = pages.collect(9).await.expect("discussions");
    let numbers: Vec<_> = found.iter().map(|discussion| discussion.number).collect();
    assert_eq!((numbers, pages.total()), (vec![3, 2, 1], Some(3)));
    assert_eq!(hub.lines().len(), 2, "{:?}", hub.lines());
    let call = GetDiscussion {
        repo: repo(),
        number: 1,
        diff: false,
    };
    assert_eq!(
        client.discussion(&call).await.expect("it").discussion.title,
        "a"
    );
}

#[tokio::test]
async fn sizes_and_scans_are_asked_for_and_offline_nothing_is() {
    let hub = telling(&[
        ("/api/models/a/b/treesize/main", r#"{"path":"/","size":7}"#),
        (
            "/api/models/a/b/scan",
            r#"{"scansDone":true,"filesWithIssues":[]}"#,
        ),
        ("/api/models/a/b/lfs-files", "[]"),
    ]);
    let client = hub.client();
    let main = Revision::main();
    assert_eq!(
        client
            .tree_size(&repo(), &main, None)
            .await
            .expect("a size"),
        7
    );
    assert!(client.scan(&repo()).await.expect("a report").scans_done);
    assert_eq!(client.lfs_files(&repo()).next().await.expect("none"), None);
    let index = "model.safetensors.index.json".parse().expect("a path");
    let error = client
        .safetensors_metadata(&repo(), &index)
        .await
        .expect_err("no such route");
    assert!(
        error.to_string().starts_with("a/b at https://hub.test: "),
        "{error}"
    );
    let asked = hub.lines().len();
    let client = hub.builder().connectivity(Connectivity::Offline).build();
    let ada = "ada".parse().expect("a name");
    for error in [
        client.tree_size(&repo(), &main, None).await.err(),
        client.scan(&repo()).await.err(),
        client.safetensors_metadata(&repo(), &index).await.err(),
        client.lfs_files(&repo()).next().await.err(),
        client
            .discussions(ListDiscussions::new(repo()))
            .next()
            .await
            .err(),
        client.account(AccountKind::User, &ada).await.err(),
        client.papers(&SearchPapers::default()).await.err(),
    ] {
        assert_eq!(
            error.expect("nobody may be asked").kind(),
            ErrorKind::Offline
        );
    }
    assert_eq!(hub.lines().len(), asked);
}
