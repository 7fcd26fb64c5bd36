//! What a client asks, and what a rule may know of it.

use super::{Asset, Origin, Place, Reply, Request, honest};

/// What is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Question {
    /// What a repository is at a revision.
    Info,
    /// What it holds.
    Tree,
    /// What is known of some paths.
    Paths,
    /// What is known of a file.
    Head,
    /// A file's bytes.
    Get,
    /// Anything, of the other server.
    Elsewhere,
    /// Anything else.
    Other,
}

impl Question {
    pub(super) fn of(request: &Request, origin: Origin) -> Self {
        let path = request.target.split('?').next().unwrap_or_default();
        if origin == Origin::Elsewhere {
            return Self::Elsewhere;
        }
        // Asked through a proxy, the hub's own address stands before the path.
        let path = path.split_once("://").map_or(path, |(_, rest)| {
            rest.find('/').map_or("", |slash| &rest[slash..])
        });
        let parts: Vec<&str> = path.trim_start_matches('/').splitn(6, '/').collect();
        match (request.method.as_str(), parts.as_slice()) {
            (_, ["api", "models", "faults", _] | ["api", "models", "faults", _, "revision", _]) => {
                Self::Info
            }
            (_, ["api", "models", "faults", _, "tree", ..]) => Self::Tree,
            (_, ["api", "models", "faults", _, "paths-info", ..]) => Self::Paths,
            ("HEAD", ["faults", _, "resolve", ..]) => Self::Head,
            ("GET", ["faults", _, "resolve", ..]) => Self::Get,
            _ => Self::Other,
        }
    }
}

/// A request, seen by a rule.
pub struct Asked<'hub> {
    pub(super) request: &'hub Request,
    pub(super) place: &'hub Place,
    /// What is asked.
    pub question: Question,
    /// How often it was asked of this path, this time included.
    pub nth: usize,
}

impl Asked<'_> {
    /// What a decent hub would answer.
    pub fn honest(&self) -> Reply {
        honest(self)
    }

    /// The path and the query.
    pub fn target(&self) -> &str {
        &self.request.target
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.header(name)
    }

    /// The address of this hub.
    pub fn endpoint(&self) -> &str {
        &self.place.endpoint
    }

    /// The address of the other server.
    pub fn elsewhere(&self) -> &str {
        &self.place.elsewhere
    }

    /// The file that is asked for, by the end of the path; the first one where none is named.
    pub fn asset(&self) -> &Asset {
        let path = self.target().split('?').next().unwrap_or_default();
        let assets = &self.place.scenario.assets;
        let named = assets
            .iter()
            .find(|asset| path.ends_with(&format!("/{}", asset.path)));
        named.unwrap_or(&assets[0])
    }

    /// Whether this is the question.
    pub fn is(&self, question: Question) -> bool {
        self.question == question
    }

    /// An honest answer, but to this question this one.
    pub fn but(&self, question: Question, reply: impl FnOnce(Reply) -> Reply) -> Reply {
        if self.is(question) {
            reply(self.honest())
        } else {
            self.honest()
        }
    }

    pub(super) fn repo(&self) -> &str {
        self.place.scenario.name
    }

    /// What the repository holds.
    pub fn assets(&self) -> &[Asset] {
        &self.place.scenario.assets
    }
}
