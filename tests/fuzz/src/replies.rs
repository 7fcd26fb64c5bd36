//! Answers of servers.

use std::time::SystemTime;

use bytes::Bytes;
use http::{Response, StatusCode};
use hubkit_api::{
    AccessDecision, AccountKind, AskAccess, AuthCheck, Call, CancelAccessRequest, DecideAccess,
    GetAccessReport, GetAccount, GetCollection, GetCroissant, GetDiscussion, GetPaper, GetRepoInfo,
    GetSafetensorsMetadata, GetScan, GetTagsByType, GrantAccess, LfsAsk, LfsBatch, LfsLockFilter,
    LfsObject, LimitsTold, ListAccessRequests, ListAccounts, ListCollections, ListCommits,
    ListDiscussions, ListLfsFiles, ListLfsLocks, ListRefs, ListRepos, ListTree, PathsInfo,
    PullRequests, Raw, RequestStatus, Resolve, ResolveMethod, SearchPapers, TreeDepth, TreeSize,
    VerifyLfsLocks, WhoAmI, Whose, retry_after,
};
use hubkit_types::{Repo, RepoKind, RepoPath, Revision};

use crate::Target;

pub(crate) const TARGETS: &[Target] = &[
    ("reply-auth-check", |data| {
        read(data, &AuthCheck { repo: repo() })
    }),
    ("reply-info", |data| {
        read(data, &GetRepoInfo::new(repo(), None))
    }),
    ("reply-list", |data| {
        read(data, &ListRepos::new(RepoKind::Model))
    }),
    ("reply-tree", |data| {
        read(
            data,
            &ListTree::new(repo(), revision(), TreeDepth::Recursive),
        )
    }),
    ("reply-paths-info", |data| read(data, &paths_info())),
    ("reply-refs", |data| read(data, &refs())),
    ("reply-commits", |data| {
        read(data, &ListCommits::new(repo(), revision()))
    }),
    ("reply-raw", |data| read(data, &raw())),
    ("reply-whoami", |data| read(data, &WhoAmI)),
    ("reply-tree-size", |data| read(data, &tree_size())),
    ("reply-safetensors", |data| read(data, &safetensors())),
    ("reply-croissant", |data| {
        let repo = Repo::new(RepoKind::Dataset, "a/b".parse().expect("an id"));
        read(data, &GetCroissant { repo })
    }),
    ("reply-scan", |data| read(data, &GetScan { repo: repo() })),
    ("reply-lfs-files", |data| {
        read(data, &ListLfsFiles { repo: repo() })
    }),
    ("reply-lfs-batch", |data| read(data, &lfs_batch())),
    ("reply-lfs-locks", |data| {
        let (repo, filter) = (repo(), LfsLockFilter::default());
        read(data, &VerifyLfsLocks { repo, filter });
        let (repo, filter) = (self::repo(), LfsLockFilter::default());
        read(data, &ListLfsLocks { repo, filter });
    }),
    ("reply-account", |data| read(data, &account())),
    ("reply-accounts", |data| {
        read(data, &ListAccounts::Likers(repo()))
    }),
    ("reply-collections", |data| {
        read(data, &ListCollections::default())
    }),
    ("reply-collection", |data| read(data, &collection())),
    ("reply-papers", |data| read(data, &SearchPapers::default())),
    ("reply-paper", |data| read(data, &paper())),
    ("reply-discussions", |data| {
        read(data, &ListDiscussions::new(repo()))
    }),
    ("reply-discussion", |data| read(data, &discussion())),
    ("reply-tags-by-type", |data| {
        read(
            data,
            &GetTagsByType {
                kind: RepoKind::Model,
            },
        );
    }),
    ("reply-ask-access", |data| read(data, &ask_access())),
    ("reply-cancel-access", |data| {
        read(data, &CancelAccessRequest { repo: repo() });
    }),
    ("reply-access-requests", |data| {
        read(data, &access_requests())
    }),
    ("reply-decide-access", |data| read(data, &decide_access())),
    ("reply-grant-access", |data| read(data, &grant_access())),
    ("reply-access-report", |data| {
        read(data, &GetAccessReport { repo: repo() });
    }),
    ("resolve", resolve),
];

