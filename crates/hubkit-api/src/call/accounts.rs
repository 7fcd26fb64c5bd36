//! `GET /api/{users|organizations}/{name}/overview` and the lists of accounts: who is on a hub.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hubkit_types::{AccountName, Repo};
use serde_json::{Map, Value};

use super::page::PageOf;
use crate::{
    ApiError, Call,
    json::{self, Fields, Object},
    server::{
        Incoming, Unroutable,
        ask::{Ask, READ, Routed},
    },
    target,
};

/// Which of the two kinds of account a name belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AccountKind {
    /// A person.
    User,
    /// An organisation.
    Organisation,
}

impl AccountKind {
    fn plural(self) -> &'static str {
        match self {
            Self::User => "users",
            Self::Organisation => "organizations",
        }
    }
}

/// Asks what a hub tells of an account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GetAccount {
    /// What kind of account.
    pub kind: AccountKind,
    /// Its name.
    pub name: AccountName,
}

/// Asks for accounts: the first page of them.
///
/// The pages after it have addresses that the server makes: [`PageOf::next`]. Send a plain `GET` there and give the answer
/// to [`Call::reply`] as well.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ListAccounts {
    /// The members of an organisation.
    Members(AccountName),
    /// Who follows an account.
    Followers(AccountKind, AccountName),
    /// Whom a user follows.
    Following(AccountName),
    /// Who likes a repository.
    Likers(Repo),
}

/// An account. Texts are its owner's own: escape them before showing them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Account {
    /// The account's name; empty where an account was deleted.
    pub name: String,
    /// The name of the person or organisation.
    pub fullname: Option<String>,
    /// What it says of itself.
    pub details: Option<String>,
    /// How many models it has.
    pub models: Option<u64>,
    /// How many datasets it has.
    pub datasets: Option<u64>,
    /// How many Spaces it has.
    pub spaces: Option<u64>,
    /// How many follow it.
    pub followers: Option<u64>,
    /// Every field that is not named above.
    pub rest: Map<String, Value>,
}

impl Account {
    pub(super) fn read(value: Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(value, "an account")?;
        // A user is called so under `user`, an organisation under `name`.
        let user = fields.text("user");
        Ok(Self {
            name: user.or_else(|| fields.text("name")).unwrap_or_default(),
            fullname: fields.text("fullname"),
            details: fields.text("details"),
            models: fields.count("numModels"),
            datasets: fields.count("numDatasets"),
            spaces: fields.count("numSpaces"),
            followers: fields.count("numFollowers"),
            rest: fields.rest(),
        })
    }

    pub(super) fn write(&self, kind: AccountKind) -> Value {
        let mut object = Object::over(&self.rest);
        let key = match kind {
            AccountKind::User => "user",
            AccountKind::Organisation => "name",
        };
        object.put(key, Some(self.name.as_str()));
        object.put("fullname", self.fullname.as_deref());
        object.put("details", self.details.as_deref());
        object.put("numModels", self.models);
        object.put("numDatasets", self.datasets);
        object.put("numSpaces", self.spaces);
        object.put("numFollowers", self.followers);
        object.done()
    }
}

impl Call for GetAccount {
    type Reply = Account;

    fn request(&self) -> Request<Bytes> {
        let (kind, name) = (self.kind.plural(), &self.name);
        target::get_json(format!("/api/{kind}/{name}/overview"))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<Account, ApiError> {
        Account::read(json::read(response)?)
    }
}

impl Call for ListAccounts {
    type Reply = PageOf<Account>;

