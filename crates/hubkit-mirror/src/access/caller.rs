//! Who sent a request.

use std::time::SystemTime;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{HeaderMap, header::AUTHORIZATION};

use super::{Access, Account, AccountToken, TokenDigest};

/// Who sent a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Caller<'a> {
    /// Someone who did not say.
    Anonymous,
    /// Someone with a token, where no token means anything.
    Unchecked,
    /// The holder of an account.
    User(Login<'a>),
}

/// An account and the token that proved it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Login<'a> {
    pub(crate) account: &'a Account,
    pub(crate) token: &'a AccountToken,
}

/// A token that belongs to no account, or not any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct UnknownToken;

/// In which ways a token may come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Schemes {
    /// As `Bearer`.
    Bearer,
    /// Also as the password of `Basic`, behind any user's name: git and git-lfs know no other way. A browser sends such a
    /// header on its own once it was given, so nothing that changes anything may be asked for with one.
    BearerOrBasic,
}

impl Access {
    /// Finds out who asks. `now` decides about tokens that end.
    pub(crate) fn caller(
        &self,
        headers: &HeaderMap,
        schemes: Schemes,
    ) -> Result<Caller<'_>, UnknownToken> {
        let Some(value) = headers.get(AUTHORIZATION) else {
            return Ok(Caller::Anonymous);
        };
        if self.accounts.is_empty() {
            return Ok(Caller::Unchecked);
        }
        let value = value.to_str().map_err(|_| UnknownToken)?;
        let sent = digest_of(value, schemes).ok_or(UnknownToken)?;
        let login = self.holder_of(&sent).ok_or(UnknownToken)?;
        let ended = login.token.expires.is_some_and(|end| {
            let has_time = |now: SystemTime| now < end;
            !self.now().is_some_and(has_time)
        });
        if ended {
            return Err(UnknownToken);
        }
        Ok(Caller::User(login))
    }

    fn holder_of(&self, sent: &TokenDigest) -> Option<Login<'_>> {
        // All tokens are compared, each in full, so that the time taken tells nothing.
        let mut found = None;
        for account in self.accounts.values() {
            for token in &account.tokens {
                if sent.is(&token.digest) {
                    found = Some(Login { account, token });
                }
            }
        }
        found
    }
}

fn digest_of(value: &str, schemes: Schemes) -> Option<TokenDigest> {
    let (scheme, rest) = value.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(TokenDigest::of(rest));
    }
    if schemes == Schemes::Bearer || !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = BASE64_STANDARD.decode(rest).ok()?;
    let pair = std::str::from_utf8(&pair).ok()?;
    let (_, token) = pair.split_once(':')?;
    Some(TokenDigest::of(token))
}
