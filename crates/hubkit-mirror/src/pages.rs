//! The hub as a person sees it in a browser: what is here, the cards, the files. Works without scripts, and brings none.

mod frame;
mod list;
mod repo;

use bytes::Bytes;
use http::{Response, StatusCode, header::CONTENT_TYPE};
use hubkit_api::{
    GetRepoInfo, InfoDetail, ListRepos, RepoInfo, RepoPage, Resolve, TreeDepth,
    server::{ListRequest, Page},
};
use hubkit_card::{Reference, Rendered, Resolver, split};
use hubkit_store::{DynStore, Entry, RefStore as _};
use hubkit_types::{CommitId, Repo, RepoKind, RepoPath, Revision};
use maud::html;

use crate::{
    access::{Access, Caller},
    catalogue::Catalogue,
    info,
    listing::{Listings, Name},
    lookup::{find_commit, short_file},
    refusal::Refusal,
    search::list as list_repos,
};

pub(crate) use frame::Site;
use list::Shelf;
use repo::Tab;

/// How many repositories of a kind the first page shows, and a list on one of its pages.
const ON_SHELF: usize = 12;
const ON_PAGE: usize = 50;
/// How many entries of a folder are shown.
const MOST_ENTRIES: usize = 1000;
/// The longest card that is read, the longest page made of one, and the longest file that is shown, in bytes.
const LONGEST_CARD: u64 = 1 << 20;
const LONGEST_ARTICLE: usize = 2 << 20;
const LONGEST_TEXT: u64 = 256 << 10;

/// What pages are made from.
#[derive(Clone, Copy)]
pub(crate) struct Pages<'a> {
    pub(crate) store: &'a DynStore,
    pub(crate) access: &'a Access,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) listings: &'a Listings,
    pub(crate) caller: Caller<'a>,
    pub(crate) site: Site<'a>,
}

