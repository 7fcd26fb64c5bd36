//! How much is too much.

use std::time::Duration;

/// What a server puts up with. Every figure bounds what a stranger can make it hold or wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// How many connections are open at a time. One more closes the one that is idle for the longest; where none is idle,
    /// the new one is answered with 503.
    pub connections: usize,
    /// How long a connection may take to send the head of a request, and how long it may stay open without any.
    pub head: Duration,
    /// How long the body of a request may take.
    pub body: Duration,
    /// How long a client may take to accept any more bytes of an answer.
    pub stall: Duration,
    /// How long answers under way may still take when the server ends.
    pub farewell: Duration,
}

impl Limits {
    /// The longest body of a request, in bytes. Those of the read protocol are lists of paths.
    pub(super) const LONGEST_BODY: usize = 1 << 20;
    /// The longest head of a request, in bytes.
    pub(super) const LONGEST_HEAD: usize = 64 << 10;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            head: Duration::from_secs(30),
            body: Duration::from_secs(30),
            stall: Duration::from_mins(1),
            farewell: Duration::from_secs(30),
        }
    }
}
