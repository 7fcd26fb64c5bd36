//! Providers that need nothing but memory.

use hubkit_types::Origin;

use crate::{AuthError, Token, TokenProvider, TokenRequest};

/// Knows no token for anybody: every request goes out without one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Anonymous;

impl TokenProvider for Anonymous {
    async fn token(&self, _: &TokenRequest<'_>) -> Result<Option<Token>, AuthError> {
        Ok(None)
    }
}

/// Gives one token to everybody who asks.
///
/// For tests, and as the inner part of a [`Bound`]. Alone it hands the token to whatever origin a server redirects to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fixed(Token);

impl Fixed {
    /// Gives this token.
    pub fn new(token: Token) -> Self {
        Self(token)
    }
}

impl TokenProvider for Fixed {
    async fn token(&self, _: &TokenRequest<'_>) -> Result<Option<Token>, AuthError> {
        Ok(Some(self.0.clone()))
    }
}

/// Lets another provider speak for one origin, and knows no token for any other.
///
/// Another port, another scheme or a subdomain is another origin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bound<P> {
    origin: Origin,
    provider: P,
}

impl<P: TokenProvider> Bound<P> {
    /// Binds a provider to an origin.
    pub fn new(origin: Origin, provider: P) -> Self {
        Self { origin, provider }
    }

    /// The origin it speaks for.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl<P: TokenProvider> TokenProvider for Bound<P> {
    async fn token(&self, ask: &TokenRequest<'_>) -> Result<Option<Token>, AuthError> {
        if *ask.origin == self.origin {
            self.provider.token(ask).await
        } else {
            Ok(None)
        }
    }
}

/// Asks a first provider, and a second when the first knows no token. An error of the first is the answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chain<A, B> {
    first: A,
    second: B,
}

impl<A: TokenProvider, B: TokenProvider> Chain<A, B> {
    /// Puts two providers in order.
    pub fn new(first: A, second: B) -> Self {
        Self { first, second }
    }
}

impl<A: TokenProvider, B: TokenProvider> TokenProvider for Chain<A, B> {
    async fn token(&self, ask: &TokenRequest<'_>) -> Result<Option<Token>, AuthError> {
        match self.first.token(ask).await? {
            Some(token) => Ok(Some(token)),
            None => self.second.token(ask).await,
        }
    }
}

/// Puts providers together.
pub trait TokenProviderExt: TokenProvider + Sized {
    /// Asks `other` where this provider knows no token.
    fn or<B: TokenProvider>(self, other: B) -> Chain<Self, B> {
        Chain::new(self, other)
    }

    /// Answers for this origin alone.
    fn bound_to(self, origin: Origin) -> Bound<Self> {
        Bound::new(origin, self)
    }
}

impl<P: TokenProvider> TokenProviderExt for P {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DynTokenProvider, conformance};

    struct Failing;

    impl TokenProvider for Failing {
        async fn token(&self, _: &TokenRequest<'_>) -> Result<Option<Token>, AuthError> {
            Err(AuthError::new("the key ring is locked"))
        }
    }

    fn origin(text: &str) -> Origin {
        text.parse().expect("an origin")
    }

    fn fixed(text: &str) -> Fixed {
        Fixed::new(text.parse().expect("a token"))
    }

    async fn ask(provider: &impl TokenProvider, url: &str) -> Option<String> {
        let origin = origin(url);
        let answer = provider.token(&TokenRequest::read(&origin)).await;
        answer
            .expect("no fault")
            .map(|token| token.expose().to_owned())
    }

    #[tokio::test]
    async fn a_bound_token_goes_to_its_origin_and_to_no_other() {
        let hub = origin("https://hub.example");
        let bound = fixed("hf_a").bound_to(hub.clone());
        assert_eq!(bound.origin(), &hub);
        assert_eq!(
            ask(&bound, "https://hub.example:443").await.as_deref(),
            Some("hf_a")
        );
        assert_eq!(
            ask(&bound, "https://HUB.example").await.as_deref(),
            Some("hf_a")
        );
        for other in [
            "http://hub.example",
            "https://hub.example:8443",
            "https://cdn.hub.example",
            "https://hub.example.evil.example",
        ] {
            assert_eq!(ask(&bound, other).await, None, "{other}");
        }
    }

    #[tokio::test]
    async fn a_chain_asks_in_order_and_stops_at_a_fault() {
        let hub = origin("https://hub.example");
        let chain = fixed("hf_a").bound_to(hub.clone()).or(fixed("hf_b"));
        assert_eq!(
            ask(&chain, "https://hub.example").await.as_deref(),
            Some("hf_a")
        );
        assert_eq!(
            ask(&chain, "https://else.example").await.as_deref(),
            Some("hf_b")
        );
        let faulty = Failing.or(fixed("hf_b"));
        let error = faulty.token(&TokenRequest::read(&hub)).await;
        assert_eq!(error, Err(AuthError::new("the key ring is locked")));
        assert_eq!(
            ask(&Anonymous.or(Anonymous), "https://hub.example").await,
            None
        );
    }

    #[tokio::test]
    async fn every_provider_keeps_the_contract() {
        let known = origin("https://hub.example");
        let token: Token = "hf_a".parse().expect("a token");
        let bound = || fixed("hf_a").bound_to(known.clone());
        conformance::check(&bound(), &known, &token).await;
        conformance::check(&Anonymous.or(bound()), &known, &token).await;
        conformance::check(
            &bound().or(fixed("hf_b").bound_to(origin("https://b.example"))),
            &known,
            &token,
        )
        .await;
        conformance::check(&DynTokenProvider::new(bound()), &known, &token).await;
        conformance::check(&bound().bound_to(known.clone()), &known, &token).await;
    }

    #[test]
    fn a_provider_for_everybody_is_found_out() {
        let known = origin("https://hub.example");
        let token = "hf_a".parse().expect("a token");
        let caught = std::panic::catch_unwind(|| {
            tokio::runtime::Builder::new_current_thread()
                .build()
                .expect("a runtime needs nothing")
                .block_on(conformance::check(&fixed("hf_a"), &known, &token));
        });
        assert!(caught.is_err());
    }

    #[test]
    fn no_provider_shows_its_token() {
        let chain = fixed("hf_s3cret")
            .bound_to(origin("https://hub.example"))
            .or(fixed("hf_s3cret"));
        assert!(!format!("{chain:?}").contains("s3cret"));
    }
}
