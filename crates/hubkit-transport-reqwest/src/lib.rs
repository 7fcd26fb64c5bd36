#![doc = include_str!("../README.md")]

mod builder;
mod failure;
mod patience;
mod tls;
mod transport;

pub use builder::{BuildError, ReqwestBuilder};
pub use tls::Tls;
pub use transport::Reqwest;
