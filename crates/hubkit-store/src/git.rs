//! Git's own names for a tree of files and for a commit of it.
//!
//! A store that holds plain files has no history to take a commit id from. These functions compute the id that git
//! would give: the same files under the same message always have the same id, and `git` agrees with it.

use std::collections::BTreeMap;

use hubkit_types::{BlobId, CommitId, GitOid, TreeFile};

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
    let mut top = Folder::default();
    for file in files {
        let mut folder = &mut top;
        let mut parts: Vec<&str> = file.path.parts().collect();
        let name = parts.pop().unwrap_or_default();
        for part in parts {
            folder = folder.folders.entry(part).or_default();
        }
        folder.files.insert(name, file.oid);
    }
    top.id()
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

impl Folder<'_> {
    /// The recursion is as deep as a path has parts, which its type bounds.
    fn id(&self) -> GitOid {
        let files = self
            .files
            .iter()
            .map(|(name, oid)| ((*name).to_owned(), "100644", *name, *oid));
        // Git sorts a folder as if its name ended with a slash.
        let folders = self
            .folders
            .iter()
            .map(|(name, folder)| (format!("{name}/"), "40000", *name, folder.id()));
        let mut entries: Vec<_> = files.chain(folders).collect();
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
