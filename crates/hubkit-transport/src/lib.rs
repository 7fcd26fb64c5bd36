#![doc = include_str!("../README.md")]

mod body;
pub mod conformance;
mod error;
mod flaky;
mod recording;
mod redact;
mod replay;
mod requests;
mod script;
mod transport;

pub use body::Body;
pub use error::{TransportError, TransportErrorKind};
pub use flaky::{Fault, Flaky, When};
pub use http::{Request, Response};
pub use recording::{Exchange, ParseRecordingError, Recording, Reply};
pub use redact::url as shown_url;
pub use replay::{Record, Replay, Tape};
pub use requests::{LoggedRequest, Outcome, RequestLog, Requests};
pub use script::{Expected, Script};
pub use transport::{Bulk, DynTransport, Transport};
