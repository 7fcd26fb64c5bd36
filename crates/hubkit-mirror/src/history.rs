//! References and commits.

use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::Response;
use hubkit_api::{
    AuthCheck, CommitInfo, CommitPage, FormattedCommit, GitRef, LastCommit, ListCommits, ListRefs,
    PullRequests, Refs, WriteCheck,
    server::{CommitsRequest, respond_auth_check, respond_commits, respond_refs},
};
use hubkit_store::{CommitRecord, DynStore, History, RefStore as _};
use hubkit_types::CommitId;

use crate::{
    access::{Access, Caller},
    lookup::{expect_repo, find_commit},
    refusal::Refusal,
};

/// How many commits a page has where nothing is said, as on the Hub, and how many it may have.
const USUAL_PAGE: usize = 50;
const LONGEST_PAGE: usize = 1000;

/// Branches, tags and the hub's own references.
pub(crate) async fn answer_refs(
    store: &DynStore,
    caller: Caller<'_>,
    call: ListRefs,
) -> Result<Response<Bytes>, Refusal> {
    let revisions = store.revisions(call.repo.clone()).await?;
    if revisions.is_empty() {
        expect_repo(store, caller, &call.repo).await?;
    }
    let mut lists = [const { Vec::new() }; 4];
    let places = ["refs/heads/", "refs/tags/", "refs/convert/", "refs/pr/"];
    for (revision, target) in revisions {
        let text = revision.as_str();
        let found = places
            .iter()
            .enumerate()
            .find_map(|(index, place)| Some((index, text.strip_prefix(place)?)));
        // A plain name may be a tag's as well; the store does not tell, and a branch promises less.
        let (index, name) = found.unwrap_or((0, text));
        let reference = format!("{}{name}", places[index]);
        // A name of nearly the greatest length has no room for the place in front of it.
        if let (Ok(name), Ok(reference)) = (name.parse(), reference.parse()) {
            lists[index].push(GitRef {
                name,
                reference,
                target,
            });
        }
    }
    let [branches, tags, converts, pull_requests] = lists;
    Ok(respond_refs(&Refs {
        branches,
        tags,
        converts,
        pull_requests: (call.pull_requests == PullRequests::Include).then_some(pull_requests),
        refused: 0,
    }))
}

/// One page of the commits that led to a revision. The address of the next page names the commit, so that all pages tell
/// of the same history; `absolute` makes a URL of it.
pub(crate) async fn answer_commits(
    store: &DynStore,
    caller: Caller<'_>,
    request: CommitsRequest,
    absolute: impl Fn(String) -> String,
) -> Result<Response<Bytes>, Refusal> {
    let call = request.call;
    let commit = find_commit(store, caller, &call.repo, &call.revision).await?;
    let limit = call.limit.unwrap_or(USUAL_PAGE).clamp(1, LONGEST_PAGE);
    let skip = (request.page as u64).saturating_mul(limit as u64);
    let formatted = call.formatted;
    let history = store.history(call.repo.clone(), commit, skip, limit);
    let history = history.await?.unwrap_or_else(|| untold(commit, skip));
    let behind = skip.saturating_add(history.commits.len() as u64);
    let next = (behind < history.total && !history.commits.is_empty()).then(|| {
        let next = CommitsRequest {
            call: ListCommits {
                revision: commit.into(),
                ..call
            },
            page: request.page + 1,
        };
        absolute(next.target())
    });
    let mut commits: Vec<CommitInfo> = history.commits.into_iter().map(describe).collect();
    if formatted {
        commits.iter_mut().for_each(format);
    }
    Ok(respond_commits(&CommitPage {
        commits,
        total: Some(history.total),
        next,
    }))
}

/// Whether the caller may change a repository. A mirror takes no changes: this tells what the account and its token are
/// good for.
pub(crate) async fn answer_write_check(
    store: &DynStore,
    access: &Access,
    caller: Caller<'_>,
    call: WriteCheck,
) -> Result<Response<Bytes>, Refusal> {
    expect_repo(store, caller, &call.repo).await?;
    if access.may_manage(caller, &call.repo) {
        return Ok(respond_auth_check());
    }
    Err(match caller {
        Caller::Anonymous => Refusal::NoToken,
        _ => Refusal::MayNotWrite,
    })
}

/// What a store without a history knows: the commit that the revision is at.
fn untold(commit: CommitId, skip: u64) -> History {
    let record = CommitRecord {
        id: commit,
        parents: Vec::new(),
        author: String::new(),
        seconds: 0,
        message: "import".to_owned(),
    };
    History {
        commits: if skip == 0 { vec![record] } else { Vec::new() },
        total: 1,
    }
}

/// What a listing says of the commit that changed an entry last.
pub(crate) fn last_commit(commit: &CommitRecord) -> LastCommit {
    let (title, _) = texts(&commit.message);
    LastCommit {
        id: commit.id,
        title: title.to_owned(),
        date: Some(date(commit.seconds)),
    }
}

/// The title of a commit, and the rest of its message.
fn texts(message: &str) -> (&str, &str) {
    let message = message.trim_end();
    let (title, rest) = message.split_once('\n').unwrap_or((message, ""));
    (title.trim_end(), rest.trim_start_matches(['\r', '\n']))
}

fn describe(commit: CommitRecord) -> CommitInfo {
    let (title, message) = texts(&commit.message);
    CommitInfo {
        id: commit.id,
        title: title.to_owned(),
        message: message.to_owned(),
        formatted: None,
        date: Some(date(commit.seconds)),
        authors: Some(commit.author)
            .filter(|author| !author.is_empty())
            .into_iter()
            .collect(),
        parents: commit.parents,
    }
}

/// Adds the texts of a commit as HTML that shows them.
fn format(commit: &mut CommitInfo) {
    let escaped = |text: &str| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        text.replace('>', "&gt;").replace('"', "&quot;")
    };
    commit.formatted = Some(FormattedCommit {
        title: escaped(&commit.title),
        message: escaped(&commit.message),
    });
}

/// A moment as hubs write it. huggingface_hub fails without a date, and with one outside the years it knows.
pub(crate) fn date(seconds: i64) -> String {
    /// The last second of the year 9999.
    const LAST: u64 = 253_402_300_799;
    let seconds = u64::try_from(seconds).unwrap_or_default().min(LAST);
    humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_secs(seconds)).to_string()
}

/// That the caller may read the files of a repository: who may not does not come this far.
pub(crate) async fn answer_auth_check(
    store: &DynStore,
    caller: Caller<'_>,
    call: AuthCheck,
) -> Result<Response<Bytes>, Refusal> {
    expect_repo(store, caller, &call.repo).await?;
    Ok(respond_auth_check())
}
