#![doc = include_str!("../README.md")]

mod environment;
mod hub;
mod inspected;
mod tensors;

pub use environment::{Environment, EnvironmentError, VARIABLES, Variable};
pub use hub::{Hub, HubBuilder, HubError};
pub use inspected::{
    Documents, ExternalFile, InspectedFile, InspectedModel, InspectionError, ModelFacts,
    PartReader, Reading, Scope, inspect_path, inspect_repo, same_bytes,
};
pub use tensors::{RemoteTensor, RemoteTensors, TensorError};

pub use hubkit_api::{
    CommitInfo, Gated, Identity, InsecureTokens, ListRepos, PullRequests, Refs, RepoInfo,
    RepoOrder, RetryPolicy, TreeEntry,
};
pub use hubkit_client::{
    Client, Connectivity, Error, ErrorKind, Event, FileBytes, FileRanges, FileTotals, LfsServer,
    LfsWanted, LocalFile, LocalSnapshot, PageStream, Pages, PlannedFile, Progress, Rate, RepoFile,
    Silent, SnapshotPlan, SnapshotRequest, Source, Standing, Tally, Totals, Wait, average,
};
pub use hubkit_types::{
    AccountName, BlobId, ByteRange, CommitId, Endpoint, Etag, GitOid, HfUri, Origin,
    ParseEndpointError, ParseRepoKindError, Repo, RepoId, RepoKind, RepoPath, Revision, Sha256,
    TreeFile, is_invisible,
};

/// The protocol as values.
pub use hubkit_api as api;
/// Tokens and who knows them.
pub use hubkit_auth as auth;
/// The cache on disk.
pub use hubkit_cache as cache;
/// What is in a model file.
pub use hubkit_inspect as inspect;
/// Pointers that stand for large files.
pub use hubkit_lfs as lfs;
/// Which files a runtime needs.
pub use hubkit_plan as plan;
/// What is in a weights file.
pub use hubkit_safetensors as safetensors;
/// Where content and names are kept.
pub use hubkit_store as store;
/// Stores over the file system.
pub use hubkit_store_fs as store_fs;
/// How requests are sent.
pub use hubkit_transport as transport;
