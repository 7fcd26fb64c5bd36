//! What a program holds while it waits.

use std::{collections::BTreeMap, fs, path::Path};

use hubkit_api::{
    AccessDecision, AccountKind, GetDiscussion, InfoDetail, LfsAsk, ListRepos, PullRequests,
    RequestStatus, SearchPapers, Whose,
};
use hubkit_client::{Silent, SnapshotRequest};
use hubkit_types::{BlobId, ByteRange, RepoKind, Revision, TreeFile};

use crate::hub::{Hub, commit, git_id, repo};

/// The size of what each expression makes, by the name of the function that makes it.
macro_rules! sizes {
    ($($name:ident: $future:expr),* $(,)?) => {
        BTreeMap::from([$((stringify!($name).to_owned(), size_of_val(&$future))),*])
    };
}

#[tokio::test]
async fn futures_are_small_enough_to_hold_many() {
    let client = Hub::new(&[]).client();
    let (repo, commit, main) = (repo(), commit(), Revision::main());
    let path = "x".parse().expect("a path");
    let BlobId::Git(oid) = git_id(b"x") else {
        unreachable!("a git id")
    };
    let file = TreeFile {
        path: "x".parse().expect("a path"),
        size: 1,
        oid,
        lfs: None,
    };
    let request = SnapshotRequest::new(repo.clone());
    let plan = client.plan(&request, &Silent).await.expect("an empty plan");
    let whole = ByteRange::whole(1);
    let pages = || client.list(ListRepos::new(RepoKind::Model));
    let (server, ask) = (
        client.lfs(&repo).expect("an address"),
        LfsAsk::download(Vec::new()),
    );
    let spec = "main".parse().expect("a revision");
    let decision = || AccessDecision {
        whose: Whose::User("ada".to_owned()),
        status: RequestStatus::Accepted,
        rejection_reason: None,
    };
    let discussion = GetDiscussion {
        repo: repo.clone(),
        number: 1,
        diff: false,
    };
    let sizes = sizes! {
        access_report: client.access_report(&repo),
        account: client.account(AccountKind::User, &"ada".parse().expect("a name")),
        batch: server.batch(&ask, &Silent),
        ask_access: client.ask_access(&repo, Vec::new()),
        auth_check: client.auth_check(&repo),
        cancel_access_request: client.cancel_access_request(&repo),
        carry_out: client.carry_out(plan, &Silent),
        changes: client.changes(&repo, &spec),
        chunk: client.bytes(&repo, commit, &file, whole).chunk(),
        collect: pages().collect(9),
        collection: client.collection(&"ada/x-0123456789abcdef01234567".parse().expect("a slug")),
        decide_access: client.decide_access(&repo, decision()),
        diff: client.diff(&repo, &spec),
        discussion: client.discussion(&discussion),
        fetch: server.fetch(&[], |_| unreachable!("nothing is wanted"), &Silent),
        file: client.file(&repo, &main, &path, &Silent),
        file_exists: client.file_exists(&repo, &main, &path),
        file_expecting: client.file_expecting(&repo, &main, &path, commit, &Silent),
        grant_access: client.grant_access(&repo, "ada"),
        info: client.info(&repo, None),
        info_with: client.info_with(&repo, None, InfoDetail::default()),
        lfs_objects: client.lfs_objects(&repo, &[]),
        next: pages().next(),
        next_page: pages().next_page(),
        open: client.open(&repo, commit, &file),
        paper: client.paper(&"2301.00001".parse().expect("a number")),
        papers: client.papers(&SearchPapers::default()),
        paths_info: client.paths_info(&repo, &main, &[]),
        plan: client.plan(&request, &Silent),
        raw: client.raw(&repo, &main, &path, 1),
        read: client.read(&repo, commit, &file, 1),
        read_part: client.ranges(&repo, &main, &path).read_part(whole),
        read_range: client.read_range(&repo, commit, &file, whole),
        read_whole: client.ranges(&repo, &main, &path).read_whole(1),
        refs: client.refs(&repo, PullRequests::Include),
        repo_exists: client.repo_exists(&repo),
        resolve: client.resolve(&repo, &main, &Silent),
        revision_exists: client.revision_exists(&repo, &main),
        safetensors_metadata: client.safetensors_metadata(&repo, &path),
        scan: client.scan(&repo),
        snapshot: client.snapshot(&request, &Silent),
        tags_by_type: client.tags_by_type(RepoKind::Model),
        tree: client.tree(&repo, commit),
        tree_size: client.tree_size(&repo, &main, None),
        who_am_i: client.who_am_i(),
    };
    for (name, size) in &sizes {
        assert!(*size < 2048, "{name}: {size} bytes");
    }
    let measured: Vec<&String> = sizes.keys().collect();
    assert_eq!(measured, public().iter().collect::<Vec<_>>());
    let held = [
        ("a list", size_of_val(&pages())),
        (
            "a file",
            size_of_val(&client.open(&repo, commit, &file).await.expect("online")),
        ),
    ];
    for (name, size) in held {
        assert!(size < 2048, "{name}: {size} bytes");
    }
}

/// The names of all public async functions of this crate, sorted.
fn public() -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("a folder")
    {
        let path = entry.expect("an entry").path();
        let text = if path.is_file() {
            fs::read_to_string(path).expect("text")
        } else {
            String::new()
        };
        let declared = text.split("    pub async fn ").skip(1);
        names.extend(declared.filter_map(|rest| Some(rest.split_once('(')?.0.to_owned())));
    }
    names.sort();
    names
}
