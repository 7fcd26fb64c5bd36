//! Which call a request is.

use std::borrow::Cow;

use http::Request;
use hubkit_types::{Repo, RepoKind, Revision};

use super::{
    AccessRequestsPageRequest, CommitsRequest, CompareRequest, FileRequest, ListRequest, Page,
    TreeRequest,
    ask::{Ask, Routed, read_kind, read_repo},
    page,
};
use crate::{
    AuthCheck, CancelAccessRequest, GetAccessReport, GetAccount, GetCollection, GetCroissant,
    GetDiscussion, GetPaper, GetRepoInfo, GetSafetensorsMetadata, GetScan, GetTagsByType,
    ListAccounts, ListCollections, ListDiscussions, ListLfsFiles, ListRefs, SearchPapers, TreeSize,
    WriteCheck,
    call::{
        access_decisions, access_requests, accounts, auth_check, collections, commits, compare,
        croissant, discussions, info, lfs_batch, lfs_locks::LfsLockRequest, list, papers,
        paths_info, raw, refs, resolve, safetensors_metadata, storage, tags_by_type, tree,
        tree_size, validate_yaml, whoami,
    },
    query::Query,
    target,
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
    Commits(CommitsRequest),
    /// What changed between two revisions.
    Compare(CompareRequest),
    /// Whether the files of a repository may be read.
    AuthCheck(AuthCheck),
    /// Whether a repository may be changed.
    WriteCheck(WriteCheck),
    /// Someone asks for access to a repository; [`read_ask_access`](super::read_ask_access) reads the form.
    AskAccess(Repo),
    /// Someone takes a request for access back.
    CancelAccessRequest(CancelAccessRequest),
    /// The requests for access to a repository.
    AccessRequests(AccessRequestsPageRequest),
    /// A request for access is decided about; [`read_access_decision`](super::read_access_decision) reads how.
    DecideAccess(Repo),
    /// An account is given access; [`read_grant_access`](super::read_grant_access) reads which.
    GrantAccess(Repo),
    /// All requests for access to a repository, as a table.
    AccessReport(GetAccessReport),
    /// The repositories of one kind.
    List(ListRequest),
    /// Where the bytes of large files are; [`read_lfs_batch`](super::read_lfs_batch) reads from the body of which.
    LfsBatch {
        /// The repository.
        repo: Repo,
    },
    /// Something about the locks of a repository. Of what is not a list the body says more:
    /// [`read_lfs_locks_verify`](super::read_lfs_locks_verify), [`read_lfs_lock`](super::read_lfs_lock) and
    /// [`read_lfs_unlock`](super::read_lfs_unlock) read it.
    LfsLocks {
        /// The repository.
        repo: Repo,
        /// What it is.
        request: LfsLockRequest,
    },
    /// How many bytes lie below a folder.
    TreeSize(TreeSize),
    /// The headers of a model's shards.
    SafetensorsMetadata(GetSafetensorsMetadata),
    /// The description of a data set.
    Croissant(GetCroissant),
    /// What the scans of a repository's files found.
    Scan(GetScan),
    /// The large files that a repository ever held.
    LfsFiles(ListLfsFiles),
    /// An account.
    Account(GetAccount),
    /// Accounts that have something to do with another, or with a repository.
    Accounts(ListAccounts),
    /// Collections.
    Collections(ListCollections),
    /// One collection.
    Collection(GetCollection),
    /// Papers.
    Papers(SearchPapers),
    /// One paper.
    Paper(GetPaper),
    /// The discussions of a repository.
    Discussions(ListDiscussions),
    /// One discussion.
    Discussion(GetDiscussion),
    /// The tags that repositories of a kind have.
    TagsByType(GetTagsByType),
    /// What is to be said of a card; [`read_validate_yaml`](super::read_validate_yaml) reads it from the body.
    ValidateYaml,
    /// A page for people.
    Page(Page),
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

type Family = fn(&Ask<'_>) -> Routed;
type FamilyOfRepo = fn(Repo, &Ask<'_>) -> Routed;

/// By the word behind `/api/`.
const OF_HUB: &[(&str, Family)] = &[
    ("collections", collections::route),
    ("datasets-tags-by-type", tags_by_type::route_datasets),
    ("models-tags-by-type", tags_by_type::route_models),
    ("organizations", accounts::route_organisations),
    ("papers", papers::route),
    ("resolve-cache", resolve::route_cache),
    ("users", accounts::route_users),
    ("validate-yaml", validate_yaml::route),
    ("whoami-v2", whoami::route),
];

/// By the word behind `/api/{kind}/{id}/`.
const OF_REPO: &[(&str, FamilyOfRepo)] = &[
    ("auth-check", auth_check::route),
    ("commits", commits::route),
    ("compare", compare::route),
    ("croissant", croissant::route),
    ("discussions", discussions::route),
    ("lfs-files", storage::route_lfs_files),
    ("likers", accounts::route_likers),
    ("paths-info", paths_info::route),
    ("refs", refs::route),
    ("revision", info::route_revision),
    ("safetensors-metadata", safetensors_metadata::route),
    ("scan", storage::route_scan),
    ("tree", tree::route),
    ("treesize", tree_size::route),
    ("user-access-request", access_decisions::route),
];

/// Words that end a path behind the oldest ids, those of one part: `gpt2/refs` is no repository.
const LAST_BEHIND_ONE_PART: [&str; 4] = ["ask-access", "auth-check", "refs", "user-access-report"];

/// By the word behind `/{prefix}{id}/`.
const OF_PAGES: &[(&str, FamilyOfRepo)] = &[
    ("ask-access", access_requests::route),
    ("blob", page::route_file),
    ("raw", raw::route),
    ("resolve", resolve::route),
    ("tree", page::route_files),
    ("user-access-report", access_decisions::route_report),
];

/// By the word behind `/{prefix}{id}.git/`.
const OF_GIT: &[(&str, FamilyOfRepo)] = &[("info", lfs_batch::route)];

/// Says which call a request is.
///
/// The path is split at its slashes first and each part decoded once afterwards, so no escape makes a new part. What
/// comes out has been parsed: a path that would lead out of its repository never gets past here.
pub fn route<B>(request: &Request<B>) -> Result<Incoming, Unroutable> {
    let uri = request.uri();
    let parts: Vec<Cow<'_, str>> = uri
        .path()
        .strip_prefix('/')
        .ok_or(Unroutable::NotFound)?
        .split('/')
        .map(target::decode)
        .collect::<Option<_>>()
        .ok_or(Unroutable::BadPath)?;
    let mut parts: Vec<&str> = parts.iter().map(|part| &**part).collect();
    let is_api = parts[0] == "api";
    // Some proxies add a slash to the addresses of listings.
    while is_api && parts.last() == Some(&"") {
        parts.pop();
    }
    let query = Query::read(uri.query().unwrap_or_default()).ok_or(Unroutable::BadPath)?;
    let ask = Ask {
        rest: &parts,
        query: &query,
        method: request.method(),
        headers: request.headers(),
    };
    if is_api {
        route_api(&ask.behind(1))
    } else {
        route_page(&ask)
    }
}

fn route_api(ask: &Ask<'_>) -> Routed {
    let word = ask.rest.first().ok_or(Unroutable::NotFound)?;
    if let Some(family) = family(OF_HUB, word) {
        return family(&ask.behind(1));
    }
    let kind = read_kind(word)?;
    let ask = ask.behind(1);
    if ask.rest.is_empty() {
        return list::route(kind, &ask);
    }
    ask.by_id(|id, rest| match rest.rest {
        [] if id.len() == 2 && LAST_BEHIND_ONE_PART.contains(&id[1]) => Err(Unroutable::NotFound),
        [] => info::route(read_repo(kind, id)?, rest),
        [word, ..] => {
            let family = family(OF_REPO, word).ok_or(Unroutable::NotFound)?;
            family(read_repo(kind, id)?, &rest.behind(1))
        }
    })
}

fn route_page(ask: &Ask<'_>) -> Routed {
    if let Some(routed) = page::route(ask) {
        return routed;
    }
    let kind = RepoKind::ALL.into_iter().find(|kind| {
        let prefix = kind.url_prefix().strip_suffix('/');
        prefix.is_some_and(|prefix| ask.rest[0] == prefix)
    });
    let behind_kind = ask.behind(usize::from(kind.is_some()));
    behind_kind.by_id(|id, rest| {
        let kind = kind.unwrap_or(RepoKind::Model);
        match rest.rest {
            [] if id.len() == 2 && LAST_BEHIND_ONE_PART.contains(&id[1]) => {
                Err(Unroutable::NotFound)
            }
            [] | [""] => page::route_repo(read_repo(kind, id)?, rest),
            [word, ..] => {
                let name = id.last().and_then(|name| name.strip_suffix(".git"));
                let (table, id) = match name {
                    Some(name) => (OF_GIT, [&id[..id.len() - 1], &[name]].concat()),
                    None => (OF_PAGES, id.to_vec()),
                };
                let family = family(table, word).ok_or(Unroutable::NotFound)?;
                family(read_repo(kind, &id)?, &rest.behind(1))
            }
        }
    })
}

fn family<F: Copy>(table: &[(&str, F)], word: &str) -> Option<F> {
    let found = table.iter().find(|(name, _)| *name == word);
    found.map(|(_, family)| *family)
}

#[cfg(test)]
mod tests;
