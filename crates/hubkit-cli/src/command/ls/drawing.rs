//! Files as a tree.

use std::collections::BTreeMap;

use hubkit::TreeFile;

use crate::ui::size;

/// What lies in a folder, by name.
#[derive(Default)]
struct Folder<'a> {
    folders: BTreeMap<&'a str, Folder<'a>>,
    files: BTreeMap<&'a str, u64>,
    bytes: u64,
}

impl<'a> Folder<'a> {
    fn add(&mut self, path: &'a str, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
        match path.split_once('/') {
            Some((folder, rest)) => self.folders.entry(folder).or_default().add(rest, bytes),
            None => {
                self.files.insert(path, bytes);
            }
        }
    }

    /// Writes a line for each entry, folders first.
    fn write(&self, indent: &str, lines: &mut Vec<String>) {
        let count = self.folders.len() + self.files.len();
        let folders = self
            .folders
            .iter()
            .map(|(name, folder)| (name, folder.bytes, Some(folder)));
        let files = self.files.iter().map(|(name, bytes)| (name, *bytes, None));
        for (at, (name, bytes, folder)) in folders.chain(files).enumerate() {
            let (branch, deeper) = if at + 1 == count {
                ("└── ", "    ")
            } else {
                ("├── ", "│   ")
            };
            let slash = if folder.is_some() { "/" } else { "" };
            lines.push(format!("{indent}{branch}{name}{slash}  ({})", size(bytes)));
            if let Some(folder) = folder {
                folder.write(&format!("{indent}{deeper}"), lines);
            }
        }
    }
}

/// Draws the files below their folders, each with its size; a folder has that of all that is in it.
pub(super) fn draw(files: &[TreeFile]) -> String {
    let mut top = Folder::default();
    for file in files {
        top.add(file.path.as_str(), file.size);
    }
    let mut lines = vec![".".to_owned()];
    top.write("", &mut lines);
    lines.join("\n")
}
