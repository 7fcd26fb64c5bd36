//! Lists that come page by page.

use std::{
    collections::{HashSet, VecDeque},
    fmt,
    hash::{BuildHasher as _, RandomState},
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{Stream, stream};
use http::{Request, Response};
use hubkit_api::{ApiError, Call, PageOf};
use hubkit_types::Repo;
use url::Url;

use crate::{Client, Error, ErrorKind, Progress, address, ask::LONGEST_LIST};

/// The most entries a list may have; the largest repositories of the Hub have about a million files.
const MOST_ENTRIES: usize = 5_000_000;

/// The most pages a list may have, and how many in a row may be empty.
const MOST_PAGES: usize = 100_000;
const MOST_EMPTY_PAGES: usize = 100;

/// One page, whatever it is a page of.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<Next>,
    pub(crate) total: Option<u64>,
}

/// How the next page is asked for.
pub(crate) enum Next {
    /// At the address that a `Link` names.
    Link(String),
    /// Like this.
    Request(Box<Request<Bytes>>),
}

impl<T> From<PageOf<T>> for Page<T> {
    fn from(page: PageOf<T>) -> Self {
        Self {
            items: page.items,
            next: page.next.map(Next::Link),
            total: page.total,
        }
    }
}

type Read<T> = dyn FnMut(&Response<Bytes>) -> Result<Page<T>, ApiError> + Send + Sync;

/// A list that is read from the hub page by page, as far as it is wanted.
///
/// A page is followed by the one that its `Link` header names, until there is none; an empty page may have a next one.
/// What would not come to an end does: a page that was read already, a list of more than five million entries or a
/// hundred thousand pages, or a hundred empty pages in a row is an error of kind `Protocol`. So is a page at another
/// origin, which is never asked for.
///
/// # Cancellation
///
/// Dropping a future of this loses nothing: the next one goes on at the same place. The same holds after an error.
///
/// # Offline
///
/// No list is kept, so the first page fails with an error of kind `Offline`.
pub struct Pages<T> {
    client: Client,
    about: Option<Repo>,
    read: Box<Read<T>>,
    /// What was read and not handed out.
    ready: VecDeque<T>,
    next: Option<Request<Bytes>>,
    seen: Seen,
    total: Option<u64>,
}

