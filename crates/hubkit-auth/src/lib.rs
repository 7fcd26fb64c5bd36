#![doc = include_str!("../README.md")]

pub mod conformance;
mod file;
mod provider;
mod providers;
mod token;

pub use file::TokenFile;
pub use provider::{Access, AuthError, DynTokenProvider, TokenProvider, TokenRequest};
pub use providers::{Anonymous, Bound, Chain, Fixed, TokenProviderExt};
pub use token::{ParseTokenError, Token};
