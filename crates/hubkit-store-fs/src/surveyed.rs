//! What files are, told by their metadata, and the content of a few.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use hubkit_store::{StoreError, Survey, SurveyRequest};
use hubkit_types::RepoPath;

use crate::stamp::Stamp;

/// A file that was looked at.
pub(crate) struct Seen {
    path: RepoPath,
    location: PathBuf,
    stamp: Stamp,
}

impl Seen {
    /// `None` when there is no file any more.
    pub(crate) fn at(path: RepoPath, location: PathBuf) -> Option<Self> {
        let stamp = Stamp::at(&location)?;
        Some(Self {
            path,
            location,
            stamp,
        })
    }
}

/// Describes files, sorted by path. `marks` are what else tells one state from another; an open file that is not
/// `is_served` is not read.
pub(crate) fn survey(
    files: Vec<Seen>,
    marks: Vec<String>,
    request: &SurveyRequest,
    is_served: impl Fn(&File) -> bool,
) -> Result<Survey, StoreError> {
    let stamps = files
        .iter()
        .map(|file| format!("{} {:?}", file.path, file.stamp));
    let version = Survey::mark(marks.into_iter().chain(stamps));
    let mut texts = BTreeMap::new();
    if request.known.as_ref() != Some(&version) {
        for file in files
            .iter()
            .filter(|file| request.texts.contains(&file.path))
        {
            if let Some(bytes) = read(&file.location, request.longest_text, &is_served)? {
                texts.insert(file.path.clone(), bytes);
            }
        }
    }
    Ok(Survey {
        version,
        modified: files.iter().filter_map(|file| file.stamp.modified()).max(),
        texts,
        files: files
            .into_iter()
            .map(|file| (file.path, file.stamp.size))
            .collect(),
    })
}

/// The bytes of a small file; `None` for one that is longer or gone.
fn read(
    location: &Path,
    longest: u64,
    is_served: impl Fn(&File) -> bool,
) -> Result<Option<Bytes>, StoreError> {
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = File::open(location)?;
        if !is_served(&file) {
            return Err(io::ErrorKind::NotFound.into());
        }
        file.take(longest.saturating_add(1))
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    match read() {
        Ok(bytes) => Ok(Some(bytes.into()).filter(|bytes: &Bytes| bytes.len() as u64 <= longest)),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(fault) => {
            let message = format!("can't read `{}`", location.display());
            Err(StoreError::io(message, fault))
        }
    }
}
