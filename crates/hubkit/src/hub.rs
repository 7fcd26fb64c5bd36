//! The usual wiring.

use std::{error, fmt, fs, path::PathBuf, sync::Arc, time::Duration};

use hubkit_api::InsecureTokens;
use hubkit_auth::{Bound, DynTokenProvider, Fixed, Token, TokenFile};
use hubkit_cache::Cache;
use hubkit_client::{Client, Connectivity, Event, Progress};
use hubkit_store_fs::{FsStore, LocalDirStore, Overwrite, Sharing};
use hubkit_transport_reqwest::Reqwest;
use hubkit_types::Endpoint;

use crate::{Environment, EnvironmentError};

/// A hub over the network and the cache on disk.
#[derive(Clone, Debug)]
pub struct Hub {
    client: Client,
    environment: Environment,
}

impl Hub {
    /// Wires a client as the environment says.
    ///
    /// # Errors
    ///
    /// When a variable has a value that can't be meant, or the TLS parts can't be set up.
    pub fn from_env() -> Result<Self, HubError> {
        Self::builder(Environment::read()?).build()
    }

    /// Starts from what an environment says; methods of the builder overrule it.
    pub fn builder(environment: Environment) -> HubBuilder {
        HubBuilder {
            environment,
            token: None,
            max_workers: None,
            max_connections: None,
            lock_timeout: None,
            insecure_tokens: InsecureTokens::Refuse,
            user_agent: String::new(),
            max_wait: None,
            observer: None,
        }
    }

    /// The client, over the cache.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What was read of the environment, with what overruled it.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The cache on disk.
    pub fn cache(&self) -> Cache {
        Cache::new(self.environment.cache.clone())
    }

    /// The same client, putting files into a plain folder of the user's instead of the cache. What the cache has need not
    /// move; `sharing` says how it comes into the folder.
    pub fn into_folder(&self, folder: PathBuf, overwrite: Overwrite, sharing: Sharing) -> Client {
        let store = LocalDirStore::new(folder, overwrite).with_cache(self.cache(), sharing);
        self.client.with_store(store)
    }
}

/// Puts a [`Hub`] together.
#[derive(Clone)]
#[must_use]
pub struct HubBuilder {
    environment: Environment,
    token: Option<Token>,
    max_workers: Option<usize>,
    max_connections: Option<usize>,
    lock_timeout: Option<Duration>,
    insecure_tokens: InsecureTokens,
    user_agent: String,
    max_wait: Option<Duration>,
    observer: Option<Arc<dyn Progress>>,
}

