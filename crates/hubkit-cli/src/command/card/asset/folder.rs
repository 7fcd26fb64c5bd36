//! A folder of this machine, as a repository that is yet to be.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};

use hubkit::{
    BlobId, RepoPath,
    lfs::{Pointer, recognise},
    store::Digester,
};
use hubkit_card::{Asset, AssetFile};

use super::{Gathered, sha256};
use crate::{exit::Exit, failure::Failure, ui::plain};

/// Folders this deep are looked into, and a folder of more files than these is refused.
const DEEPEST: usize = 32;
const MOST_FILES: usize = 100_000;

/// Hashes every file below a folder, links to files followed, but for what an upload leaves behind: `.git`, and what
/// clients keep in `.cache/huggingface`. What stands where an LFS pointer is, is the file that the pointer stands for.
/// One file is passed over.
pub(super) fn gather(folder: &Path, but: Option<&str>) -> Result<Gathered, Failure> {
    let mut walk = walk(folder)?;
    walk.found.retain(|path| Some(path.as_str()) != but);
    let mut asset = Asset::default();
    for path in walk.found {
        let place = folder.join(path.as_str());
        let file = read(&place, path).map_err(|error| unreadable(&place, &error))?;
        asset.files.push(file);
    }
    Ok(Gathered {
        asset,
        left_out: walk.left_out,
    })
}

/// The names of the same files, sorted, of which none is opened.
pub(in crate::command::card) fn names(folder: &Path) -> Result<Vec<RepoPath>, Failure> {
    Ok(walk(folder)?.found)
}

/// The path of a file within a folder, if it lies there.
pub(in crate::command::card) fn within(folder: &Path, file: &Path) -> Option<String> {
    let parent = match file.parent()? {
        parent if parent == Path::new("") => Path::new("."),
        parent => parent,
    };
    let parent = parent.canonicalize().ok()?;
    let folder = folder.canonicalize().ok()?;
    let path = parent.strip_prefix(folder).ok()?.join(file.file_name()?);
    let parts = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    Some(parts.collect::<Vec<_>>().join("/"))
}

fn walk(folder: &Path) -> Result<Walk, Failure> {
    let mut walk = Walk {
        found: Vec::new(),
        left_out: Vec::new(),
    };
    walk.look(folder, "", 0)
        .map_err(|error| unreadable(folder, &error))?;
    if walk.found.len() > MOST_FILES {
        let folder = plain(&folder.display().to_string());
        let message = format!("{folder}: expected at most {MOST_FILES} files, found more");
        return Err(Failure::new(Exit::Usage, "too_many_files", message)
            .hint("name the folder of one repository, and keep other folders out of it"));
    }
    walk.found.sort();
    Ok(walk)
}

struct Walk {
    found: Vec<RepoPath>,
    left_out: Vec<String>,
}

impl Walk {
    fn look(&mut self, folder: &Path, within: &str, depth: usize) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            if self.found.len() > MOST_FILES {
                break;
            }
            let entry = entry?;
            let name = entry.file_name();
            let path = format!("{within}{}", name.to_string_lossy());
            if entry.file_type()?.is_dir() {
                let is_kept_by_clients = path == ".cache/huggingface" || name == ".git";
                if is_kept_by_clients {
                    continue;
                }
                if depth == DEEPEST {
                    self.left_out.push(plain(&path));
                } else {
                    self.look(&entry.path(), &format!("{path}/"), depth + 1)?;
                }
                continue;
            }
            // A pipe or a socket is no content, and neither is a link to a folder or to nothing.
            let is_file = fs::metadata(entry.path()).is_ok_and(|about| about.is_file());
            match (is_file && name.to_str().is_some()).then(|| path.parse()) {
                Some(Ok(path)) => self.found.push(path),
                _ if name == ".git" => {}
                _ => self.left_out.push(plain(&path)),
            }
        }
        Ok(())
    }
}

/// Reads a file to its end. A file that is written meanwhile is what was read of it.
fn read(place: &Path, path: RepoPath) -> io::Result<AssetFile> {
    let mut file = File::open(place)?;
    let promised = file.metadata()?.len();
    let mut start = Vec::new();
    file.by_ref()
        .take(Pointer::LIMIT as u64)
        .read_to_end(&mut start)?;
    if let Some(pointer) = recognise(&start).pointer() {
        return Ok(AssetFile {
            path,
            size: pointer.size(),
            sha256: Some(pointer.oid()),
            oid: None,
        });
    }
    let (mut large, mut git) = (Digester::sha256(), Digester::git_blob(promised));
    let (mut size, mut buffer) = (0, vec![0; 1 << 18]);
    let mut piece = start;
    while !piece.is_empty() {
        large.update(&piece);
        git.update(&piece);
        size += piece.len() as u64;
        let count = file.read(&mut buffer)?;
        piece.clear();
        piece.extend_from_slice(&buffer[..count]);
    }
    let oid = match git.finish() {
        // Of another length than was promised it is the id of nothing.
        BlobId::Git(oid) if size == promised => Some(oid),
        _ => None,
    };
    Ok(AssetFile {
        path,
        size,
        sha256: Some(sha256(large)),
        oid,
    })
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let message = format!("{}: {error}", plain(&path.display().to_string()));
    Failure::new(Exit::Disk, "unreadable", message)
        .hint("every file of the folder is hashed, so each must be readable")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_hashed_and_a_pointer_is_its_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        for inner in [
            "data",
            ".git/objects",
            ".cache/huggingface",
            ".eval_results",
        ] {
            fs::create_dir_all(root.join(inner)).expect("a folder");
        }
        let digest = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
        let pointer =
            format!("version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 6\n");
        for (path, text) in [
            ("README.md", "hello\n"),
            ("data/train.csv", pointer.as_str()),
            (".gitattributes", ""),
            (".git/objects/x", "x"),
            (".cache/huggingface/x", "x"),
            (".eval_results/a.yaml", "[]"),
        ] {
            fs::write(root.join(path), text).expect("a file");
        }
        let gathered = gather(root, None).expect("a folder");
        let files = &gathered.asset.files;
        let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                ".eval_results/a.yaml",
                ".gitattributes",
                "README.md",
                "data/train.csv"
            ]
        );
        let (card, data) = (&files[2], &files[3]);
        for file in [card, data] {
            assert_eq!(file.sha256.expect("a digest").to_string(), digest);
            assert_eq!(file.size, 6);
        }
        let oid = "ce013625030ba8dba906f756967f9e9ca394464a";
        assert_eq!(card.oid.expect("an id").to_string(), oid);
        assert_eq!(data.oid, None);
        assert!(gathered.left_out.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn what_no_repository_can_hold_is_told() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        fs::write(root.join("a"), "a").expect("a file");
        symlink("a", root.join("link")).expect("a link");
        symlink("nowhere", root.join("broken")).expect("a link");
        symlink(".", root.join("loop")).expect("a link");
        fs::write(root.join("b\u{1b}[2J"), "b").expect("a file");
        let mut gathered = gather(root, None).expect("a folder");
        let files = &gathered.asset.files;
        let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["a", "link"]);
        gathered.left_out.sort();
        assert_eq!(gathered.left_out, ["b\\u{1b}[2J", "broken", "loop"]);
    }
}
