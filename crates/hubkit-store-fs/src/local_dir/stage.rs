//! A blob growing beside the files that were put into their places.

use std::{path::PathBuf, sync::Arc};

use hubkit_cache::{CacheError, Left, Partial, Remover};
use hubkit_store::{BoxFuture, Stage, StoreError};
use hubkit_types::{BlobId, ByteRange};

use super::{
    beneath::Folder,
    state::{FolderState, waiting_name},
};
use crate::{
    blocking::{Pace, run, store_error},
    sink::{FileSink, Target},
};

/// Blobs of at most so many bytes are fetched again whole where a transfer breaks off.
const SHORT: u64 = 1 << 20;

/// Where blobs grow. What it is called through its handle leads nowhere else, whatever takes the place of its name.
#[derive(Clone, Debug)]
struct Place {
    held: PathBuf,
    folder: Folder,
}

impl Place {
    fn of(folder: Folder) -> Self {
        let held = folder.held_path();
        Self { held, folder }
    }

    /// The fault with the name of the folder in it that a person knows.
    fn named(&self, fault: CacheError) -> CacheError {
        fault.said_of(&self.held, self.folder.path())
    }
}

/// A blob on its way to waiting for its place.
struct Growing {
    // Before the folder: it removes its file when it goes.
    partial: Partial,
    blob: BlobId,
    place: Place,
    state: Arc<FolderState>,
}

/// A stage for a blob, which goes on where another process left one that is large.
pub(super) fn begin(
    state: Arc<FolderState>,
    blob: BlobId,
    size: u64,
    pace: Pace,
) -> Result<Stage, StoreError> {
    let opened = state.prepare()?;
    let home = Place::of(opened.download()?.clone());
    drop(opened);
    let made = if size <= SHORT {
        Partial::create(&home.held, &blob.to_string(), size).map(|partial| (partial, None))
    } else {
        Partial::resume(&home.held, blob, size)
    };
    let (partial, left): (Partial, Option<Left>) =
        made.map_err(|fault| store_error(home.named(fault)))?;
    let growing = Growing {
        partial,
        blob,
        place: home,
        state,
    };
    let sink = FileSink::new(growing, pace);
    Ok(match left {
        Some(left) => Stage::resume(blob, size, sink, &left.note, left.same_boot),
        None => Stage::new(blob, size, sink),
    })
}

impl Target for Growing {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), CacheError> {
        let written = self.partial.write_at(offset, bytes);
        written.map_err(|fault| self.place.named(fault))
    }

    fn read_at(&self, range: ByteRange) -> Result<Vec<u8>, CacheError> {
        let read = self.partial.read_at(range);
        read.map_err(|fault| self.place.named(fault))
    }

    fn note(&self, note: &[u8]) {
        self.partial.note(note);
    }

    fn begin_flush(&self, part: ByteRange) -> Result<(), CacheError> {
        let flushed = self.partial.begin_flush(part);
        flushed.map_err(|fault| self.place.named(fault))
    }

    fn publish(self) -> BoxFuture<'static, Result<(), StoreError>> {
        Box::pin(run(move || {
            let Self {
                partial,
                blob,
                place,
                state,
            } = self;
            let name = waiting_name(blob);
            let published = partial.publish(&place.held.join(&name));
            published.map_err(|fault| store_error(place.named(fault)))?;
            state.trust(&place.folder, &name, &state.waiting_path(blob), blob);
            Ok(())
        }))
    }

    fn discard(&self) {
        self.partial.discard();
    }

    fn remover(&self) -> Option<Remover> {
        Some(self.partial.remover())
    }
}
