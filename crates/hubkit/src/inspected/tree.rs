//! What is there to look at: paths first, then the files that hold weights.

use std::collections::BTreeSet;

use hubkit_inspect::{Finding, Format, check_gguf_parts};
use hubkit_plan::{missing_of_series, model_files};
use hubkit_types::RepoPath;

use super::{InspectedFile, InspectionError, index::Index};

/// The files that hold a model's weights.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) files: BTreeSet<RepoPath>,
    pub(super) indexes: Vec<Index>,
    pub(super) others: Vec<RepoPath>,
}

/// Chooses the files of weights; the documents of the indexes among them are still to be read.
pub(super) fn choose(paths: &[RepoPath]) -> (Chosen, Vec<RepoPath>) {
    let found = model_files(paths);
    let chosen = Chosen {
        files: found.weights.into_iter().collect(),
        indexes: Vec::new(),
        others: found.others,
    };
    (chosen, found.indexes)
}

impl Chosen {
    /// Adds what an index names.
    pub(super) fn add(&mut self, index: Index) {
        self.files.extend(index.shards());
        self.indexes.push(index);
    }

    /// Whether all of it is among these paths.
    pub(super) fn check(&mut self, paths: &[RepoPath]) -> Result<(), InspectionError> {
        let incomplete = |missing: &dyn ToString| InspectionError::Incomplete {
            missing: missing.to_string(),
        };
        let listed: BTreeSet<&RepoPath> = paths.iter().collect();
        if let Some(missing) = self.files.iter().find(|path| !listed.contains(path)) {
            return Err(incomplete(missing));
        }
        if self.indexes.is_empty()
            && let Some(missing) = missing_of_series(&self.files).first()
        {
            return Err(incomplete(missing));
        }
        self.others.retain(|path| !self.files.contains(path));
        Ok(())
    }

    /// What is wrong with the files together.
    pub(super) fn findings(&self, files: &[InspectedFile]) -> Vec<Finding> {
        let told = files.iter().filter_map(|file| {
            let inspection = file.outcome.as_ref().ok()?;
            Some((file.name.as_str(), inspection))
        });
        let parts: Vec<_> = told
            .filter(|(_, file)| file.format == Format::Gguf)
            .collect();
        let mut findings = match parts.len() {
            0 | 1 => Vec::new(),
            _ => check_gguf_parts(&parts),
        };
        findings.extend(self.indexes.iter().flat_map(|index| index.check(files)));
        findings
    }
}
