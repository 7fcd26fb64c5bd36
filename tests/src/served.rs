//! Folders to be served as a hub.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

/// A folder of repositories: `models/NAMESPACE/NAME/…` and so on.
#[derive(Debug)]
pub struct Served {
    folder: TempDir,
}

impl Served {
    /// Makes an empty one, removed when dropped.
    pub fn new() -> Result<Self> {
        Ok(Self {
            folder: tempfile::tempdir()?,
        })
    }

    /// Adds a file of a repository, for example to `models/lab/tiny`.
    pub fn file(self, repo: &str, path: &str, bytes: impl AsRef<[u8]>) -> Result<Self> {
        let path = self.repo(repo).join(path);
        fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
        fs::write(path, bytes)?;
        Ok(self)
    }

    /// Adds a repository with the files of a folder.
    pub fn copy(mut self, repo: &str, from: &Path) -> Result<Self> {
        for (path, bytes) in files_below(from)? {
            self = self.file(repo, &path, bytes)?;
        }
        Ok(self)
    }

    /// Returns the folder to serve.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the folder of a repository.
    pub fn repo(&self, repo: &str) -> PathBuf {
        self.path().join(repo)
    }
}

/// Returns the content of every file below a folder, links followed, by its path with `/` between the parts.
pub fn files_below(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(each) = folders.pop() {
        for entry in
            fs::read_dir(&each).with_context(|| format!("can't list {}", each.display()))?
        {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)?
                    .to_string_lossy()
                    .replace('\\', "/");
                let bytes =
                    fs::read(&path).with_context(|| format!("can't read {}", path.display()))?;
                files.insert(name, bytes);
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_read_back() -> Result<()> {
        let served = Served::new()?
            .file("models/lab/tiny", "a/b.txt", "b")?
            .file("models/lab/tiny", "c", "c")?;
        let copy = Served::new()?.copy("datasets/lab/tiny", &served.repo("models/lab/tiny"))?;
        let files = files_below(copy.path())?;
        assert_eq!(
            files.keys().collect::<Vec<_>>(),
            ["datasets/lab/tiny/a/b.txt", "datasets/lab/tiny/c"]
        );
        assert_eq!(files["datasets/lab/tiny/c"], b"c");
        Ok(())
    }
}
