//! What is around a card that is looked at.

use std::{fs::File, io::Read as _, path::Path};

use hubkit::RepoId;
use hubkit_card::Surroundings;
use serde_json::Value;

use super::super::{
    asset,
    source::{Found, Place, folder_of},
};

/// A longer configuration is not read, in bytes.
const LONGEST: usize = 1 << 20;

/// The files around a card, and what two of them say.
#[derive(Default)]
pub(super) struct Around {
    repo: Option<RepoId>,
    files: Option<Vec<String>>,
    config: Option<Value>,
    adapter: Option<Value>,
}

impl Around {
    /// Looks at the files of a folder, of the folder of a file that is called README.md, or of a repository. What can't be
    /// read is as if it was not there: it is the card that is looked at.
    pub(super) async fn look(place: &Place) -> Self {
        match place {
            Place::Folder(folder) => Self::of_folder(folder),
            Place::File(file) if file.file_name().is_some_and(|name| name == "README.md") => {
                Self::of_folder(folder_of(file))
            }
            Place::Hub(found) => Self::of_repo(found).await,
            Place::Input | Place::File(_) => Self::default(),
        }
    }

    fn of_folder(folder: &Path) -> Self {
        let files = asset::names(folder).ok();
        let json = |name: &str| {
            let path = folder.join(name);
            let is_file = std::fs::metadata(&path).is_ok_and(|about| about.is_file());
            let file = File::open(path).ok().filter(|_| is_file)?;
            let mut bytes = Vec::new();
            file.take(LONGEST as u64).read_to_end(&mut bytes).ok()?;
            serde_json::from_slice(&bytes).ok()
        };
        Self {
            repo: None,
            files: files.map(|files| files.into_iter().map(|path| path.to_string()).collect()),
            config: json("config.json"),
            adapter: json("adapter_config.json"),
        }
    }

    async fn of_repo(found: &Found) -> Self {
        let files = found.files.iter().map(|file| file.path.to_string());
        Self {
            repo: Some(found.repo.id.clone()),
            files: Some(files.collect()),
            config: json(found, "config.json").await,
            adapter: json(found, "adapter_config.json").await,
        }
    }

    /// Does something with them.
    pub(super) fn with<T>(&self, work: impl FnOnce(&Surroundings<'_>) -> T) -> T {
        let files: Option<Vec<&str>> = self
            .files
            .as_ref()
            .map(|files| files.iter().map(String::as_str).collect());
        work(&Surroundings {
            repo: self.repo.as_ref(),
            files: files.as_deref(),
            config: self.config.as_ref(),
            adapter: self.adapter.as_ref(),
        })
    }
}

async fn json(found: &Found, name: &str) -> Option<Value> {
    let file = found.files.iter().find(|file| file.path.as_str() == name)?;
    let client = found.hub.client();
    let read = client.read(&found.repo, found.commit, file, LONGEST).await;
    serde_json::from_slice(&read.ok()?).ok()
}