    fn request(&self) -> Request<Bytes> {
        target::get_json(match self {
            Self::Members(name) => format!("/api/organizations/{name}/members"),
            Self::Followers(kind, name) => format!("/api/{}/{name}/followers", kind.plural()),
            Self::Following(name) => format!("/api/users/{name}/following"),
            Self::Likers(repo) => format!("{}/likers", target::api(repo)),
        })
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<PageOf<Account>, ApiError> {
        PageOf::read(response, "accounts", Account::read)
    }
}

/// `/api/users/{name}/…`.
pub(crate) fn route_users(ask: &Ask<'_>) -> Routed {
    route(AccountKind::User, ask)
}

/// `/api/organizations/{name}/…`.
pub(crate) fn route_organisations(ask: &Ask<'_>) -> Routed {
    route(AccountKind::Organisation, ask)
}

fn route(kind: AccountKind, ask: &Ask<'_>) -> Routed {
    let [name, what] = ask.rest else {
        return Err(Unroutable::NotFound);
    };
    let name = || name.parse::<AccountName>().map_err(|_| Unroutable::BadPath);
    let incoming = match (*what, kind) {
        ("overview", kind) => Incoming::Account(GetAccount {
            kind,
            name: name()?,
        }),
        ("followers", kind) => Incoming::Accounts(ListAccounts::Followers(kind, name()?)),
        ("members", AccountKind::Organisation) => {
            Incoming::Accounts(ListAccounts::Members(name()?))
        }
        ("following", AccountKind::User) => Incoming::Accounts(ListAccounts::Following(name()?)),
        _ => return Err(Unroutable::NotFound),
    };
    ask.answer(READ, incoming)
}

/// `…/likers`.
pub(crate) fn route_likers(repo: Repo, ask: &Ask<'_>) -> Routed {
    ask.end()?;
    ask.answer(READ, Incoming::Accounts(ListAccounts::Likers(repo)))
}

/// The answer to [`GetAccount`].
pub fn respond_account(account: &Account, kind: AccountKind) -> Response<Bytes> {
    json::respond(StatusCode::OK, &account.write(kind))
}

/// The answer to [`ListAccounts`].
pub fn respond_accounts(page: &PageOf<Account>) -> Response<Bytes> {
    page.respond(|account| account.write(AccountKind::User))
}

#[cfg(test)]
mod tests {
    use hubkit_types::RepoKind;

    use super::*;
    use crate::server::route;

    fn name() -> AccountName {
        "ada".parse().expect("a name")
    }

    fn account() -> Account {
        let mut account = Account {
            name: "ada".to_owned(),
            fullname: Some("Ada L.".to_owned()),
            details: Some("writes".to_owned()),
            models: Some(1),
            datasets: Some(2),
            spaces: Some(0),
            followers: Some(u64::MAX),
            rest: Map::new(),
        };
        account.rest.insert("isPro".to_owned(), true.into());
        account
    }

    #[test]
    fn an_account_comes_back_as_it_was_given() {
        for kind in [AccountKind::User, AccountKind::Organisation] {
            let call = GetAccount { kind, name: name() };
            let found = call.reply(&respond_account(&account(), kind));
            assert_eq!(found, Ok(account()));
            assert_eq!(route(&call.request()), Ok(Incoming::Account(call)));
        }
    }

    #[test]
    fn lists_of_accounts_come_back_as_they_were_given() {
        let page = PageOf {
            items: vec![account(), Account::default()],
            total: Some(2),
            next: Some("/api/users/ada/followers?cursor=x".to_owned()),
        };
        let repo = Repo::new(RepoKind::Space, "a/b".parse().expect("an id"));
        for call in [
            ListAccounts::Members(name()),
            ListAccounts::Followers(AccountKind::User, name()),
            ListAccounts::Followers(AccountKind::Organisation, name()),
            ListAccounts::Following(name()),
            ListAccounts::Likers(repo),
        ] {
            assert_eq!(call.reply(&respond_accounts(&page)), Ok(page.clone()));
            assert_eq!(route(&call.request()), Ok(Incoming::Accounts(call)));
        }
    }

    #[test]
    fn other_paths_and_names_are_refused() {
        let of = |target: &str| route(&Request::get(target).body(()).expect("a request"));
        assert_eq!(of("/api/users/a%2Fb/overview"), Err(Unroutable::BadPath));
        for target in [
            "/api/users/ada",
            "/api/users/ada/members",
            "/api/organizations",
        ] {
            assert_eq!(of(target), Err(Unroutable::NotFound), "{target}");
        }
        let odd = ListAccounts::Following(name());
        for wrong in ["{}", "[7]"] {
            let response = Response::new(Bytes::from_static(wrong.as_bytes()));
            assert!(odd.reply(&response).is_err(), "{wrong}");
        }
    }
}
