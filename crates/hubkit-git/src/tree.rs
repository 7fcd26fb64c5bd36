//! What a commit holds.

use std::{collections::HashMap, path::Path};

use git2::{ErrorCode, ObjectType};
use hubkit_lfs::{Pointer, recognise};
use hubkit_types::{CommitId, GitOid, ParseRepoPathError, RepoPath, Sha256, TreeFile};

use crate::{
    GitError, GitErrorKind, Repository,
    error::Optional as _,
    repository::{foreign, own_oid},
};

/// The files of a commit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tree {
    /// Sorted by path. A large file has the length and the digest that its pointer names.
    pub files: Vec<TreeFile>,
    /// What the commit holds besides, sorted by name.
    pub left_out: Vec<LeftOut>,
}

/// Something in a commit that is no file under a path that any platform can hold.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LeftOut {
    /// Its name, control characters and what is not UTF-8 replaced.
    pub name: String,
    /// Why it is left out: a lower-case fragment, safe to print.
    pub reason: String,
}

/// What a commit holds at one path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Node {
    /// A file.
    File(TreeFile),
    /// A folder, by the id of its git tree.
    Folder(GitOid),
    /// A symbolic link or a submodule.
    LeftOut,
}

impl Repository {
    /// Everything that a commit holds.
    ///
    /// Symbolic links and submodules are left out, and so are names that are no [`RepoPath`], folders with all that is in
    /// them. The content of files is not read, but for those short enough to be pointers.
    ///
    /// # Errors
    ///
    /// Of kind `NotFound` when there is no such commit, `TooLarge` when it holds more files than are taken, and `Corrupt`
    /// when what it holds is not here.
    pub fn tree(&self, commit: CommitId) -> Result<Tree, GitError> {
        let mut files = Vec::new();
        let mut known = HashMap::new();
        let left_out = self.walk(commit, |path, oid| {
            let content = match known.get(&oid) {
                Some(content) => *content,
                None => *known.entry(oid).or_insert(self.content(&path, oid)?),
            };
            files.push(content.at(path, oid));
            Ok(())
        })?;
        files.sort_unstable_by(|left, right| left.path.cmp(&right.path));
        // A damaged tree may name one path twice.
        files.dedup_by(|left, right| left.path == right.path);
        Ok(Tree { files, left_out })
    }

    /// What of a commit is left out of its [`tree`](Self::tree). Looks at no file, so costs less.
    ///
    /// # Errors
    ///
    /// Those of [`tree`](Self::tree).
    pub fn left_out(&self, commit: CommitId) -> Result<Vec<LeftOut>, GitError> {
        self.walk(commit, |_, _| Ok(()))
    }

    /// What a commit holds at a path; `None` when that is nothing.
    ///
    /// # Errors
    ///
    /// Of kind `NotFound` when there is no such commit, and `Corrupt` when what it holds is not here.
    pub fn node(&self, commit: CommitId, path: &RepoPath) -> Result<Option<Node>, GitError> {
        let message = || format!("can't look up `{path}` in {commit}");
        let tree = self.expect_commit(commit)?.tree();
        let tree = tree.map_err(|fault| GitError::of(message(), fault))?;
        let entry = match tree.get_path(Path::new(path.as_str())) {
            // A file stands where the path has a folder.
            Err(fault) if fault.code() == ErrorCode::Directory => None,
            found => found.optional(message)?,
        };
        let Some(entry) = entry else {
            return Ok(None);
        };
        let oid = own_oid(entry.id())?;
        Ok(Some(match kind_of(entry.filemode()) {
            Kind::File => Node::File(self.content(path, oid)?.at(path.clone(), oid)),
            Kind::Folder => Node::Folder(oid),
            Kind::Other(_) => Node::LeftOut,
        }))
    }

