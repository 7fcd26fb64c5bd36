//! The bytes of tensors, to hold those of two models side by side.

use std::{
    collections::HashMap,
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
};

use bytes::Bytes;
use futures_util::future::try_join;
use hubkit_client::{Client, FileRanges};
use hubkit_types::{ByteRange, Repo, Revision};

use super::{InspectedFile, InspectedModel, InspectionError};

/// Reads parts of the files of a model, near or far. Files stay open, and addresses known, as long as it lives.
///
/// Nothing is verified: what is read of a part of a file has no digest.
#[derive(Debug)]
pub struct PartReader<'a> {
    hub: Option<(&'a Client, &'a Repo, Revision)>,
    open: HashMap<String, Opened>,
}

#[derive(Debug)]
enum Opened {
    Here(File),
    Hub(Box<FileRanges>),
}

/// How much is compared at a time.
const PIECE: u64 = 4 << 20;

impl<'a> PartReader<'a> {
    /// Reads the files of a model; those that are not on this machine from this repository.
    pub fn new(model: &InspectedModel, hub: Option<(&'a Client, &'a Repo)>) -> Self {
        let revision = model.commit.map(Revision::from).unwrap_or_default();
        Self {
            hub: hub.map(|(client, repo)| (client, repo, revision)),
            open: HashMap::new(),
        }
    }

    /// Reads a part of a file, cut to its end.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the reader usable.
    ///
    /// # Errors
    ///
    /// Those of the client, a file that can't be read, and a file that is nowhere.
    pub async fn read(
        &mut self,
        file: &InspectedFile,
        range: ByteRange,
    ) -> Result<Bytes, InspectionError> {
        if !self.open.contains_key(&file.name) {
            let opened = self.open(file)?;
            self.open.insert(file.name.clone(), opened);
        }
        match self.open.get_mut(&file.name).expect("it was just opened") {
            Opened::Hub(ranges) => Ok(ranges.read_part(range).await?),
            Opened::Here(opened) => {
                let path = file.local_path.as_deref().unwrap_or(Path::new(&file.name));
                let unreadable = |error| InspectionError::Io {
                    path: path.to_owned(),
                    error,
                };
                opened
                    .seek(SeekFrom::Start(range.start()))
                    .map_err(unreadable)?;
                let mut bytes = Vec::new();
                let read = opened.take(range.len()).read_to_end(&mut bytes);
                read.map_err(unreadable)?;
                Ok(bytes.into())
            }
        }
    }

    fn open(&self, file: &InspectedFile) -> Result<Opened, InspectionError> {
        if let Some(path) = &file.local_path {
            let opened = File::open(path).map_err(|error| InspectionError::Io {
                path: path.clone(),
                error,
            });
            return opened.map(Opened::Here);
        }
        let path = file.name.parse().ok();
        let place = self.hub.as_ref().zip(path);
        let ((client, repo, revision), path) =
            place.ok_or_else(|| InspectionError::Incomplete {
                missing: file.name.clone(),
            })?;
        Ok(Opened::Hub(Box::new(client.ranges(repo, revision, &path))))
    }
}

/// Whether two parts of one length hold the same bytes. Reads until they differ.
///
/// # Cancellation
///
/// Dropping the future leaves both readers usable.
///
/// # Errors
///
/// Those of [`PartReader::read`].
pub async fn same_bytes(
    one: (&mut PartReader<'_>, &InspectedFile, ByteRange),
    other: (&mut PartReader<'_>, &InspectedFile, ByteRange),
) -> Result<bool, InspectionError> {
    let (one, one_file, one_range) = one;
    let (other, other_file, other_range) = other;
    if one_range.len() != other_range.len() {
        return Ok(false);
    }
    let mut at = 0;
    while at < one_range.len() {
        let length = PIECE.min(one_range.len() - at);
        let piece = |range: ByteRange| {
            let start = range.start() + at;
            ByteRange::new(start, start + length).expect("forward")
        };
        let (mine, others) = try_join(
            one.read(one_file, piece(one_range)),
            other.read(other_file, piece(other_range)),
        )
        .await?;
        if mine != others || mine.len() as u64 != length {
            return Ok(false);
        }
        at += length;
    }
    Ok(true)
}
