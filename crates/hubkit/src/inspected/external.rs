//! Files beside an ONNX file that hold its weights: whether they are there, and long enough.

use std::{
    collections::{BTreeMap, HashMap},
    fs, io,
    path::{Path, PathBuf},
};

use hubkit_inspect::{Finding, Inspection, Place, Severity};
use hubkit_types::{RepoPath, TreeFile, shown};

use super::{ExternalFile, InspectedFile, pointers};

/// How many findings are told of one file.
const MOST_TOLD: usize = 20;

/// What lies in the place of such a file.
enum Found {
    File { size: u64 },
    Pointer(Box<hubkit_lfs::Pointer>),
    Nothing,
    Elsewhere,
    Irregular,
    Unreadable(io::Error),
}

/// Looks for the files beside one of this machine.
pub(super) fn check_here(file: &mut InspectedFile) {
    let Some(path) = file.local_path.clone() else {
        return;
    };
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    check(file, |name| found_here(&folder, name));
}

/// Looks for the files beside one of a commit, by its listing.
pub(super) fn check_listed(file: &mut InspectedFile, listing: &[TreeFile]) {
    let about = file.outcome.as_ref().ok();
    let graph = about.and_then(|about| about.graph.as_ref());
    if graph.is_none_or(|graph| graph.external_files.is_empty()) {
        return;
    }
    let sizes = listing.iter().map(|listed| (&listed.path, listed.size));
    let sizes: HashMap<&RepoPath, u64> = sizes.collect();
    let folder = file
        .name
        .rsplit_once('/')
        .map_or(String::new(), |(folder, _)| format!("{folder}/"));
    check(file, |name| {
        let path = format!("{folder}{name}").parse().ok();
        let size = path.and_then(|path: RepoPath| sizes.get(&path).copied());
        size.map_or(Found::Nothing, |size| Found::File { size })
    });
}

fn check(file: &mut InspectedFile, find: impl Fn(&RepoPath) -> Found) {
    let Ok(inspection) = &mut file.outcome else {
        return;
    };
    let Some(graph) = &inspection.graph else {
        return;
    };
    let names = graph.external_files.clone();
    let needed = needed(inspection);
    let mut findings = Vec::new();
    for name in names {
        // A name that leads elsewhere was found out by what the file itself says.
        let path = name.strip_prefix("./").unwrap_or(&name).parse();
        let found = path.ok().map(|path: RepoPath| find(&path));
        let expected = needed.get(&name).copied().unwrap_or(0);
        findings.extend(
            found
                .as_ref()
                .and_then(|found| told(&name, found, expected)),
        );
        let size = match found {
            Some(Found::File { size }) => Some(size),
            Some(Found::Pointer(pointer)) => {
                file.pointers.push((name.clone(), *pointer));
                None
            }
            _ => None,
        };
        file.external.push(ExternalFile { name, size });
    }
    let more = findings.len().saturating_sub(MOST_TOLD);
    findings.truncate(MOST_TOLD);
    if more > 0 {
        let message = format!("{more} more files of weights are not what they should be");
        findings.push(Finding::new(Severity::Fault, "external-file", message));
    }
    inspection.findings.extend(findings);
}

/// How long each file has to be at least.
fn needed(inspection: &Inspection) -> BTreeMap<String, u64> {
    let mut needed = BTreeMap::new();
    for tensor in &inspection.tensors {
        if let Place::Beside {
            file,
            range: Some(range),
        } = &tensor.place
        {
            let end: &mut u64 = needed.entry(file.clone()).or_default();
            *end = range.end().max(*end);
        }
    }
    needed
}

fn told(name: &str, found: &Found, expected: u64) -> Option<Finding> {
    let name = shown(name, 120);
    let fault = |code, message| Some(Finding::new(Severity::Fault, code, message));
    match found {
        Found::File { size } if *size < expected => fault(
            "external-length",
            format!(
                "the file of weights '{name}' is cut off: expected {expected} bytes or more, found {size}"
            ),
        ),
        Found::File { .. } => None,
        Found::Pointer(pointer) => fault(
            pointers::CODE,
            format!("the file of weights '{name}' is {}", pointer.not_the_file()),
        ),
        Found::Nothing => fault(
            "external-missing",
            format!("the file of weights '{name}' is not there, expected it beside the model"),
        ),
        Found::Elsewhere => fault(
            "external-link",
            format!(
                "the file of weights '{name}' is a link that leads out of the folder of the model"
            ),
        ),
        Found::Irregular => fault(
            "external-file",
            format!("expected a regular file of weights '{name}', found something else"),
        ),
        Found::Unreadable(error) => fault(
            "external-file",
            format!("the file of weights '{name}' can't be read: {error}"),
        ),
    }
}

fn found_here(folder: &Path, name: &RepoPath) -> Found {
    let path = folder.join(name.as_str());
    let look = || {
        // A link that leads nowhere is nothing, too.
        let place = fs::canonicalize(&path)?;
        if !is_within(&place, &fs::canonicalize(folder)?) {
            return Ok(Found::Elsewhere);
        }
        let about = fs::metadata(&place)?;
        if !about.is_file() {
            return Ok(Found::Irregular);
        }
        let size = about.len();
        let pointer = pointers::read(&place)?;
        Ok(pointer.map_or(Found::File { size }, |pointer| {
            Found::Pointer(Box::new(pointer))
        }))
    };
    look().unwrap_or_else(|error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Found::Nothing,
        _ => Found::Unreadable(error),
    })
}

/// Whether a file lies in the folder, or where a cache keeps what the links of its snapshots lead to.
fn is_within(place: &Path, folder: &Path) -> bool {
    if place.starts_with(folder) {
        return true;
    }
    let snapshots = folder
        .ancestors()
        .find(|ancestor| ancestor.file_name().is_some_and(|name| name == "snapshots"));
    let blobs = snapshots.and_then(|snapshots| Some(snapshots.parent()?.join("blobs")));
    blobs.is_some_and(|blobs| place.parent() == Some(&blobs))
}
