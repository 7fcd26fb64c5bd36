//! The pointers of Git LFS that lie in a folder where large files belong, and the pointers that do not because no
//! `.gitattributes` asks for them:
//!
//! ```text
//! cargo run --example lfs_pointers -- some/clone
//! ```
//!
//! A program that is about to load weights does well to look: a clone without git-lfs has 130 bytes of text under the name
//! of a model.

use std::{
    env,
    error::Error,
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use hubkit_lfs::{Pointer, Recognition, TreeAttributes, recognise};

fn main() -> Result<(), Box<dyn Error>> {
    let root: PathBuf = env::args().nth(1).ok_or("name a folder")?.into();
    let files = files_below(&root)?;
    let mut attributes = TreeAttributes::default();
    for path in &files {
        if let Some(folder) = path.strip_suffix(".gitattributes") {
            let text = fs::read(root.join(path))?;
            attributes = attributes.with_file(folder.trim_end_matches('/'), text);
        }
    }
    let mut out = io::stdout().lock();
    let (mut pointers, mut bytes) = (0, 0_u64);
    for path in &files {
        // As much as tells whether it is a pointer, and no byte more of a file of gigabytes.
        let mut start = Vec::new();
        let file = File::open(root.join(path))?;
        file.take(Pointer::LIMIT as u64).read_to_end(&mut start)?;
        match recognise(&start) {
            Recognition::Pointer(pointer) | Recognition::Unusual(pointer) => {
                writeln!(out, "{path} is {}", pointer.not_the_file())?;
                if !attributes.is_lfs(&path.parse()?) {
                    writeln!(out, "{path}: and no .gitattributes keeps it in LFS")?;
                }
                pointers += 1;
                bytes += pointer.size();
            }
            Recognition::Malformed(fault) => writeln!(out, "{path}: {fault}")?,
            Recognition::MergeConflict => writeln!(out, "{path}: pointers in conflict")?,
            Recognition::OtherPointer(other) => writeln!(out, "{path}: {other}")?,
            _ => {}
        }
    }
    writeln!(out, "{pointers} pointers to {bytes} bytes")?;
    Ok(())
}

/// The paths of all plain files below a folder, sorted, but for git's own.
fn files_below(root: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut files = Vec::new();
    let mut open = vec![String::new()];
    while let Some(prefix) = open.pop() {
        for entry in fs::read_dir(root.join(&prefix))? {
            let entry = entry?;
            let name = entry.file_name().into_string();
            let path = format!("{prefix}{}", name.map_err(|_| "a name is not UTF-8")?);
            let kind = entry.file_type()?;
            if kind.is_dir() && entry.file_name() != ".git" {
                open.push(format!("{path}/"));
            } else if kind.is_file() {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
