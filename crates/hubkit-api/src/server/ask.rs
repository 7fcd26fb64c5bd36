//! What a request asks, split and decoded: the material from which each endpoint family makes its calls.

use http::{HeaderMap, Method};
use hubkit_types::{Repo, RepoId, RepoKind, RepoPath, Revision};

use super::{Incoming, Unroutable};
use crate::query::Query;

/// What a family makes of a request: a call, or that it is none.
///
/// [`Unroutable::NotFound`] says that the parts make no call of this family, and leaves the request to others.
pub(crate) type Routed = Result<Incoming, Unroutable>;

/// The methods of a call that reads.
pub(crate) const READ: &str = "GET, HEAD";
/// The method of a call that brings a body.
pub(crate) const POST: &str = "POST";

/// A request whose path was split and decoded.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    /// The parts of the path behind the word that the family goes by.
    pub(crate) rest: &'a [&'a str],
    /// The query.
    pub(crate) query: &'a Query,
    /// The method.
    pub(crate) method: &'a Method,
    /// The headers.
    pub(crate) headers: &'a HeaderMap,
}

impl<'a> Ask<'a> {
    /// The request without the first parts of what is left of its path.
    pub(crate) fn behind(&self, count: usize) -> Self {
        Self {
            rest: &self.rest[count..],
            ..*self
        }
    }

    /// Reads the path as an id and what is behind it. An id has two parts or, the oldest, one. Two win, where both
    /// readings make a call.
    pub(crate) fn by_id(&self, read: impl Fn(&[&str], &Self) -> Routed) -> Routed {
        let mut fault = Unroutable::NotFound;
        for length in [2, 1] {
            if self.rest.len() < length {
                continue;
            }
            match read(&self.rest[..length], &self.behind(length)) {
                Err(Unroutable::NotFound) => {}
                // Whether it is malformed can depend on where the id ends.
                Err(Unroutable::BadPath) => fault = Unroutable::BadPath,
                routed => return routed,
            }
        }
        Err(fault)
    }

    /// The call, if it is made with this method. `allow` lists those that are, as the `Allow` header does.
    pub(crate) fn answer(&self, allow: &'static str, call: Incoming) -> Routed {
        if allow.split(", ").any(|name| name == self.method.as_str()) {
            Ok(call)
        } else {
            Err(Unroutable::MethodNotAllowed { allow })
        }
    }

    /// Says that the path ends here.
    pub(crate) fn end(&self) -> Result<(), Unroutable> {
        match self.rest {
            [] => Ok(()),
            _ => Err(Unroutable::NotFound),
        }
    }

    /// Takes the revision off the front: one part, but for references that some clients write with their slashes.
    pub(crate) fn revision(&self) -> Result<(Revision, &'a [&'a str]), Unroutable> {
        let (text, rest) = match self.rest {
            ["refs", space @ ("pr" | "convert"), name, rest @ ..] => {
                (format!("refs/{space}/{name}"), rest)
            }
            [revision, rest @ ..] => ((*revision).to_owned(), rest),
            [] => return Err(Unroutable::NotFound),
        };
        let revision = text.parse().map_err(|_| Unroutable::BadPath)?;
        Ok((revision, rest))
    }

    /// The revision with which the path ends.
    pub(crate) fn last_revision(&self) -> Result<Revision, Unroutable> {
        let (revision, rest) = self.revision()?;
        rest.is_empty()
            .then_some(revision)
            .ok_or(Unroutable::NotFound)
    }

    /// A revision and a path in it.
    pub(crate) fn place(&self) -> Result<(Revision, RepoPath), Unroutable> {
        match self.revision()? {
            (_, []) => Err(Unroutable::NotFound),
            (revision, path) => Ok((revision, read_path(path)?)),
        }
    }

    /// A revision and, if one follows, a path in it.
    pub(crate) fn folder(&self) -> Result<(Revision, Option<RepoPath>), Unroutable> {
        match self.revision()? {
            (revision, []) => Ok((revision, None)),
            (revision, path) => Ok((revision, Some(read_path(path)?))),
        }
    }
}

/// The kind whose plural this is.
pub(crate) fn read_kind(plural: &str) -> Result<RepoKind, Unroutable> {
    RepoKind::ALL
        .into_iter()
        .find(|kind| kind.plural() == plural)
        .ok_or(Unroutable::NotFound)
}

/// The repository whose id these parts make.
pub(crate) fn read_repo(kind: RepoKind, parts: &[&str]) -> Result<Repo, Unroutable> {
    let id: Result<RepoId, _> = parts.join("/").parse();
    id.map(|id| Repo::new(kind, id))
        .map_err(|_| Unroutable::BadPath)
}

fn read_path(parts: &[&str]) -> Result<RepoPath, Unroutable> {
    parts.join("/").parse().map_err(|_| Unroutable::BadPath)
}
