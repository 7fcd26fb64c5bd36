//! Requests.

use http::Request;
use hubkit_api::{
    Call, ListLfsLocks,
    server::{Incoming, LfsLockRequest, route},
};
use hubkit_types::RepoPath;

use crate::Target;

pub(crate) const TARGETS: &[Target] = &[("route", routed)];

/// The first line is method and target, every further one a header. What comes out stays in its repository, and a call
/// renders to a request that is routed to it again.
fn routed(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let space = first.iter().position(|byte| *byte == b' ');
    let (method, target) = first.split_at(space.unwrap_or_default());
    let target = target.strip_prefix(b" ").unwrap_or(target);
    let mut request = Request::builder().method(method).uri(target);
    for line in lines {
        if let Some(colon) = line.iter().position(|byte| *byte == b':') {
            request = request.header(&line[..colon], &line[colon + 1..]);
        }
    }
    let Ok(request) = request.body(()) else {
        return;
    };
    let Ok(incoming) = route(&request) else {
        return;
    };
    let mut copy = incoming.clone();
    copy.repo_mut();
    copy.reveals();
    match &incoming {
        Incoming::Resolve(file) | Incoming::Raw(file) => inside(Some(&file.path)),
        Incoming::Tree(tree) => {
            inside(tree.call.path.as_ref());
            again(&incoming, tree.target());
        }
        Incoming::TreeSize(call) => {
            inside(call.path.as_ref());
            renders(&incoming, call);
        }
        Incoming::SafetensorsMetadata(call) => {
            inside(Some(&call.index));
            renders(&incoming, call);
        }
        Incoming::List(list) => again(&incoming, list.target()),
        Incoming::Commits(commits) => again(&incoming, commits.target()),
        Incoming::RepoInfo(call) => renders(&incoming, call),
        Incoming::Refs(call) => renders(&incoming, call),
        Incoming::AuthCheck(call) => renders(&incoming, call),
        Incoming::Scan(call) => renders(&incoming, call),
        Incoming::LfsFiles(call) => renders(&incoming, call),
        Incoming::Croissant(call) => renders(&incoming, call),
        Incoming::LfsLocks {
            repo,
            request: LfsLockRequest::List(filter),
        } => {
            let (repo, filter) = (repo.clone(), filter.clone());
            renders(&incoming, &ListLfsLocks { repo, filter });
        }
        Incoming::Account(call) => renders(&incoming, call),
        Incoming::Accounts(call) => renders(&incoming, call),
        Incoming::Collections(call) => renders(&incoming, call),
        Incoming::Collection(call) => renders(&incoming, call),
        Incoming::Papers(call) => renders(&incoming, call),
        Incoming::Paper(call) => renders(&incoming, call),
        Incoming::Discussions(call) => renders(&incoming, call),
        Incoming::Discussion(call) => renders(&incoming, call),
        _ => {}
    }
}

fn inside(path: Option<&RepoPath>) {
    if let Some(path) = path {
        assert!(
            path.parts()
                .all(|part| !part.is_empty() && part != ".." && part != ".")
        );
        assert!(!path.as_str().contains(['\\', '\0']));
    }
}

fn renders(incoming: &Incoming, call: &impl Call) {
    again(incoming, call.request().uri().to_string());
}

fn again(incoming: &Incoming, target: String) {
    let request = Request::get(&target).body(());
    let request = request.expect("a call renders to a request");
    assert_eq!(route(&request).as_ref(), Ok(incoming), "{target}");
}
