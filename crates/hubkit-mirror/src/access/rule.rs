//! What is decided about one repository.

use std::collections::BTreeSet;

use hubkit_api::Gated;
use hubkit_types::{Repo, RepoKind};

/// Who may know of a repository and who may read its files.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RepoRule {
    /// Whether everyone may know of it; what holds for repositories without a rule when it says nothing.
    pub visibility: Option<Visibility>,
    /// Who may read it although it is private, besides the owner and, of an organisation, its members: names of people
    /// and of organisations.
    pub readers: Vec<String>,
    /// Whether its files are for those who were accepted.
    pub gated: Gated,
    /// Who was accepted. An answer to a request counts before this list.
    pub accepted: Vec<String>,
    /// Who is never accepted, whatever is answered to a request.
    pub rejected: Vec<String>,
    /// Whether it is closed to everyone who may know of it.
    pub state: RepoState,
}

/// Whether everyone may know of a repository.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Visibility {
    /// Everyone.
    #[default]
    Public,
    /// Its readers. To all others it is not there.
    Private,
}

/// Whether a repository is in use.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum RepoState {
    /// It is.
    #[default]
    Enabled,
    /// Everything of it is refused, to its owner too.
    Disabled,
}

/// A repository's kind and its name in lower case. A hub knows no two names that differ in case alone, and a store over
/// a file system that folds case finds the repository under either: no spelling may go around its rule.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct RepoKey(RepoKind, String);

impl RepoKey {
    pub(crate) fn of(repo: &Repo) -> Self {
        Self(repo.kind, fold(repo.id.as_str()))
    }
}

/// A name as names are compared.
pub(crate) fn fold(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// A rule with its names folded, to be looked up.
#[derive(Clone)]
pub(crate) struct Rule {
    pub(crate) visibility: Option<Visibility>,
    pub(crate) readers: BTreeSet<String>,
    pub(crate) gated: Gated,
    pub(crate) accepted: BTreeSet<String>,
    pub(crate) rejected: BTreeSet<String>,
    pub(crate) state: RepoState,
}

impl From<RepoRule> for Rule {
    fn from(rule: RepoRule) -> Self {
        let folded = |names: Vec<String>| names.iter().map(|name| fold(name)).collect();
        Self {
            visibility: rule.visibility,
            readers: folded(rule.readers),
            gated: rule.gated,
            accepted: folded(rule.accepted),
            rejected: folded(rule.rejected),
            state: rule.state,
        }
    }
}