impl<T: Send + Sync + 'static> Pages<T> {
    /// The pages of a call, each as the next one's `Link` leads to it.
    pub(crate) fn new<C>(client: Client, about: Option<Repo>, call: C) -> Self
    where
        C: Call<Reply: Into<Page<T>>> + Send + Sync + 'static,
    {
        let first = call.request();
        Self::of(client, about, first, move |response| {
            call.reply(response).map(Into::into)
        })
    }

    /// Pages from the first one on, as they are read.
    pub(crate) fn of<R>(client: Client, about: Option<Repo>, first: Request<Bytes>, read: R) -> Self
    where
        R: FnMut(&Response<Bytes>) -> Result<Page<T>, ApiError> + Send + Sync + 'static,
    {
        let mut seen = Seen::default();
        seen.insert(first.uri());
        Self {
            client,
            about,
            read: Box::new(read),
            ready: VecDeque::new(),
            next: Some(first),
            seen,
            total: None,
        }
    }

    /// The next entry; `None` behind the last one. Asks the hub where a page is used up.
    ///
    /// # Errors
    ///
    /// `Protocol` for a list that can't be followed to its end; those of [`Client::info`](crate::Client::info).
    pub async fn next(&mut self) -> Result<Option<T>, Error> {
        let client = self.client.clone();
        while self.ready.is_empty() {
            if !self.advance(client.observer()).await? {
                return Ok(None);
            }
        }
        Ok(self.ready.pop_front())
    }

    /// The entries of the next page, or what is left of the present one; `None` behind the last page. A page may be
    /// empty.
    ///
    /// # Errors
    ///
    /// Those of [`Pages::next`].
    pub async fn next_page(&mut self) -> Result<Option<Vec<T>>, Error> {
        let client = self.client.clone();
        self.page(client.observer()).await
    }

    /// The entries that are left, but no more than `most`.
    ///
    /// # Errors
    ///
    /// Those of [`Pages::next`].
    pub async fn collect(&mut self, most: usize) -> Result<Vec<T>, Error> {
        let client = self.client.clone();
        // Nothing is taken out before all of it is there, so that dropping this future loses nothing.
        while self.ready.len() < most && self.advance(client.observer()).await? {}
        let most = most.min(self.ready.len());
        Ok(self.ready.drain(..most).collect())
    }

    /// How many entries there are on all pages together, if the hub said so on the first of them.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// The entries as a stream. It ends behind the first error.
    pub fn into_stream(self) -> PageStream<T> {
        let entries = stream::try_unfold(self, |mut pages| async move {
            Ok(pages.next().await?.map(|entry| (entry, pages)))
        });
        PageStream(Box::pin(entries))
    }

    pub(crate) async fn page(&mut self, progress: &dyn Progress) -> Result<Option<Vec<T>>, Error> {
        if self.ready.is_empty() && !self.advance(progress).await? {
            return Ok(None);
        }
        Ok(Some(self.ready.drain(..).collect()))
    }

    /// Reads one page more; false where there is none. Changes nothing before the page is there.
    async fn advance(&mut self, progress: &dyn Progress) -> Result<bool, Error> {
        let Some(request) = &self.next else {
            return Ok(false);
        };
        let about = self.about.as_ref();
        let fetched = self.client.fetch(request, about, LONGEST_LIST, progress);
        let (response, url) = Box::pin(fetched).await?;
        let page =
            (self.read)(&response).map_err(|error| self.client.within(about, error.into()))?;
        let next = match page.next {
            None => None,
            Some(Next::Request(request)) => Some(*request),
            Some(Next::Link(link)) => Some(self.request(&url, &link)?),
        };
        let fits = self.seen.count(page.items.len());
        if !fits
            || next
                .as_ref()
                .is_some_and(|next| !self.seen.insert(next.uri()))
        {
            let what = if fits {
                "the list leads back to a page that was read already"
            } else {
                "the list does not come to an end"
            };
            let error = Error::new(ErrorKind::Protocol, what);
            return Err(self.client.within(about, error));
        }
        self.next = next;
        self.total = self.total.or(page.total);
        self.ready.extend(page.items);
        Ok(true)
    }

    /// The request for the page that a `Link` names. It must lie on the same hub.
    fn request(&self, from: &Url, link: &str) -> Result<Request<Bytes>, Error> {
        let endpoint = self.client.endpoint();
        let fault = |what: &str| {
            self.client
                .within(self.about.as_ref(), Error::new(ErrorKind::Protocol, what))
        };
        let url = address::next_page(endpoint, from, link).ok_or_else(|| {
            let other = from.join(link).ok().as_ref().and_then(address::origin);
            let other = other.map_or_else(|| "another origin".to_owned(), |it| it.to_string());
            fault(&format!(
                "the list goes on at {other}, which is not followed"
            ))
        })?;
        let target = address::relative(endpoint, &url).unwrap_or_default();
        Request::get(target).body(Bytes::new()).map_err(|error| {
            fault("the address of the list's next page is malformed").with_source(error)
        })
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("about", &self.about)
            .field("ready", &self.ready.len())
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

/// The entries of a list as a stream; of [`Pages::into_stream`].
pub struct PageStream<T>(Pin<Box<dyn Stream<Item = Result<T, Error>> + Send>>);

impl<T> Stream for PageStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl<T> fmt::Debug for PageStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageStream")
    }
}

/// Which pages were read, and how much was on them.
#[derive(Default)]
struct Seen {
    /// Hashes, since the addresses are a stranger's and may be long.
    pages: HashSet<u64>,
    hasher: RandomState,
    entries: usize,
    /// Empty pages in a row.
    empty: usize,
}

impl Seen {
    /// Takes note of a page's address; false if it was there already.
    fn insert(&mut self, target: &http::Uri) -> bool {
        let hash = self.hasher.hash_one(target.path_and_query());
        self.pages.insert(hash)
    }

    /// Takes note of a page's length; false if that was too much.
    fn count(&mut self, entries: usize) -> bool {
        self.entries += entries;
        self.empty = if entries == 0 { self.empty + 1 } else { 0 };
        self.entries <= MOST_ENTRIES
            && self.pages.len() <= MOST_PAGES
            && self.empty <= MOST_EMPTY_PAGES
    }
}
