//! Git's own names for a tree of files and for a commit of it.
//!
//! A store that holds plain files has no history to take a commit id from. These functions compute the id that git
//! would give: the same files under the same message always have the same id, and `git` agrees with it.

use std::collections::BTreeMap;

use hubkit_types::{BlobId, CommitId, GitOid, RepoPath, TreeFile};

use crate::Digester;

/// The author and committer of every commit computed here, with the time: the id depends on the content alone.
const SIGNATURE: &str = "hubkit <hubkit@localhost> 0 +0000";

/// Git's id of a file with these bytes.
pub fn blob_id(bytes: &[u8]) -> GitOid {
    object_id("blob", bytes)
}

/// Git's id of the tree that holds these files, each with mode 100644 and its [`TreeFile::oid`].
///
/// The order of `files` does not matter. Of two files with one path the last counts; a path that is a file and a
/// folder at once makes a tree that git would refuse.
pub fn tree_id(files: &[TreeFile]) -> GitOid {
    Folder::of(files).id(&mut String::new(), &mut |_, _| ())
}

/// Git's ids of all folders that hold these files, the top not among them: what [`tree_id`] gives for the files of each.
///
/// Every folder is hashed once, however deep it lies, so that a whole listing costs about as much as [`tree_id`] of it.
pub fn folder_ids(files: &[TreeFile]) -> BTreeMap<RepoPath, GitOid> {
    let mut ids = BTreeMap::new();
    Folder::of(files).id(&mut String::new(), &mut |path, id| {
        // The folder of a legal path is a legal path.
        if let Ok(path) = path.parse() {
            ids.insert(path, id);
        }
    });
    ids
}

/// Git's id of the commit of these files: no parent, a fixed author, the message with a newline behind it.
pub fn commit_id(files: &[TreeFile], message: &str) -> CommitId {
    let tree = tree_id(files);
    let text = format!("tree {tree}\nauthor {SIGNATURE}\ncommitter {SIGNATURE}\n\n{message}\n");
    CommitId::from_bytes(*object_id("commit", text.as_bytes()).as_bytes())
}

#[derive(Default)]
struct Folder<'a> {
    files: BTreeMap<&'a str, GitOid>,
    folders: BTreeMap<&'a str, Folder<'a>>,
}

impl<'a> Folder<'a> {
    fn of(files: &'a [TreeFile]) -> Self {
        let mut top = Self::default();
        for file in files {
            let mut folder = &mut top;
            let mut parts: Vec<&str> = file.path.parts().collect();
            let name = parts.pop().unwrap_or_default();
            for part in parts {
                folder = folder.folders.entry(part).or_default();
            }
            folder.files.insert(name, file.oid);
        }
        top
    }

    /// The id; `tell` hears of every folder below, which lies at `path`. The recursion is as deep as a path has parts,
    /// which its type bounds.
    fn id(&self, path: &mut String, tell: &mut impl FnMut(&str, GitOid)) -> GitOid {
        let files = self
            .files
            .iter()
            .map(|(name, oid)| ((*name).to_owned(), "100644", *name, *oid));
        let mut entries: Vec<_> = files.collect();
        for (name, folder) in &self.folders {
            let length = path.len();
            path.push_str(if path.is_empty() { "" } else { "/" });
            path.push_str(name);
            let id = folder.id(path, tell);
            tell(path, id);
            path.truncate(length);
            // Git sorts a folder as if its name ended with a slash.
            entries.push((format!("{name}/"), "40000", *name, id));
        }
        entries.sort_unstable_by(|left, right| left.0.as_bytes().cmp(right.0.as_bytes()));
        let mut object = Vec::new();
        for (_, mode, name, oid) in entries {
            object.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            object.extend_from_slice(oid.as_bytes());
        }
        object_id("tree", &object)
    }
}

fn object_id(object_type: &str, bytes: &[u8]) -> GitOid {
    let mut digester = Digester::git_object(object_type, bytes.len() as u64);
    digester.update(bytes);
    match digester.finish() {
        BlobId::Git(oid) => oid,
        BlobId::Sha256(_) => unreachable!("a digester of git objects gives git ids"),
    }
}

#[cfg(test)]
mod tests;
