//! What people of a hub put together and talk about.

use hubkit_api::{
    Account, AccountKind, Call as _, Collection, CollectionSlug, Discussion, DiscussionDetails,
    GetAccount, GetCollection, GetDiscussion, GetPaper, ListAccounts, ListCollections,
    ListDiscussions, Paper, PaperId, SearchPapers,
};
use hubkit_types::{AccountName, Repo};

use crate::{
    Client, Error, Pages,
    ask::{LONGEST_ANSWER, LONGEST_LIST},
    pages::{Next, Page},
};

impl Client {
    /// What the hub tells of a user or an organisation.
    ///
    /// # Errors
    ///
    /// `NotFound`; those of [`Client::info`]; offline always `Offline`.
    pub async fn account(&self, kind: AccountKind, name: &AccountName) -> Result<Account, Error> {
        let call = GetAccount {
            kind,
            name: name.clone(),
        };
        let called = self.call(&call, None, LONGEST_ANSWER, self.observer());
        called
            .await
            .map_err(|error| error.within(format_args!("the account `{name}`")))
    }

    /// Members, followers and the like, page by page.
    pub fn accounts(&self, call: ListAccounts) -> Pages<Account> {
        let about = match &call {
            ListAccounts::Likers(repo) => Some(repo.clone()),
            _ => None,
        };
        Pages::new(self.clone(), about, call)
    }

    /// Collections, each with its first items only, page by page.
    pub fn collections(&self, call: ListCollections) -> Pages<Collection> {
        Pages::new(self.clone(), None, call)
    }

    /// One collection with all of its items.
    ///
    /// # Errors
    ///
    /// `NotFound`; those of [`Client::info`]; offline always `Offline`.
    pub async fn collection(&self, slug: &CollectionSlug) -> Result<Collection, Error> {
        let call = GetCollection { slug: slug.clone() };
        let called = self.call(&call, None, LONGEST_LIST, self.observer());
        called
            .await
            .map_err(|error| error.within(format_args!("the collection `{slug}`")))
    }

    /// The papers that a search finds; the hub does not page them.
    ///
    /// # Errors
    ///
    /// Those of [`Client::info`]; offline always `Offline`.
    pub async fn papers(&self, call: &SearchPapers) -> Result<Vec<Paper>, Error> {
        self.call(call, None, LONGEST_LIST, self.observer()).await
    }

    /// One paper.
    ///
    /// # Errors
    ///
    /// `NotFound`; those of [`Client::info`]; offline always `Offline`.
    pub async fn paper(&self, id: &PaperId) -> Result<Paper, Error> {
        let call = GetPaper { id: id.clone() };
        let called = self.call(&call, None, LONGEST_ANSWER, self.observer());
        called
            .await
            .map_err(|error| error.within(format_args!("the paper `{id}`")))
    }

    /// The discussions and pull requests of a repository, page by page. This list alone is numbered and has no `Link`.
    pub fn discussions(&self, mut call: ListDiscussions) -> Pages<Discussion> {
        let (repo, first) = (call.repo.clone(), call.request());
        let read = move |response: &_| {
            let page = call.reply(response)?;
            let next = page.has_next().then(|| {
                call.page += 1;
                Next::Request(Box::new(call.request()))
            });
            Ok(Page {
                items: page.discussions,
                next,
                total: Some(page.count),
            })
        };
        Pages::of(self.clone(), Some(repo), first, read)
    }

    /// One discussion with everything that was said in it; of a pull request with its diff too, where that is asked for.
    ///
    /// # Errors
    ///
    /// Those of [`Client::info`]; offline always `Offline`.
    pub async fn discussion(&self, call: &GetDiscussion) -> Result<DiscussionDetails, Error> {
        let about: Option<&Repo> = Some(&call.repo);
        let called = self.call(call, about, LONGEST_LIST, self.observer());
        let number = call.number;
        called
            .await
            .map_err(|error| error.within(format_args!("discussion {number}")))
    }
}
