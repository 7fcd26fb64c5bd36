//! Which call a request is.

use http::{Method, Request};
use hubkit_types::{Repo, RepoId, RepoKind, RepoPath, Revision};

use super::FileRequest;
use crate::{
    AuthCheck, Call as _, GetRepoInfo, ListCommits, ListRefs, ListRepos, ListTree, PullRequests,
    ResolveMethod, TreeDepth, target,
};

/// A call that came in.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Incoming {
    /// What is known of a repository.
    RepoInfo(GetRepoInfo),
    /// The files of a revision.
    Tree(TreeRequest),
    /// One file.
    Resolve(FileRequest),
    /// One file as git holds it: of a large one the pointer.
    Raw(FileRequest),
    /// Whose token the request carries.
    WhoAmI,
    /// The entries at some paths; [`read_paths_info`](super::read_paths_info) reads from the body which.
    PathsInfo {
        /// The repository.
        repo: Repo,
        /// The revision.
        revision: Revision,
    },
    /// The branches and tags of a repository.
    Refs(ListRefs),
    /// The history of a revision.
    Commits(ListCommits),
    /// Whether the files of a repository may be read.
    AuthCheck(AuthCheck),
    /// The repositories of one kind.
    List(ListRequest),
}

/// A request for one page of a listing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TreeRequest {
    /// What to list.
    pub call: ListTree,
    /// How many entries the page may have at most.
    pub limit: Option<usize>,
    /// Where the page starts: what the server wrote into the address of this page.
    pub cursor: Option<String>,
}

impl TreeRequest {
    /// The request's target in origin form: what a server writes into the `Link` to the next page.
    pub fn target(&self) -> String {
        let limit = self.limit.map(|limit| format!("&limit={limit}"));
        let cursor = self.cursor.as_ref();
        let cursor = cursor.map(|cursor| format!("&cursor={}", target::encode(cursor)));
        format!(
            "{}{}{}",
            self.call.request().uri(),
            limit.unwrap_or_default(),
            cursor.unwrap_or_default()
        )
    }
}

/// A request for one page of the repositories of one kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListRequest {
    /// What to list.
    pub call: ListRepos,
    /// Where the page starts: what the server wrote into the address of this page.
    pub cursor: Option<String>,
}

impl ListRequest {
    /// The request's target in origin form: what a server writes into the `Link` to the next page.
    pub fn target(&self) -> String {
        let mut target = self.call.target();
        if let Some(cursor) = &self.cursor {
            target.push(if target.contains('?') { '&' } else { '?' });
            target.push_str("cursor=");
            target.push_str(&target::encode(cursor));
        }
        target
    }
}

/// A request that is no call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unroutable {
    /// There is nothing at this path.
    NotFound,
    /// The path is a call's, with another method.
    MethodNotAllowed {
        /// The methods that would do, as the `Allow` header lists them.
        allow: &'static str,
    },
    /// A part of the path is malformed: a broken escape, text that is not UTF-8, NUL, or what is neither the id of a
    /// repository nor a revision nor a path in one.
    BadPath,
}

/// Says which call a request is.
///
/// The path is split at its slashes first and each part decoded once afterwards, so no escape makes a new part. What
/// comes out has been parsed: a path that would lead out of its repository never gets past here.
pub fn route<B>(request: &Request<B>) -> Result<Incoming, Unroutable> {
    let uri = request.uri();
    let parts: Vec<String> = uri
        .path()
        .strip_prefix('/')
        .ok_or(Unroutable::NotFound)?
        .split('/')
        .map(target::decode)
        .collect::<Option<_>>()
        .ok_or(Unroutable::BadPath)?;
    let mut parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let query = target::decode_form(uri.query().unwrap_or_default()).ok_or(Unroutable::BadPath)?;
    if parts[0] != "api" {
        return route_file(&parts, request);
    }
    // Some proxies add a slash to the addresses of listings.
    while parts.last() == Some(&"") {
        parts.pop();
    }
    let incoming = route_api(&parts[1..], &query)?;
    let (allowed, allow) = match incoming {
        Incoming::PathsInfo { .. } => (request.method() == Method::POST, "POST"),
        _ => (
            request.method() == Method::GET || request.method() == Method::HEAD,
            "GET, HEAD",
        ),
    };
    if allowed {
        Ok(incoming)
    } else {
        Err(Unroutable::MethodNotAllowed { allow })
    }
}

type Query = [(String, String)];

fn route_api(parts: &[&str], query: &Query) -> Result<Incoming, Unroutable> {
    let (kind, parts) = match parts {
        ["whoami-v2"] => return Ok(Incoming::WhoAmI),
        [plural, rest @ ..] => {
            let kind = RepoKind::ALL
                .into_iter()
                .find(|kind| kind.plural() == *plural)
                .ok_or(Unroutable::NotFound)?;
            (kind, rest)
        }
        [] => return Err(Unroutable::NotFound),
    };
    if parts.is_empty() {
        return Ok(Incoming::List(ListRequest {
            call: ListRepos::of_query(kind, query),
            cursor: value(query, "cursor"),
        }));
    }
    // An id has two parts or, the oldest, one. Two win, where both readings make a call.
    [2, 1]
        .into_iter()
        .filter(|length| parts.len() >= *length)
        .find_map(|length| route_repo(kind, &parts[..length], &parts[length..], query))
        .unwrap_or(Err(Unroutable::NotFound))
}

