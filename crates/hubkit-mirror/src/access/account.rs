//! People, what they are members of, and what proves who they are.

use std::{error, fmt, str::FromStr, time::SystemTime};

use hubkit_store::Digester;
use hubkit_types::{BlobId, Sha256};
use subtle::ConstantTimeEq as _;

/// A person's account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// The name, without regard to ASCII case. What stands before the slash of a repository's name is its owner's.
    pub name: String,
    /// The person's name.
    pub fullname: Option<String>,
    /// The person's address: shown to that person, and to the owner of a gated repository that they ask for.
    pub email: Option<String>,
    /// What proves that a request is this person's. Without one nobody can log in.
    pub tokens: Vec<AccountToken>,
}

impl Account {
    /// An account that nobody can log in to yet.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            fullname: None,
            email: None,
            tokens: Vec::new(),
        }
    }

    /// Adds a token.
    pub fn with_token(mut self, token: AccountToken) -> Self {
        self.tokens.push(token);
        self
    }
}

/// What is known of a token: everything but the token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountToken {
    /// What its owner calls it.
    pub name: String,
    /// Its digest.
    pub digest: TokenDigest,
    /// What it is good for.
    pub role: TokenRole,
    /// When it was made.
    pub created: Option<SystemTime>,
    /// From when on it is worth nothing. A mirror that was given no clock refuses a token that ends at all.
    pub expires: Option<SystemTime>,
}

impl AccountToken {
    /// A token without an end.
    pub fn new(name: impl Into<String>, digest: TokenDigest, role: TokenRole) -> Self {
        Self {
            name: name.into(),
            digest,
            role,
            created: None,
            expires: None,
        }
    }
}

/// What a token is good for. What its account may do is the limit of both.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum TokenRole {
    /// To read, and to ask for access.
    #[default]
    Read,
    /// Also to decide who gets access to what the account looks after.
    Write,
}

impl TokenRole {
    /// As hubs call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// The SHA-256 of a token, written `sha256:` and 64 hex digits. `Debug` shows stars.
///
/// A plain digest is enough for a secret of at least 128 random bits, and for no other: it can't be guessed however fast
/// each guess is. A password would need a slow, salted one.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenDigest(Sha256);

impl TokenDigest {
    /// The digest of a token.
    pub fn of(token: &str) -> Self {
        let mut digester = Digester::sha256();
        digester.update(token.as_bytes());
        match digester.finish() {
            BlobId::Sha256(digest) => Self(digest),
            BlobId::Git(_) => unreachable!("a digester of SHA-256 gives a SHA-256"),
        }
    }

    /// Whether two are the same, found out in the same time for any two.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl FromStr for TokenDigest {
    type Err = ParseTokenDigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digest = text.strip_prefix("sha256:").ok_or(ParseTokenDigestError)?;
        digest.parse().map(Self).map_err(|_| ParseTokenDigestError)
    }
}

impl fmt::Display for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.0)
    }
}

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest(***)")
    }
}

/// The text is no digest of a token. Never repeats the text: it may be the token itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParseTokenDigestError;

impl fmt::Display for ParseTokenDigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a token's digest: expected `sha256:` and 64 hex digits")
    }
}

impl error::Error for ParseTokenDigestError {}

/// An organisation: an owner of repositories that several people are members of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrganisationAccount {
    /// The name, without regard to ASCII case. No person has the same.
    pub name: String,
    /// The organisation's name in full.
    pub fullname: Option<String>,
    /// The members' account names, and what each may do.
    pub members: Vec<(String, MemberRole)>,
}

/// What a member of an organisation may do with its repositories. All may read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum MemberRole {
    /// Read.
    Read,
    /// Read, and change what is theirs.
    Contributor,
    /// Also decide about requests for access.
    Write,
    /// Everything.
    Admin,
}

impl MemberRole {
    /// Every role, the least first.
    pub const ALL: [Self; 4] = [Self::Read, Self::Contributor, Self::Write, Self::Admin];

    /// As hubs call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Contributor => "contributor",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}
