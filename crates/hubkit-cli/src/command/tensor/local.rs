//! A tensor in a file of this machine.

use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use hubkit::{
    RepoPath,
    safetensors::{Probe, SelectError, ShardIndex, TensorQuery, TensorSlice},
};

use super::{header_failure, select_failure};
use crate::{
    command::safetensors::{open_file, refuse_pointer, unusable},
    exit::Exit,
    failure::Failure,
    output::Reader,
};

/// The most that is in memory at a time, and what may lie between two ranges that are read as one.
const LONGEST: u64 = 8 << 20;
const NEAR: u64 = 16 << 10;

/// An open file, and a tensor of it.
pub(super) struct Local {
    path: PathBuf,
    file: File,
    slice: TensorSlice,
    read: u64,
}

impl Local {
    /// Finds a tensor in a file, in the files that an index names, or in a folder that has one of the two.
    pub(super) fn find(
        path: &Path,
        file: Option<&RepoPath>,
        query: &TensorQuery,
    ) -> Result<Self, Failure> {
        let mut path = path.to_owned();
        if let Some(file) = file {
            path.push(file.as_str());
        } else if path.is_dir() {
            let names = ["model.safetensors", "model.safetensors.index.json"];
            let found = names
                .map(|name| path.join(name))
                .into_iter()
                .find(|path| path.exists());
            path = found.ok_or_else(|| {
                let message = format!(
                    "{} has neither model.safetensors nor its index",
                    path.display()
                );
                Failure::new(Exit::NotFound, "file_not_found", message)
                    .hint("name the file itself, or `--file`")
            })?;
        }
        let mut read = 0;
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            path = shard_of(&path, query, &mut read)?;
        }
        refuse_pointer(&path)?;
        let shown = path.display().to_string();
        let mut file = open_file(&path)?;
        let size = file
            .metadata()
            .map_err(|error| unusable(&path, &error))?
            .len();
        let mut probe = Probe::new(Some(size));
        while let Some(range) = probe.need() {
            let bytes = read_at(&mut file, range.start(), range.len())
                .map_err(|error| unusable(&path, &error))?;
            read += bytes.len() as u64;
            probe.feed(&bytes);
        }
        let header = probe
            .finish()
            .map_err(|error| header_failure(&error, &shown))?;
        let slice = header
            .select(query)
            .map_err(|error| select_failure(&error, &shown))?;
        Ok(Self {
            path,
            file,
            slice,
            read,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn slice(&self) -> &TensorSlice {
        &self.slice
    }

    /// How many bytes were read, of the header and the index too.
    pub(super) fn bytes_read(&self) -> u64 {
        self.read
    }

    /// Reads the tensor, and hands it on chunk by chunk for as long as more is wanted.
    pub(super) fn read(
        &mut self,
        mut chunk: impl FnMut(&[u8]) -> Result<Reader, Failure>,
    ) -> Result<Reader, Failure> {
        for range in self.slice.reads(NEAR, LONGEST) {
            let bytes = read_at(&mut self.file, range.start(), range.len())
                .map_err(|error| unusable(&self.path, &error))?;
            self.read += bytes.len() as u64;
            if bytes.len() as u64 != range.len() {
                let message = format!("{} became shorter while it was read", self.path.display());
                return Err(Failure::new(Exit::Integrity, "changed", message));
            }
            let picked: Vec<&[u8]> = self.slice.pick(range.start(), &bytes).collect();
            if chunk(&picked.concat())? == Reader::Gone {
                return Ok(Reader::Gone);
            }
        }
        Ok(Reader::There)
    }
}

/// As many bytes as there are, up to `length`.
fn read_at(file: &mut File, start: u64, length: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The file that an index puts a tensor into.
fn shard_of(path: &Path, query: &TensorQuery, read: &mut u64) -> Result<PathBuf, Failure> {
    refuse_pointer(path)?;
    let limit = ShardIndex::LIMIT as u64 + 1;
    let mut file = open_file(path)?;
    let bytes = read_at(&mut file, 0, limit).map_err(|error| unusable(path, &error))?;
    *read += bytes.len() as u64;
    let index = ShardIndex::parse(&bytes).map_err(|error| {
        let message = format!("{} is not a sound index: {error}", path.display());
        Failure::new(Exit::Integrity, "malformed", message)
    })?;
    let mut names = query.candidates().map(|(name, _)| name);
    let shard = names.find_map(|name| index.shard_of(name)).ok_or_else(|| {
        let name = query.as_str().to_owned();
        select_failure(&SelectError::NotFound { name }, &path.display().to_string())
    })?;
    Ok(path.with_file_name(shard.as_str()))
}
