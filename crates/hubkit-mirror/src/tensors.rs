//! The headers of a model's shards, read out of the store.

use std::{collections::BTreeMap, future::poll_fn};

use bytes::Bytes;
use http::Response;
use hubkit_api::{GetSafetensorsMetadata, server::respond_safetensors_metadata};
use hubkit_safetensors::{Probe, ShardIndex};
use hubkit_store::{BlobKey, BlobStore as _, BlobStoreExt as _, DynStore, StoreErrorKind};
use hubkit_types::{ByteRange, CommitId, Repo, RepoPath, Revision};
use serde_json::Value;

use crate::{access::Caller, file::find_file, lookup::find_commit, refusal::Refusal};

/// How long an index may be, in bytes.
const LONGEST_INDEX: u64 = 32 << 20;

/// How long the headers of one model may be together, in bytes: what one request makes this mirror hold.
const LONGEST_HEADERS: u64 = 32 << 20;

/// The headers of all shards that an index names, each checked and then told as it stands in its file.
pub(crate) async fn answer_safetensors_metadata(
    store: &DynStore,
    caller: Caller<'_>,
    call: GetSafetensorsMetadata,
) -> Result<Response<Bytes>, Refusal> {
    let commit = find_commit(store, caller, &call.repo, &Revision::main()).await?;
    let json = read_index(store, &call.repo, &call.index, commit).await?;
    let no_index = || Refusal::Unreadable(call.index.clone(), "is no index of safetensors files");
    let index = ShardIndex::parse(&json).map_err(|_| no_index())?;
    let document: Value = serde_json::from_slice(&json).map_err(|_| no_index())?;
    let folder = call
        .index
        .as_str()
        .rsplit_once('/')
        .map(|(folder, _)| folder);
    let (mut headers, mut left) = (BTreeMap::new(), LONGEST_HEADERS);
    for shard in index.shards() {
        let place = match folder {
            Some(folder) => format!("{folder}/{shard}")
                .parse()
                .map_err(|_| no_index())?,
            None => shard.clone(),
        };
        let header = read_header(store, &call.repo, &place, commit, left).await?;
        left -= header.len() as u64;
        headers.insert(shard.clone(), header);
    }
    Ok(respond_safetensors_metadata(
        document.get("metadata"),
        &headers,
    ))
}

async fn read_index(
    store: &DynStore,
    repo: &Repo,
    path: &RepoPath,
    commit: CommitId,
) -> Result<Bytes, Refusal> {
    let (size, blob) = find_file(store, repo, path, commit).await?;
    if size > LONGEST_INDEX {
        return Err(Refusal::Unreadable(
            path.clone(),
            "is too long for an index",
        ));
    }
    let key = BlobKey::new(repo.clone(), blob);
    Ok(store.read_all(key, LONGEST_INDEX).await?)
}

/// The JSON of a file's header, of at most `longest` bytes.
async fn read_header(
    store: &DynStore,
    repo: &Repo,
    path: &RepoPath,
    commit: CommitId,
    longest: u64,
) -> Result<Bytes, Refusal> {
    let unreadable = |why| Refusal::Unreadable(path.clone(), why);
    let (size, blob) = find_file(store, repo, path, commit).await?;
    let key = BlobKey::new(repo.clone(), blob);
    let (mut probe, mut fed) = (Probe::new(Some(size)), Vec::new());
    while let Some(range) = probe.need() {
        // The first request of the probe is for more than most headers have.
        if range.end() > longest.max(1 << 20) {
            return Err(unreadable(
                "and its like have more of a header than is told",
            ));
        }
        let bytes = read_range(store, &key, range).await?;
        probe.feed(&bytes);
        fed.extend_from_slice(&bytes);
        if bytes.is_empty() {
            break;
        }
    }
    let header = probe
        .finish()
        .map_err(|_| unreadable("is no safetensors file"))?;
    let length = header.header_len();
    if length > longest {
        return Err(unreadable(
            "and its like have more of a header than is told",
        ));
    }
    let length = usize::try_from(length).expect("no longer than what is here");
    Ok(Bytes::copy_from_slice(&fed[8..8 + length]))
}

/// Exactly these bytes of a blob, or fewer where it ends before.
pub(crate) async fn read_range(
    store: &DynStore,
    key: &BlobKey,
    range: ByteRange,
) -> Result<Vec<u8>, Refusal> {
    let mut stream = store.read(key.clone(), range).await?;
    let wanted =
        usize::try_from(range.len()).map_err(|_| Refusal::Store(StoreErrorKind::Corrupt))?;
    let mut bytes = Vec::new();
    while let Some(chunk) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        bytes.extend_from_slice(&chunk?);
        if bytes.len() > wanted {
            return Err(Refusal::Store(StoreErrorKind::Corrupt));
        }
    }
    Ok(bytes)
}
