//! The seam.

use std::{error, fmt, future::Future, pin::Pin, sync::Arc};

use hubkit_types::{Origin, Repo};

use crate::Token;

/// What a token is wanted for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Access {
    /// To read.
    Read,
    /// To change something.
    Write,
}

/// The question: a token for this origin?
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TokenRequest<'a> {
    /// Who would receive the token.
    pub origin: &'a Origin,
    /// What it is for.
    pub access: Access,
    /// The repository, where the request is about one.
    pub repo: Option<&'a Repo>,
}

impl<'a> TokenRequest<'a> {
    /// A token to read from this origin.
    pub fn read(origin: &'a Origin) -> Self {
        Self {
            origin,
            access: Access::Read,
            repo: None,
        }
    }

    /// The same question, about one repository.
    pub fn about(mut self, repo: &'a Repo) -> Self {
        self.repo = Some(repo);
        self
    }
}

/// Knows tokens.
///
/// # Contract
///
/// - `Ok(None)` means: ask without a token. A provider that does not know the origin says so, so that providers chain.
/// - A token belongs to the origins it was issued for. Every hop of a redirect is a question of its own.
/// - An error means that there should be a token and it can't be had; the request is not sent.
///
/// # Cancellation
///
/// Dropping the future leaves the provider as it was.
///
/// # Retries
///
/// A provider may repeat what it does to obtain a token; callers don't ask twice for one request.
///
/// # Wrappers
///
/// A wrapper is generic over the provider it wraps.
pub trait TokenProvider: Send + Sync + 'static {
    /// The token to send, if any.
    fn token(
        &self,
        ask: &TokenRequest<'_>,
    ) -> impl Future<Output = Result<Option<Token>, AuthError>> + Send;
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Option<Token>, AuthError>> + Send + 'a>>;

trait Erased: Send + Sync {
    fn token_boxed<'a>(&'a self, ask: &'a TokenRequest<'a>) -> Answer<'a>;
}

impl<P: TokenProvider> Erased for P {
    fn token_boxed<'a>(&'a self, ask: &'a TokenRequest<'a>) -> Answer<'a> {
        Box::pin(self.token(ask))
    }
}

/// Any provider, its type forgotten. Cheap to clone.
#[derive(Clone)]
pub struct DynTokenProvider(Arc<dyn Erased>);

impl DynTokenProvider {
    /// Wraps a provider.
    pub fn new(provider: impl TokenProvider) -> Self {
        Self(Arc::new(provider))
    }
}

impl TokenProvider for DynTokenProvider {
    async fn token(&self, ask: &TokenRequest<'_>) -> Result<Option<Token>, AuthError> {
        self.0.token_boxed(ask).await
    }
}

impl fmt::Debug for DynTokenProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DynTokenProvider")
    }
}

/// A token should be there and can't be had. Its text names where it was sought and holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthError(String);

impl AuthError {
    /// An error with this message: a lower-case fragment without any secret.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl error::Error for AuthError {}
