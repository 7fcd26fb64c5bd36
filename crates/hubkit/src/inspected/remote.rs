//! Models on a hub, read by a few ranges.

use std::fs;

use futures_util::{StreamExt as _, TryStreamExt as _, future::try_join, stream};
use hubkit_api::{InfoDetail, RepoInfo, Sibling};
use hubkit_client::{Client, Connectivity, Error, ErrorKind, FileRanges, Silent};
use hubkit_inspect::{InspectError, Inspection, Inspector};
use hubkit_store::{BlobKey, BlobStore as _, RefStore as _};
use hubkit_types::{ByteRange, CommitId, Repo, RepoPath, Revision, TreeFile};

use super::{
    Documents, InspectedFile, InspectedModel, InspectionError, Scope, documents, external,
    folder::inspect_file,
    index::{self, Index},
    pointers,
    tree::{Chosen, choose},
};

/// How many files are looked at at the same time.
const AT_A_TIME: usize = 32;

/// Looks at a model in a repository, in as few requests and bytes as that takes.
///
/// What is in the store is read there. Of the rest each file of weights takes one request where what describes it lies
/// at its start, and one more where the hub sends on to another server. A [`Scope::Model`] takes one request more for what
/// the hub knows of the repository and its files, and one or two for each document; the others take none where the
/// revision moves, and find the files by their names.
///
/// Ranges are not verified against a digest: nothing but the connection vouches for them. Documents and indexes are.
///
/// # Cancellation
///
/// Dropping the future ends the connections and leaves no trace.
///
/// # Errors
///
/// Those of the client, a repository without weights, an index that is none, shards that are missing. That nothing can
/// be told of a file is in its [`InspectedFile::outcome`].
pub async fn inspect_repo(
    client: &Client,
    repo: &Repo,
    revision: &Revision,
    scope: &Scope,
) -> Result<InspectedModel, InspectionError> {
    let before = client.requests();
    let source = Source { client, repo };
    // Boxed: much is held while a request is under way.
    let mut model = Box::pin(source.inspect(revision, scope)).await?;
    model.finish();
    model.reading.requests = client.requests() - before;
    Ok(model)
}

struct Source<'a> {
    client: &'a Client,
    repo: &'a Repo,
}

/// The files of a commit.
struct Listing {
    commit: CommitId,
    files: Vec<TreeFile>,
    info: Option<RepoInfo>,
}

