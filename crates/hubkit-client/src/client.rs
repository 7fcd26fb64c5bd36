//! The client and what it is made of.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use hubkit_api::{InsecureTokens, RetryPolicy};
use hubkit_auth::{Anonymous, DynTokenProvider, TokenProvider};
use hubkit_store::{DynStore, MemoryStore, Store};
use hubkit_transport::{DynTransport, Transport};
use hubkit_types::Endpoint;

use crate::{Progress, Silent, acquire::Connections, limiter::Limiter, progress::Observer};

/// Whether requests may be sent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Connectivity {
    /// The hub is asked for what the store can't answer.
    #[default]
    Online,
    /// No request is ever sent; the store answers or nobody does.
    Offline,
}

/// How many requests for files are under way at once, at most, unless told otherwise.
const MOST_CONNECTIONS: usize = 128;

/// Speaks with one hub and keeps what it fetches in one store.
///
/// Cheap to clone; clones share the transport, the store and the limits.
#[derive(Clone, Debug)]
pub struct Client(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) endpoint: Endpoint,
    pub(crate) transport: DynTransport,
    pub(crate) tokens: DynTokenProvider,
    pub(crate) store: DynStore,
    pub(crate) connectivity: Connectivity,
    pub(crate) user_agent: String,
    pub(crate) max_workers: usize,
    pub(crate) connections: Arc<Connections>,
    pub(crate) lock_timeout: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) limiter: Limiter,
    pub(crate) observer: Observer,
    pub(crate) insecure_tokens: InsecureTokens,
    /// How many requests were sent.
    pub(crate) requests: Arc<AtomicU64>,
}

impl Client {
    /// A client for this hub. Asks without a token and keeps what it fetches in memory, until told otherwise.
    pub fn builder(endpoint: Endpoint, transport: impl Transport) -> ClientBuilder {
        ClientBuilder {
            inner: Inner {
                endpoint,
                transport: DynTransport::new(transport),
                tokens: DynTokenProvider::new(Anonymous),
                store: DynStore::new(MemoryStore::new()),
                connectivity: Connectivity::Online,
                user_agent: concat!("hubkit/", env!("CARGO_PKG_VERSION")).to_owned(),
                max_workers: 8,
                connections: Arc::new(Connections::new(MOST_CONNECTIONS)),
                lock_timeout: Duration::from_mins(1),
                retry: RetryPolicy::default(),
                limiter: Limiter::default(),
                observer: Observer::new(Silent),
                insecure_tokens: InsecureTokens::Refuse,
                requests: Arc::default(),
            },
        }
    }

    /// Where the hub lives.
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    /// What keeps the files.
    pub fn store(&self) -> &DynStore {
        &self.0.store
    }

    /// Whether requests may be sent.
    pub fn connectivity(&self) -> Connectivity {
        self.0.connectivity
    }

    /// How many requests this client and its clones have sent so far, each redirect that was followed being one more.
    pub fn requests(&self) -> u64 {
        self.0.requests.load(Ordering::Relaxed)
    }

    /// Who hears of what a call does that was not told whom to tell.
    pub(crate) fn observer(&self) -> &dyn Progress {
        &*self.0.observer
    }

    /// The same client for what is at another address. Away from the hub's own origin nobody knows a token, and what the hub
    /// said of its limits means nothing.
    pub(crate) fn at(&self, endpoint: &Endpoint) -> Self {
        let inner = &*self.0;
        let is_same = endpoint.origin() == inner.endpoint.origin();
        if !is_same {
            return self.anonymous_at(endpoint, Limiter::default());
        }
        Self(Arc::new(Inner {
            endpoint: endpoint.clone(),
            transport: inner.transport.clone(),
            tokens: inner.tokens.clone(),
            store: inner.store.clone(),
            user_agent: inner.user_agent.clone(),
            connections: inner.connections.clone(),
            requests: inner.requests.clone(),
            limiter: inner.limiter.clone(),
            observer: inner.observer.clone(),
            ..*inner
        }))
    }

    /// The same client without a token.
    pub(crate) fn anonymous(&self) -> Self {
        self.anonymous_at(&self.0.endpoint, self.0.limiter.clone())
    }

