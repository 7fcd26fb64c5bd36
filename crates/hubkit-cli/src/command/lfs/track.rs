//! `hubkit lfs track`.

use std::{fs, io, path::Path};

use hubkit::lfs::{TrackedPattern, track, tracked};
use serde_json::{Value, json};

use crate::{
    args::Track,
    exit::Exit,
    failure::Failure,
    ui::{Ui, plain},
};

const FILE: &str = ".gitattributes";

pub(crate) fn run(arguments: &Track, ui: &Ui) -> Result<Exit, Failure> {
    let mut text = read()?;
    if arguments.patterns.is_empty() {
        let known = tracked(&text);
        ui.lines(
            known.is_empty(),
            || known.iter().map(line).collect::<Vec<_>>().join("\n"),
            || {
                let list = known
                    .iter()
                    .map(|one| json!({ "pattern": one.pattern, "lfs": one.is_lfs }));
                json!({ "file": FILE, "patterns": list.collect::<Value>() })
            },
        )?;
        return Ok(Exit::Done);
    }
    let mut outcomes = Vec::new();
    for pattern in &arguments.patterns {
        let changed = track(&text, pattern)
            .map_err(|error| Failure::usage(format!("`{}`: {error}", plain(pattern))))?;
        outcomes.push((pattern, changed.is_some()));
        if let Some(changed) = changed {
            text = changed;
        }
    }
    if outcomes.iter().any(|(_, added)| *added) {
        write(&text)?;
    }
    ui.result(
        || {
            let lines = outcomes.iter().map(|(pattern, added)| {
                let pattern = plain(pattern);
                if *added {
                    format!("tracking {pattern}")
                } else {
                    format!("{pattern} was tracked already")
                }
            });
            lines.collect::<Vec<_>>().join("\n")
        },
        || {
            let list = outcomes
                .iter()
                .map(|(pattern, added)| json!({ "pattern": pattern, "added": added }));
            json!({ "file": FILE, "patterns": list.collect::<Value>() })
        },
    )?;
    ui.remark("files that are in git already move to LFS with `git add --renormalize .`");
    Ok(Exit::Done)
}

fn line(known: &TrackedPattern) -> String {
    let pattern = plain(&known.pattern);
    if known.is_lfs {
        pattern
    } else {
        format!("{pattern} (kept out)")
    }
}

fn read() -> Result<Vec<u8>, Failure> {
    match fs::symlink_metadata(FILE) {
        Ok(found) if found.is_file() => Ok(fs::read(FILE)?),
        Ok(_) => {
            let message = format!("{FILE} is no plain file, so git does not read it");
            Err(Failure::new(Exit::Disk, "occupied", message))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// At once: nobody ever sees half of it.
fn write(text: &[u8]) -> Result<(), Failure> {
    let mut temporary = tempfile::Builder::new()
        .prefix(".gitattributes-")
        .tempfile_in(Path::new("."))?;
    io::Write::write_all(temporary.as_file_mut(), text)?;
    match fs::metadata(FILE) {
        Ok(found) => temporary.as_file().set_permissions(found.permissions())?,
        Err(_) => open_to_all(temporary.as_file())?,
    }
    temporary.persist(FILE).map_err(|error| error.error)?;
    Ok(())
}

/// A temporary file is for its owner alone; this one is for all who work here.
fn open_to_all(file: &fs::File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}
