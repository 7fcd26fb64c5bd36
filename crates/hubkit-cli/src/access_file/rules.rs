//! What stands in the file, as rules.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use hubkit::{Repo, RepoId, RepoKind, api::Gated};
use hubkit_mirror::{
    Access, Account, AccountToken, MemberRole, OrganisationAccount, RepoRule, RepoState, Strangers,
    TokenDigest, TokenRole, Visibility,
};

use crate::strict_toml::{Fault, Item, Source, Table, meant, shown};

/// Reads the rules of a whole file.
pub(super) fn read(path: &Path, text: &str) -> Result<Access, Fault> {
    let source = Source { path, text };
    let document = source.parse()?;
    let top = Table::top(source, &document);
    let kinds = RepoKind::ALL.map(RepoKind::plural);
    let mut known = vec!["anonymous", "unlisted", "users", "organisations", "moved"];
    known.extend(kinds);
    top.expect_keys(&known)?;
    let mut access = Access::open();
    if let Some(item) = top.get("anonymous")
        && !item.flag()?
    {
        access = access.with_strangers(Strangers::Refused);
    }
    if let Some(item) = top.get("unlisted") {
        access = access.with_unlisted(item.one_of(&VISIBILITIES)?);
    }
    let mut names = Names::default();
    let mut digests = BTreeMap::new();
    if let Some(users) = top.get("users") {
        for (name, item) in users.table()?.entries() {
            names.add(name, &item)?;
            names.users.insert(name.to_ascii_lowercase());
            access = access.with_account(account(name, &item, &mut digests)?);
        }
    }
    if let Some(organisations) = top.get("organisations") {
        for (name, item) in organisations.table()?.entries() {
            names.add(name, &item)?;
            access = access.with_organisation(organisation(name, &item, &names)?);
        }
    }
    for kind in RepoKind::ALL {
        let mut seen = BTreeSet::new();
        let Some(repos) = top.get(kind.plural()) else {
            continue;
        };
        for (id, item) in repos.table()?.entries() {
            let repo = repo(kind, id, &item)?;
            if !seen.insert(id.to_ascii_lowercase()) {
                return Err(
                    item.fault("stands here a second time; names that differ in case are the same")
                );
            }
            access = access.with_rule(repo, rule(&item, &names)?);
        }
    }
    if let Some(moved) = top.get("moved") {
        let moved = moved.table()?;
        moved.expect_keys(&kinds)?;
        for kind in RepoKind::ALL {
            if let Some(item) = moved.get(kind.plural()) {
                access = moves(access, kind, &item.table()?)?;
            }
        }
    }
    Ok(access)
}

const VISIBILITIES: [(&str, Visibility); 2] = [
    ("public", Visibility::Public),
    ("private", Visibility::Private),
];
const ROLES: [(&str, TokenRole); 2] = [("read", TokenRole::Read), ("write", TokenRole::Write)];

/// The names of people and of organisations, in lower case.
#[derive(Default)]
struct Names {
    users: BTreeSet<String>,
    all: BTreeSet<String>,
}

impl Names {
    fn add(&mut self, name: &str, item: &Item<'_>) -> Result<(), Fault> {
        let is_name = name.parse::<RepoId>().is_ok() && !name.contains('/');
        if !is_name {
            return Err(
                item.fault("is no name for an account: expected letters, digits, `_`, `-` and `.`")
            );
        }
        if !self.all.insert(name.to_ascii_lowercase()) {
            return Err(item
                .fault("is the name of another account; names that differ in case are the same"));
        }
        Ok(())
    }

    /// A list of names that must be among the known ones.
    fn list(known: &BTreeSet<String>, item: &Item<'_>) -> Result<Vec<String>, Fault> {
        let items = item.list()?.into_iter();
        items
            .map(|item| Self::known(known, item.text()?, &item))
            .collect()
    }

    fn known(known: &BTreeSet<String>, name: &str, item: &Item<'_>) -> Result<String, Fault> {
        if known.contains(&name.to_ascii_lowercase()) {
            return Ok(name.to_owned());
        }
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        Err(item.fault(format_args!(
            "names `{}`, and there is no such account: {}",
            shown(name),
            meant(name, &known)
        )))
    }
}

/// Which token stands where: one that stood twice would be whose?
type Digests = BTreeMap<String, String>;

