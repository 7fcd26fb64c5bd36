//! What goes wrong with the cache.

use std::{error, fmt, io, path::Path};

/// What kind of thing went wrong, and so what a caller should do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum CacheErrorKind {
    /// What was asked for is not in the cache. Fetch it.
    NotFound,
    /// There are more or fewer bytes than promised. Fetch them anew.
    Integrity,
    /// There is no room. Free some.
    Full,
    /// The right to read or write is missing, or the cache is read-only.
    Denied,
    /// The cache is not laid out as it should be: look at the path that the message names.
    Corrupt,
    /// A file's name must not reach a file system, so what holds it can't be given whole.
    Unsafe,
    /// The device failed. Trying again may help.
    Io,
}

/// The cache could not do what it was asked to.
#[derive(Debug)]
pub struct CacheError {
    kind: CacheErrorKind,
    message: String,
    source: Option<io::Error>,
}

impl CacheError {
    pub(crate) fn new(kind: CacheErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    pub(crate) fn corrupt(path: &Path, fault: &str) -> Self {
        Self::new(
            CacheErrorKind::Corrupt,
            format!("`{}` {fault}", path.display()),
        )
    }

    /// `tried` is a phrase such as `can't rename`.
    pub(crate) fn io(tried: &str, path: &Path, source: io::Error) -> Self {
        let kind = match source.kind() {
            io::ErrorKind::NotFound => CacheErrorKind::NotFound,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                CacheErrorKind::Denied
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => CacheErrorKind::Full,
            _ => CacheErrorKind::Io,
        };
        Self {
            kind,
            message: format!("{tried} `{}`", path.display()),
            source: Some(source),
        }
    }

    /// The same with the name that a person knows for a folder in the place of the one that it was reached by.
    pub fn said_of(self, reached_by: &Path, known_as: &Path) -> Self {
        let (reached_by, known_as) = (reached_by.display(), known_as.display());
        let mut message = self.message;
        for end in ["/", "`"] {
            message = message.replace(&format!("`{reached_by}{end}"), &format!("`{known_as}{end}"));
        }
        Self { message, ..self }
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> CacheErrorKind {
        self.kind
    }

    /// What the operating system said, where it was asked.
    pub fn into_source(self) -> Option<io::Error> {
        self.source
    }
}

impl fmt::Display for CacheError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl error::Error for CacheError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

/// `None` when nothing is there, at whatever depth the path breaks off.
pub(crate) fn found<T>(
    result: io::Result<T>,
    tried: &str,
    path: &Path,
) -> Result<Option<T>, CacheError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(fault)
            if matches!(
                fault.kind(),
                // What the file system could not even name is not there.
                io::ErrorKind::NotFound
                    | io::ErrorKind::NotADirectory
                    | io::ErrorKind::InvalidFilename
            ) =>
        {
            Ok(None)
        }
        Err(fault) => Err(CacheError::io(tried, path, fault)),
    }
}
