//! Accounts: as they are told to themselves and to others.

use std::time::SystemTime;

use bytes::Bytes;
use http::Response;
use hubkit_api::{
    Account as AccountInfo, AccountKind, GetAccount, Identity, ListAccounts, Organisation, PageOf,
    server::{respond_account, respond_accounts},
};
use hubkit_store::{Digester, DynStore, RefStore as _};
use hubkit_types::{AccountName, RepoKind};
use serde_json::{Map, Value, json};

use crate::{
    access::{Access, Account, Caller, Login, MemberRole, OrganisationAccount},
    lookup::expect_repo,
    refusal::Refusal,
};

/// All that an account may know of itself and of the token that was sent.
pub(crate) fn identity(access: &Access, login: Login<'_>) -> Identity {
    let (account, token) = (login.account, login.token);
    let mut identity = Identity::user(&account.name);
    identity.fullname = Some(fullname(account));
    identity.email.clone_from(&account.email);
    identity.rest = fields(json!({
        "id": id_of(&account.name), "isPro": false, "canPay": false, "avatarUrl": "",
        "emailVerified": account.email.is_some(),
    }));
    let organisations = access.organisations_of(&account.name);
    identity.organisations = organisations
        .map(|(organisation, role)| Organisation {
            name: organisation.name.clone(),
            fullname: Some(fullname_of(organisation)),
            role: Some(role.as_str().to_owned()),
            rest: fields(json!({
                "id": id_of(&organisation.name), "canPay": false, "avatarUrl": "", "isEnterprise": false,
            })),
        })
        .collect();
    identity.token_name = Some(token.name.clone());
    identity.token_role = Some(token.role.as_str().to_owned());
    for (key, time) in [("createdAt", token.created), ("expiration", token.expires)] {
        if let Some(time) = time {
            identity
                .token_rest
                .insert(key.to_owned(), date(time).into());
        }
    }
    identity
}

/// What is told of an account: to who is logged in, and to others where they may know of anything that it owns. To all
/// others it is not there. An owner of whom nothing else is known is told of as far as the caller may find what it owns.
pub(crate) async fn answer_account(
    store: &DynStore,
    access: &Access,
    caller: Caller<'_>,
    call: GetAccount,
) -> Result<Response<Bytes>, Refusal> {
    let counts = Counts::of(store, access, caller, &call.name).await?;
    let mut info = find_account(access, caller, &counts, (call.kind, &call.name))?;
    info.models = Some(counts.of_kind(RepoKind::Model));
    info.datasets = Some(counts.of_kind(RepoKind::Dataset));
    info.spaces = Some(counts.of_kind(RepoKind::Space));
    info.followers = Some(0);
    Ok(respond_account(&info, call.kind))
}

fn find_account(
    access: &Access,
    caller: Caller<'_>,
    counts: &Counts,
    (kind, name): (AccountKind, &AccountName),
) -> Result<AccountInfo, Refusal> {
    let account = access.account(name.as_str());
    let organisation = access.organisation(name.as_str());
    let info = match (kind, account, organisation) {
        (AccountKind::User, Some(account), _) => user(access, caller, account),
        (AccountKind::Organisation, _, Some(organisation)) => organisation_info(organisation),
        (_, None, None) if !counts.0.is_empty() => AccountInfo {
            name: name.to_string(),
            fullname: Some(name.to_string()),
            ..AccountInfo::default()
        },
        _ => return Err(Refusal::NoAccount),
    };
    let may_know = matches!(caller, Caller::User(_)) || !counts.0.is_empty();
    may_know.then_some(info).ok_or(Refusal::NoAccount)
}

