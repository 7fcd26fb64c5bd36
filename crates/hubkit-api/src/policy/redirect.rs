//! Which redirects to follow.

use std::{error, fmt};

use hubkit_types::{Origin, Repo, RepoId, Scheme};

/// How many redirects in a row are followed.
pub const LONGEST_CHAIN: u32 = 10;

/// A redirect that may be followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hop {
    /// To the origin that sent it. Its target is the hub's own word: metadata may be read there.
    SameOrigin,
    /// To another origin. Ask anew which credentials go there, and take metadata from the redirect itself.
    OtherOrigin,
}

/// Why a redirect is not followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum RedirectRefusal {
    /// There were as many as are followed.
    TooMany,
    /// From https to http.
    Downgrade,
}

impl fmt::Display for RedirectRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany => write!(f, "more than {LONGEST_CHAIN} redirects in a row"),
            Self::Downgrade => f.write_str("a redirect from https to http"),
        }
    }
}

impl error::Error for RedirectRefusal {}

/// Decides about a redirect after `hops_so_far` that were followed. That the target is http or https is in its type.
pub fn next_hop(hops_so_far: u32, from: &Origin, to: &Origin) -> Result<Hop, RedirectRefusal> {
    if hops_so_far >= LONGEST_CHAIN {
        return Err(RedirectRefusal::TooMany);
    }
    if from.scheme() == Scheme::Https && to.scheme() == Scheme::Http {
        return Err(RedirectRefusal::Downgrade);
    }
    Ok(if from == to {
        Hop::SameOrigin
    } else {
        Hop::OtherOrigin
    })
}

/// The name that a repository has now, where a redirect from one target to another says so: it was moved, or the hub
/// spells it otherwise. Both targets are in origin form, below whatever prefix the hub has.
///
/// Only a redirect that keeps everything but the name says so: one to where the bytes lie says nothing of names.
pub fn renamed(repo: &Repo, from: &str, to: &str) -> Option<RepoId> {
    let path = |target| str::split(target, ['?', '#']).next().unwrap_or_default();
    let places = [
        format!("/api/{}/", repo.kind.plural()),
        format!("/{}", repo.kind.url_prefix()),
    ];
    places.iter().find_map(|place| {
        let rest = path(from).strip_prefix(place)?;
        let rest = rest.strip_prefix(repo.id.as_str())?;
        let id = path(to).strip_prefix(place)?.strip_suffix(rest)?;
        id.parse().ok().filter(|id| *id != repo.id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_that_changes_only_the_name_tells_the_new_one() {
        use hubkit_types::RepoKind::{Dataset, Model};
        let table = [
            (
                Model,
                "/api/models/gpt2",
                "/api/models/openai/gpt2",
                Some("openai/gpt2"),
            ),
            (
                Model,
                "/api/models/gpt2/tree/main?recursive=true",
                "/api/models/openai/gpt2/tree/main?recursive=true",
                Some("openai/gpt2"),
            ),
            (
                Model,
                "/gpt2/resolve/main/x",
                "/GPT2/resolve/main/x",
                Some("GPT2"),
            ),
            (
                Model,
                "/gpt2.git/info/lfs/objects/batch",
                "/a/b.git/info/lfs/objects/batch",
                Some("a/b"),
            ),
            (
                Dataset,
                "/datasets/gpt2/raw/main/x",
                "/datasets/c/d/raw/main/x",
                Some("c/d"),
            ),
            (
                Dataset,
                "/datasets/gpt2/raw/main/x",
                "/c/d/raw/main/x",
                None,
            ),
            (
                Model,
                "/gpt2/resolve/main/x",
                "/api/resolve-cache/models/gpt2/0/x",
                None,
            ),
            (
                Model,
                "/gpt2/resolve/main/x",
                "/gpt2/resolve/main/x?y",
                None,
            ),
            (Model, "/gpt2/resolve/main/x", "/../resolve/main/x", None),
            (Model, "/api/models/gpt2", "/login", None),
        ];
        for (kind, from, to, wanted) in table {
            let repo = Repo::new(kind, "gpt2".parse().expect("an id"));
            let found = renamed(&repo, from, to);
            assert_eq!(found.as_ref().map(RepoId::as_str), wanted, "{from} {to}");
        }
    }

    #[test]
    fn redirects_stay_secure_and_end() {
        let table = [
            (0, "https://a", "https://a:443", Ok(Hop::SameOrigin)),
            (9, "https://a", "https://a", Ok(Hop::SameOrigin)),
            (10, "https://a", "https://a", Err(RedirectRefusal::TooMany)),
            (
                u32::MAX,
                "http://a",
                "http://a",
                Err(RedirectRefusal::TooMany),
            ),
            (0, "https://a", "https://cdn", Ok(Hop::OtherOrigin)),
            (0, "https://a", "https://a:8443", Ok(Hop::OtherOrigin)),
            (0, "http://a", "https://a", Ok(Hop::OtherOrigin)),
            (0, "http://a", "http://b", Ok(Hop::OtherOrigin)),
            (0, "https://a", "http://a", Err(RedirectRefusal::Downgrade)),
            (
                0,
                "https://a",
                "http://127.0.0.1",
                Err(RedirectRefusal::Downgrade),
            ),
        ];
        for (hops, from, to, wanted) in table {
            let from = from.parse().expect("an origin");
            let found = next_hop(hops, &from, &to.parse().expect("an origin"));
            assert_eq!(found, wanted, "{hops} {from} {to}");
        }
    }
}
