//! `hubkit safetensors`.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use hubkit::{
    lfs::recognise,
    plan::Selection,
    safetensors::{Existing, ReadHeaderError, Rewrite, RewriteError, Stop},
};
use serde_json::json;

use super::stoppable::stoppable;
use crate::{
    args::{Cast, Merge, Rename, SafetensorsCommand, Split, Target},
    exit::Exit,
    failure::Failure,
    ui::{Ui, count, plain, size},
};

/// How many remarks there are about one index.
const SHOWN: usize = 10;

pub(crate) async fn run(command: &SafetensorsCommand, ui: &Ui) -> Result<Exit, Failure> {
    let (command, ui) = (command.clone(), ui.clone());
    stoppable(move |stop| match &command {
        SafetensorsCommand::Merge(arguments) => merge(arguments, stop, &ui),
        SafetensorsCommand::Split(arguments) => split(arguments, stop, &ui),
        SafetensorsCommand::Rename(arguments) => rename(arguments, stop, &ui),
        SafetensorsCommand::Cast(arguments) => cast(arguments, stop, &ui),
    })
    .await
}

fn merge(arguments: &Merge, stop: &Stop, ui: &Ui) -> Result<Exit, Failure> {
    let rewrite = match arguments.files.as_slice() {
        [index] if is_index(index) => open(index, ui)?,
        files => {
            if let Some(index) = files.iter().find(|file| is_index(file)) {
                let message = format!(
                    "{} is an index, and there are other files beside it",
                    index.display()
                );
                return Err(Failure::usage(message).hint("name the index alone, or its files"));
            }
            files.iter().try_for_each(|file| refuse_pointer(file))?;
            Rewrite::open(files.iter().cloned())?
        }
    };
    for key in rewrite.dropped_metadata() {
        ui.remark(&format!(
            "the files differ about `{}` in their metadata: it is left out",
            plain(key)
        ));
    }
    write(&rewrite.until(stop), &arguments.target, ui)
}

fn split(arguments: &Split, stop: &Stop, ui: &Ui) -> Result<Exit, Failure> {
    let rewrite = open(&arguments.file, ui)?.until(stop);
    let folder = &arguments.output;
    fs::create_dir_all(folder).map_err(|error| not_a_folder(folder, &error))?;
    let existing = existing(arguments.force);
    let files = rewrite.split(
        &arguments.output,
        &arguments.name,
        arguments.max_size,
        existing,
    )?;
    ui.result(
        || {
            let paths = files.iter().map(|(path, _)| path.display().to_string());
            paths.collect::<Vec<_>>().join("\n")
        },
        || {
            let file = |(path, bytes): &(PathBuf, u64)| json!({ "path": path, "bytes": bytes });
            json!({
                "tensors": rewrite.tensors(), "data_bytes": rewrite.data_len(),
                "files": files.iter().map(file).collect::<Vec<_>>(),
            })
        },
    )?;
    Ok(Exit::Done)
}

fn rename(arguments: &Rename, stop: &Stop, ui: &Ui) -> Result<Exit, Failure> {
    let mut rewrite = open(&arguments.file, ui)?.until(stop);
    let counts = rewrite.rename(&arguments.rules);
    let mut changed = arguments.rules.iter().zip(&counts);
    if let Some((rule, _)) = changed.find(|(_, count)| **count == 0) {
        let message = format!(
            "`{}` is about no tensor of {}",
            plain(&rule.to_string()),
            arguments.file.display()
        );
        return Err(Failure::new(Exit::NotFound, "tensor_not_found", message)
            .hint("`hubkit inspect FILE` lists the tensors; of two rules about one name the first counts"));
    }
    ui.remark(&format!(
        "renamed: {}",
        count(counts.iter().sum(), "tensor", "tensors")
    ));
    write(&rewrite, &arguments.target, ui)
}

fn cast(arguments: &Cast, stop: &Stop, ui: &Ui) -> Result<Exit, Failure> {
    let mut rewrite = open(&arguments.file, ui)?.until(stop);
    for glob in &arguments.only {
        let wanted = Selection::new(std::slice::from_ref(glob), &[]);
        if !rewrite.names().any(|name| wanted.keeps_text(name)) {
            let message = format!(
                "`{}` is about no tensor of {}",
                plain(glob),
                arguments.file.display()
            );
            return Err(Failure::new(Exit::NotFound, "tensor_not_found", message)
                .hint("`hubkit inspect FILE` lists the tensors; a pattern is about whole names"));
        }
    }
    let wanted = Selection::new(&arguments.only, &[]);
    let casts = rewrite.cast(arguments.to.into(), |name| wanted.keeps_text(name));
    ui.remark(&format!(
        "cast: {} of {}",
        casts,
        count(rewrite.tensors(), "tensor", "tensors")
    ));
    write(&rewrite, &arguments.target, ui)
}

fn write(rewrite: &Rewrite, target: &Target, ui: &Ui) -> Result<Exit, Failure> {
    let path = &target.output;
    let length = rewrite.write(path, existing(target.force))?;
    ui.remark(&format!(
        "written: {}, {}",
        count(rewrite.tensors(), "tensor", "tensors"),
        size(length)
    ));
    ui.result(
        || path.display().to_string(),
        || json!({ "path": path, "bytes": length, "tensors": rewrite.tensors(), "data_bytes": rewrite.data_len() }),
    )?;
    Ok(Exit::Done)
}

