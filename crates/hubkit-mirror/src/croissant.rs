//! Data sets described in Croissant, out of the store.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use futures_util::future::poll_fn;
use http::Response;
use hubkit_api::{GetCroissant, GetRepoInfo, InfoDetail, server::respond_croissant};
use hubkit_card::{
    Asset, AssetFile, Card, DatasetSources, SAMPLE_BYTES, Sample, croissant, sampled_files,
};
use hubkit_store::{BlobKey, BlobStore as _, Digester, DynStore};
use hubkit_types::{
    BlobId, ByteRange, CommitId, Endpoint, Repo, RepoPath, Revision, Sha256, TreeFile,
};
use serde_json::Value;

use crate::{
    access::{Access, Caller},
    catalogue::Catalogue,
    file::find_file,
    info::info,
    listing::Listings,
    lookup::{find_commit, short_file},
    refusal::Refusal,
    tensors::read_range,
};

/// How long a card may be that is described, in bytes.
const LONGEST_CARD: u64 = 16 << 20;

/// How long a file may be that is hashed for one description, in bytes; how many bytes and files are altogether. Of large
/// files the store knows the SHA-256.
const LONGEST_HASHED: u64 = 10 << 20;
const MOST_HASHED: u64 = 64 << 20;
const MOST_FILES_HASHED: usize = 256;

/// How many descriptions are kept, and how long one may be for that, in bytes.
const MOST_KEPT: usize = 32;
const LONGEST_KEPT: usize = 1 << 20;

/// Descriptions of commits, which never change, newest last.
#[derive(Debug, Default)]
pub(crate) struct Descriptions(Mutex<VecDeque<(Repo, CommitId, Value)>>);

impl Descriptions {
    fn find(&self, repo: &Repo, commit: CommitId) -> Option<Value> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept
            .iter()
            .find(|(of, at, _)| of == repo && *at == commit)?;
        Some(found.2.clone())
    }

    fn keep(&self, repo: Repo, commit: CommitId, document: &Value) {
        if document.to_string().len() > LONGEST_KEPT {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == MOST_KEPT {
            kept.pop_front();
        }
        kept.push_back((repo, commit, document.clone()));
    }
}

/// The description of a data set at its default branch.
pub(crate) async fn answer_croissant(
    store: &DynStore,
    access: &Access,
    (catalogue, listings, descriptions): (&Catalogue, &Listings, &Descriptions),
    caller: Caller<'_>,
    endpoint: Option<&Endpoint>,
    call: GetCroissant,
) -> Result<Response<Bytes>, Refusal> {
    let repo = call.repo;
    let commit = find_commit(store, caller, &repo, &Revision::main()).await?;
    if let Some(document) = descriptions.find(&repo, commit) {
        return Ok(respond_croissant(&document));
    }
    let about = GetRepoInfo {
        repo: repo.clone(),
        revision: Some(Revision::from(commit)),
        detail: InfoDetail::default(),
    };
    let about = info(store, access, (catalogue, listings), caller, about).await?;
    let mut asset = Asset::default();
    asset.endpoint = endpoint.cloned();
    asset.commit = Some(commit);
    asset.created = about.created_at;
    asset.modified = about.last_modified;
    let mut files = listings.files(store, repo.clone(), commit).await?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    asset.files = files.iter().map(AssetFile::from).collect();
    hash(store, &repo, commit, &files, &mut asset.files).await?;
    asset.repo = Some(repo.clone());
    let card = "README.md".parse().expect("a plain name");
    let card = short_file(store, &repo, commit, &card, LONGEST_CARD).await?;
    let text = String::from_utf8_lossy(card.as_deref().unwrap_or_default()).into_owned();
    let card = Card::read(&text);
    let samples = samples(store, &repo, commit, sampled_files(&card, &asset)).await?;
    let described = croissant(&DatasetSources {
        card: &card,
        asset: &asset,
        name: repo.id.name(),
        samples: &samples,
    });
    descriptions.keep(repo, commit, &described.document);
    Ok(respond_croissant(&described.document))
}

/// Hashes the small files, of which only git's name is known, as far as they are here: short ones before long ones.
async fn hash(
    store: &DynStore,
    repo: &Repo,
    commit: CommitId,
    files: &[TreeFile],
    described: &mut [AssetFile],
) -> Result<(), Refusal> {
    let mut places: Vec<usize> = (0..files.len())
        .filter(|place| files[*place].lfs.is_none() && files[*place].size <= LONGEST_HASHED)
        .collect();
    places.sort_by_key(|place| files[*place].size);
    let mut left = MOST_HASHED;
    for place in places.into_iter().take(MOST_FILES_HASHED) {
        let file = &files[place];
        if file.size > left {
            break;
        }
        left -= file.size;
        described[place].sha256 = digest(store, repo, commit, &file.path).await?;
    }
    Ok(())
}

/// The SHA-256 of a file; `None` where its content is not here.
async fn digest(
    store: &DynStore,
    repo: &Repo,
    commit: CommitId,
    path: &RepoPath,
) -> Result<Option<Sha256>, Refusal> {
    let Some((key, size)) = content(store, repo, commit, path).await? else {
        return Ok(None);
    };
    let mut stream = store.read(key, ByteRange::whole(size)).await?;
    let mut digester = Digester::sha256();
    while let Some(chunk) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        digester.update(&chunk?);
    }
    match digester.finish() {
        BlobId::Sha256(digest) => Ok(Some(digest)),
        BlobId::Git(_) => Ok(None),
    }
}

/// How files begin, as far as they are here.
async fn samples(
    store: &DynStore,
    repo: &Repo,
    commit: CommitId,
    files: Vec<&AssetFile>,
) -> Result<BTreeMap<RepoPath, Sample>, Refusal> {
    let mut samples = BTreeMap::new();
    for file in files {
        let Some((key, size)) = content(store, repo, commit, &file.path).await? else {
            continue;
        };
        let range = ByteRange::whole(size.min(SAMPLE_BYTES as u64));
        let bytes = read_range(store, &key, range).await?;
        let sample = Sample {
            is_whole: bytes.len() as u64 == size,
            bytes,
        };
        samples.insert(file.path.clone(), sample);
    }
    Ok(samples)
}

/// Where the content of a file is, and how long it is, if it is here.
async fn content(
    store: &DynStore,
    repo: &Repo,
    commit: CommitId,
    path: &RepoPath,
) -> Result<Option<(BlobKey, u64)>, Refusal> {
    let (size, blob) = match find_file(store, repo, path, commit).await {
        Err(Refusal::NoEntry(..)) => return Ok(None),
        found => found?,
    };
    let key = BlobKey::new(repo.clone(), blob);
    let is_here = store.stat(key.clone()).await?.is_some();
    Ok(is_here.then_some((key, size)))
}
