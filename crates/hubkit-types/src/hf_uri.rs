//! `hf://` addresses.

use std::{error, fmt, str::FromStr};

use crate::{Repo, RepoKind, RepoPath, Revision, hex::shown};

/// An address such as `hf://datasets/squad@main/train.json`: a repository and, if named, a revision and a path.
///
/// The form of huggingface_hub: `hf://[models/|datasets/|spaces/|kernels/]NAMESPACE/NAME[@REVISION][/PATH]`. A slash in a
/// revision is written `%2F`, but for `refs/pr/N` and `refs/convert/X`, which stand as they are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HfUri {
    /// The repository.
    pub repo: Repo,
    /// The revision behind `@`.
    pub revision: Option<Revision>,
    /// A file, or a folder when the address ends with a slash; without that slash.
    pub path: Option<RepoPath>,
    /// Whether the path was written with a slash at its end, and so names a folder.
    pub is_folder: bool,
}

impl FromStr for HfUri {
    type Err = ParseHfUriError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = |expected: &str| ParseHfUriError {
            text: shown(text),
            expected: expected.to_owned(),
        };
        let mut rest = text
            .strip_prefix("hf://")
            .ok_or_else(|| fault("it to start with `hf://`"))?;
        let mut kind = RepoKind::Model;
        for candidate in RepoKind::ALL {
            if let Some(stripped) = rest
                .strip_prefix(candidate.plural())
                .and_then(|rest| rest.strip_prefix('/'))
            {
                (kind, rest) = (candidate, stripped);
                break;
            }
        }
        let id_end = rest
            .match_indices('/')
            .nth(1)
            .map_or(rest.len(), |(index, _)| index);
        let id_end = rest[..id_end].find('@').unwrap_or(id_end);
        let (id, rest) = rest.split_at(id_end);
        let id = id
            .parse()
            .map_err(|error| fault(&format!("a repository id: {error}")))?;
        let (revision, path) = match rest.strip_prefix('@') {
            Some(rest) => {
                let end = revision_end(rest);
                let revision = rest[..end].replace("%2F", "/").replace("%2f", "/");
                let revision = revision
                    .parse()
                    .map_err(|error| fault(&format!("a revision: {error}")))?;
                (Some(revision), &rest[end..])
            }
            None => (None, rest),
        };
        let path = path.strip_prefix('/').unwrap_or(path);
        let ends_with_slash = path.ends_with('/');
        let path = Some(path.trim_end_matches('/')).filter(|path| !path.is_empty());
        let path = path
            .map(str::parse)
            .transpose()
            .map_err(|error| fault(&format!("a path: {error}")))?;
        let is_folder = ends_with_slash && path.is_some();
        Ok(Self {
            repo: Repo::new(kind, id),
            revision,
            path,
            is_folder,
        })
    }
}

/// Where the revision ends in the text behind `@`.
fn revision_end(rest: &str) -> usize {
    let slashes = if rest.starts_with("refs/pr/") || rest.starts_with("refs/convert/") {
        2
    } else {
        0
    };
    rest.match_indices('/')
        .nth(slashes)
        .map_or(rest.len(), |(index, _)| index)
}

impl fmt::Display for HfUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hf://{}", self.repo)?;
        if let Some(revision) = &self.revision {
            let special = ["refs/pr/", "refs/convert/"].iter().any(|start| {
                revision
                    .as_str()
                    .strip_prefix(start)
                    .is_some_and(|rest| !rest.contains('/'))
            });
            if special {
                write!(f, "@{revision}")?;
            } else {
                write!(f, "@{}", revision.as_str().replace('/', "%2F"))?;
            }
        }
        if let Some(path) = &self.path {
            write!(f, "/{path}")?;
        }
        if self.is_folder {
            f.write_str("/")
        } else {
            Ok(())
        }
    }
}

/// The text is not an `hf://` address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseHfUriError {
    text: String,
    expected: String,
}

impl fmt::Display for ParseHfUriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not an hf:// address: expected {}",
            self.text, self.expected
        )
    }
}

impl error::Error for ParseHfUriError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, repo: &str, revision: Option<&str>, path: Option<&str>) {
        let uri: HfUri = text.parse().expect(text);
        assert_eq!(uri.repo.to_string(), repo);
        assert_eq!(uri.revision.as_ref().map(Revision::as_str), revision);
        assert_eq!(uri.path.as_ref().map(RepoPath::as_str), path);
        assert_eq!(uri.to_string().parse(), Ok(uri), "printed and read again");
    }

    #[test]
    fn addresses_name_repositories_revisions_and_paths() {
        check("hf://a/b", "a/b", None, None);
        check("hf://models/a/b/c.json", "a/b", None, Some("c.json"));
        check(
            "hf://datasets/a/b@v1/d/e.csv",
            "datasets/a/b",
            Some("v1"),
            Some("d/e.csv"),
        );
        check("hf://a/b@refs/pr/3/c", "a/b", Some("refs/pr/3"), Some("c"));
        check(
            "hf://a/b@feature%2Fx/c",
            "a/b",
            Some("feature/x"),
            Some("c"),
        );
        check(
            "hf://spaces/a/b/folder/",
            "spaces/a/b",
            None,
            Some("folder"),
        );
        check("hf://kernels/a/b@v1", "kernels/a/b", Some("v1"), None);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for wrong in [
            "",
            "a/b",
            "hf://",
            "hf://a/b/../c",
            "hf://a/b@/x",
            "hf://a b/c",
            "https://x",
        ] {
            assert!(wrong.parse::<HfUri>().is_err(), "{wrong}");
        }
    }
}