impl HubBuilder {
    /// Another hub than the environment's.
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.environment.endpoint = endpoint;
        self
    }

    /// Another cache than the environment's.
    pub fn cache(mut self, cache: PathBuf) -> Self {
        self.environment.cache = cache;
        self
    }

    /// A token given explicitly; goes before any other, and to the hub's own origin only.
    pub fn token(mut self, token: Token) -> Self {
        self.token = Some(token);
        self
    }

    /// Sends no request.
    pub fn offline(mut self) -> Self {
        self.environment.offline = true;
        self
    }

    /// How many files move at the same time, as [`ClientBuilder::max_workers`](hubkit_client::ClientBuilder::max_workers).
    pub fn max_workers(mut self, max_workers: usize) -> Self {
        self.max_workers = Some(max_workers);
        self
    }

    /// The ceiling of requests under way at the same time, as
    /// [`ClientBuilder::max_connections`](hubkit_client::ClientBuilder::max_connections).
    pub fn max_connections(mut self, max_connections: usize) -> Self {
        self.max_connections = Some(max_connections);
        self
    }

    /// How long somebody else who is bringing the same file in is waited for, as
    /// [`ClientBuilder::lock_timeout`](hubkit_client::ClientBuilder::lock_timeout).
    pub fn lock_timeout(mut self, lock_timeout: Duration) -> Self {
        self.lock_timeout = Some(lock_timeout);
        self
    }

    /// Whether a token may be sent over a connection that others can read.
    pub fn insecure_tokens(mut self, insecure_tokens: InsecureTokens) -> Self {
        self.insecure_tokens = insecure_tokens;
        self
    }

    /// What the program calls itself, put before hubkit's own name in the user agent.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// How long the hub's limits may make one request wait, all in all; five minutes unless told otherwise.
    pub fn max_wait(mut self, max_wait: Duration) -> Self {
        self.max_wait = Some(max_wait);
        self
    }

    /// Who hears of waits and other events of the calls that are not told whom to tell: questions and lists.
    pub fn observer(mut self, observer: impl Progress + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// The hub.
    ///
    /// # Errors
    ///
    /// When the bundle of certificates can't be read or the TLS parts can't be set up.
    pub fn build(self) -> Result<Hub, HubError> {
        let environment = self.environment;
        let mut transport = Reqwest::builder();
        if let Some(path) = &environment.certificates {
            let bundle = fs::read(path).map_err(|error| {
                HubError::new(
                    format!("the certificates of HUBKIT_CA_BUNDLE at {}", path.display()),
                    error,
                )
            })?;
            transport = transport.extra_root_certificates(bundle);
        }
        if let Some(seconds) = environment.download_timeout {
            transport = transport.read_timeout(Duration::from_secs(seconds));
        }
        if environment.endpoint.origin().is_loopback() {
            // A proxy would look for the hub on its own machine.
            transport = transport.without_proxy();
        }
        let transport = transport
            .build()
            .map_err(|error| HubError::new("the HTTP stack", error))?;
        let connectivity = if environment.offline {
            Connectivity::Offline
        } else {
            Connectivity::Online
        };
        let mut client = Client::builder(environment.endpoint.clone(), transport)
            .tokens(tokens(&environment, self.token))
            .store(FsStore::new(Cache::new(environment.cache.clone())))
            .connectivity(connectivity)
            .insecure_tokens(self.insecure_tokens)
            .user_agent(user_agent(
                &self.user_agent,
                environment.user_agent_origin.as_deref(),
            ));
        if let Some(max_workers) = self.max_workers {
            client = client.max_workers(max_workers);
        }
        if let Some(max_connections) = self.max_connections {
            client = client.max_connections(max_connections);
        }
        if let Some(lock_timeout) = self.lock_timeout {
            client = client.lock_timeout(lock_timeout);
        }
        if let Some(max_wait) = self.max_wait {
            client = client.max_wait(max_wait);
        }
        if let Some(observer) = self.observer {
            client = client.observer(move |event: &Event<'_>| observer.event(event));
        }
        Ok(Hub {
            client: client.build(),
            environment,
        })
    }
}

impl fmt::Debug for HubBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubBuilder")
            .field("environment", &self.environment)
            .field("token", &self.token)
            .field("max_workers", &self.max_workers)
            .field("max_connections", &self.max_connections)
            .field("lock_timeout", &self.lock_timeout)
            .field("max_wait", &self.max_wait)
            .finish_non_exhaustive()
    }
}

/// The explicit token, else the variable's, else the file's; each for the endpoint's origin alone.
fn tokens(environment: &Environment, explicit: Option<Token>) -> DynTokenProvider {
    let origin = environment.endpoint.origin().clone();
    match (
        explicit.or_else(|| environment.token.clone()),
        &environment.token_path,
    ) {
        (Some(token), _) => DynTokenProvider::new(Bound::new(origin, Fixed::new(token))),
        (None, Some(path)) => {
            DynTokenProvider::new(Bound::new(origin, TokenFile::new(path.clone())))
        }
        (None, None) => DynTokenProvider::new(hubkit_auth::Anonymous),
    }
}

fn user_agent(program: &str, origin: Option<&str>) -> String {
    let mut parts = Vec::new();
    if !program.is_empty() {
        parts.push(program.to_owned());
    }
    parts.push(concat!("hubkit/", env!("CARGO_PKG_VERSION")).to_owned());
    parts.extend(origin.map(|origin| format!("origin/{origin}")));
    parts.join("; ")
}

/// The wiring failed before anything was asked of a hub.
#[derive(Debug)]
pub struct HubError {
    what: String,
    source: Option<Box<dyn error::Error + Send + Sync>>,
}

impl HubError {
    fn new(
        what: impl Into<String>,
        source: impl Into<Box<dyn error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            what: what.into(),
            source: Some(source.into()),
        }
    }
}

impl From<EnvironmentError> for HubError {
    fn from(error: EnvironmentError) -> Self {
        Self {
            what: error.to_string(),
            source: None,
        }
    }
}

impl fmt::Display for HubError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Some(_) => write!(f, "{} can't be used", self.what),
            None => f.write_str(&self.what),
        }
    }
}

impl error::Error for HubError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}
