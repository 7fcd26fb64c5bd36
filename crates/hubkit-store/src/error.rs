//! What goes wrong with a store.

use std::{error, fmt, io};

type BoxError = Box<dyn error::Error + Send + Sync>;

/// What kind of thing went wrong, and so what a caller should do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// What was asked for is not here. Fetch it.
    NotFound,
    /// Bytes do not hash to their name, or there are more or fewer than promised. Fetch them anew.
    Integrity,
    /// There is no room. Free some.
    Full,
    /// The right to read or write is missing, or the store is read-only.
    Denied,
    /// A file that is not the store's own stands in the way. Move it, or say that it may go.
    Occupied,
    /// A file's name must not reach a file system, so what holds it can't be given whole. Leave the file out.
    Unsafe,
    /// What is stored is not laid out as it should be.
    Corrupt,
    /// The store takes no such request.
    Unsupported,
    /// The device or the service failed. Trying again may help.
    Io,
}

/// A store could not do what it was asked to.
pub struct StoreError {
    kind: StoreErrorKind,
    message: String,
    source: Option<BoxError>,
}

impl StoreError {
    /// An error of this kind. The message is a lower-case fragment that names the thing.
    pub fn new(kind: StoreErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// An error of the operating system; the message says what was tried, and on which path.
    pub fn io(message: impl Into<String>, source: io::Error) -> Self {
        let kind = match source.kind() {
            io::ErrorKind::NotFound => StoreErrorKind::NotFound,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                StoreErrorKind::Denied
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreErrorKind::Full,
            _ => StoreErrorKind::Io,
        };
        Self::new(kind, message).with_source(source)
    }

    /// Adds what caused it.
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreError")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .field("source", &self.source)
            .finish()
    }
}

impl error::Error for StoreError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}
