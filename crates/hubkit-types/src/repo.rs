//! Repositories: what they are and what they are called.

use std::{error, fmt, str::FromStr};

use crate::hex::shown;

/// What a repository holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RepoKind {
    /// Weights and what belongs to them.
    Model,
    /// Data.
    Dataset,
    /// An application.
    Space,
    /// Code that runs on an accelerator.
    Kernel,
}

impl RepoKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Model, Self::Dataset, Self::Space, Self::Kernel];

    /// `model`, `dataset`, `space` or `kernel`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Dataset => "dataset",
            Self::Space => "space",
            Self::Kernel => "kernel",
        }
    }

    /// `models`, `datasets`, `spaces` or `kernels`: the word in API paths and in cache folders.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Model => "models",
            Self::Dataset => "datasets",
            Self::Space => "spaces",
            Self::Kernel => "kernels",
        }
    }

    /// What stands before the id in paths outside the API: nothing for models.
    pub fn url_prefix(self) -> &'static str {
        match self {
            Self::Model => "",
            Self::Dataset => "datasets/",
            Self::Space => "spaces/",
            Self::Kernel => "kernels/",
        }
    }
}

impl FromStr for RepoKind {
    type Err = ParseRepoKindError;

    /// Reads the singular or the plural.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| text == kind.as_str() || text == kind.plural())
            .ok_or_else(|| ParseRepoKindError(shown(text)))
    }
}

impl fmt::Display for RepoKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is not a kind of repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseRepoKindError(String);

impl fmt::Display for ParseRepoKindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a kind of repository: expected model, dataset, space or kernel",
            self.0
        )
    }
}

impl error::Error for ParseRepoKindError {}

/// A repository's name: `namespace/name`, or one part alone as the oldest models have (`gpt2`).
///
/// Each part has 1 to 96 characters of `A-Z a-z 0-9 _ . -`, starts and ends with a letter, a digit or `_`, and holds
/// neither `--` nor `..`; the name does not end with `.git`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RepoId(String);

impl RepoId {
    const LONGEST_PART: usize = 96;

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The user or organisation; `None` for an id of one part.
    pub fn namespace(&self) -> Option<&str> {
        self.0.split_once('/').map(|(namespace, _)| namespace)
    }

    /// The part behind the slash, or the whole of an id of one part.
    pub fn name(&self) -> &str {
        self.0
            .split_once('/')
            .map_or(self.0.as_str(), |(_, name)| name)
    }
}

impl FromStr for RepoId {
    type Err = ParseRepoIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = |expected| ParseRepoIdError {
            text: shown(text),
            expected,
        };
        let parts: Vec<&str> = text.split('/').collect();
        if parts.len() > 2 {
            return Err(fault("at most one slash, as in `namespace/name`"));
        }
        for part in parts {
            let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            if part.is_empty() || part.len() > Self::LONGEST_PART {
                return Err(fault("parts of 1 to 96 characters"));
            }
            if !part
                .bytes()
                .all(|byte| word(byte) || byte == b'.' || byte == b'-')
            {
                return Err(fault("only letters, digits, `_`, `-` and `.`"));
            }
            let ends = [part.as_bytes()[0], part.as_bytes()[part.len() - 1]];
            if !ends.into_iter().all(word) {
                return Err(fault("a letter, a digit or `_` at both ends"));
            }
            if part.contains("--") || part.contains("..") {
                return Err(fault("no `--` and no `..`"));
            }
        }
        if text.ends_with(".git") {
            return Err(fault("no `.git` at the end"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for RepoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is not a repository's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseRepoIdError {
    text: String,
    expected: &'static str,
}

impl fmt::Display for ParseRepoIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a repository id: expected {}",
            self.text, self.expected
        )
    }
}

impl error::Error for ParseRepoIdError {}

/// One repository of a hub: its kind and its name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Repo {
    /// What it holds.
    pub kind: RepoKind,
    /// What it is called.
    pub id: RepoId,
}

impl Repo {
    /// Puts kind and name together.
    pub fn new(kind: RepoKind, id: RepoId) -> Self {
        Self { kind, id }
    }

    /// The folder of this repository in the shared cache: `models--namespace--name`.
    pub fn folder_name(&self) -> String {
        format!("{}--{}", self.kind.plural(), self.id.0.replace('/', "--"))
    }

    /// Reads a cache folder's name; `None` when it is not one.
    pub fn from_folder_name(folder: &str) -> Option<Self> {
        let (kind, id) = folder.split_once("--")?;
        let kind = RepoKind::ALL
            .into_iter()
            .find(|candidate| candidate.plural() == kind)?;
        Some(Self {
            kind,
            id: id.replacen("--", "/", 1).parse().ok()?,
        })
    }
}

impl fmt::Display for Repo {
    /// `namespace/name` for a model, `datasets/namespace/name` for a dataset.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.kind.url_prefix(), self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_and_of_two_parts_are_told_apart() {
        let legacy: RepoId = "gpt2".parse().expect("legacy");
        assert_eq!((legacy.namespace(), legacy.name()), (None, "gpt2"));
        let id: RepoId = "openai-community/gpt2".parse().expect("two parts");
        assert_eq!(
            (id.namespace(), id.name()),
            (Some("openai-community"), "gpt2")
        );
    }

    #[test]
    fn what_the_hub_refuses_is_refused() {
        let long = "x".repeat(97);
        for wrong in [
            "",
            "/",
            "a/",
            "/a",
            "a/b/c",
            "a--b",
            "a..b",
            "-a",
            "a-",
            ".a",
            "a.",
            "a/b.git",
            "x.git",
            "a b",
            "ä/b",
            "a\\b",
            "..",
            "a/..",
            "a\n",
            long.as_str(),
        ] {
            assert!(wrong.parse::<RepoId>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_folder_name_is_read_back() {
        for (kind, id) in [
            (RepoKind::Model, "gpt2"),
            (RepoKind::Dataset, "a-b/c.d_e"),
            (RepoKind::Space, "x/y"),
            (RepoKind::Kernel, "x/y"),
        ] {
            let repo = Repo::new(kind, id.parse().expect("an id"));
            assert_eq!(Repo::from_folder_name(&repo.folder_name()), Some(repo));
        }
        for wrong in [
            "",
            "models",
            "models--",
            "buckets--a--b",
            "models--a--b--c",
            "models--..--x",
        ] {
            assert_eq!(Repo::from_folder_name(wrong), None, "{wrong}");
        }
    }
}
