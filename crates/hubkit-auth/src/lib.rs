#![doc = include_str!("../README.md")]

mod provider;
mod token;

pub use provider::{Access, AuthError, DynTokenProvider, TokenProvider, TokenRequest};
pub use token::{ParseTokenError, Token};
