//! The files `.gitattributes` of a whole tree.

use std::collections::{BTreeMap, HashSet};

use hubkit_types::RepoPath;

use crate::{Attributes, attributes::State};

/// The rules of all files of attributes that a tree has: `.gitattributes` in any of its folders, and those that lie
/// outside.
///
/// As with git, the file in a deeper folder is asked before the one above it, its patterns are about paths below its own
/// folder, and macros are defined at the top only. What a clone says for itself alone (`.git/info/attributes`) goes before
/// all of them, what a user says for all trees (`core.attributesFile`) behind.
///
/// ```
/// use hubkit_lfs::TreeAttributes;
///
/// let attributes = TreeAttributes::default()
///     .with_file("", "*.bin filter=lfs\n")
///     .with_file("tests/data", "*.bin -filter\n");
/// assert!(attributes.is_lfs(&"model.bin".parse()?));
/// assert!(!attributes.is_lfs(&"tests/data/small.bin".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TreeAttributes {
    own: Option<Attributes>,
    folders: BTreeMap<String, Attributes>,
    of_user: Option<Attributes>,
}

impl TreeAttributes {
    /// With the text of the file `.gitattributes` in a folder: `""` for the top, `a/b` for another. One that was given for
    /// the same folder before counts no more.
    pub fn with_file(mut self, folder: &str, text: impl AsRef<[u8]>) -> Self {
        let mut attributes = Attributes::parse(text);
        if !folder.is_empty() {
            attributes.forget_macros();
        }
        self.folders.insert(folder.to_owned(), attributes);
        self
    }

    /// With the text of what goes before all others: `.git/info/attributes` of a clone.
    pub fn with_own(mut self, text: impl AsRef<[u8]>) -> Self {
        self.own = Some(Attributes::parse(text));
        self
    }

    /// With the text of what comes behind all others: the file that `core.attributesFile` of a user names.
    pub fn with_user(mut self, text: impl AsRef<[u8]>) -> Self {
        self.of_user = Some(Attributes::parse(text));
        self
    }

    /// Whether the file at this path is kept in LFS: `filter` is `lfs` for it.
    ///
    /// Takes time in proportion to the rules' length times the path's, whatever the patterns are.
    pub fn is_lfs(&self, path: &RepoPath) -> bool {
        self.filter(path) == Some(State::Lfs)
    }

    fn filter<'a>(&'a self, path: &'a RepoPath) -> Option<State> {
        let top = self.folders.get("");
        let with_macros = [self.own.as_ref(), top, self.of_user.as_ref()];
        let expansion = |name: &str| {
            let mut sources = with_macros.iter().copied().flatten();
            sources.find_map(|attributes| attributes.expansion(name))
        };
        let text = path.as_str();
        let ends = text.match_indices('/').map(|(at, _)| at);
        let mut below: Vec<(&Attributes, RepoPath)> = Vec::new();
        for end in ends {
            let (folder, rest) = (&text[..end], &text[end + 1..]);
            if let Some(attributes) = self.folders.get(folder)
                && let Ok(rest) = rest.parse()
            {
                below.push((attributes, rest));
            }
        }
        let below = below
            .iter()
            .rev()
            .map(|(attributes, rest)| (*attributes, rest));
        let whole = |attributes: &'a Attributes| (attributes, path);
        let sources = self.own.iter().map(whole).chain(below);
        let sources = sources.chain(top.map(whole));
        let sources = sources.chain(self.of_user.iter().map(whole));
        let mut decided = HashSet::new();
        let mut sources = sources;
        sources.find_map(|(attributes, path)| attributes.filter(path, &expansion, &mut decided))
    }
}
