//! A look at a repository that reads next to nothing.

use std::{
    collections::BTreeMap,
    time::{Duration, UNIX_EPOCH},
};

use bytes::Bytes;
use hubkit_store::{Survey, SurveyRequest};
use hubkit_types::{BlobId, CommitId, TreeFile};

use crate::{GitError, Repository};

use super::is_here;

/// What a commit holds. Its id tells which files, but not which of the large ones are here.
pub(super) fn survey(
    repository: &Repository,
    (commit, files): (CommitId, &[TreeFile]),
    request: &SurveyRequest,
) -> Result<Survey, GitError> {
    let here: Vec<&TreeFile> = files
        .iter()
        .filter(|file| is_here(repository, file))
        .collect();
    let large = here.iter().filter_map(|file| file.lfs);
    let marks = large.map(|digest| digest.to_string());
    let version = Survey::mark(std::iter::once(commit.to_string()).chain(marks));
    let mut texts = BTreeMap::new();
    if request.known.as_ref() != Some(&version) {
        let wanted = |file: &&&TreeFile| {
            file.size <= request.longest_text && request.texts.contains(&file.path)
        };
        for file in here.iter().filter(wanted) {
            let bytes = match file.blob() {
                BlobId::Git(oid) => repository.read_blob(oid, request.longest_text)?,
                BlobId::Sha256(digest) => repository
                    .lfs_object(digest)
                    .and_then(|path| std::fs::read(path).ok()),
            };
            texts.extend(bytes.map(|bytes| (file.path.clone(), Bytes::from(bytes))));
        }
    }
    let committed = repository.commit(commit)?;
    let seconds = committed.and_then(|commit| u64::try_from(commit.seconds).ok());
    let modified = seconds.and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    Ok(Survey {
        version,
        modified,
        files: here
            .into_iter()
            .map(|file| (file.path.clone(), file.size))
            .collect(),
        texts,
    })
}
