//! Why a model could not be looked at.

use std::{error, fmt, io, path::PathBuf};

use hubkit_lfs::Pointer;
use hubkit_types::{Repo, RepoPath, shown};

/// A model could not be looked at.
#[derive(Debug)]
#[non_exhaustive]
pub enum InspectionError {
    /// The hub, or the way to it.
    Hub(hubkit_client::Error),
    /// A file or folder of this machine can't be read.
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A path of this machine leads to a device, a pipe or a folder.
    NotAFile {
        /// Which.
        path: PathBuf,
    },
    /// The commit, or the folder, holds no such file.
    NoSuchFile {
        /// The file.
        path: RepoPath,
        /// The repository; `None` for a folder.
        repo: Option<Repo>,
    },
    /// There are no weights of any format that is known.
    NoWeights {
        /// How many files there are.
        files: usize,
        /// The repository; `None` for a folder.
        repo: Option<Repo>,
    },
    /// An index of shards is no index.
    Index {
        /// The index.
        path: RepoPath,
        /// What is wrong with it; safe to show.
        message: String,
    },
    /// In the place of an index of shards lies its pointer of Git LFS.
    Pointer {
        /// The index.
        path: RepoPath,
        /// What lies there.
        pointer: Box<Pointer>,
    },
    /// An index names a shard that is not there, or a series of files is short of one.
    Incomplete {
        /// The shard. A stranger's text.
        missing: String,
    },
}

impl From<hubkit_client::Error> for InspectionError {
    fn from(error: hubkit_client::Error) -> Self {
        Self::Hub(error)
    }
}

impl fmt::Display for InspectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = |repo: &Option<Repo>| {
            repo.as_ref()
                .map_or("the folder".to_owned(), ToString::to_string)
        };
        match self {
            Self::Hub(error) => error.fmt(f),
            Self::Io { path, error } => write!(f, "{} can't be read: {error}", path.display()),
            Self::NotAFile { path } => {
                let path = shown(&path.to_string_lossy(), 400);
                write!(f, "{path} is something else: expected a regular file")
            }
            Self::NoSuchFile { path, repo } => write!(f, "{} has no file `{path}`", place(repo)),
            Self::NoWeights { files, repo } => write!(
                f,
                "{} has no weights of a known format among its {files} files",
                place(repo)
            ),
            Self::Index { path, message } => write!(f, "`{path}` is no index of shards: {message}"),
            Self::Pointer { path, pointer } => write!(f, "`{path}` is {}", pointer.not_the_file()),
            Self::Incomplete { missing } => write!(
                f,
                "`{}` is not there, which the other files of the model say there is: not all of it is here",
                missing.escape_debug()
            ),
        }
    }
}

impl error::Error for InspectionError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Hub(error) => error.source(),
            _ => None,
        }
    }
}
