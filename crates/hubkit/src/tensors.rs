//! Tensors of a model on a hub, read by range.

use std::{
    collections::HashMap,
    error, fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use futures_util::{Stream, StreamExt as _, stream};
use hubkit_client::{Client, Error};
use hubkit_lfs::{Pointer, recognise};
use hubkit_safetensors::{
    Header, HeaderError, Probe, SelectError, ShardIndex, ShardIndexError, TensorQuery, TensorSlice,
};
use hubkit_store::{BlobKey, BlobStore as _};
use hubkit_types::{CommitId, Repo, RepoPath, TreeFile};

/// The weights of a commit, of which tensors are read by the ranges they take: of a model in many files the index, the
/// header of one file, and no byte more of the weights than is wanted, but for what lies between two ranges that are near.
///
/// Files that are in the store are read from there.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use hubkit::{Hub, RemoteTensors, Repo, RepoKind, Silent, safetensors::TensorQuery};
///
/// let hub = Hub::from_env()?;
/// let repo = Repo::new(RepoKind::Model, "openai-community/gpt2".parse()?);
/// let commit = hub.client().resolve(&repo, &"main".parse()?, &Silent).await?;
/// let weights = RemoteTensors::open(hub.client(), &repo, commit, None).await?;
/// let rows = weights.find(&TensorQuery::new("wte.weight[0:8]")).await?;
/// let bytes = weights.read(&rows).await?;
/// println!("{:?} {}: {} bytes", rows.slice().shape(), rows.slice().dtype(), bytes.len());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct RemoteTensors {
    client: Client,
    repo: Repo,
    commit: CommitId,
    files: HashMap<RepoPath, TreeFile>,
    place: Place,
    headers: Mutex<HashMap<RepoPath, Arc<Header>>>,
    read: AtomicU64,
}

/// Where the tensors are.
#[derive(Debug)]
enum Place {
    One(RepoPath),
    Sharded { path: RepoPath, index: ShardIndex },
}

/// A tensor, or a part of one, and the file it lies in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RemoteTensor {
    file: TreeFile,
    slice: TensorSlice,
    is_stored: bool,
}

impl RemoteTensor {
    /// The file.
    pub fn file(&self) -> &TreeFile {
        &self.file
    }

    /// The tensor's name, dtype and shape, and where its bytes are.
    pub fn slice(&self) -> &TensorSlice {
        &self.slice
    }

    /// Whether the file is in the store, so that nothing of it moves.
    pub fn is_stored(&self) -> bool {
        self.is_stored
    }
}

/// Ranges with no more than this between them are asked for at once: less than what a request takes in time.
const NEAR: u64 = 64 << 10;

/// The most that one request asks for.
const LONGEST: u64 = 8 << 20;

/// How many requests are under way at a time. With their length, what is held in memory.
const AT_A_TIME: usize = 4;

impl RemoteTensors {
    /// Finds the weights of a commit: in the file that is named, which may be an index, or else `model.safetensors`, or the
    /// files that `model.safetensors.index.json` names, or the only safetensors file at the top.
    ///
    /// # Errors
    ///
    /// When there are no weights, or several files and none is named; when the index is not correct; those of
    /// [`Client::tree`] and [`Client::read`].
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves no trace.
    pub async fn open(
        client: &Client,
        repo: &Repo,
        commit: CommitId,
        file: Option<&RepoPath>,
    ) -> Result<Self, TensorError> {
        let tree = client.tree(repo, commit).await?;
        let path = match file {
            Some(path) => path.clone(),
            None => weights_of(&tree)?,
        };
        let files = tree.into_iter().map(|file| (file.path.clone(), file));
        let mut weights = Self {
            client: client.clone(),
            repo: repo.clone(),
            commit,
            files: files.collect(),
            place: Place::One(path.clone()),
            headers: Mutex::default(),
            read: AtomicU64::new(0),
        };
        if path.as_str().ends_with(".json") {
            let file = weights.file(&path)?;
            let bytes = client.read(repo, commit, file, ShardIndex::LIMIT).await?;
            weights
                .read
                .fetch_add(bytes.len() as u64, Ordering::Relaxed);
            refuse_pointer(&path, &bytes)?;
            let index = ShardIndex::parse(&bytes).map_err(|error| TensorError::Index {
                path: path.clone(),
                error,
            })?;
            weights.place = Place::Sharded { path, index };
        } else {
            weights.file(&path)?;
        }
        Ok(weights)
    }