    /// Goes through a commit, one folder after the other, so that no depth is too much.
    fn walk(
        &self,
        commit: CommitId,
        mut file: impl FnMut(RepoPath, GitOid) -> Result<(), GitError>,
    ) -> Result<Vec<LeftOut>, GitError> {
        let fault = |fault| GitError::of(format!("can't go through {commit}"), fault);
        let top = self.expect_commit(commit)?.tree_id();
        let mut left_out = Vec::new();
        let mut open = vec![(String::new(), top)];
        let mut count = 0;
        while let Some((prefix, id)) = open.pop() {
            let tree = self.inner.find_tree(id).map_err(fault)?;
            for entry in &tree {
                count += 1;
                if count > self.most_files {
                    let most = self.most_files;
                    let message = format!("{commit} holds more than {most} files and folders");
                    return Err(GitError::new(GitErrorKind::TooLarge, message));
                }
                let path = match path_of(&prefix, entry.name_bytes()) {
                    Ok(path) => path,
                    Err(refused) => {
                        left_out.push(refused);
                        continue;
                    }
                };
                match kind_of(entry.filemode()) {
                    Kind::File => file(path, own_oid(entry.id())?)?,
                    Kind::Folder => open.push((format!("{path}/"), entry.id())),
                    Kind::Other(reason) => left_out.push(LeftOut {
                        name: path.to_string(),
                        reason: reason.to_owned(),
                    }),
                }
            }
        }
        left_out.sort_unstable();
        Ok(left_out)
    }

    fn content(&self, path: &RepoPath, oid: GitOid) -> Result<Content, GitError> {
        let message = || format!("can't look up the content of `{path}`, {oid}");
        let Some((size, ObjectType::Blob)) = self.header(oid)? else {
            return Err(GitError::new(GitErrorKind::Corrupt, message()));
        };
        let pointer = self.pointer(oid, size)?;
        Ok(Content {
            size: pointer.as_ref().map_or(size, Pointer::size),
            lfs: pointer.map(|pointer| pointer.oid()),
        })
    }

    /// The pointer that a blob is, if it is one.
    fn pointer(&self, oid: GitOid, size: u64) -> Result<Option<Pointer>, GitError> {
        if size == 0 || size >= Pointer::LIMIT as u64 {
            return Ok(None);
        }
        let fault = |fault| GitError::of(format!("can't read the blob {oid}"), fault);
        let odb = self.inner.odb().map_err(fault)?;
        let bytes = odb.read(foreign(oid)).map_err(fault)?;
        Ok(recognise(bytes.data()).pointer().cloned())
    }
}

/// What is known of a file's content.
#[derive(Clone, Copy)]
struct Content {
    size: u64,
    lfs: Option<Sha256>,
}

impl Content {
    fn at(self, path: RepoPath, oid: GitOid) -> TreeFile {
        TreeFile {
            path,
            size: self.size,
            oid,
            lfs: self.lfs,
        }
    }
}

enum Kind {
    File,
    Folder,
    Other(&'static str),
}

fn kind_of(mode: i32) -> Kind {
    match mode {
        0o040_000 => Kind::Folder,
        0o120_000 => Kind::Other("a symbolic link"),
        0o160_000 => Kind::Other("a submodule"),
        _ => Kind::File,
    }
}

fn path_of(prefix: &str, name: &[u8]) -> Result<RepoPath, LeftOut> {
    let left_out = |reason: String| {
        let shown = String::from_utf8_lossy(name).replace(char::is_control, "\u{fffd}");
        LeftOut {
            name: format!("{prefix}{shown}"),
            reason,
        }
    };
    let text =
        std::str::from_utf8(name).map_err(|_| left_out("its name is not UTF-8".to_owned()))?;
    // In git a slash can't be part of a name, so whoever wrote one into a tree means harm.
    if text.contains('/') {
        return Err(left_out("its name has a slash in it".to_owned()));
    }
    format!("{prefix}{text}")
        .parse()
        .map_err(|error: ParseRepoPathError| left_out(error.to_string()))
}
