//! How much memory and time a hostile answer costs.

use std::fs;

use bytes::Bytes;
use http::Response;
use hubkit_api::{
    ApiError, Call, ErrorKind, GetAccount, GetCollection, GetDiscussion, GetPaper, GetRepoInfo,
    GetSafetensorsMetadata, GetScan, LfsAsk, LfsBatch, LfsLockFilter, ListAccounts,
    ListCollections, ListCommits, ListDiscussions, ListLfsFiles, ListLfsLocks, ListRefs, ListRepos,
    ListTree, MOST_ON_PAGE, PathsInfo, PullRequests, SearchPapers, TreeDepth, TreeSize,
    VerifyLfsLocks, WhoAmI,
};
use hubkit_types::{Repo, RepoKind};

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

fn repo() -> Repo {
    Repo::new(RepoKind::Model, "a/b".parse().expect("an id"))
}

fn tree() -> ListTree {
    let revision = "main".parse().expect("a revision");
    ListTree::new(repo(), revision, TreeDepth::Recursive)
}

fn refused<C: Call>(call: &C, body: impl Into<Bytes>) -> ApiError {
    match call.reply(&Response::new(body.into())) {
        Ok(_) => panic!("a hostile answer is none"),
        Err(error) => error,
    }
}

/// The most memory that this process ever had, in MiB; `None` where the system does not tell.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib >> 10)
}

/// Reads the body and says how many MiB that took beside it.
#[track_caller]
fn costs<C: Call>(call: &C, body: String, most: u64) {
    let body = Bytes::from(body);
    let before = peak();
    let error = refused(call, body);
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    if let (Some(before), Some(after)) = (before, peak()) {
        let taken = after - before;
        assert!(taken <= most, "{taken} MiB, more than {most}");
    }
}

/// One test, since memory is a matter of the whole process.
#[test]
fn reading_what_is_hostile_stays_within_bounds() {
    // A million entries with names that are none, in a body that a client still collects.
    let entries = vec![r#"{"path":""}"#; 1_000_000].join(",");
    costs(&tree(), format!("[{entries}]"), 64);
    // A million that are right.
    let entry = format!(r#"{{"type":"file","path":"x","oid":"{SHA}","size":1}}"#);
    costs(
        &tree(),
        format!("[{}]", vec![&*entry; 1_000_000].join(",")),
        64,
    );
    // Objects take a hundred times the memory of their text: in one item, and all over an answer.
    let objects = vec![r#"{"":0}"#; 2_000_000].join(",");
    costs(&tree(), format!(r#"[{{"x":[{objects}]}}]"#), 256);
    costs(
        &GetRepoInfo::new(repo(), None),
        format!(r#"{{"id":"a/b","x":[{objects}]}}"#),
        1024,
    );
    let lists = vec!["[0]"; 4_000_000].join(",");
    costs(&WhoAmI, format!(r#"{{"name":"x","orgs":[{lists}]}}"#), 1024);

    let page = vec![&*entry; MOST_ON_PAGE].join(",");
    let page = tree().reply(&Response::new(format!("[{page}]").into()));
    assert_eq!(page.map(|page| page.entries.len()), Ok(MOST_ON_PAGE));

    nested();
}

/// A hundred thousand lists in each other, and as many objects, given to every call.
fn nested() {
    let revision = || "main".parse().expect("a revision");
    let name = || "ada".parse().expect("a name");
    for body in ["[".repeat(100_000), r#"{"a":"#.repeat(100_000)] {
        let body = Bytes::from(body);
        let check = |error: ApiError| assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
        check(refused(&tree(), body.clone()));
        check(refused(&GetRepoInfo::new(repo(), None), body.clone()));
        check(refused(&ListRepos::new(RepoKind::Model), body.clone()));
        check(refused(&ListCommits::new(repo(), revision()), body.clone()));
        check(refused(&WhoAmI, body.clone()));
        let pull_requests = PullRequests::Include;
        let refs = ListRefs {
            repo: repo(),
            pull_requests,
        };
        check(refused(&refs, body.clone()));
        let paths = PathsInfo {
            repo: repo(),
            revision: revision(),
            paths: Vec::new(),
            expand: false,
        };
        check(refused(&paths, body.clone()));
        let size = TreeSize {
            repo: repo(),
            revision: revision(),
            path: None,
        };
        check(refused(&size, body.clone()));
        let index = "x.json".parse().expect("a path");
        let headers = GetSafetensorsMetadata {
            repo: repo(),
            index,
        };
        check(refused(&headers, body.clone()));
        let kind = hubkit_api::AccountKind::User;
        check(refused(&GetAccount { kind, name: name() }, body.clone()));
        check(refused(&ListAccounts::Following(name()), body.clone()));
        check(refused(&ListCollections::default(), body.clone()));
        let slug = "a/b".parse().expect("a slug");
        check(refused(&GetCollection { slug }, body.clone()));
        check(refused(&SearchPapers::default(), body.clone()));
        let id = "1".parse().expect("a number");
        check(refused(&GetPaper { id }, body.clone()));
        check(refused(&ListDiscussions::new(repo()), body.clone()));
        let (number, diff) = (1, false);
        let discussion = GetDiscussion {
            repo: repo(),
            number,
            diff,
        };
        check(refused(&discussion, body.clone()));
        check(refused(&GetScan { repo: repo() }, body.clone()));
        check(refused(&ListLfsFiles { repo: repo() }, body.clone()));
        let ask = LfsAsk::download(Vec::new());
        check(refused(&LfsBatch { repo: repo(), ask }, body.clone()));
        let (repo, filter) = (repo(), LfsLockFilter::default());
        let verify = VerifyLfsLocks {
            repo: repo.clone(),
            filter: filter.clone(),
        };
        check(refused(&verify, body.clone()));
        check(refused(&ListLfsLocks { repo, filter }, body.clone()));
    }
}