    /// Finds a tensor, or a part of one. Reads the header of the file it lies in, once.
    ///
    /// # Errors
    ///
    /// When there is no such tensor or it has no such part; when the index names a file that the commit lacks, or that does
    /// not hold the tensor; when a header is not correct; those of [`Client::read_range`].
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves no trace.
    pub async fn find(&self, query: &TensorQuery) -> Result<RemoteTensor, TensorError> {
        let path = match &self.place {
            Place::One(path) => path.clone(),
            Place::Sharded { path, index } => {
                let mut names = query.candidates().map(|(name, _)| name);
                let shard = names.find_map(|name| index.shard_of(name));
                let shard = shard.ok_or_else(|| TensorError::Select {
                    path: path.clone(),
                    error: SelectError::NotFound {
                        name: query.as_str().to_owned(),
                    },
                })?;
                beside(path, shard).ok_or_else(|| TensorError::NoFile {
                    path: shard.clone(),
                })?
            }
        };
        let file = self.file(&path)?.clone();
        let header = self.header(&file).await?;
        let slice = header
            .select(query)
            .map_err(|error| TensorError::Select { path, error })?;
        let is_stored = self.is_stored(&file).await;
        Ok(RemoteTensor {
            file,
            slice,
            is_stored,
        })
    }

    /// The bytes of a tensor as they lie in memory, chunk by chunk: little-endian, the last dimension fastest. A few
    /// requests are under way at a time, each for at most 8 MiB.
    ///
    /// A digest covers whole files, so nothing but the connection vouches for the bytes, unless they come from the store.
    ///
    /// # Errors
    ///
    /// The items: those of [`Client::read_range`].
    pub fn stream<'a>(
        &'a self,
        tensor: &'a RemoteTensor,
    ) -> impl Stream<Item = Result<Vec<u8>, TensorError>> + Send + 'a {
        stream::iter(tensor.slice.reads(NEAR, LONGEST))
            .map(move |range| async move {
                let read = self
                    .client
                    .read_range(&self.repo, self.commit, &tensor.file, range);
                let bytes = read.await?;
                self.read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                let picked = tensor.slice.pick(range.start(), &bytes);
                Ok(picked.collect::<Vec<_>>().concat())
            })
            .buffered(AT_A_TIME)
    }

    /// All of that in memory.
    ///
    /// # Errors
    ///
    /// Those of [`Client::read_range`].
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves no trace.
    pub async fn read(&self, tensor: &RemoteTensor) -> Result<Vec<u8>, TensorError> {
        let mut bytes = Vec::new();
        let mut chunks = std::pin::pin!(self.stream(tensor));
        while let Some(chunk) = chunks.next().await {
            bytes.extend_from_slice(&chunk?);
        }
        Ok(bytes)
    }

    /// How many bytes of the repository's files were read so far, headers and index included, from the hub or from the store.
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    fn file(&self, path: &RepoPath) -> Result<&TreeFile, TensorError> {
        let path = path.clone();
        self.files.get(&path).ok_or(TensorError::NoFile { path })
    }

    async fn is_stored(&self, file: &TreeFile) -> bool {
        let key = BlobKey::new(self.repo.clone(), file.blob());
        let stat = self.client.store().stat(key).await;
        stat.is_ok_and(|stat| stat.is_some_and(|stat| stat.size == file.size))
    }

    async fn header(&self, file: &TreeFile) -> Result<Arc<Header>, TensorError> {
        let known = || self.headers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(header) = known().get(&file.path) {
            return Ok(Arc::clone(header));
        }
        let mut probe = Probe::new(Some(file.size));
        let mut start = Vec::new();
        while let Some(range) = probe.need() {
            let read = self.client.read_range(&self.repo, self.commit, file, range);
            let bytes = read.await?;
            self.read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            let missing = Pointer::LIMIT.saturating_sub(start.len());
            start.extend(bytes.iter().take(missing));
            probe.feed(&bytes);
        }
        let header = probe.finish().or_else(|error| {
            refuse_pointer(&file.path, &start)?;
            Err(TensorError::Header {
                path: file.path.clone(),
                error,
            })
        })?;
        let header = Arc::new(header);
        known().insert(file.path.clone(), Arc::clone(&header));
        Ok(header)
    }
}

