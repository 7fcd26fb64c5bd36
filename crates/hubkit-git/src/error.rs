//! What goes wrong with a repository.

use std::{error, fmt};

use git2::{ErrorClass, ErrorCode};

/// What kind of thing went wrong, and so what a caller should do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum GitErrorKind {
    /// There is no such repository, commit or object. Name another.
    NotFound,
    /// An abbreviated id fits several objects. Write more of it.
    Ambiguous,
    /// The right to read is missing, or the repository belongs to another user, whose configuration git does not trust.
    /// Change the owner, or name the folder under `safe.directory` in git's own configuration.
    Denied,
    /// The repository is damaged. `git fsck` says where.
    Corrupt,
    /// More than is taken: too many files, or an object that would have to be held in memory and is too large.
    TooLarge,
    /// A repository that this library can't read, as those with SHA-256 object ids.
    Unsupported,
    /// An index that this library can't read: a split or a sparse one. `git update-index --no-split-index` and
    /// `git sparse-checkout reapply --no-sparse-index` make it a plain one.
    UnsupportedIndex,
    /// The device failed. Trying again may help.
    Io,
}

/// A repository could not be read.
pub struct GitError {
    kind: GitErrorKind,
    message: String,
    source: Option<git2::Error>,
}

impl GitError {
    pub(crate) fn new(kind: GitErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// What the library says; the message says what was tried.
    pub(crate) fn of(message: impl Into<String>, source: git2::Error) -> Self {
        let kind = match (source.code(), source.class()) {
            _ if is_index_extension(&source) => GitErrorKind::UnsupportedIndex,
            (ErrorCode::NotFound | ErrorCode::UnbornBranch, _) => GitErrorKind::NotFound,
            (ErrorCode::Ambiguous, _) => GitErrorKind::Ambiguous,
            (ErrorCode::Owner, _) => GitErrorKind::Denied,
            (_, ErrorClass::Os | ErrorClass::NoMemory) => GitErrorKind::Io,
            // An object format or an extension that the library was not made for.
            (_, ErrorClass::Repository) => GitErrorKind::Unsupported,
            _ => GitErrorKind::Corrupt,
        };
        Self {
            kind,
            message: message.into(),
            source: Some(source),
        }
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> GitErrorKind {
        self.kind
    }
}

impl fmt::Display for GitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for GitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitError")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .field("source", &self.source)
            .finish()
    }
}

impl error::Error for GitError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

/// Whether an index has something in it without which it can't be understood.
pub(crate) fn is_index_extension(fault: &git2::Error) -> bool {
    // The library has no code for it.
    fault.class() == ErrorClass::Index && fault.message().contains("mandatory extension")
}

/// What is not there is `None`; anything else stays an error.
pub(crate) trait Optional<T> {
    fn optional(self, message: impl FnOnce() -> String) -> Result<Option<T>, GitError>;
}

impl<T> Optional<T> for Result<T, git2::Error> {
    fn optional(self, message: impl FnOnce() -> String) -> Result<Option<T>, GitError> {
        match self {
            Ok(found) => Ok(Some(found)),
            Err(fault) if fault.code() == ErrorCode::NotFound => Ok(None),
            Err(fault) => Err(GitError::of(message(), fault)),
        }
    }
}
