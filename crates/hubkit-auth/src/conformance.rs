//! Checks that a provider, or a wrapper of one, keeps the contract of [`TokenProvider`].

use hubkit_types::Origin;

use crate::{Access, Token, TokenProvider, TokenRequest};

/// Checks a provider that should know this token for this origin, and no token for an origin it has never heard of.
///
/// # Panics
///
/// When the contract is broken; the message says which clause, and shows no token.
pub async fn check(provider: &impl TokenProvider, known: &Origin, token: &Token) {
    // Twice: asking changes nothing.
    for _ in 0..2 {
        for access in [Access::Read, Access::Write] {
            let ask = TokenRequest {
                access,
                ..TokenRequest::read(known)
            };
            match provider.token(&ask).await {
                Ok(Some(found)) => {
                    assert!(found == *token, "the token for {known:?} is another one");
                }
                Ok(None) => panic!("the token for {known:?} is not known"),
                Err(error) => panic!("the token for {known:?} can't be had: {error}"),
            }
        }
    }
    let other_port = known.port().checked_add(1).unwrap_or(1);
    let strangers = [
        format!(
            "{}://{}:{other_port}",
            known.scheme().as_str(),
            known.host()
        ),
        "https://stranger.invalid".to_owned(),
        "http://127.0.0.1:1".to_owned(),
    ];
    for stranger in strangers {
        let stranger: Origin = stranger.parse().expect("written as an origin");
        match provider.token(&TokenRequest::read(&stranger)).await {
            Ok(None) => {}
            Ok(Some(_)) => panic!("{stranger:?}, which the provider can't know, gets a token"),
            Err(error) => panic!("an unknown origin is no fault, but {stranger:?} gets: {error}"),
        }
    }
}
