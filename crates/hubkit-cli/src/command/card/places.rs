//! Where what a card refers to lies.

use hubkit::{CommitId, Endpoint, Environment, HubError, Repo, RepoPath, api, api::server::Page};
use hubkit_card::{Reference, Resolver};

use super::source::{Found, Place, Source};
use crate::{args::Global, failure::Failure};

/// What the addresses are for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// A person at a terminal, or a program.
    Text,
    /// A browser that shows a page. It fetches nothing from elsewhere unless that was asked for.
    Page { remote_images: bool },
}

/// Where what a card refers to lies: in its repository at its commit, or beside it on this machine.
pub(super) struct Places<'a> {
    endpoint: Endpoint,
    found: Option<&'a Found>,
    reader: Reader,
}

impl<'a> Places<'a> {
    pub(super) fn of(global: &Global, source: &'a Source, reader: Reader) -> Result<Self, Failure> {
        let (endpoint, found) = match &source.place {
            Place::Hub(found) => (found.hub.client().endpoint().clone(), Some(&**found)),
            _ => (endpoint(global)?, None),
        };
        Ok(Self {
            endpoint,
            found,
            reader,
        })
    }

    /// Whether images beside the card are shown.
    pub(super) fn has_near_images(&self) -> bool {
        self.found.is_none()
    }

    fn near(&self, path: &RepoPath) -> String {
        match self.reader {
            Reader::Text => path.to_string(),
            Reader::Page { .. } => format!("./{}", encoded(path.as_str())),
        }
    }
}

impl Resolver for Places<'_> {
    fn link(&self, reference: &Reference<'_>) -> Option<String> {
        let (path, fragment) = match reference {
            Reference::Hub(path) => return Some(self.endpoint.url(path)),
            Reference::File { path, fragment } => (path, *fragment),
        };
        let address = match self.found {
            Some(found) => self.endpoint.url(&found.page(path).target()),
            None => self.near(path),
        };
        let fragment = fragment.map(|fragment| format!("#{fragment}"));
        Some(address + &fragment.unwrap_or_default())
    }

    fn image(&self, reference: &Reference<'_>) -> Option<String> {
        let is_shown = match self.reader {
            Reader::Text => true,
            Reader::Page { remote_images } => remote_images,
        };
        match (reference, self.found) {
            (Reference::File { path, .. }, None) => Some(self.near(path)),
            (Reference::File { path, .. }, Some(found)) if is_shown => {
                let target = file(&found.repo, found.commit, path.clone());
                Some(self.endpoint.url(&target))
            }
            (Reference::Hub(path), _) if is_shown => Some(self.endpoint.url(path)),
            _ => None,
        }
    }
}

impl Found {
    /// The page of a file or of a folder.
    fn page(&self, path: &RepoPath) -> Page {
        let folder = format!("{path}/");
        let place = self
            .files
            .partition_point(|file| file.path.as_str() < folder.as_str());
        let next = self.files.get(place);
        let is_folder = next.is_some_and(|file| file.path.as_str().starts_with(&folder));
        let (repo, revision) = (self.repo.clone(), self.commit.into());
        let path = path.clone();
        if is_folder {
            let path = Some(path);
            return Page::Files {
                repo,
                revision,
                path,
            };
        }
        Page::File {
            repo,
            revision,
            path,
        }
    }
}

/// Where the bytes of a file are.
fn file(repo: &Repo, commit: CommitId, path: RepoPath) -> String {
    let call = api::Resolve::get(repo.clone(), commit.into(), path);
    call.request().uri().to_string()
}

/// The hub that is meant where none is asked.
fn endpoint(global: &Global) -> Result<Endpoint, Failure> {
    if let Some(endpoint) = &global.endpoint {
        return Ok(endpoint.clone());
    }
    let environment = Environment::read().map_err(HubError::from)?;
    Ok(environment.endpoint)
}

/// A path as a part of an address.
pub(super) fn encoded(path: &str) -> String {
    let encode = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    path.bytes().map(encode).collect()
}