/// The members of an organisation, for who is logged in. Nobody follows or likes anything here.
pub(crate) async fn answer_accounts(
    store: &DynStore,
    access: &Access,
    caller: Caller<'_>,
    call: ListAccounts,
) -> Result<Response<Bytes>, Refusal> {
    let (kind, name) = match &call {
        ListAccounts::Likers(repo) => {
            expect_repo(store, caller, repo).await?;
            return Ok(respond_accounts(&PageOf::only(Vec::new())));
        }
        ListAccounts::Members(name) => (AccountKind::Organisation, name),
        ListAccounts::Followers(kind, name) => (*kind, name),
        ListAccounts::Following(name) => (AccountKind::User, name),
    };
    let counts = Counts::of(store, access, caller, name).await?;
    find_account(access, caller, &counts, (kind, name))?;
    let mut members = Vec::new();
    if let (ListAccounts::Members(name), Caller::User(_)) = (&call, caller)
        && let Some(organisation) = access.organisation(name.as_str())
    {
        let accounts = organisation.members.iter();
        let accounts = accounts.filter_map(|(name, _)| access.account(name));
        members.extend(accounts.map(|account| user(access, caller, account)));
    }
    Ok(respond_accounts(&PageOf::only(members)))
}

fn user(access: &Access, caller: Caller<'_>, account: &Account) -> AccountInfo {
    let mut rest =
        json!({ "_id": id_of(&account.name), "type": "user", "isPro": false, "avatarUrl": "" });
    // Who belongs where is for those who belong here.
    if matches!(caller, Caller::User(_)) {
        let organisations = access.organisations_of(&account.name);
        rest["orgs"] = organisations
            .map(|(organisation, _)| {
                json!({ "name": organisation.name, "fullname": fullname_of(organisation), "avatarUrl": "" })
            })
            .collect();
    }
    AccountInfo {
        name: account.name.clone(),
        fullname: Some(fullname(account)),
        rest: fields(rest),
        ..AccountInfo::default()
    }
}

fn organisation_info(organisation: &OrganisationAccount) -> AccountInfo {
    let rest = json!({
        "_id": id_of(&organisation.name), "type": "org", "avatarUrl": "", "isVerified": false,
        "numUsers": organisation.members.len(),
    });
    AccountInfo {
        name: organisation.name.clone(),
        fullname: Some(fullname_of(organisation)),
        rest: fields(rest),
        ..AccountInfo::default()
    }
}

/// How many repositories of an owner the caller may find.
struct Counts(Vec<RepoKind>);

impl Counts {
    async fn of(
        store: &DynStore,
        access: &Access,
        caller: Caller<'_>,
        owner: &AccountName,
    ) -> Result<Self, Refusal> {
        let mut repos = store.repos().await?;
        repos.retain(|repo| {
            let namespace = repo.id.namespace();
            namespace.is_some_and(|found| found.eq_ignore_ascii_case(owner.as_str()))
                && access.may_find(caller, repo)
        });
        Ok(Self(repos.into_iter().map(|repo| repo.kind).collect()))
    }

    fn of_kind(&self, kind: RepoKind) -> u64 {
        self.0.iter().filter(|found| **found == kind).count() as u64
    }
}

fn fullname(account: &Account) -> String {
    account.fullname.as_ref().unwrap_or(&account.name).clone()
}

fn fullname_of(organisation: &OrganisationAccount) -> String {
    organisation
        .fullname
        .as_ref()
        .unwrap_or(&organisation.name)
        .clone()
}

/// An id as long as those of the Hub, the same each time.
fn id_of(name: &str) -> String {
    let mut digester = Digester::sha256();
    digester.update(b"account\0");
    digester.update(name.to_ascii_lowercase().as_bytes());
    let mut id = digester.finish().to_string();
    id.truncate(24);
    id
}

fn date(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

impl Access {
    fn organisation(&self, name: &str) -> Option<&OrganisationAccount> {
        self.organisations()
            .find(|found| found.name.eq_ignore_ascii_case(name))
    }

    fn organisations_of<'a>(
        &'a self,
        name: &'a str,
    ) -> impl Iterator<Item = (&'a OrganisationAccount, MemberRole)> {
        let roles = |organisation: &'a OrganisationAccount| {
            Some((organisation, self.role_in(&organisation.name, name)?))
        };
        self.organisations().filter_map(roles)
    }
}