impl Pages<'_> {
    pub(crate) async fn answer(self, page: Page) -> Result<Response<Bytes>, Refusal> {
        match page {
            Page::Style => Ok(frame::style()),
            Page::Home => self.home().await,
            Page::List(request) => self.list(*request).await,
            Page::Repo(repo) => self.repo(repo).await,
            Page::Files {
                repo,
                revision,
                path,
            } => self.files(repo, &revision, path).await,
            Page::File {
                repo,
                revision,
                path,
            } => self.file(repo, &revision, path).await,
        }
    }

    /// The page that says why there is none: with the status and the headers of the refusal.
    pub(crate) fn refuse(site: Site<'_>, refusal: Refusal) -> Response<Bytes> {
        let refused = refusal.respond();
        let message = hubkit_api::check(&refused.clone().into_parts().0, refused.body());
        let message = message.map_or_else(|error| error.message().to_owned(), |()| String::new());
        let content = html! { h1 { "There is nothing to show" } p { (message) } };
        let mut response =
            frame::page(site, refused.status(), "There is nothing to show", &content);
        for (name, value) in refused.headers() {
            if name != CONTENT_TYPE {
                response.headers_mut().insert(name, value.clone());
            }
        }
        response
    }

    async fn home(self) -> Result<Response<Bytes>, Refusal> {
        let mut shelves = Vec::new();
        for kind in RepoKind::ALL {
            let call = ListRepos {
                limit: Some(ON_SHELF),
                ..ListRepos::new(kind)
            };
            let found = self.find(call, None).await?;
            shelves.push(Shelf {
                kind,
                repos: found.repos,
                more: found.next.is_some(),
            });
        }
        let content = list::home(self.site, &shelves);
        Ok(frame::page(
            self.site,
            StatusCode::OK,
            "What this hub serves",
            &content,
        ))
    }

    async fn list(self, request: ListRequest) -> Result<Response<Bytes>, Refusal> {
        let mut call = request.call;
        call.limit = Some(call.limit.unwrap_or(ON_PAGE).min(ON_PAGE));
        let found = self.find(call.clone(), request.cursor).await?;
        let content = list::list(self.site, &call, &found);
        Ok(frame::page(
            self.site,
            StatusCode::OK,
            frame::plural(call.kind),
            &content,
        ))
    }

    /// One page of what the API lists too; the address of the next one is that of a page for people.
    async fn find(self, call: ListRepos, cursor: Option<String>) -> Result<RepoPage, Refusal> {
        let request = ListRequest { call, cursor };
        let as_page = |target: String| {
            target
                .strip_prefix("/api")
                .map_or_else(|| target.clone(), str::to_owned)
        };
        let (store, access, catalogue) = (self.store, self.access, self.catalogue);
        let (page, _) = list_repos(store, access, catalogue, self.caller, request, as_page).await?;
        Ok(page)
    }

    async fn repo(self, repo: Repo) -> Result<Response<Bytes>, Refusal> {
        let info = self.info(&repo).await?;
        let rendered = match info.sha {
            Some(commit) => self.card(&repo, commit).await?,
            None => None,
        };
        let content = html! {
            (repo::head(self.site, &repo, &info, Tab::Card))
            (repo::card(rendered.as_ref()))
        };
        Ok(frame::page(
            self.site,
            StatusCode::OK,
            repo.id.as_str(),
            &content,
        ))
    }

    async fn info(self, repo: &Repo) -> Result<RepoInfo, Refusal> {
        let call = GetRepoInfo {
            repo: repo.clone(),
            revision: None,
            detail: InfoDetail::default(),
        };
        let known = (self.catalogue, self.listings);
        info::info(self.store, self.access, known, self.caller, call).await
    }

    async fn card(self, repo: &Repo, commit: CommitId) -> Result<Option<Rendered>, Refusal> {
        let path: RepoPath = "README.md".parse().expect("a name without a slash");
        let bytes = short_file(self.store, repo, commit, &path, LONGEST_CARD).await?;
        Ok(bytes.map(|bytes| {
            let text = String::from_utf8_lossy(&bytes);
            let places = Places {
                site: self.site,
                repo,
                commit,
            };
            hubkit_card::render(split(&text).body, &places, LONGEST_ARTICLE)
        }))
    }

    async fn files(
        self,
        repo: Repo,
        revision: &Revision,
        folder: Option<RepoPath>,
    ) -> Result<Response<Bytes>, Refusal> {
        let commit = find_commit(self.store, self.caller, &repo, revision).await?;
        let listing = self.listings.of(self.store, repo.clone(), commit).await?;
        if let Some(folder) = folder.as_ref().filter(|folder| !listing.has_folder(folder)) {
            return Err(Refusal::NoEntry(folder.clone(), Some(commit)));
        }
        let names = listing.names(folder.as_ref(), TreeDepth::Folder);
        let entries: Vec<_> = names.iter().take(MOST_ENTRIES).map(Name::entry).collect();
        let info = self.info(&repo).await?;
        let is_whole = entries.len() == names.len();
        let content = html! {
            (repo::head(self.site, &repo, &info, Tab::Files))
            (repo::files(self.site, (&repo, commit), folder.as_ref(), (&entries, is_whole)))
        };
        Ok(frame::page(
            self.site,
            StatusCode::OK,
            repo.id.as_str(),
            &content,
        ))
    }

    async fn file(
        self,
        repo: Repo,
        revision: &Revision,
        path: RepoPath,
    ) -> Result<Response<Bytes>, Refusal> {
        let commit = find_commit(self.store, self.caller, &repo, revision).await?;
        let size = match self.store.entry(repo.clone(), commit, path.clone()).await? {
            Entry::Present { size, .. } => size,
            Entry::Absent => return Err(Refusal::NoEntry(path, Some(commit))),
            Entry::Unknown => return Err(Refusal::NoEntry(path, None)),
        };
        let bytes = short_file(self.store, &repo, commit, &path, LONGEST_TEXT).await?;
        let text = bytes
            .as_deref()
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .filter(|text| !text.contains('\0'));
        let info = self.info(&repo).await?;
        let raw = resolve_target(&repo, commit, path.clone());
        let content = html! {
            (repo::head(self.site, &repo, &info, Tab::Files))
            (repo::file(self.site, &raw, (&path, size), text))
        };
        Ok(frame::page(
            self.site,
            StatusCode::OK,
            path.file_name(),
            &content,
        ))
    }
}

/// Where the bytes of a file are.
fn resolve_target(repo: &Repo, commit: CommitId, path: RepoPath) -> String {
    let call = Resolve::get(repo.clone(), commit.into(), path);
    call.request().uri().to_string()
}

/// Where what a card refers to lies on this hub, at the card's own commit.
struct Places<'a> {
    site: Site<'a>,
    repo: &'a Repo,
    commit: CommitId,
}

impl Resolver for Places<'_> {
    fn link(&self, reference: &Reference<'_>) -> Option<String> {
        let target = match reference {
            Reference::File { path, .. } => Page::File {
                repo: self.repo.clone(),
                revision: self.commit.into(),
                path: path.clone(),
            }
            .target(),
            Reference::Hub(target) => (*target).to_owned(),
        };
        Some(self.site.target(&target))
    }

    fn image(&self, reference: &Reference<'_>) -> Option<String> {
        match reference {
            Reference::File { path, .. } => {
                let target = resolve_target(self.repo, self.commit, path.clone());
                Some(self.site.target(&target))
            }
            Reference::Hub(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