fn account(name: &str, item: &Item<'_>, digests: &mut Digests) -> Result<Account, Fault> {
    let table = item.table()?;
    table.expect_keys(&["full_name", "email", "tokens"])?;
    let mut account = Account::new(name);
    account.fullname = text(&table, "full_name")?;
    account.email = text(&table, "email")?;
    if let Some(tokens) = table.get("tokens") {
        for item in tokens.list()? {
            account.tokens.push(token(&item, name, digests)?);
        }
    }
    Ok(account)
}

fn token(item: &Item<'_>, user: &str, digests: &mut Digests) -> Result<AccountToken, Fault> {
    let table = item.table()?;
    table.expect_keys(&["name", "hash", "role", "created", "expires"])?;
    let hash = table.required("hash")?;
    let digest: TokenDigest = hash.parsed()?;
    if let Some(other) = digests.insert(digest.to_string(), user.to_owned()) {
        return Err(hash.fault(format_args!("is the hash of a token of `{other}` already")));
    }
    let role = table
        .get("role")
        .map(|item| item.one_of(&ROLES))
        .transpose()?;
    let name = text(&table, "name")?.unwrap_or_else(|| "token".to_owned());
    let time = |key| table.get(key).map(|item| item.time()).transpose();
    let mut token = AccountToken::new(name, digest, role.unwrap_or_default());
    token.created = time("created")?;
    token.expires = time("expires")?;
    Ok(token)
}

fn organisation(name: &str, item: &Item<'_>, names: &Names) -> Result<OrganisationAccount, Fault> {
    let table = item.table()?;
    table.expect_keys(&["full_name", "members"])?;
    let roles = MemberRole::ALL.map(|role| (role.as_str(), role));
    let mut members = Vec::new();
    if let Some(list) = table.get("members") {
        for (name, item) in list.table()?.entries() {
            let name = Names::known(&names.users, name, &item)?;
            members.push((name, item.one_of(&roles)?));
        }
    }
    Ok(OrganisationAccount {
        name: name.to_owned(),
        fullname: text(&table, "full_name")?,
        members,
    })
}

fn rule(item: &Item<'_>, names: &Names) -> Result<RepoRule, Fault> {
    let table = item.table()?;
    table.expect_keys(&[
        "private", "readers", "gated", "accepted", "rejected", "disabled",
    ])?;
    let mut rule = RepoRule::default();
    if let Some(private) = table.get("private") {
        let visibilities = [Visibility::Public, Visibility::Private];
        rule.visibility = Some(visibilities[usize::from(private.flag()?)]);
    }
    if let Some(readers) = table.get("readers") {
        rule.readers = Names::list(&names.all, &readers)?;
    }
    if let Some(gated) = table.get("gated") {
        rule.gated = gated.one_of(&[("auto", Gated::Auto), ("manual", Gated::Manual)])?;
    }
    for (key, list) in [
        ("accepted", &mut rule.accepted),
        ("rejected", &mut rule.rejected),
    ] {
        if let Some(item) = table.get(key) {
            if rule.gated == Gated::No {
                return Err(item.fault("means nothing where there is no gate: add `gated = \"auto\"` or `gated = \"manual\"`"));
            }
            *list = Names::list(&names.users, &item)?;
        }
    }
    if let Some(disabled) = table.get("disabled")
        && disabled.flag()?
    {
        rule.state = RepoState::Disabled;
    }
    Ok(rule)
}

fn moves(mut access: Access, kind: RepoKind, table: &Table<'_>) -> Result<Access, Fault> {
    let mut next: BTreeMap<String, String> = BTreeMap::new();
    for (from, item) in table.entries() {
        let to: RepoId = item.parsed()?;
        access = access.with_moved(&repo(kind, from, &item)?, to.clone());
        next.insert(from.to_ascii_lowercase(), to.as_str().to_ascii_lowercase());
    }
    for (from, item) in table.entries() {
        let mut name = &from.to_ascii_lowercase();
        for step in 0.. {
            let Some(further) = next.get(name) else { break };
            if step > MOST_MOVES {
                return Err(item.fault("does not lead to a name that a repository has now"));
            }
            name = further;
        }
    }
    Ok(access)
}

/// How many times a name is followed: as often as the mirror does.
const MOST_MOVES: usize = 8;

fn repo(kind: RepoKind, id: &str, item: &Item<'_>) -> Result<Repo, Fault> {
    let parsed = id.parse().map(|id| Repo::new(kind, id));
    parsed.map_err(|error| item.fault(format_args!("is no repository: {error}")))
}

fn text(table: &Table<'_>, key: &str) -> Result<Option<String>, Fault> {
    let text = table.get(key).map(|item| item.text()).transpose()?;
    Ok(text.map(str::to_owned))
}

#[cfg(test)]
mod tests;
