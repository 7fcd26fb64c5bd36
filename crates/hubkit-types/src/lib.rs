#![doc = include_str!("../README.md")]

mod account;
mod commit;
mod digest;
mod endpoint;
mod etag;
mod hex;
mod hf_uri;
mod model_class;
mod origin;
mod path;
mod range;
mod repo;
mod revision;
mod text;
mod tree;

pub use account::{AccountName, ParseAccountNameError};
pub use commit::{CommitId, ParseCommitIdError};
pub use digest::{BlobId, GitOid, ParseDigestError, Sha256, XetHash};
pub use endpoint::{Endpoint, ParseEndpointError};
pub use etag::{Etag, ParseEtagError};
pub use hf_uri::{HfUri, ParseHfUriError};
pub use model_class::{ModelClass, Sense, Senses};
pub use origin::{Origin, ParseOriginError, Scheme};
pub use path::{ParseRepoPathError, PathFault, RepoPath, is_invisible};
pub use range::{ByteRange, ParseByteRangeError};
pub use repo::{ParseRepoIdError, ParseRepoKindError, Repo, RepoId, RepoKind};
pub use revision::{ParseRevisionError, Revision};
pub use text::shown;
pub use tree::TreeFile;
