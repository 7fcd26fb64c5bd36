//! Ways to misbehave, each of them what one hub does. What is expected of a client is not said here.

pub mod breaks;
pub mod bytes;
pub mod heads;
pub mod listings;
pub mod patience;
pub mod redirects;
pub mod refusals;
