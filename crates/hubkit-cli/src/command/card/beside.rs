//! Files beside a card that tell of results.

use std::{fs, io, path::Path};

use hubkit::{RepoKind, RepoPath};
use hubkit_card::{EvalEntries, EvalEntry, Metadata};

use super::source::{CARD, NAME, Place, Source, folder_of};
use crate::{
    exit::Exit,
    failure::Failure,
    ui::{plain, trouble},
};

/// The folder of results.
pub(super) const RESULTS: &str = ".eval_results";
/// What makes a data set a benchmark.
pub(super) const BENCHMARK: &str = "eval.yaml";
/// More files than these are not read, nor more bytes of all of them.
const MOST: usize = 256;
const MOST_BYTES: usize = 16 << 20;

/// A file beside a card.
pub(super) struct Beside {
    /// Where it is below the card's folder, with slashes.
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
    /// The bytes as text; what is no UTF-8 is replaced.
    pub(super) text: String,
}

impl Beside {
    fn new(path: String, bytes: Vec<u8>) -> Self {
        Self {
            path,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
        }
    }

    /// The entries of a file of results. One that can't be read is told of, and has none.
    pub(super) fn entries(&self) -> Vec<EvalEntry> {
        match EvalEntries::read(&self.text) {
            Ok(read) => read.entries,
            Err(error) => {
                left_out(&self.path, &error.to_string());
                Vec::new()
            }
        }
    }
}

/// Says that a file is passed over, and why.
pub(super) fn left_out(path: &str, reason: &str) {
    trouble(&format!(
        "{}: {}; it is left out",
        plain(path),
        plain(reason)
    ));
}

/// Every YAML file directly below `.eval_results/`, in the order of their names.
pub(super) async fn results(place: &Place) -> Result<Vec<Beside>, Failure> {
    let mut paths = match place {
        Place::Hub(found) => {
            let files = found.files.iter();
            let results =
                files.filter(|file| file.path.parent() == Some(RESULTS) && is_yaml(&file.path));
            let read =
                results.filter(|file| is_short(file.path.as_str(), file.size, Metadata::LONGEST));
            read.map(|file| file.path.as_str().to_owned()).collect()
        }
        Place::Input => Vec::new(),
        Place::Folder(_) | Place::File(_) => match folder(place) {
            Some(folder) => names(&folder.join(RESULTS))?,
            None => Vec::new(),
        },
    };
    paths.sort_unstable();
    if paths.len() > MOST {
        trouble(&format!(
            "{RESULTS} holds {} files: only the first {MOST} are read",
            paths.len()
        ));
        paths.truncate(MOST);
    }
    let mut files = Vec::new();
    let mut left = MOST_BYTES;
    for path in paths {
        let bytes = read(place, &path).await?;
        let Some(rest) = left.checked_sub(bytes.len()) else {
            left_out(&path, "the files before it are long already");
            break;
        };
        left = rest;
        files.push(Beside::new(path, bytes));
    }
    Ok(files)
}

/// The entries of every file of results of a model. A card that is a file alone has nothing around it.
pub(super) async fn entries(source: &Source) -> Result<Vec<EvalEntry>, Failure> {
    let is_alone = matches!(source.place, Place::Input | Place::File(_));
    if is_alone || source.kind.is_some_and(|kind| kind != RepoKind::Model) {
        return Ok(Vec::new());
    }
    let files = results(&source.place).await?;
    Ok(files.iter().flat_map(Beside::entries).collect())
}

/// The `eval.yaml` of a data set, where there is one.
pub(super) async fn benchmark(place: &Place) -> Result<Option<Beside>, Failure> {
    let is_there = match place {
        Place::Hub(found) => found.file(BENCHMARK).is_some(),
        _ => folder(place).is_some_and(|folder| folder.join(BENCHMARK).is_file()),
    };
    if !is_there {
        return Ok(None);
    }
    let bytes = read(place, BENCHMARK).await?;
    Ok(Some(Beside::new(BENCHMARK.to_owned(), bytes)))
}

/// The folder whose files belong to a card of this machine: a file of another name is a card alone.
pub(super) fn folder(place: &Place) -> Option<&Path> {
    match place {
        Place::Folder(folder) => Some(folder),
        Place::File(file) if file.file_name().is_some_and(|name| name == NAME) => {
            Some(folder_of(file))
        }
        Place::File(_) | Place::Input | Place::Hub(_) => None,
    }
}

fn is_yaml(path: &RepoPath) -> bool {
    path.has_extension("yaml") || path.has_extension("yml")
}

/// Whether a file is one that is read. One that is longer must not keep what else there is from being told.
pub(super) fn is_short(path: &str, size: u64, longest: usize) -> bool {
    let is_short = size <= longest as u64;
    if !is_short {
        left_out(
            path,
            &format!("expected at most {longest} bytes, found {size}"),
        );
    }
    is_short
}

/// The paths of the YAML files of a folder of results, from the folder above it. What no repository could hold is left out.
fn names(folder: &Path) -> Result<Vec<String>, Failure> {
    let failure = |error: &io::Error| {
        let name = plain(&folder.display().to_string());
        Failure::new(Exit::Disk, "unreadable", format!("{name}: {error}"))
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failure(&error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| failure(&error))?;
        let name = entry.file_name();
        let path = name.to_str().map(|name| format!("{RESULTS}/{name}"));
        let path: Option<RepoPath> = path.and_then(|path| path.parse().ok());
        let about = fs::metadata(entry.path()).ok();
        if let (Some(path), Some(about)) = (path, about)
            && is_yaml(&path)
            && about.is_file()
            && is_short(path.as_str(), about.len(), Metadata::LONGEST)
        {
            paths.push(path.as_str().to_owned());
        }
    }
    Ok(paths)
}

async fn read(place: &Place, path: &str) -> Result<Vec<u8>, Failure> {
    match place {
        Place::Hub(found) => match found.file(path) {
            Some(file) => found.bytes(file, Metadata::LONGEST).await,
            None => Ok(Vec::new()),
        },
        _ => match folder(place) {
            Some(folder) => CARD.read(&folder.join(path)),
            None => Ok(Vec::new()),
        },
    }
}
