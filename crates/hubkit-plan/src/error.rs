//! Why there is no plan.

use std::{error, fmt};

use hubkit_types::{ParseRepoPathError, RepoPath};

use crate::WeightsFormat;

/// The files of the repository can't serve the runtime.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum PlanError {
    /// There is no `config.json`.
    NoConfig {
        /// What makes the repository an adapter for another model, if it is one.
        adapter: Option<RepoPath>,
    },
    /// A document that the plan depends on was not given. Ask [`needs`](crate::needs).
    NotRead {
        /// The document.
        path: RepoPath,
    },
    /// A document is not what its name promises.
    Malformed {
        /// The document.
        path: RepoPath,
        /// What is wrong with it.
        message: String,
    },
    /// There are no weights in safetensors where the runtime looks for them.
    NoSafetensors {
        /// The weights that there are.
        found: Vec<(RepoPath, WeightsFormat)>,
    },
    /// A document names a file by something that is no path of a repository.
    Path {
        /// The document.
        named_by: RepoPath,
        /// What is wrong with the path.
        error: ParseRepoPathError,
    },
    /// A document names a file of weights that is not in safetensors.
    NotSafetensors {
        /// The document.
        named_by: RepoPath,
        /// The file.
        path: RepoPath,
    },
    /// A document names a file that is not in the repository.
    Missing {
        /// The document.
        named_by: RepoPath,
        /// The file.
        path: RepoPath,
    },
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoConfig { adapter: None } => f.write_str("there is no config.json"),
            Self::NoConfig {
                adapter: Some(path),
            } => write!(
                f,
                "there is no config.json: by `{path}` this is an adapter for another model"
            ),
            Self::NotRead { path } => write!(f, "`{path}` must be read first"),
            Self::Malformed { path, message } => write!(f, "`{path}` is malformed: {message}"),
            Self::NoSafetensors { found } => {
                f.write_str("there are no weights in safetensors")?;
                const MOST: usize = 5;
                for (index, (path, format)) in found.iter().take(MOST).enumerate() {
                    let before = if index == 0 { "; there is " } else { ", " };
                    write!(f, "{before}`{path}` ({format})")?;
                }
                match found.len().saturating_sub(MOST) {
                    0 => Ok(()),
                    more => write!(f, " and {more} more"),
                }
            }
            Self::Path { named_by, .. } => {
                write!(f, "`{named_by}` names a file that it must not name")
            }
            Self::NotSafetensors { named_by, path } => write!(
                f,
                "`{named_by}` names `{path}` for weights: expected a .safetensors file"
            ),
            Self::Missing { named_by, path } => write!(
                f,
                "`{named_by}` names `{path}`, which is not in the repository"
            ),
        }
    }
}

impl error::Error for PlanError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Path { error, .. } => Some(error),
            _ => None,
        }
    }
}