fn existing(force: bool) -> Existing {
    if force {
        Existing::Replace
    } else {
        Existing::Keep
    }
}

fn is_index(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "json")
}

fn open(path: &Path, ui: &Ui) -> Result<Rewrite, Failure> {
    refuse_pointer(path)?;
    let opened = if is_index(path) {
        Rewrite::open_index(path)
    } else {
        Rewrite::open([path.to_owned()])
    };
    let rewrite = opened?;
    let (index, findings) = (path.display(), rewrite.findings());
    for finding in findings.iter().take(SHOWN) {
        ui.remark(&format!("{index}: {finding}"));
    }
    if let Some(more @ 1..) = findings.len().checked_sub(SHOWN) {
        ui.remark(&format!("{index}: {more} more like these"));
    }
    Ok(rewrite)
}

/// A pointer of Git LFS says what it stands for.
pub(super) fn refuse_pointer(path: &Path) -> Result<(), Failure> {
    let mut start = Vec::new();
    let read = open_file(path)?.take(1024).read_to_end(&mut start);
    read.map_err(|error| unusable(path, &error))?;
    let recognised = recognise(&start);
    let Some(pointer) = recognised.pointer() else {
        return Ok(());
    };
    Err(Failure::pointer(&path.display().to_string(), pointer))
}

/// Opens what is a regular file. Others are only looked at: to open a named pipe is to wait for its writer.
pub(super) fn open_file(path: &Path) -> Result<File, Failure> {
    let found = fs::metadata(path).map_err(|error| unusable(path, &error))?;
    if !found.is_file() {
        return Err(not_a_file(format!("{} is no regular file", path.display())));
    }
    File::open(path).map_err(|error| unusable(path, &error))
}

fn not_a_file(message: String) -> Failure {
    Failure::new(Exit::Disk, "not_a_file", message).hint(
        "a regular file is expected, and no folder, pipe or device; what is replaced can be no link either",
    )
}

/// A folder that can't be made, mostly because a file is where it, or one above it, should be.
fn not_a_folder(folder: &Path, error: &io::Error) -> Failure {
    let Some(file) = folder.ancestors().find(|path| path.is_file()) else {
        return unusable(folder, error);
    };
    let message = format!("{} is a file, expected a folder", file.display());
    Failure::new(Exit::Disk, "occupied", message).hint("choose another `--output`")
}

/// A file of this machine that can't be opened, read or written.
pub(super) fn unusable(path: &Path, error: &io::Error) -> Failure {
    let path = path.display();
    match error.kind() {
        // Of ours, which names the path; the system's says less.
        io::ErrorKind::InvalidInput if error.raw_os_error().is_none() => {
            not_a_file(error.to_string())
        }
        io::ErrorKind::NotFound => Failure::new(
            Exit::NotFound,
            "file_not_found",
            format!("{path} does not exist, or its folder does not"),
        ),
        io::ErrorKind::AlreadyExists => {
            Failure::new(Exit::Disk, "occupied", format!("{path} is there already"))
                .hint("choose another `--output`, or replace it with `--force`")
        }
        io::ErrorKind::StorageFull => Failure::new(
            Exit::Disk,
            "disk_full",
            format!("there is no room for {path}"),
        )
        .hint("free some space, or choose another `--output`; nothing was left behind"),
        _ => Failure::new(
            Exit::Disk,
            "disk",
            format!("{path} can't be read or written: {error}"),
        ),
    }
}

impl From<RewriteError> for Failure {
    fn from(error: RewriteError) -> Self {
        let malformed = "it is damaged or of another format; `hubkit inspect FILE` says more";
        match &error {
            RewriteError::Io { path, error }
            | RewriteError::Read {
                path,
                error: ReadHeaderError::Io(error),
            } => unusable(path, error),
            RewriteError::Read { path, error } => {
                // Of the files that an index names too.
                if let Err(pointer) = refuse_pointer(path) {
                    return pointer;
                }
                let message = format!("{} is not a sound safetensors file", path.display());
                Self::new(Exit::Integrity, "malformed", message)
                    .hint(malformed)
                    .caused_by(error)
            }
            RewriteError::Index { path, error } => {
                let message = format!(
                    "{} is not a sound index of safetensors files",
                    path.display()
                );
                Self::new(Exit::Integrity, "malformed", message).caused_by(error)
            }
            RewriteError::Mismatch { .. } | RewriteError::Duplicate { .. } => {
                let failure = Self::new(Exit::Integrity, "inconsistent", error.to_string());
                match std::error::Error::source(&error) {
                    Some(source) => failure.caused_by(source),
                    None => failure,
                }
                .hint("the files do not belong together, or one of them is of another version")
            }
            RewriteError::Layout(cause) => {
                Self::new(Exit::Usage, "layout", error.to_string()).caused_by(cause)
            }
            _ => Self::new(Exit::Usage, "layout", error.to_string()),
        }
    }
}