    fn anonymous_at(&self, endpoint: &Endpoint, limiter: Limiter) -> Self {
        let inner = &*self.0;
        Self(Arc::new(Inner {
            endpoint: endpoint.clone(),
            transport: inner.transport.clone(),
            tokens: DynTokenProvider::new(Anonymous),
            store: inner.store.clone(),
            user_agent: inner.user_agent.clone(),
            connections: inner.connections.clone(),
            requests: inner.requests.clone(),
            limiter,
            observer: inner.observer.clone(),
            ..*inner
        }))
    }

    /// The same client with another store.
    pub fn with_store(&self, store: impl Store) -> Self {
        let inner = &*self.0;
        Self(Arc::new(Inner {
            endpoint: inner.endpoint.clone(),
            transport: inner.transport.clone(),
            tokens: inner.tokens.clone(),
            store: DynStore::new(store),
            user_agent: inner.user_agent.clone(),
            connections: inner.connections.clone(),
            limiter: inner.limiter.clone(),
            observer: inner.observer.clone(),
            requests: inner.requests.clone(),
            ..*inner
        }))
    }
}

/// Puts a [`Client`] together.
#[derive(Debug)]
#[must_use]
pub struct ClientBuilder {
    inner: Inner,
}

impl ClientBuilder {
    /// Who knows the tokens. A token travels only to the origin that its provider names it for.
    pub fn tokens(mut self, tokens: impl TokenProvider) -> Self {
        self.inner.tokens = DynTokenProvider::new(tokens);
        self
    }

    /// What keeps the files.
    pub fn store(mut self, store: impl Store) -> Self {
        self.inner.store = DynStore::new(store);
        self
    }

    /// Whether requests may be sent.
    pub fn connectivity(mut self, connectivity: Connectivity) -> Self {
        self.inner.connectivity = connectivity;
        self
    }

    /// How the client calls itself, as one or more `name/version` parts.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.inner.user_agent = user_agent.into();
        self
    }

    /// How many large files of a snapshot move at the same time, at least one, each in several parts. Eight unless told
    /// otherwise. How many small ones do is for [`ClientBuilder::max_connections`] to say.
    pub fn max_workers(mut self, max_workers: usize) -> Self {
        self.inner.max_workers = max_workers.max(1);
        self
    }

    /// The ceiling of requests for files that are under way at the same time, those of all files together, at least one.
    /// 128 unless told otherwise. It begins with fewer, and more are added as long as that brings more.
    pub fn max_connections(mut self, max_connections: usize) -> Self {
        self.inner.connections = Arc::new(Connections::new(max_connections));
        self
    }

    /// How long somebody else who is bringing the same file into the store, and gets nowhere, is waited for, before the
    /// file is fetched beside them; one minute unless told otherwise. The time starts anew with every byte they have more.
    pub fn lock_timeout(mut self, lock_timeout: Duration) -> Self {
        self.inner.lock_timeout = lock_timeout;
        self
    }

    /// What is tried again, how often, and how long may be waited for it.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.inner.retry = retry;
        self
    }

    /// How long the hub's limits may make one request wait, all in all; five minutes unless told otherwise. Where it
    /// would be longer, the request fails with an error of kind [`RateLimited`](crate::ErrorKind::RateLimited) that says
    /// how long. Overrules what [`ClientBuilder::retry`] said of it before.
    pub fn max_wait(mut self, max_wait: Duration) -> Self {
        self.inner.retry.max_wait = max_wait;
        self
    }

    /// Who hears of waits and other events of the calls that are not told whom to tell: questions and lists.
    pub fn observer(mut self, observer: impl Progress + 'static) -> Self {
        self.inner.observer = Observer::new(observer);
        self
    }

    /// Whether a token may be sent over a connection that others can read.
    pub fn insecure_tokens(mut self, insecure_tokens: InsecureTokens) -> Self {
        self.inner.insecure_tokens = insecure_tokens;
        self
    }

    /// The client.
    pub fn build(self) -> Client {
        Client(Arc::new(self.inner))
    }
}
