//! Who asks, and what they may read.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use http::{HeaderMap, header::AUTHORIZATION};
use hubkit_api::Gated;
use hubkit_store::Digester;
use hubkit_types::{BlobId, Repo, RepoKind};

/// Accounts and gated repositories. Of a token only its SHA-256 is kept.
///
/// Every repository can be found, listed and described by everyone; a gate closes its files. With no account at all,
/// tokens are ignored.
#[derive(Clone, Default)]
pub struct Access {
    users: Vec<User>,
    gates: BTreeMap<GateKey, Gate>,
}

/// A repository's kind and its name in lower case. A hub knows no two names that differ in case alone, and a store over
/// a file system that folds case finds the repository under either: no spelling may go around its gate.
type GateKey = (RepoKind, String);

fn gate_key(repo: &Repo) -> GateKey {
    (repo.kind, repo.id.as_str().to_ascii_lowercase())
}

#[derive(Clone)]
struct User {
    name: String,
    token: BlobId,
}

#[derive(Clone)]
struct Gate {
    repo: Repo,
    gated: Gated,
    accepted: BTreeSet<String>,
}

/// Who sent a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Caller<'a> {
    /// Someone who did not say.
    Anonymous,
    /// Someone with a token, where no token means anything.
    Unchecked,
    /// The holder of this account.
    User(&'a str),
}

/// A token that belongs to no account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct UnknownToken;

impl Access {
    /// No accounts and no gates.
    pub fn open() -> Self {
        Self::default()
    }

    /// Adds an account and the token that proves it. An account may have several tokens.
    pub fn with_user(mut self, name: impl Into<String>, token: &str) -> Self {
        self.users.push(User {
            name: name.into(),
            token: digest(token),
        });
        self
    }

    /// Gates a repository: its files are for the accounts that were accepted. [`Gated::No`] takes the gate away.
    ///
    /// The repository's name counts without regard to ASCII case, as with the Hub.
    pub fn with_gated(mut self, repo: Repo, gated: Gated, accepted: &[&str]) -> Self {
        let accepted = accepted.iter().map(|name| (*name).to_owned()).collect();
        let key = gate_key(&repo);
        match gated {
            Gated::No => self.gates.remove(&key),
            Gated::Auto | Gated::Manual => {
                let gate = Gate {
                    repo,
                    gated,
                    accepted,
                };
                self.gates.insert(key, gate)
            }
        };
        self
    }

    pub(crate) fn caller(&self, headers: &HeaderMap) -> Result<Caller<'_>, UnknownToken> {
        let Some(value) = headers.get(AUTHORIZATION) else {
            return Ok(Caller::Anonymous);
        };
        if self.users.is_empty() {
            return Ok(Caller::Unchecked);
        }
        let (scheme, token) = value
            .to_str()
            .ok()
            .and_then(|text| text.split_once(' '))
            .ok_or(UnknownToken)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(UnknownToken);
        }
        let sent = digest(token.trim());
        // All accounts are compared, each in full, so that the time taken tells nothing.
        let mut found = None;
        for user in &self.users {
            if same(&sent, &user.token) {
                found = Some(Caller::User(&user.name));
            }
        }
        found.ok_or(UnknownToken)
    }

    fn gate(&self, repo: &Repo) -> Option<&Gate> {
        self.gates.get(&gate_key(repo))
    }

    pub(crate) fn gated(&self, repo: &Repo) -> Gated {
        self.gate(repo).map_or(Gated::No, |gate| gate.gated)
    }

    pub(crate) fn may_read(&self, caller: Caller<'_>, repo: &Repo) -> bool {
        self.gate(repo).is_none_or(|gate| match caller {
            Caller::User(name) => gate.accepted.contains(name),
            Caller::Anonymous | Caller::Unchecked => false,
        })
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.users.iter().map(|user| user.name.as_str()).collect();
        let gates: Vec<&Repo> = self.gates.values().map(|gate| &gate.repo).collect();
        f.debug_struct("Access")
            .field("users", &names)
            .field("gates", &gates)
            .finish()
    }
}

fn digest(token: &str) -> BlobId {
    let mut digester = Digester::sha256();
    digester.update(token.as_bytes());
    digester.finish()
}

fn same(left: &BlobId, right: &BlobId) -> bool {
    let (BlobId::Sha256(left), BlobId::Sha256(right)) = (left, right) else {
        return false;
    };
    let pairs = left.as_bytes().iter().zip(right.as_bytes());
    std::hint::black_box(pairs.fold(0, |difference, (left, right)| difference | (left ^ right)))
        == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller<'a>(access: &'a Access, value: &str) -> Result<Caller<'a>, UnknownToken> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value.parse().expect("a value"));
        access.caller(&headers)
    }

    #[test]
    fn a_token_names_its_account_or_nobody() {
        let access = Access::open()
            .with_user("ada", "hf_a")
            .with_user("bob", "hf_b");
        assert_eq!(caller(&access, "Bearer hf_a"), Ok(Caller::User("ada")));
        assert_eq!(caller(&access, "bearer hf_b"), Ok(Caller::User("bob")));
        for wrong in ["Bearer hf_c", "Bearer", "Bearer ", "hf_a", "Basic hf_a", ""] {
            assert_eq!(caller(&access, wrong), Err(UnknownToken), "{wrong}");
        }
        assert_eq!(access.caller(&HeaderMap::new()), Ok(Caller::Anonymous));
        let open = Access::open();
        assert_eq!(caller(&open, "Bearer whatever"), Ok(Caller::Unchecked));
    }

    #[test]
    fn a_gate_is_for_those_who_were_accepted() {
        let repo = Repo::new(RepoKind::Model, "a/b".parse().expect("an id"));
        let access = Access::open().with_gated(repo.clone(), Gated::Auto, &["ada"]);
        assert!(access.may_read(Caller::User("ada"), &repo));
        for caller in [Caller::User("bob"), Caller::Anonymous, Caller::Unchecked] {
            assert!(!access.may_read(caller, &repo), "{caller:?}");
        }
        let open = access.with_gated(repo.clone(), Gated::No, &[]);
        assert!(open.may_read(Caller::Anonymous, &repo));
    }

    #[test]
    fn no_spelling_of_a_name_goes_around_its_gate() {
        let repo = |kind, id: &str| Repo::new(kind, id.parse().expect("an id"));
        let gated = repo(RepoKind::Model, "Me/Gated");
        let access = Access::open().with_gated(gated, Gated::Manual, &["ada"]);
        for spelling in ["me/gated", "ME/GATED", "Me/Gated"] {
            let same = repo(RepoKind::Model, spelling);
            assert!(!access.may_read(Caller::Anonymous, &same), "{spelling}");
            assert!(access.may_read(Caller::User("ada"), &same), "{spelling}");
            assert_eq!(access.gated(&same), Gated::Manual, "{spelling}");
            let other_kind = repo(RepoKind::Dataset, spelling);
            assert!(access.may_read(Caller::Anonymous, &other_kind));
        }
        let again = repo(RepoKind::Model, "ME/gated");
        let open = access.with_gated(again.clone(), Gated::No, &[]);
        assert!(open.may_read(Caller::Anonymous, &again));
    }

    #[test]
    fn no_token_is_printed() {
        let access = Access::open().with_user("ada", "hf_secret");
        let shown = format!("{access:?}");
        assert!(shown.contains("ada"));
        assert!(!shown.contains("secret") && !shown.contains(&digest("hf_secret").to_string()));
    }
}
