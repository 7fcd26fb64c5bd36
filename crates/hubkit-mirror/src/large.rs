//! Large files by their digests.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use hubkit_api::{
    LfsAction, LfsAsk, LfsBatchReply, LfsFile, LfsLocks, LfsLocksByOwner, LfsObject, LfsOperation,
    LfsOutcome, ListLfsFiles, PageOf, Resolve,
    server::{
        LfsFault, LfsLockRequest, read_lfs_batch, respond_lfs_batch, respond_lfs_files,
        respond_lfs_locks, respond_lfs_locks_verify,
    },
};
use hubkit_store::{BlobKey, BlobStore as _, DynStore, RefStore as _};
use hubkit_types::{BlobId, CommitId, Repo, Revision, Sha256, TreeFile};
use serde_json::{Map, Value};

use crate::{
    access::Caller,
    history::date,
    listing::Listings,
    lookup::{expect_repo, find_commit},
    refusal::Refusal,
};

/// In how many commits large files are looked for, the default branch's the first.
const MOST_COMMITS: usize = 64;

/// Where the bytes of large files are: at this hub's own addresses, each in a commit that holds it.
pub(crate) async fn answer_lfs_batch(
    store: &DynStore,
    listings: &Listings,
    caller: Caller<'_>,
    repo: Repo,
    body: &[u8],
    absolute: impl Fn(String) -> String,
) -> Result<Response<Bytes>, Refusal> {
    let ask = match read_lfs_batch(body) {
        Ok(ask) => ask,
        Err(fault) => return Ok(fault.respond()),
    };
    expect_repo(store, caller, &repo).await?;
    if ask.operation == LfsOperation::Upload {
        return Ok(LfsFault::ReadOnly.respond());
    }
    let mut wanted: BTreeMap<Sha256, Option<(CommitId, TreeFile)>> =
        ask.objects.iter().map(|one| (one.oid, None)).collect();
    for commit in commits(store, &repo, &ask).await? {
        if wanted.values().all(Option::is_some) {
            break;
        }
        // What can't be listed can't be looked through.
        let Ok(files) = listings.files(store, repo.clone(), commit).await else {
            continue;
        };
        for file in files {
            let Some(place) = file.lfs.and_then(|oid| wanted.get_mut(&oid)) else {
                continue;
            };
            place.get_or_insert((commit, file));
        }
    }
    let mut objects = Vec::with_capacity(ask.objects.len());
    for asked in ask.objects {
        let place = wanted.get(&asked.oid).and_then(Option::as_ref);
        objects.push((asked, outcome(store, &repo, asked, place, &absolute).await?));
    }
    Ok(respond_lfs_batch(&LfsBatchReply {
        transfer: "basic".to_owned(),
        objects,
        answered: None,
    }))
}

/// A hub that nobody can change has no locks, and makes none.
pub(crate) async fn answer_lfs_locks(
    store: &DynStore,
    caller: Caller<'_>,
    repo: &Repo,
    request: &LfsLockRequest,
) -> Result<Response<Bytes>, Refusal> {
    expect_repo(store, caller, repo).await?;
    Ok(match request {
        LfsLockRequest::List(_) => respond_lfs_locks(&LfsLocks::default()),
        LfsLockRequest::Verify => respond_lfs_locks_verify(&LfsLocksByOwner::default()),
        LfsLockRequest::Create | LfsLockRequest::Delete(_) => LfsFault::NoLocks.respond(),
    })
}

async fn outcome(
    store: &DynStore,
    repo: &Repo,
    asked: LfsObject,
    place: Option<&(CommitId, TreeFile)>,
    absolute: impl Fn(String) -> String,
) -> Result<LfsOutcome, Refusal> {
    let error = |code, message: &str| LfsOutcome::Error {
        code,
        message: message.to_owned(),
    };
    let Some((commit, file)) = place else {
        return Ok(error(404, "Object does not exist"));
    };
    if file.size != asked.size {
        return Ok(error(422, "Object has another size"));
    }
    let key = BlobKey::new(repo.clone(), BlobId::Sha256(asked.oid));
    if store.stat(key).await?.is_none() {
        return Ok(error(404, "Object is not on this mirror"));
    }
    let resolve = Resolve::get(repo.clone(), Revision::from(*commit), file.path.clone());
    let href = absolute(resolve.request().uri().to_string());
    let download = ("download".to_owned(), LfsAction::new(href));
    Ok(LfsOutcome::Actions([download].into()))
}

/// The commits in which objects are looked for: that of the reference that the caller names first, then the default
/// branch's, then those of all others.
async fn commits(store: &DynStore, repo: &Repo, ask: &LfsAsk) -> Result<Vec<CommitId>, Refusal> {
    let mut commits = Vec::new();
    let named = ask.reference.as_deref();
    let named = named.and_then(|name| {
        name.strip_prefix("refs/heads/")
            .unwrap_or(name)
            .parse()
            .ok()
    });
    for revision in named.into_iter().chain([Revision::main()]) {
        commits.extend(store.resolve(repo.clone(), revision).await?);
    }
    let revisions = store.revisions(repo.clone()).await?;
    for (_, commit) in revisions {
        if commits.len() >= MOST_COMMITS {
            break;
        }
        if !commits.contains(&commit) {
            commits.push(commit);
        }
    }
    Ok(commits)
}

/// The large files of the default branch: what a repository held before, a store does not tell.
pub(crate) async fn answer_lfs_files(
    store: &DynStore,
    listings: &Listings,
    caller: Caller<'_>,
    call: ListLfsFiles,
) -> Result<Response<Bytes>, Refusal> {
    let commit = find_commit(store, caller, &call.repo, &Revision::main()).await?;
    let mut large = BTreeMap::new();
    for file in listings.files(store, call.repo, commit).await? {
        if let Some(oid) = file.lfs {
            large.entry(oid).or_insert(file);
        }
    }
    let items = large.into_iter().map(|(oid, file)| {
        let mut rest = Map::new();
        // Without these huggingface_hub fails.
        rest.insert("fileOid".to_owned(), Value::from(oid.to_string()));
        rest.insert("ref".to_owned(), Value::from("main"));
        LfsFile {
            oid,
            size: file.size,
            filename: Some(file.path.to_string()),
            pushed_at: Some(date(0)),
            rest,
        }
    });
    Ok(respond_lfs_files(&PageOf::only(items.collect())))
}

/// Asks a program of git for a name and a password, where the answer is that someone has to say who they are.
pub(crate) fn ask_for_password(mut response: Response<Bytes>) -> Response<Bytes> {
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(
            HeaderName::from_static("lfs-authenticate"),
            HeaderValue::from_static("Basic realm=\"hub\""),
        );
    }
    response
}
