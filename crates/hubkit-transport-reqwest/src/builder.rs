//! What a transport is made of.

use std::{error, fmt, time::Duration};

use crate::{
    Reqwest,
    tls::{Setup, Tls, Versions},
};

type BoxError = Box<dyn error::Error + Send + Sync>;

/// Options of a [`Reqwest`] transport.
#[derive(Clone)]
#[must_use]
pub struct ReqwestBuilder {
    pub(crate) user_agent: Option<String>,
    pub(crate) connect_timeout: Duration,
    pub(crate) read_timeout: Duration,
    pub(crate) roots: Vec<Vec<u8>>,
    pub(crate) environment_proxy: bool,
    pub(crate) tls: Tls,
}

impl Default for ReqwestBuilder {
    fn default() -> Self {
        Self {
            user_agent: None,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            roots: Vec::new(),
            environment_proxy: true,
            tls: Tls::default(),
        }
    }
}

impl ReqwestBuilder {
    /// Names the program to requests that have no `User-Agent` of their own. Without this, those have none.
    pub fn user_agent(mut self, text: impl Into<String>) -> Self {
        self.user_agent = Some(text.into());
        self
    }

    /// How long name resolution, connection and TLS handshake may take together. 10 seconds unless told otherwise.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// How long nothing may come: from the last byte sent to the response, and between two chunks of its body.
    /// 30 seconds unless told otherwise.
    ///
    /// The time in which the caller doesn't ask for the next chunk is not counted.
    pub fn read_timeout(mut self, limit: Duration) -> Self {
        self.read_timeout = limit;
        self
    }

    /// Trusts these certificates too, besides those that the machine trusts. PEM, one certificate or several.
    pub fn extra_root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots.push(pem.into());
        self
    }

    /// Connects directly, whatever `HTTPS_PROXY` and its like, or the system's settings, say.
    pub fn without_proxy(mut self) -> Self {
        self.environment_proxy = false;
        self
    }

    /// Chooses the TLS stack where more than one was built in.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = tls;
        self
    }

    /// Makes the transport.
    ///
    /// A machine on which TLS is impossible is no error here, so that plain HTTP works there:
    /// [`Reqwest::https_fault`] tells, and so does the error of every request to an `https` address.
    pub fn build(self) -> Result<Reqwest, BuildError> {
        let tls = Setup::new(self.tls, &self.roots)?;
        let client = self.client(&tls, Versions::OneOrTwo)?;
        Ok(Reqwest::new(self, tls, client))
    }

    /// One pool of connections.
    pub(crate) fn client(
        &self,
        tls: &Setup,
        versions: Versions,
    ) -> Result<reqwest::Client, BuildError> {
        let mut client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(self.connect_timeout);
        if let Some(text) = &self.user_agent {
            client = client.user_agent(text);
        }
        if !self.environment_proxy {
            client = client.no_proxy();
        }
        tls.configure(client, versions).build().map_err(|source| {
            BuildError::new("the HTTP client can't be set up").with_source(source.without_url())
        })
    }
}

impl fmt::Debug for ReqwestBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestBuilder")
            .field("user_agent", &self.user_agent)
            .field("connect_timeout", &self.connect_timeout)
            .field("read_timeout", &self.read_timeout)
            .field("extra_root_certificates", &self.roots.len())
            .field("environment_proxy", &self.environment_proxy)
            .field("tls", &self.tls)
            .finish()
    }
}

/// The options do not make a transport.
#[derive(Debug)]
pub struct BuildError {
    message: String,
    source: Option<BoxError>,
}

impl BuildError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }

    pub(crate) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl error::Error for BuildError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}