impl Source<'_> {
    async fn inspect(
        &self,
        revision: &Revision,
        scope: &Scope,
    ) -> Result<InspectedModel, InspectionError> {
        if let Some(listing) = self.stored(revision).await? {
            return self.inspect_listed(listing, scope).await;
        }
        match scope {
            Scope::Model => {}
            Scope::Files(paths) => return self.inspect_named(revision, paths).await,
            Scope::Weights => {
                if let Some(model) = self.inspect_guessed(revision).await? {
                    return Ok(model);
                }
            }
        }
        let listing = self.ask(revision).await?;
        self.inspect_listed(listing, scope).await
    }

    /// What the store knows: all of it when offline, the listing of a commit that is named.
    async fn stored(&self, revision: &Revision) -> Result<Option<Listing>, Error> {
        let (client, repo) = (self.client, self.repo);
        let pinned = revision.as_commit();
        let files = match (pinned, client.connectivity()) {
            (_, Connectivity::Offline) => {
                let commit = client.resolve(repo, revision, &Silent).await?;
                Some((commit, client.tree(repo, commit).await?))
            }
            (Some(commit), Connectivity::Online) => {
                // A store that can't say is no reason to fail: the hub knows.
                let listing = client.store().listing(repo.clone(), commit).await;
                listing.ok().flatten().map(|files| (commit, files))
            }
            (None, Connectivity::Online) => None,
        };
        Ok(files.map(|(commit, files)| Listing {
            commit,
            files,
            info: None,
        }))
    }

    /// What the hub knows of the repository, and with it its files: in one answer, where the hub tells their sizes there.
    async fn ask(&self, revision: &Revision) -> Result<Listing, Error> {
        let detail = InfoDetail::Usual {
            blobs: true,
            security_status: false,
        };
        let mut info = self
            .client
            .info_with(self.repo, Some(revision), detail)
            .await?;
        let commit = match info.sha {
            Some(commit) => commit,
            None => self.client.resolve(self.repo, revision, &Silent).await?,
        };
        let siblings = info.siblings.take().unwrap_or_default();
        let listed: Option<Vec<TreeFile>> = siblings.iter().map(tree_file).collect();
        let files = match listed.filter(|files| !files.is_empty()) {
            Some(files) => files,
            None => self.client.tree(self.repo, commit).await?,
        };
        Ok(Listing {
            commit,
            files,
            info: Some(info),
        })
    }

    async fn inspect_listed(
        &self,
        listing: Listing,
        scope: &Scope,
    ) -> Result<InspectedModel, InspectionError> {
        let Listing {
            commit,
            files,
            info,
        } = listing;
        let mut paths: Vec<RepoPath> = files.iter().map(|file| file.path.clone()).collect();
        paths.sort();
        let named = |path: &RepoPath| files.iter().find(|file| file.path == *path);
        let repo = || Some(self.repo.clone());
        let chosen = match scope {
            Scope::Files(wanted) => {
                if let Some(path) = wanted.iter().find(|path| named(path).is_none()).cloned() {
                    let repo = repo();
                    return Err(InspectionError::NoSuchFile { path, repo });
                }
                Chosen {
                    files: wanted.iter().cloned().collect(),
                    ..Chosen::default()
                }
            }
            Scope::Model | Scope::Weights => {
                let (mut chosen, indexes) = choose(&paths);
                for path in indexes {
                    let file = named(&path).expect("was chosen among them");
                    let limit = usize::try_from(index::LONGEST).unwrap_or(usize::MAX);
                    let json = self.client.read(self.repo, commit, file, limit).await?;
                    chosen.add(Index::parse(&path, &json)?);
                }
                chosen.check(&paths)?;
                if chosen.files.is_empty() {
                    let (files, repo) = (paths.len(), repo());
                    return Err(InspectionError::NoWeights { files, repo });
                }
                chosen
            }
        };
        let weights = files
            .iter()
            .filter(|file| chosen.files.contains(&file.path));
        let weights = stream::iter(weights.map(|file| self.listed_file(commit, file)))
            .buffer_unordered(AT_A_TIME)
            .try_collect::<Vec<_>>();
        let tells_of_card = info.as_ref().is_some_and(|info| info.card_data.is_some());
        let wanted = files.iter().filter(|file| {
            let card = file.path.as_str() == Documents::CARD && !tells_of_card;
            *scope == Scope::Model
                && (documents::is_wanted(&file.path) || card)
                && file.size <= documents::LONGEST
        });
        let documents = self.documents(commit, wanted);
        let (mut weights, documents) = try_join(weights, documents).await?;
        weights.sort_by(|one, other| one.name.cmp(&other.name));
        for file in &mut weights {
            external::check_listed(file, &files);
        }
        let mut model = InspectedModel {
            commit: Some(commit),
            findings: chosen.findings(&weights),
            files: weights,
            documents,
            paths,
            others: chosen.others,
            info,
            ..InspectedModel::default()
        };
        pointers::take_documents(&mut model);
        Ok(model)
    }

    async fn documents(
        &self,
        commit: CommitId,
        files: impl Iterator<Item = &TreeFile>,
    ) -> Result<Documents, InspectionError> {
        let limit = usize::try_from(documents::LONGEST).unwrap_or(usize::MAX);
        let read = files.map(async |file| {
            let bytes = self.client.read(self.repo, commit, file, limit).await;
            match bytes {
                Ok(bytes) => Ok(Some((file.path.clone(), bytes))),
                // Offline a document that was never fetched is one that says nothing.
                Err(error) if error.kind() == ErrorKind::Offline => Ok(None),
                Err(error) => Err(error),
            }
        });
        let read = stream::iter(read).buffer_unordered(AT_A_TIME);
        let read: Vec<_> = read.try_collect().await?;
        let mut documents = Documents::default();
        for (path, bytes) in read.into_iter().flatten() {
            documents.insert(path, bytes);
        }
        Ok(documents)
    }

    /// A file of which length and digest are known: from the store if it is there, and whole.
    async fn listed_file(
        &self,
        commit: CommitId,
        file: &TreeFile,
    ) -> Result<InspectedFile, InspectionError> {
        let key = BlobKey::new(self.repo.clone(), file.blob());
        let local = self.client.store().local_path(&key);
        let is_whole = |about: fs::Metadata| about.is_file() && about.len() == file.size;
        if let Some(path) = local.filter(|path| fs::metadata(path).is_ok_and(is_whole)) {
            let found = inspect_file(&path, file.path.to_string())?;
            return Ok(InspectedFile {
                blob: Some(file.blob()),
                ..found
            });
        }
        let offline = self.client.connectivity() == Connectivity::Offline;
        let held = self.client.store().stat(key).await;
        let is_held = held.is_ok_and(|stat| stat.is_some_and(|stat| stat.size == file.size));
        let mut found = if is_held || offline {
            self.stored_file(commit, file).await?
        } else {
            let ranges = self.client.ranges(self.repo, &commit.into(), &file.path);
            read_file(ranges).await?.0
        };
        found.blob = Some(file.blob());
        Ok(found)
    }

    /// A file that the store holds and has no path for.
    async fn stored_file(
        &self,
        commit: CommitId,
        file: &TreeFile,
    ) -> Result<InspectedFile, InspectionError> {
        let mut inspector = Inspector::new(file.size);
        while let Some(range) = inspector.need() {
            let read = self.client.read_range(self.repo, commit, file, range);
            inspector.feed(&read.await?);
        }
        Ok(InspectedFile {
            name: file.path.to_string(),
            size: file.size,
            blob: None,
            local_path: None,
            outcome: inspector.finish(),
            external: Vec::new(),
            pointers: Vec::new(),
        })
    }

    /// Files of which only the names are known, all of one commit.
    async fn inspect_named(
        &self,
        revision: &Revision,
        paths: &[RepoPath],
    ) -> Result<InspectedModel, InspectionError> {
        let read = |revision: Revision, path: &RepoPath| {
            read_file(self.client.ranges(self.repo, &revision, path))
        };
        let reading = paths.iter().map(|path| read(revision.clone(), path));
        let reading = stream::iter(reading).buffered(AT_A_TIME);
        let mut found: Vec<(InspectedFile, CommitId)> = reading.try_collect().await?;
        let Some(&(_, commit)) = found.first() else {
            return Ok(InspectedModel::default());
        };
        for (place, path) in found.iter_mut().zip(paths) {
            if place.1 != commit {
                // The revision moved meanwhile.
                *place = read(commit.into(), path).await?;
            }
        }
        Ok(InspectedModel {
            commit: Some(commit),
            files: found.into_iter().map(|(file, _)| file).collect(),
            ..InspectedModel::default()
        })
    }

    /// The weights by the names that nearly all have; `None` where there are no such files.
    async fn inspect_guessed(
        &self,
        revision: &Revision,
    ) -> Result<Option<InspectedModel>, InspectionError> {
        let path = |text: &str| -> RepoPath { text.parse().expect("a plain name is a path") };
        let single = self
            .client
            .ranges(self.repo, revision, &path("model.safetensors"));
        if let Some((file, commit)) = or_absent(read_file(single).await)? {
            return Ok(Some(InspectedModel {
                commit: Some(commit),
                files: vec![file],
                ..InspectedModel::default()
            }));
        }
        let path = path("model.safetensors.index.json");
        let mut ranges = self.client.ranges(self.repo, revision, &path);
        let read = ranges.read_whole(index::LONGEST).await;
        let Some(json) = or_absent(read.map_err(InspectionError::from))? else {
            return Ok(None);
        };
        let index = Index::parse(&path, &json)?;
        let commit = ranges.commit().expect("a read that succeeded told of it");
        let shards: Vec<RepoPath> = index.shards().into_iter().collect();
        let mut model = self.inspect_named(&commit.into(), &shards).await?;
        model.findings = index.check(&model.files);
        Ok(Some(model))
    }
}