/// `None` when the parts behind the id make no call.
fn route_repo(
    kind: RepoKind,
    id: &[&str],
    rest: &[&str],
    query: &Query,
) -> Option<Result<Incoming, Unroutable>> {
    let repo = || read_repo(kind, id);
    Some(match rest {
        // Where a legacy id has a call behind it, this would be a repository of that name.
        [] if id.len() == 2 && matches!(id[1], "refs" | "auth-check") => return None,
        [] => repo().map(|repo| {
            Incoming::RepoInfo(GetRepoInfo {
                repo,
                revision: None,
            })
        }),
        ["refs"] => repo().map(|repo| {
            let included = value(query, "include_prs").is_some_and(|text| target::is_true(&text));
            Incoming::Refs(ListRefs {
                repo,
                pull_requests: if included {
                    PullRequests::Include
                } else {
                    PullRequests::LeaveOut
                },
            })
        }),
        ["auth-check"] => repo().map(|repo| Incoming::AuthCheck(AuthCheck { repo })),
        ["commits", rest @ ..] => match split_revision(rest)? {
            (revision, []) => repo().and_then(|repo| {
                let revision = read_revision(&revision)?;
                Ok(Incoming::Commits(ListCommits { repo, revision }))
            }),
            _ => return None,
        },
        ["revision", rest @ ..] => match split_revision(rest)? {
            (revision, []) => repo().and_then(|repo| {
                let revision = Some(read_revision(&revision)?);
                Ok(Incoming::RepoInfo(GetRepoInfo { repo, revision }))
            }),
            _ => return None,
        },
        ["paths-info", rest @ ..] => match split_revision(rest)? {
            (revision, []) => repo().and_then(|repo| {
                let revision = read_revision(&revision)?;
                Ok(Incoming::PathsInfo { repo, revision })
            }),
            _ => return None,
        },
        ["tree", rest @ ..] => {
            let (revision, path) = split_revision(rest)?;
            repo().and_then(|repo| read_tree(repo, &revision, path, query))
        }
        _ => return None,
    })
}

fn read_tree(
    repo: Repo,
    revision: &str,
    path: &[&str],
    query: &Query,
) -> Result<Incoming, Unroutable> {
    let recursive = value(query, "recursive").is_some_and(|text| target::is_true(&text));
    let path = if path.is_empty() {
        None
    } else {
        Some(read_path(path)?)
    };
    Ok(Incoming::Tree(TreeRequest {
        call: ListTree {
            repo,
            revision: read_revision(revision)?,
            path,
            depth: if recursive {
                TreeDepth::Recursive
            } else {
                TreeDepth::Folder
            },
        },
        limit: limit(query),
        cursor: value(query, "cursor"),
    }))
}

fn route_file<B>(parts: &[&str], request: &Request<B>) -> Result<Incoming, Unroutable> {
    let (kind, parts) = match parts {
        ["datasets", rest @ ..] => (RepoKind::Dataset, rest),
        ["spaces", rest @ ..] => (RepoKind::Space, rest),
        _ => (RepoKind::Model, parts),
    };
    let (id, rest) = [2, 1]
        .into_iter()
        .filter(|length| matches!(parts.get(*length), Some(&("resolve" | "raw"))))
        .map(|length| parts.split_at(length))
        .find(|(_, rest)| rest.len() >= 3)
        .ok_or(Unroutable::NotFound)?;
    let (revision, path) = split_revision(&rest[1..]).ok_or(Unroutable::NotFound)?;
    let what = (
        read_repo(kind, id)?,
        read_revision(&revision)?,
        read_path(path)?,
    );
    let method = match *request.method() {
        Method::GET => ResolveMethod::Get,
        Method::HEAD => ResolveMethod::Head,
        _ => return Err(Unroutable::MethodNotAllowed { allow: "GET, HEAD" }),
    };
    let file = FileRequest::new(what, method, request.headers());
    Ok(if rest[0] == "raw" {
        Incoming::Raw(file)
    } else {
        Incoming::Resolve(file)
    })
}

/// Takes the revision off the front: one part, but for references that some clients write with their slashes.
fn split_revision<'a, 'b>(parts: &'a [&'b str]) -> Option<(String, &'a [&'b str])> {
    match parts {
        ["refs", space @ ("pr" | "convert"), name, rest @ ..] => {
            Some((format!("refs/{space}/{name}"), rest))
        }
        [revision, rest @ ..] => Some(((*revision).to_owned(), rest)),
        [] => None,
    }
}

fn read_repo(kind: RepoKind, parts: &[&str]) -> Result<Repo, Unroutable> {
    let id: Result<RepoId, _> = parts.join("/").parse();
    id.map(|id| Repo::new(kind, id))
        .map_err(|_| Unroutable::BadPath)
}

fn read_revision(text: &str) -> Result<Revision, Unroutable> {
    text.parse().map_err(|_| Unroutable::BadPath)
}

fn read_path(parts: &[&str]) -> Result<RepoPath, Unroutable> {
    parts.join("/").parse().map_err(|_| Unroutable::BadPath)
}

fn value(query: &Query, key: &str) -> Option<String> {
    let pair = query.iter().find(|(found, _)| found == key);
    pair.map(|(_, value)| value.clone())
        .filter(|value| !value.is_empty())
}

fn limit(query: &Query) -> Option<usize> {
    value(query, "limit")?.parse().ok()
}

#[cfg(test)]
mod tests;
