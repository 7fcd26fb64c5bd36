//! What is in a model: near or far, in one file or many.

mod bytes;
mod documents;
mod error;
mod external;
mod facts;
mod folder;
mod index;
mod pointers;
mod remote;
mod tree;

use std::path::PathBuf;

use hubkit_api::RepoInfo;
use hubkit_inspect::{Finding, InspectError, Inspection, Tensor};
use hubkit_lfs::Pointer;
use hubkit_types::{BlobId, CommitId, RepoPath};

pub use bytes::{PartReader, same_bytes};
pub use documents::Documents;
pub use error::InspectionError;
pub use facts::ModelFacts;
pub use folder::inspect_path;
pub use remote::inspect_repo;

/// What is to be looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Scope {
    /// The model: its weights, and the small documents beside them.
    Model,
    /// The weights alone, in as few requests as it takes: where `model.safetensors` is there, nothing else is asked for.
    Weights,
    /// These files alone.
    Files(Vec<RepoPath>),
}

/// What the files of a model say. All texts in it are a stranger's: escape them before they are shown.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct InspectedModel {
    /// The commit, of a repository on a hub.
    pub commit: Option<CommitId>,
    /// The files that were looked at, by name.
    pub files: Vec<InspectedFile>,
    /// What is wrong with the files together: shards that an index and the files tell differently about.
    pub findings: Vec<Finding>,
    /// The small documents that were read.
    pub documents: Documents,
    /// All files of the repository or folder, sorted; empty where they were not listed.
    pub paths: Vec<RepoPath>,
    /// Files that hold weights too and were not looked at: other formats, other precisions.
    pub others: Vec<RepoPath>,
    /// Those of them, in a folder of this machine, that are pointers of Git LFS.
    pub pointers: Vec<(RepoPath, Pointer)>,
    /// What the hub says of the repository, where it was asked.
    pub info: Option<RepoInfo>,
    /// What was read for all this.
    pub reading: Reading,
}

/// One file that was looked at.
#[derive(Debug)]
#[non_exhaustive]
pub struct InspectedFile {
    /// Its path in the repository or the folder; of a single file of this machine its name.
    pub name: String,
    /// Its length in bytes.
    pub size: u64,
    /// What it hashes to, as far as the hub or the cache says so.
    pub blob: Option<BlobId>,
    /// Where it lies on this machine.
    pub local_path: Option<PathBuf>,
    /// What is in it, or why nothing can be told of it.
    pub outcome: Result<Inspection, InspectError>,
    /// Files beside it that hold its weights, as an ONNX file names them; empty where nobody could look for them.
    pub external: Vec<ExternalFile>,
    /// Those of them that are pointers of Git LFS, by name.
    pub pointers: Vec<(String, Pointer)>,
}

/// A file that holds weights of another.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ExternalFile {
    /// As the other names it. A stranger's text.
    pub name: String,
    /// Its length in bytes; `None` where it is not there, or not a file to load.
    pub size: Option<u64>,
}

/// What was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Reading {
    /// Bytes of files: of those that were looked at, and of documents. What a hub says of a repository is not counted.
    pub bytes: u64,
    /// How many bytes the files that were looked at have together.
    pub of: u64,
    /// The requests that were sent, redirects that were followed included.
    pub requests: u64,
}

impl InspectedModel {
    /// What is in each file of which something could be told.
    pub fn inspections(&self) -> impl Iterator<Item = (&InspectedFile, &Inspection)> {
        let files = self.files.iter();
        files.filter_map(|file| Some((file, file.outcome.as_ref().ok()?)))
    }

    /// All tensors, file by file.
    pub fn tensors(&self) -> impl Iterator<Item = &Tensor> + Clone {
        let inspections = self
            .files
            .iter()
            .filter_map(|file| file.outcome.as_ref().ok());
        inspections.flat_map(|inspection| &inspection.tensors)
    }

    /// Holds each file against its name, and adds up what was read of files and documents.
    fn finish(&mut self) {
        for file in &mut self.files {
            if let Ok(inspection) = &mut file.outcome {
                inspection.check_name(&file.name);
            }
        }
        let read = self
            .inspections()
            .map(|(_, inspection)| inspection.bytes_read);
        self.reading.bytes = read.sum::<u64>() + self.documents.bytes();
        self.reading.of = self
            .files
            .iter()
            .fold(0, |sum, file| sum.saturating_add(file.size));
    }
}
