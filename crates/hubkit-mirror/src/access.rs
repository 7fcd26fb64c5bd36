//! Who asks, and what they may know and read.

mod account;
mod caller;
mod rule;

use std::{collections::BTreeMap, fmt, sync::Arc, time::SystemTime};

use hubkit_api::{Gated, RequestStatus};
use hubkit_types::{Repo, RepoId};

use crate::requests::AccessRequests;

pub use account::{
    Account, AccountToken, MemberRole, OrganisationAccount, ParseTokenDigestError, TokenDigest,
    TokenRole,
};
pub(crate) use caller::{Caller, Login, Schemes, UnknownToken};
pub(crate) use rule::{RepoKey, Rule, fold};
pub use rule::{RepoRule, RepoState, Visibility};

/// Accounts, and which repositories are whose. Of a token only its SHA-256 is kept.
///
/// Until it is told otherwise every repository can be found and read by everyone. A private one is not there for those
/// who may not read it; a gated one can be found, listed and described by everyone who may know of it, and its files are
/// for those who were accepted. With no account at all, tokens are ignored.
///
/// Names count without regard to ASCII case, as with the Hub.
#[derive(Clone, Default)]
pub struct Access {
    accounts: BTreeMap<String, Account>,
    organisations: BTreeMap<String, OrganisationAccount>,
    rules: BTreeMap<RepoKey, (Repo, Rule)>,
    moved: BTreeMap<RepoKey, Repo>,
    unlisted: Visibility,
    strangers: Strangers,
    clock: Option<Clock>,
    requests: AccessRequests,
}

type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// What those get who do not say who they are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Strangers {
    /// What is public.
    #[default]
    Welcome,
    /// Nothing: to them no repository is there.
    Refused,
}

/// How many times a repository may have been renamed before the mirror stops following its names.
const MOST_MOVES: usize = 8;

impl Access {
    /// No accounts and no rules.
    pub fn open() -> Self {
        Self::default()
    }

    /// Adds an account that is known by one token, which may do all that the account may. Adds to the account's tokens if
    /// there is one of this name.
    pub fn with_user(mut self, name: impl Into<String>, token: &str) -> Self {
        let name = name.into();
        let account = self.accounts.entry(fold(&name));
        let account = account.or_insert_with(|| Account::new(name));
        let token = AccountToken::new("token", TokenDigest::of(token), TokenRole::Write);
        account.tokens.push(token);
        self
    }

    /// Adds an account; it takes the place of one with the same name.
    pub fn with_account(mut self, account: Account) -> Self {
        self.accounts.insert(fold(&account.name), account);
        self
    }

    /// Adds an organisation; it takes the place of one with the same name.
    pub fn with_organisation(mut self, organisation: OrganisationAccount) -> Self {
        self.organisations
            .insert(fold(&organisation.name), organisation);
        self
    }

    /// Decides about one repository, instead of what was decided before.
    pub fn with_rule(mut self, repo: Repo, rule: RepoRule) -> Self {
        self.rules.insert(RepoKey::of(&repo), (repo, rule.into()));
        self
    }

    /// Gates a repository: its files are for the accounts that were accepted. [`Gated::No`] takes the gate away. Nothing
    /// else that was decided about it changes.
    pub fn with_gated(mut self, repo: Repo, gated: Gated, accepted: &[&str]) -> Self {
        let rule = self.rules.entry(RepoKey::of(&repo));
        let (_, rule) = rule.or_insert_with(|| (repo, RepoRule::default().into()));
        rule.gated = gated;
        rule.accepted = accepted.iter().map(|name| fold(name)).collect();
        self
    }

    /// Says that a repository has another name now: what asks for the old one is sent to the new one.
    pub fn with_moved(mut self, from: &Repo, to: RepoId) -> Self {
        let to = Repo::new(from.kind, to);
        self.moved.insert(RepoKey::of(from), to);
        self
    }

    /// Says who may know of repositories about which nothing is decided.
    pub fn with_unlisted(mut self, visibility: Visibility) -> Self {
        self.unlisted = visibility;
        self
    }

    /// Says what those get who do not say who they are.
    pub fn with_strangers(mut self, strangers: Strangers) -> Self {
        self.strangers = strangers;
        self
    }

    /// Says what time it is, for tokens that end and for the dates of requests for access. Without a clock tokens that end
    /// are refused.
    pub fn with_clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Says where requests for access to gated repositories are kept. Without this they live as long as these rules.
    pub fn with_requests(mut self, requests: AccessRequests) -> Self {
        self.requests = requests;
        self
    }

    pub(crate) fn requests(&self) -> &AccessRequests {
        &self.requests
    }

    pub(crate) fn account(&self, name: &str) -> Option<&Account> {
        self.accounts.get(&fold(name))
    }

    pub(crate) fn organisations(&self) -> impl Iterator<Item = &OrganisationAccount> {
        self.organisations.values()
    }

    pub(crate) fn now(&self) -> Option<SystemTime> {
        self.clock.as_ref().map(|clock| clock())
    }

    fn rule(&self, repo: &Repo) -> Option<&Rule> {
        if self.rules.is_empty() {
            return None;
        }
        self.rules.get(&RepoKey::of(repo)).map(|(_, rule)| rule)
    }

    pub(crate) fn gated(&self, repo: &Repo) -> Gated {
        self.rule(repo).map_or(Gated::No, |rule| rule.gated)
    }

