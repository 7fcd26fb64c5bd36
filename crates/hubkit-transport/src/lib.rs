#![doc = include_str!("../README.md")]

mod body;
mod error;
mod transport;

pub use body::Body;
pub use error::{TransportError, TransportErrorKind};
pub use http::{Request, Response};
pub use transport::{DynTransport, Transport};