/// The first line is status and headers, `200 name: value|name: value`, and the rest is the body.
fn response(data: &[u8]) -> Option<Response<Bytes>> {
    let end = data.iter().position(|byte| *byte == b'\n')?;
    let (head, body) = (&data[..end], &data[end + 1..]);
    let space = head
        .iter()
        .position(|byte| *byte == b' ')
        .unwrap_or(head.len());
    let mut response = Response::builder().status(StatusCode::from_bytes(&head[..space]).ok()?);
    for header in head[space..].split(|byte| *byte == b'|') {
        let header = header.trim_ascii();
        if let Some(colon) = header.iter().position(|byte| *byte == b':') {
            let value = header[colon + 1..].trim_ascii();
            response = response.header(&header[..colon], value);
        }
    }
    response.body(Bytes::copy_from_slice(body)).ok()
}

fn read(data: &[u8], call: &impl Call) {
    let Some(response) = response(data) else {
        return;
    };
    let headers = response.headers();
    let _ = retry_after(headers);
    let _ = LimitsTold::of(response.status(), headers, SystemTime::UNIX_EPOCH);
    if let Err(error) = call.reply(&response) {
        // What is said of a stranger's answer is safe to print.
        let shown = error.to_string();
        assert!(
            shown.len() < 10_000 && !shown.contains(['\u{1b}', '\n', '\0']),
            "{shown:?}"
        );
    }
}

fn resolve(data: &[u8]) {
    let Some(response) = response(data) else {
        return;
    };
    let call = Resolve::get(repo(), revision(), path());
    if let Ok(metadata) = call.metadata(&response.into_parts().0) {
        assert!(metadata.size <= hubkit_api::LONGEST_FILE);
    }
}

fn ask_access() -> AskAccess {
    AskAccess {
        repo: repo(),
        fields: Vec::new(),
    }
}

fn access_requests() -> ListAccessRequests {
    ListAccessRequests {
        repo: repo(),
        status: RequestStatus::Pending,
        limit: None,
    }
}

fn decide_access() -> DecideAccess {
    DecideAccess {
        repo: repo(),
        decision: AccessDecision {
            whose: Whose::User("ada".to_owned()),
            status: RequestStatus::Accepted,
            rejection_reason: None,
        },
    }
}

fn grant_access() -> GrantAccess {
    GrantAccess {
        repo: repo(),
        user: "ada".to_owned(),
    }
}

fn repo() -> Repo {
    Repo::new(RepoKind::Model, "a/b".parse().expect("an id"))
}

fn revision() -> Revision {
    "main".parse().expect("a revision")
}

fn path() -> RepoPath {
    "x".parse().expect("a path")
}

fn paths_info() -> PathsInfo {
    PathsInfo {
        repo: repo(),
        revision: revision(),
        paths: vec![path()],
        expand: true,
    }
}

fn refs() -> ListRefs {
    ListRefs {
        repo: repo(),
        pull_requests: PullRequests::Include,
    }
}

fn raw() -> Raw {
    Raw {
        repo: repo(),
        revision: revision(),
        path: path(),
        method: ResolveMethod::Get,
    }
}

fn tree_size() -> TreeSize {
    TreeSize {
        repo: repo(),
        revision: revision(),
        path: None,
    }
}

fn safetensors() -> GetSafetensorsMetadata {
    GetSafetensorsMetadata {
        repo: repo(),
        index: path(),
    }
}

fn lfs_batch() -> LfsBatch {
    let oid = "ab".repeat(32).parse().expect("a digest");
    let ask = LfsAsk::download(vec![LfsObject { oid, size: 7 }]);
    LfsBatch { repo: repo(), ask }
}

fn account() -> GetAccount {
    GetAccount {
        kind: AccountKind::User,
        name: "ada".parse().expect("a name"),
    }
}

fn collection() -> GetCollection {
    GetCollection {
        slug: "a/b".parse().expect("a slug"),
    }
}

fn paper() -> GetPaper {
    GetPaper {
        id: "1".parse().expect("a number"),
    }
}

fn discussion() -> GetDiscussion {
    GetDiscussion {
        repo: repo(),
        number: 1,
        diff: true,
    }
}
