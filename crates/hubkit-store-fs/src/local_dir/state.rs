//! The folder, how to treat what is in it, and what is remembered of it.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, Once, PoisonError},
    thread,
    time::Duration,
};

use hubkit_cache::{CACHEDIR_TAG, Trees, durable, sweep};
use hubkit_store::{StoreError, StoreErrorKind};
use hubkit_types::{BlobId, CommitId, TreeFile};

use super::{Overwrite, beneath::Folder, records::Index, reuse::Lender};
use crate::{blocking::store_error, digest::Digests, stamp::Stamp};

const STATE: &str = ".cache/huggingface";
const DOWNLOAD: &str = ".cache/huggingface/download";
const TREES: &str = ".cache/huggingface/trees";

/// What one process holds while it records, in the folder of the state.
const LOCK: &str = ".lock";

/// How often that is asked for, and how long between.
const LOCK_ATTEMPTS: usize = 400;
const LOCK_PAUSE: Duration = Duration::from_millis(25);

/// A folder and how to treat what is in it. All methods block.
#[derive(Debug)]
pub(super) struct FolderState {
    root: PathBuf,
    overwrite: Overwrite,
    lender: Option<Lender>,
    trees: Trees,
    pub(super) index: Mutex<Option<Index>>,
    recording: Mutex<()>,
    digests: Digests,
    swept: Once,
}

/// The folder, held open for one piece of work.
#[derive(Debug)]
pub(super) struct Opened<'a> {
    pub(super) state: &'a FolderState,
    pub(super) root: Folder,
    /// Where records are and blobs wait; nothing of it is there before the first file comes.
    pub(super) download: Option<Folder>,
}

/// Nobody else of this process, and as a rule no other process, records as long as this is held.
pub(super) struct Alone<'a> {
    _here: MutexGuard<'a, ()>,
    _elsewhere: Option<File>,
}

impl FolderState {
    pub(super) fn new(root: PathBuf, overwrite: Overwrite, lender: Option<Lender>) -> Self {
        // The empty name stands for the folder that the process is in, and is no name to open.
        let root = if root.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            root
        };
        Self {
            trees: Trees::new(root.clone(), STATE),
            root,
            overwrite,
            lender,
            index: Mutex::default(),
            recording: Mutex::default(),
            digests: Digests::default(),
            swept: Once::new(),
        }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn overwrite(&self) -> Overwrite {
        self.overwrite
    }

    pub(super) fn lender(&self) -> Option<&Lender> {
        self.lender.as_ref()
    }

    pub(super) fn trees(&self) -> &Trees {
        &self.trees
    }

    pub(super) fn digests(&self) -> &Digests {
        &self.digests
    }

    /// The folder, if it is there.
    pub(super) fn open(&self) -> Result<Option<Opened<'_>>, StoreError> {
        let Some(root) = named(&self.root)? else {
            return Ok(None);
        };
        Ok(Some(Opened {
            state: self,
            download: root.existing(DOWNLOAD)?,
            root,
        }))
    }

    /// Looks at the folder, if it is there.
    pub(super) fn within<T>(
        &self,
        otherwise: T,
        work: impl FnOnce(&Opened<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match self.open()? {
            Some(opened) => work(&opened),
            None => Ok(otherwise),
        }
    }

    /// Makes the folder for what is on its way, and tells backups and git to leave the records alone.
    pub(super) fn prepare(&self) -> Result<Opened<'_>, StoreError> {
        durable::folders(&self.root, "").map_err(store_error)?;
        let Some(root) = named(&self.root)? else {
            let message = format!("`{}` is removed as it is made", self.root.display());
            return Err(StoreError::new(StoreErrorKind::NotFound, message));
        };
        let state = root.folders(STATE)?;
        for (name, content) in [(".gitignore", "*"), ("CACHEDIR.TAG", CACHEDIR_TAG)] {
            if state.look(name)?.is_none() {
                state.write(name, content.as_bytes())?;
            }
        }
        Ok(Opened {
            state: self,
            download: Some(root.folders(DOWNLOAD)?),
            root,
        })
    }

    /// Remembers that a file is a blob, for as long as it stays as it is.
    pub(super) fn trust(&self, folder: &Folder, name: &str, location: &Path, id: BlobId) {
        let metadata = folder.open(name).map(|file| file.metadata());
        if let Ok(Ok(metadata)) = metadata {
            let stamp = Stamp::of(&metadata);
            self.digests.trust(location, stamp, id);
        }
    }

    /// Where a blob waits that was verified and has no place yet.
    pub(super) fn waiting_path(&self, blob: BlobId) -> PathBuf {
        self.root.join(DOWNLOAD).join(waiting_name(blob))
    }
}

impl Opened<'_> {
    /// Removes what downloads left that broke off long ago, the first time that it is asked to.
    pub(super) fn sweep(&self) -> Result<(), StoreError> {
        let download = self.download()?;
        self.state.swept.call_once(|| sweep(&download.held_path()));
        Ok(())
    }

    /// Where records are and blobs wait.
    pub(super) fn download(&self) -> Result<&Folder, StoreError> {
        self.download.as_ref().ok_or_else(|| {
            let message = format!(
                "`{}` holds nothing that was fetched",
                self.state.root.display()
            );
            StoreError::new(StoreErrorKind::NotFound, message)
        })
    }

    /// Held while files are put into place: two recordings at once would look at each other's halves.
    ///
    /// Waits some seconds for another process and then goes on: where there are no locks, or one is held by a process
    /// that hangs, a half is still told by its digest.
    pub(super) fn alone(&self) -> Result<Alone<'_>, StoreError> {
        let here = self.state.recording.lock();
        let folder = self.root.existing(STATE)?;
        let mut file = folder.and_then(|folder| folder.lock_file(LOCK).ok());
        for _ in 0..LOCK_ATTEMPTS {
            match file.as_ref().map(File::try_lock) {
                Some(Err(TryLockError::WouldBlock)) => thread::sleep(LOCK_PAUSE),
                Some(Err(TryLockError::Error(_))) => file = None,
                Some(Ok(())) | None => break,
            }
        }
        Ok(Alone {
            _here: here.unwrap_or_else(PoisonError::into_inner),
            _elsewhere: file,
        })
    }

    /// Keeps a listing. One that says the same stays as it is.
    pub(super) fn keep_listing(
        &self,
        commit: CommitId,
        files: &[TreeFile],
    ) -> Result<(), StoreError> {
        let mut sorted = files.to_vec();
        sorted.sort_by(|left, right| left.path.cmp(&right.path));
        let held = self.state.trees.facts(commit).map_err(store_error)?;
        if held.is_some_and(|held| *held == sorted) {
            return Ok(());
        }
        let folder = self.root.folders(TREES)?;
        folder.write(&format!("{commit}.json"), &Trees::render(&sorted))
    }
}

/// The name under which a blob waits.
pub(super) fn waiting_name(blob: BlobId) -> String {
    format!("{blob}.verified")
}

fn named(root: &Path) -> Result<Option<Folder>, StoreError> {
    Folder::named(root).map_err(|fault| {
        if fault.kind() == std::io::ErrorKind::NotADirectory {
            let message = format!(
                "`{}` is a file or lies below one, where the folder should be",
                root.display()
            );
            return StoreError::new(StoreErrorKind::Occupied, message);
        }
        StoreError::io(format!("can't open `{}`", root.display()), fault)
    })
}
