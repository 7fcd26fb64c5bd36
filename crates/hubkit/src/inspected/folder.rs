//! Models on this machine.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use hubkit_inspect::{ReadInspectionError, inspect_reader};
use hubkit_types::{BlobId, Etag, RepoPath};

use super::{
    Documents, InspectedFile, InspectedModel, InspectionError, Scope, documents, external,
    index::{self, Index},
    pointers,
    tree::choose,
};

/// Looks at a file of this machine, or at a folder that holds a model: a clone, a download, a snapshot in a cache.
///
/// Blocks. Reads no more of the weights than tells what is in them, and follows links. Of a file only itself is looked
/// at, whatever the scope; files of a [`Scope::Files`] lie in the folder.
///
/// # Errors
///
/// What can't be read, a folder without weights, an index that is none, or shards that are missing. That nothing can be
/// told of a file is in its [`InspectedFile::outcome`].
pub fn inspect_path(path: &Path, scope: &Scope) -> Result<InspectedModel, InspectionError> {
    let mut model = InspectedModel::default();
    let about = fs::metadata(path).map_err(|error| unreadable(path, error))?;
    if about.is_dir() {
        inspect_folder(path, scope, &mut model)?;
    } else {
        let name = path
            .file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy();
        model.files.push(inspect_file(path, name.into_owned())?);
    }
    model.files.iter_mut().for_each(external::check_here);
    model.finish();
    Ok(model)
}

fn inspect_folder(
    folder: &Path,
    scope: &Scope,
    model: &mut InspectedModel,
) -> Result<(), InspectionError> {
    list(folder, "", 0, &mut model.paths).map_err(|error| unreadable(folder, error))?;
    model.paths.sort();
    let at = |path: &RepoPath| folder.join(path.as_str());
    if let Scope::Files(files) = scope {
        for path in files {
            if !model.paths.contains(path) {
                let path = path.clone();
                return Err(InspectionError::NoSuchFile { path, repo: None });
            }
            model.files.push(inspect_file(&at(path), path.to_string())?);
        }
        return Ok(());
    }
    let (mut chosen, indexes) = choose(&model.paths);
    for path in indexes {
        let json = read(&at(&path), index::LONGEST)?;
        chosen.add(Index::parse(&path, &json)?);
    }
    chosen.check(&model.paths)?;
    if chosen.files.is_empty() {
        let files = model.paths.len();
        return Err(InspectionError::NoWeights { files, repo: None });
    }
    for path in &chosen.files {
        model.files.push(inspect_file(&at(path), path.to_string())?);
    }
    model.findings = chosen.findings(&model.files);
    model.others = chosen.others;
    if *scope == Scope::Model {
        model.documents = read_documents(folder, &model.paths)?;
    }
    pointers::look_in(folder, scope, model);
    Ok(())
}

/// Looks at one file of this machine.
pub(super) fn inspect_file(path: &Path, name: String) -> Result<InspectedFile, InspectionError> {
    // Before it is opened: that alone waits for a writer where the path is a pipe.
    let about = fs::metadata(path).map_err(|error| unreadable(path, error))?;
    if !about.is_file() {
        return Err(InspectionError::NotAFile {
            path: path.to_owned(),
        });
    }
    let mut file = File::open(path).map_err(|error| unreadable(path, error))?;
    let about = file.metadata().map_err(|error| unreadable(path, error))?;
    let outcome = match inspect_reader(&mut file) {
        Ok(inspection) => Ok(inspection),
        Err(ReadInspectionError::Inspect(error)) => Err(error),
        Err(ReadInspectionError::Io(error)) => return Err(unreadable(path, error)),
        Err(error) => return Err(unreadable(path, io::Error::other(error))),
    };
    Ok(InspectedFile {
        name,
        size: about.len(),
        blob: blob_of(path),
        local_path: Some(path.to_owned()),
        outcome,
        external: Vec::new(),
        pointers: Vec::new(),
    })
}

/// What a link in a cache says the file hashes to: the name of the blob that it leads to.
fn blob_of(path: &Path) -> Option<BlobId> {
    let target = fs::read_link(path).ok()?;
    let is_blob = target.parent()?.file_name()? == "blobs";
    let tag: Etag = target.file_name()?.to_str()?.parse().ok()?;
    tag.blob_id().filter(|_| is_blob)
}

fn read_documents(folder: &Path, paths: &[RepoPath]) -> Result<Documents, InspectionError> {
    let mut read_ones = Documents::default();
    let card = |path: &RepoPath| path.as_str() == Documents::CARD;
    for path in paths
        .iter()
        .filter(|path| documents::is_wanted(path) || card(path))
    {
        let place = folder.join(path.as_str());
        let size = fs::metadata(&place)
            .map_err(|error| unreadable(&place, error))?
            .len();
        if size <= documents::LONGEST {
            read_ones.insert(path.clone(), read(&place, documents::LONGEST)?);
        }
    }
    Ok(read_ones)
}

fn read(path: &Path, limit: u64) -> Result<Bytes, InspectionError> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    let read = file.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(path, error))?;
    if bytes.len() as u64 > limit {
        let error = io::Error::other(format!("it is longer than {limit} bytes"));
        return Err(unreadable(path, error));
    }
    Ok(bytes.into())
}

/// Folders this deep are looked into, and so many files are listed at most.
const DEEPEST: usize = 8;
const MOST_FILES: usize = 100_000;

/// Lists the files below a folder that have a name which a repository could have. Links to folders are not followed.
fn list(folder: &Path, within: &str, depth: usize, found: &mut Vec<RepoPath>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let place: PathBuf = entry.path();
        let path = format!("{within}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if depth < DEEPEST && !name.starts_with('.') {
                list(&place, &format!("{path}/"), depth + 1, found)?;
            }
        } else if fs::metadata(&place).is_ok_and(|about| about.is_file())
            && found.len() < MOST_FILES
            && let Ok(path) = path.parse()
        {
            found.push(path);
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: io::Error) -> InspectionError {
    InspectionError::Io {
        path: path.to_owned(),
        error,
    }
}