    pub(crate) fn visibility(&self, repo: &Repo) -> Visibility {
        let decided = self.rule(repo).and_then(|rule| rule.visibility);
        decided.unwrap_or(self.unlisted)
    }

    pub(crate) fn state(&self, repo: &Repo) -> RepoState {
        self.rule(repo)
            .map_or(RepoState::Enabled, |rule| rule.state)
    }

    /// The name that a repository has now, if this is one that it had.
    pub(crate) fn moved(&self, repo: &Repo) -> Option<&Repo> {
        if self.moved.is_empty() {
            return None;
        }
        let next = |repo: &Repo| self.moved.get(&RepoKey::of(repo));
        let mut name = next(repo)?;
        // A chain that does not end leads nowhere.
        for _ in 0..MOST_MOVES {
            match next(name) {
                Some(further) => name = further,
                None => return Some(name),
            }
        }
        None
    }

    /// Whether those who do not say who they are get anything.
    pub(crate) fn welcomes(&self, caller: Caller<'_>) -> bool {
        matches!(caller, Caller::User(_)) || self.strangers == Strangers::Welcome
    }

    /// Whether the caller may know that a repository is there.
    pub(crate) fn may_know(&self, caller: Caller<'_>, repo: &Repo) -> bool {
        if !self.welcomes(caller) {
            return false;
        }
        self.visibility(repo) == Visibility::Public || self.is_reader(caller, repo)
    }

    /// Whether the caller finds a repository among others.
    pub(crate) fn may_find(&self, caller: Caller<'_>, repo: &Repo) -> bool {
        self.may_know(caller, repo) && self.state(repo) == RepoState::Enabled
    }

    /// Whether the caller may read a repository's files.
    pub(crate) fn may_read(&self, caller: Caller<'_>, repo: &Repo) -> bool {
        self.may_know(caller, repo)
            && self.state(repo) == RepoState::Enabled
            && (self.gated(repo) == Gated::No
                || matches!(caller, Caller::User(login) if self.is_let_in(&login.account.name, repo)))
    }

    /// Whether the caller may decide who gets access to a repository: with a token that can write, its owner and those
    /// who can write in the organisation that owns it.
    pub(crate) fn may_manage(&self, caller: Caller<'_>, repo: &Repo) -> bool {
        let Caller::User(login) = caller else {
            return false;
        };
        let role = self.role_at_owner(&login.account.name, repo);
        login.token.role == TokenRole::Write && role >= Some(MemberRole::Write)
    }

    fn is_reader(&self, caller: Caller<'_>, repo: &Repo) -> bool {
        let Caller::User(login) = caller else {
            return false;
        };
        let name = &login.account.name;
        let is_named = self.rule(repo).is_some_and(|rule| {
            rule.readers.contains(&fold(name))
                || rule
                    .readers
                    .iter()
                    .any(|reader| self.role_in(reader, name).is_some())
        });
        is_named || self.role_at_owner(name, repo).is_some()
    }

    /// Whether an account is through the gate of a repository: as a member of its owner, or because it was accepted. An
    /// answer to its request counts before the list it was on.
    pub(crate) fn is_let_in(&self, name: &str, repo: &Repo) -> bool {
        if self.role_at_owner(name, repo).is_some() {
            return true;
        }
        let is_listed = |rule: &Rule| rule.accepted.contains(&fold(name));
        let is_accepted = match self.requests.status(repo, name) {
            Some(status) => status == RequestStatus::Accepted,
            None => self.rule(repo).is_some_and(is_listed),
        };
        is_accepted && !self.is_turned_away(repo, name)
    }

    /// Whether an account stays outside a gate whatever its owner decides.
    pub(crate) fn is_turned_away(&self, repo: &Repo, name: &str) -> bool {
        let rule = self.rule(repo);
        rule.is_some_and(|rule| rule.rejected.contains(&fold(name)))
    }

    /// The accounts that were accepted or turned away from the start.
    pub(crate) fn decided(&self, repo: &Repo) -> Vec<(&str, RequestStatus)> {
        let Some(rule) = self.rule(repo) else {
            return Vec::new();
        };
        let accepted = rule.accepted.difference(&rule.rejected);
        let accepted = accepted.map(|name| (name.as_str(), RequestStatus::Accepted));
        let rejected = rule.rejected.iter();
        let rejected = rejected.map(|name| (name.as_str(), RequestStatus::Rejected));
        accepted.chain(rejected).collect()
    }

    /// What an account may do with what belongs to the owner of a repository.
    fn role_at_owner(&self, name: &str, repo: &Repo) -> Option<MemberRole> {
        let owner = repo.id.namespace()?;
        if owner.eq_ignore_ascii_case(name) {
            return Some(MemberRole::Admin);
        }
        self.role_in(owner, name)
    }

    /// What a member may do in an organisation.
    pub(crate) fn role_in(&self, organisation: &str, name: &str) -> Option<MemberRole> {
        let members = &self.organisations.get(&fold(organisation))?.members;
        let roles = members
            .iter()
            .filter(|(member, _)| member.eq_ignore_ascii_case(name));
        roles.map(|(_, role)| *role).max()
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |map: &BTreeMap<String, Account>| map.keys().cloned().collect::<Vec<_>>();
        let repos: Vec<&Repo> = self.rules.values().map(|(repo, _)| repo).collect();
        f.debug_struct("Access")
            .field("accounts", &names(&self.accounts))
            .field("organisations", &self.organisations.keys())
            .field("rules", &repos)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