/// The file with the weights at the top of a repository, or their index.
fn weights_of(tree: &[TreeFile]) -> Result<RepoPath, TensorError> {
    for name in ["model.safetensors", "model.safetensors.index.json"] {
        if let Some(file) = tree.iter().find(|file| file.path.as_str() == name) {
            return Ok(file.path.clone());
        }
    }
    let at_top = tree
        .iter()
        .filter(|file| file.path.parent().is_none() && file.path.has_extension("safetensors"));
    let paths: Vec<RepoPath> = at_top.map(|file| file.path.clone()).collect();
    match paths.as_slice() {
        [path] => Ok(path.clone()),
        [] => Err(TensorError::NoWeights),
        _ => Err(TensorError::SeveralFiles { paths }),
    }
}

/// A pointer says what it stands for. Give the first bytes of the file.
fn refuse_pointer(path: &RepoPath, start: &[u8]) -> Result<(), TensorError> {
    match recognise(start).pointer() {
        Some(pointer) => Err(TensorError::Pointer {
            path: path.clone(),
            pointer: pointer.clone(),
        }),
        None => Ok(()),
    }
}

/// A path that an index names, which are told from where it lies.
fn beside(index: &RepoPath, shard: &RepoPath) -> Option<RepoPath> {
    match index.parent() {
        None => Some(shard.clone()),
        Some(folder) => format!("{folder}/{shard}").parse().ok(),
    }
}

/// A tensor of a repository could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum TensorError {
    /// What was asked of the hub or the store failed.
    Client(Error),
    /// The commit has no safetensors file at its top.
    NoWeights,
    /// The commit has several, and it was not said which.
    SeveralFiles {
        /// They.
        paths: Vec<RepoPath>,
    },
    /// The commit lacks a file that was named, or that its index names.
    NoFile {
        /// The file.
        path: RepoPath,
    },
    /// The repository holds the pointer of Git LFS to a file, and not the file.
    Pointer {
        /// The file.
        path: RepoPath,
        /// What it stands for.
        pointer: Pointer,
    },
    /// An index is not correct.
    Index {
        /// The index.
        path: RepoPath,
        /// What is wrong with it.
        error: ShardIndexError,
    },
    /// The header of a file is not correct.
    Header {
        /// The file.
        path: RepoPath,
        /// What is wrong with it.
        error: HeaderError,
    },
    /// There is no such tensor, or it has no such part.
    Select {
        /// The file, or the index, in which it was looked for.
        path: RepoPath,
        /// What is not there.
        error: SelectError,
    },
}

impl From<Error> for TensorError {
    fn from(error: Error) -> Self {
        Self::Client(error)
    }
}

impl fmt::Display for TensorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(error) => error.fmt(f),
            Self::NoWeights => f.write_str("there is no safetensors file at the top"),
            Self::SeveralFiles { paths } => write!(
                f,
                "there are {} safetensors files at the top, such as `{}`: one has to be named",
                paths.len(),
                paths[0]
            ),
            Self::NoFile { path } => write!(f, "there is no `{path}`"),
            Self::Pointer { path, pointer } => write!(f, "`{path}` is {}", pointer.not_the_file()),
            Self::Index { path, .. } => write!(f, "`{path}` is not a sound index"),
            Self::Header { path, .. } => write!(f, "`{path}` is not a sound safetensors file"),
            Self::Select { path, error } => write!(f, "`{path}`: {error}"),
        }
    }
}

impl error::Error for TensorError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Client(error) => error.source(),
            Self::Index { error, .. } => Some(error),
            Self::Header { error, .. } => Some(error),
            Self::NoWeights
            | Self::SeveralFiles { .. }
            | Self::NoFile { .. }
            | Self::Pointer { .. }
            | Self::Select { .. } => None,
        }
    }
}