/// Asks for what tells of a file, until it is told.
async fn read_file(mut ranges: FileRanges) -> Result<(InspectedFile, CommitId), InspectionError> {
    let outcome = inspect_ranges(&mut ranges).await?;
    let told = ranges.size().zip(ranges.commit());
    let (size, commit) = told.expect("a read that succeeded told of the file");
    let file = InspectedFile {
        name: ranges.path().to_string(),
        size,
        blob: ranges.blob(),
        local_path: None,
        outcome,
        external: Vec::new(),
        pointers: Vec::new(),
    };
    Ok((file, commit))
}

async fn inspect_ranges(
    ranges: &mut FileRanges,
) -> Result<Result<Inspection, InspectError>, Error> {
    // Where an inspection begins does not depend on the length, which only the answer tells.
    let first = Inspector::new(u64::MAX)
        .need()
        .unwrap_or(ByteRange::whole(1));
    let mut bytes = ranges.read_part(first).await?;
    let mut inspector = Inspector::new(ranges.size().unwrap_or_default());
    while let Some(range) = inspector.need() {
        if bytes.is_empty() {
            bytes = ranges.read_part(range).await?;
        }
        inspector.feed(&bytes);
        bytes.clear();
    }
    Ok(inspector.finish())
}

/// The file of a sibling that tells its length and digests.
fn tree_file(sibling: &Sibling) -> Option<TreeFile> {
    let rest = &sibling.rest;
    let lfs = match rest.get("lfs").filter(|lfs| !lfs.is_null()) {
        Some(lfs) => Some(lfs.get("sha256")?.as_str()?.parse().ok()?),
        None => None,
    };
    Some(TreeFile {
        path: sibling.path.clone(),
        size: rest.get("size")?.as_u64()?,
        oid: rest.get("blobId")?.as_str()?.parse().ok()?,
        lfs,
    })
}

fn or_absent<T>(read: Result<T, InspectionError>) -> Result<Option<T>, InspectionError> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(InspectionError::Hub(error)) if error.kind() == ErrorKind::FileNotFound => Ok(None),
        Err(error) => Err(error),
    }
}
