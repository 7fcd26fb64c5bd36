//! Everything that a commit holds, page by page.

use std::collections::HashSet;

use bytes::Bytes;
use http::Request;
use hubkit_api::{ListTree, RefusedPath, TreeDepth, TreeItem};
use hubkit_store::RefStore as _;
use hubkit_types::{CommitId, Endpoint, Repo, TreeFile};

use crate::{Client, Connectivity, Error, ErrorKind, Progress};

/// The longest page of a listing, in bytes. One of a thousand files takes about 300 kB.
const LONGEST_PAGE: usize = 16 << 20;

/// The most entries a listing may have; the largest repositories of the Hub have about a million.
const MOST_ENTRIES: usize = 5_000_000;

/// The most pages a listing may have, and how many in a row may be empty.
const MOST_PAGES: usize = 10_000;
const MOST_EMPTY_PAGES: usize = 100;

/// Everything that a commit holds.
pub(crate) struct Listing {
    pub(crate) files: Vec<TreeFile>,
    /// Names in it that must not reach a file system.
    pub(crate) refused: Vec<RefusedPath>,
    pub(crate) source: ListingSource,
}

/// Where a listing comes from, and so what it is worth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ListingSource {
    /// The hub's own, just now.
    Hub,
    /// The hub's own, recorded earlier.
    Recorded,
    /// Only what the store happens to hold: nobody knows whether that is all.
    Found,
}

impl Client {
    pub(crate) async fn listing(
        &self,
        repo: &Repo,
        commit: CommitId,
        progress: &dyn Progress,
    ) -> Result<Listing, Error> {
        let offline = self.connectivity() == Connectivity::Offline;
        match self.0.store.listing(repo.clone(), commit).await {
            Ok(Some(files)) => {
                let (refused, source) = (Vec::new(), ListingSource::Recorded);
                return Ok(Listing {
                    files,
                    refused,
                    source,
                });
            }
            // Online, the hub knows better than a store that can't say.
            Err(error) if offline => return Err(error.into()),
            Ok(None) | Err(_) => {}
        }
        if offline {
            let files = self.0.store.files(repo.clone(), commit).await?;
            if files.is_empty() {
                let message = format!(
                    "nothing of {repo} at {commit} is in the store, and the client is offline"
                );
                return Err(Error::new(ErrorKind::Offline, message));
            }
            let (refused, source) = (Vec::new(), ListingSource::Found);
            return Ok(Listing {
                files,
                refused,
                source,
            });
        }
        self.fetch_listing(repo, commit, progress).await
    }

    async fn fetch_listing(
        &self,
        repo: &Repo,
        commit: CommitId,
        progress: &dyn Progress,
    ) -> Result<Listing, Error> {
        let call = ListTree::new(repo.clone(), commit.into(), TreeDepth::Recursive);
        let mut page = self.call(&call, Some(repo), LONGEST_PAGE, progress).await?;
        let (mut files, mut refused) = (Vec::new(), Vec::new());
        let (mut seen, mut entries, mut empty) = (HashSet::new(), 0, 0);
        loop {
            let on_page = page.entries.len() + page.refused.len();
            entries += on_page;
            empty = if on_page == 0 { empty + 1 } else { 0 };
            if entries > MOST_ENTRIES || seen.len() > MOST_PAGES || empty > MOST_EMPTY_PAGES {
                let message = format!("the listing of {repo} does not come to an end");
                return Err(Error::new(ErrorKind::Protocol, message));
            }
            files.extend(
                page.entries
                    .into_iter()
                    .filter_map(|entry| match entry.item {
                        TreeItem::File(file) => Some(file),
                        TreeItem::Folder { .. } => None,
                    }),
            );
            refused.extend(page.refused);
            let Some(next) = page.next else { break };
            let request = self.page_request(&next)?;
            if !seen.insert(next) {
                let message =
                    format!("the listing of {repo} leads back to a page that was read already");
                return Err(Error::new(ErrorKind::Protocol, message));
            }
            page = self
                .reply(&call, &request, Some(repo), LONGEST_PAGE, progress)
                .await?;
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let source = ListingSource::Hub;
        Ok(Listing {
            files,
            refused,
            source,
        })
    }

    /// The request for a page that a `Link` header named. It must lie on the same hub.
    fn page_request(&self, next: &str) -> Result<Request<Bytes>, Error> {
        let foreign = || {
            let message = "the listing goes on at another origin, which is not followed".to_owned();
            Error::new(ErrorKind::Protocol, message)
        };
        let path = if next.starts_with('/') && !next.starts_with("//") {
            next
        } else {
            let endpoint: Endpoint = self.0.endpoint.origin().clone().into();
            next.strip_prefix(&endpoint.to_string())
                .filter(|path| path.starts_with('/'))
                .ok_or_else(foreign)?
        };
        // Requests are relative to the endpoint, so a prefix that both share is taken off here.
        let path = path.strip_prefix(self.0.endpoint.prefix()).unwrap_or(path);
        Request::get(path).body(Bytes::new()).map_err(|error| {
            Error::new(
                ErrorKind::Protocol,
                "the address of the listing's next page is malformed",
            )
            .with_source(error)
        })
    }
}

pub(crate) fn unsafe_name(repo: &Repo, refused: &RefusedPath) -> Error {
    Error::new(
        ErrorKind::Unsafe,
        format!(
            "{repo} lists a file that can't be stored safely: {}",
            refused.error()
        ),
    )
}
