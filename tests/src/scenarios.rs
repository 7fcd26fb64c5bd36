//! Ways to misbehave, each of them what one hub does. What is expected of a client is not said here.

pub mod bytes;
