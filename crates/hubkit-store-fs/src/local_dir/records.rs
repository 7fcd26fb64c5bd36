//! Where the records of files are, and which blobs they tell of.

use std::{
    collections::{BTreeSet, HashMap},
    sync::PoisonError,
};

use hubkit_store::{Digester, StoreError};
use hubkit_types::{BlobId, RepoPath};

use super::{
    metadata::Record,
    state::{FolderState, Opened},
};

/// The longest name of a record that common file systems take.
const LONGEST_NAME: usize = 255;

/// Which paths were recorded with which blob. Only a hint: each answer is checked against the disk.
pub(super) type Index = HashMap<BlobId, BTreeSet<RepoPath>>;

impl Opened<'_> {
    /// The record of a file, whatever became of the file.
    pub(super) fn record(&self, path: &RepoPath) -> Option<Record> {
        let download = self.download.as_ref()?;
        let folder = download
            .existing(path.parent().unwrap_or_default())
            .ok()??;
        let record = Record::parse(&folder.read(&name_for(path), Record::LONGEST)?)?;
        let of = Some(path).filter(|path| !is_short(path));
        (record.path.as_ref() == of).then_some(record)
    }

    /// Writes the record of a file. It may be lost with the power: then the file is told by its digest.
    pub(super) fn keep_record(
        &self,
        path: &RepoPath,
        mut record: Record,
    ) -> Result<(), StoreError> {
        record.path = Some(path).filter(|path| !is_short(path)).cloned();
        let folder = self
            .download()?
            .folders(path.parent().unwrap_or_default())?;
        let (name, text) = (name_for(path), record.render());
        if folder
            .read(&name, Record::LONGEST)
            .is_none_or(|held| held != text.as_bytes())
        {
            folder.write(&name, text.as_bytes())?;
        }
        self.with_index(|index| {
            let paths = index.entry(record.blob).or_default();
            paths.insert(path.clone());
        })
    }

    /// Forgets what was recorded of a file.
    pub(super) fn remove_record(&self, path: &RepoPath) -> Result<(), StoreError> {
        let Some(download) = &self.download else {
            return Ok(());
        };
        if let Some(folder) = download.existing(path.parent().unwrap_or_default())? {
            folder.remove(&name_for(path))?;
        }
        Ok(())
    }

    /// Every record that makes sense, with the path that it is of.
    pub(super) fn records(&self) -> Result<Vec<(RepoPath, Record)>, StoreError> {
        let Some(download) = &self.download else {
            return Ok(Vec::new());
        };
        let mut records = Vec::new();
        for location in download.walk()? {
            let (parent, name) = location.rsplit_once('/').unwrap_or(("", &location));
            let Some(stem) = location.strip_suffix(".metadata") else {
                continue;
            };
            let bytes = match download.existing(parent)? {
                Some(folder) => folder.read(name, Record::LONGEST),
                None => None,
            };
            let Some(record) = bytes.and_then(|bytes| Record::parse(&bytes)) else {
                continue;
            };
            let path = match &record.path {
                Some(path)
                    if path.parent().unwrap_or_default() == parent && name_for(path) == name =>
                {
                    Some(path.clone())
                }
                _ => stem.parse().ok().filter(is_short),
            };
            records.extend(path.map(|path| (path, record)));
        }
        Ok(records)
    }

    /// The paths that were recorded with a blob.
    pub(super) fn recorded(&self, id: BlobId) -> Result<Vec<RepoPath>, StoreError> {
        self.with_index(|index| {
            let paths = index.get(&id).into_iter().flatten();
            paths.cloned().collect()
        })
    }

    /// Runs something on the index, which is built when it is first needed.
    pub(super) fn with_index<T>(
        &self,
        work: impl FnOnce(&mut Index) -> T,
    ) -> Result<T, StoreError> {
        let held = self.state.index.lock();
        let mut held = held.unwrap_or_else(PoisonError::into_inner);
        let index = if let Some(index) = held.as_mut() {
            index
        } else {
            let mut index = Index::new();
            for (path, record) in self.records()? {
                index.entry(record.blob).or_default().insert(path);
            }
            held.insert(index)
        };
        Ok(work(index))
    }
}

impl FolderState {
    /// Has the index built anew: another process may have put files into place.
    pub(super) fn forget_index(&self) {
        *self.index.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Whether the name of a file leaves room for what makes it the name of its record.
fn is_short(path: &RepoPath) -> bool {
    path.file_name().len() + ".metadata".len() <= LONGEST_NAME
}

/// The name of a file's record: what Python calls it, unless that would be too long.
fn name_for(path: &RepoPath) -> String {
    if is_short(path) {
        return format!("{}.metadata", path.file_name());
    }
    let mut digester = Digester::sha256();
    digester.update(path.as_str().as_bytes());
    format!("{}.metadata", digester.finish())
}
