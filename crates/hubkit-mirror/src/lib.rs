#![doc = include_str!("../README.md")]

mod access;
mod accounts;
mod catalogue;
mod compare;
mod croissant;
mod door;
mod file;
mod history;
mod info;
mod large;
mod listing;
mod lookup;
mod mirror;
mod pages;
mod people;
mod refusal;
mod requests;
mod search;
mod tensors;
mod tree;
mod weights;

pub use access::{
    Access, Account, AccountToken, MemberRole, OrganisationAccount, ParseTokenDigestError,
    RepoRule, RepoState, Strangers, TokenDigest, TokenRole, Visibility,
};
pub use catalogue::Refreshed;
pub use listing::Unlisted;
pub use mirror::{AskedBy, Mirror};
pub use requests::{AccessRequests, KeptRequest, NotKept};
