//! Data sets described in Croissant.

use super::*;

fn words() -> (MemoryStore, Repo, CommitId) {
    let store = MemoryStore::new();
    let repo = Repo::new(RepoKind::Dataset, "me/words".parse().expect("an id"));
    let files = [
        (
            "README.md",
            &b"---\nlicense: mit\n---\nWords, and how many there are.\n"[..],
            Storage::Git,
        ),
        ("test.csv", b"word,n\nhub,1\n", Storage::Lfs),
        ("train.csv", b"word,n\nhub,1\ncache,2\n", Storage::Git),
    ];
    let files = files.map(|(path, bytes, storage)| {
        let path = path.parse().expect("a path");
        (path, Bytes::from_static(bytes), storage)
    });
    let commit = store.insert(repo.clone(), Revision::main(), files);
    (store, repo, commit)
}

#[tokio::test]
async fn every_file_has_its_digest_and_its_address() {
    let (store, _, commit) = words();
    let endpoint = "http://hub.example/prefix".parse().expect("an endpoint");
    let mirror = Mirror::new(DynStore::new(store)).with_endpoint(endpoint);
    for _ in 0..2 {
        let answer = get(&mirror, "/api/datasets/me/words/croissant").await;
        assert_eq!(answer.status, 200);
        let document = answer.json();
        assert_eq!(document["conformsTo"], "http://mlcommons.org/croissant/1.1");
        assert_eq!(
            document["url"],
            "http://hub.example/prefix/datasets/me/words"
        );
        let files = document["distribution"].as_array().expect("files");
        let told: Vec<_> = files
            .iter()
            .map(|file| (file["contentUrl"].as_str(), file["sha256"].as_str()))
            .collect();
        let address = |name: &str| {
            format!("http://hub.example/prefix/datasets/me/words/resolve/{commit}/{name}")
        };
        // As sha256sum prints them.
        assert_eq!(
            told,
            [
                (
                    Some(address("test.csv").as_str()),
                    Some("34e5bf2b6b0578bcbb1aed1cf747dec21503923f185f0c90527ca0b21c047343"),
                ),
                (
                    Some(address("train.csv").as_str()),
                    Some("1afbb604e98ffffdca8ad3b541cd6cd2db08eec7ee27e6fba01ca9f14562800b"),
                ),
            ]
        );
        let fields = &document["recordSet"][1]["field"];
        assert_eq!(fields[2]["name"], "n");
        assert_eq!(fields[2]["dataType"], "cr:Int64");
    }
}

#[tokio::test]
async fn what_is_in_files_stays_behind_the_gate() {
    let (store, repo, _) = words();
    let access = Access::open()
        .with_user("ada", "hf_ada")
        .with_user("bob", "hf_bob")
        .with_gated(repo, Gated::Manual, &["ada"]);
    let mirror = Mirror::new(DynStore::new(store)).with_access(access);
    let target = "/api/datasets/me/words/croissant";
    let allowed = ask(
        &mirror,
        "GET",
        target,
        &[("authorization", "Bearer hf_ada")],
    )
    .await;
    assert_eq!(allowed.status, 200);
    let refused = ask(
        &mirror,
        "GET",
        target,
        &[("authorization", "Bearer hf_bob")],
    )
    .await;
    assert_eq!(refused.error().kind(), ErrorKind::Gated);
    let stranger = get(&mirror, target).await;
    assert_eq!(stranger.error().kind(), ErrorKind::Gated);
}

#[tokio::test]
async fn what_is_no_data_set_has_no_description() {
    for (target, status) in [
        ("/api/models/me/tiny/croissant", 404),
        ("/api/datasets/me/nothing/croissant", 401),
        ("/api/datasets/me/words/croissant/x", 404),
    ] {
        let mirror = Mirror::new(DynStore::new(words().0));
        assert_eq!(get(&mirror, target).await.status, status, "{target}");
    }
}
