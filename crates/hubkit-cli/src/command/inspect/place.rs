//! Where a model is: what the words on the command line name.

use std::path::{Path, PathBuf};

use hubkit::{InspectedModel, InspectionError, RepoPath, Scope, inspect_path, inspect_repo};

use super::failures;
use crate::{
    args::{Global, Inspect},
    exit::Exit,
    failure::Failure,
    target::{self, Target},
};

/// Where a model is.
pub(super) enum Place {
    /// A file or folder of this machine.
    Here(PathBuf),
    /// A repository on a hub, or a file of it.
    Hub(Box<Target>),
}

impl Place {
    pub(super) fn read(text: &str, arguments: &Inspect) -> Result<Self, Failure> {
        let path = Path::new(text);
        if !text.starts_with("hf://") && (path.exists() || names_a_path(text)) {
            if path.exists() {
                return Ok(Self::Here(path.to_owned()));
            }
            let message = format!("{} does not exist", path.display());
            return Err(Failure::new(Exit::NotFound, "file_not_found", message)
                .hint("name a file or a folder, or a repository as NAMESPACE/NAME"));
        }
        let has_more = text.contains('@') || text.matches('/').count() > 1;
        let address = match arguments.repo_type {
            _ if text.starts_with("hf://") || !has_more => text.to_owned(),
            Some(kind) => format!("hf://{}/{text}", kind.plural()),
            None => format!("hf://{text}"),
        };
        let target = Target::new(&address, arguments.repo_type, arguments.revision.as_ref())?;
        if target.is_folder {
            return Err(
                Failure::usage(format!("`{text}` names a folder of a repository"))
                    .hint("name files in it, as in `hubkit inspect NAMESPACE/NAME FOLDER/FILE`"),
            );
        }
        Ok(Self::Hub(Box::new(target)))
    }

    /// Looks at what is there.
    pub(super) async fn inspect(
        &self,
        global: &Global,
        files: Vec<RepoPath>,
        arguments: &Inspect,
    ) -> Result<InspectedModel, Failure> {
        let scope = |files: Vec<RepoPath>| match files.is_empty() {
            false => Scope::Files(files),
            true if arguments.weights_only || arguments.tree || arguments.compare => Scope::Weights,
            true => Scope::Model,
        };
        let looked = match self {
            Self::Here(path) if path.is_file() && !files.is_empty() => {
                let message = format!("{} is a file, so no file can lie in it", path.display());
                return Err(Failure::usage(message));
            }
            Self::Here(path) => inspect_path(&snapshot_in(path), &scope(files)),
            Self::Hub(target) => {
                let mut files = files;
                files.extend(target.path.clone());
                let hub = target::hub(global, 1)?;
                let revision = target.revision();
                inspect_repo(hub.client(), &target.repo, &revision, &scope(files)).await
            }
        };
        let list = match self {
            Self::Here(_) => "name the file itself",
            Self::Hub(_) => "`hubkit ls REPO` lists the files",
        };
        looked.map_err(|error| failure(error, list))
    }
}

/// What the user reads where a model could not be looked at.
pub(crate) fn failure(error: InspectionError, list: &str) -> Failure {
    let message = error.to_string();
    match error {
        InspectionError::Hub(error) => error.into(),
        InspectionError::Io { .. } => Failure::new(Exit::Disk, "unreadable", message),
        InspectionError::NotAFile { .. } => Failure::new(Exit::Usage, "not_a_file", message)
            .hint("name a file or a folder; write what a pipe brings to a file first"),
        InspectionError::NoSuchFile { .. } => {
            Failure::new(Exit::NotFound, "file_not_found", message).hint(list)
        }
        InspectionError::NoWeights { .. } => {
            Failure::new(Exit::NotFound, "no_weights", message).hint(list)
        }
        InspectionError::Pointer { path, pointer } => Failure::pointer(path.as_str(), &pointer),
        InspectionError::Index { .. } => failures::malformed(message),
        InspectionError::Incomplete { .. } => Failure::new(Exit::Usage, "incomplete", message)
            .hint("name one file to look at it alone: `hubkit inspect REPO model-00001-of-00002.safetensors`"),
        _ => Failure::new(Exit::Bug, "unknown", message),
    }
}

/// Whether the user can only have meant something on this machine.
fn names_a_path(text: &str) -> bool {
    const ENDINGS: [&str; 12] = [
        "bin",
        "ckpt",
        "gguf",
        "h5",
        "json",
        "keras",
        "npy",
        "npz",
        "onnx",
        "pt",
        "pth",
        "safetensors",
    ];
    let path = Path::new(text);
    let ends = path.extension().is_some_and(|extension| {
        ENDINGS
            .iter()
            .any(|ending| extension.eq_ignore_ascii_case(ending))
    });
    path.is_absolute()
        || text.starts_with('.')
        || text.starts_with('~')
        || (ends && text.matches('/').count() < 2)
}

/// Of a repository's folder in a cache, the snapshot that `main` is; of any other folder that itself.
fn snapshot_in(folder: &Path) -> PathBuf {
    let main = std::fs::read_to_string(folder.join("refs/main"));
    let snapshot = main.ok().and_then(|commit| {
        let commit: hubkit::CommitId = commit.trim().parse().ok()?;
        Some(folder.join("snapshots").join(commit.to_string()))
    });
    snapshot
        .filter(|snapshot| snapshot.is_dir())
        .unwrap_or_else(|| folder.to_owned())
}
