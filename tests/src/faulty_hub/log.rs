//! What a hub was asked.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use super::{Question, Request};

/// Which of the two servers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// The one that `HF_ENDPOINT` names.
    Hub,
    /// The other.
    Elsewhere,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Who was asked.
    pub origin: Origin,
    /// What was asked.
    pub question: Question,
    /// `GET` and so on.
    pub method: String,
    /// The path and the query.
    pub target: String,
    headers: Vec<(String, String)>,
    sent: Arc<AtomicU64>,
}

impl Seen {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(each, _)| each == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// Whether something came along that is for the hub alone.
    pub fn has_secrets(&self) -> bool {
        let secret = |name: &str| {
            ["authorization", "cookie", "proxy-authorization"].contains(&name)
                || name.starts_with("x-hf-")
        };
        self.headers.iter().any(|(name, _)| secret(name))
    }

    /// How many bytes of a body were sent in answer.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}

#[derive(Default)]
pub(super) struct Log {
    pub(super) seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
}

impl Log {
    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Takes note of a request. Returns how often it was asked so far, and where to count what is sent in answer.
    pub(super) fn note(
        &self,
        request: &Request,
        origin: Origin,
        question: Question,
    ) -> (usize, Arc<AtomicU64>) {
        let path = |target: &str| target.split('?').next().map(str::to_owned);
        let sent = Arc::<AtomicU64>::default();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let alike = seen.iter().filter(|each| {
            each.question == question && path(&each.target) == path(&request.target)
        });
        let nth = alike.count() + 1;
        seen.push(Seen {
            origin,
            question,
            method: request.method.clone(),
            target: request.target.clone(),
            headers: request.headers.clone(),
            sent: Arc::clone(&sent),
        });
        (nth, sent)
    }
}
