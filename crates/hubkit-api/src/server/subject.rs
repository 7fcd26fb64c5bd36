//! What a call is about, for a server that decides who may have which answer before it looks for one.

use hubkit_types::Repo;

use super::{Incoming, Page};
use crate::ListAccounts;

/// What of a repository an answer tells.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reveals {
    /// That it is there, and what it is described as: its card, and the names, sizes and digests of its files.
    Description,
    /// What is in its files, or that the caller may read them. A gate closes this.
    Content,
}

impl Incoming {
    /// The repository that the call is about, to look at or to put another in its place; `None` for a call about none or
    /// about many.
    pub fn repo_mut(&mut self) -> Option<&mut Repo> {
        match self {
            Self::RepoInfo(call) => Some(&mut call.repo),
            Self::Tree(request) => Some(&mut request.call.repo),
            Self::Resolve(file) | Self::Raw(file) => Some(&mut file.repo),
            Self::PathsInfo { repo, .. }
            | Self::LfsBatch { repo }
            | Self::LfsLocks { repo, .. }
            | Self::Accounts(ListAccounts::Likers(repo)) => Some(repo),
            Self::Refs(call) => Some(&mut call.repo),
            Self::Commits(request) => Some(&mut request.call.repo),
            Self::Compare(request) => Some(&mut request.repo),
            Self::AuthCheck(call) => Some(&mut call.repo),
            Self::WriteCheck(call) => Some(&mut call.repo),
            Self::Page(page) => match page {
                Page::Repo(repo) | Page::Files { repo, .. } | Page::File { repo, .. } => Some(repo),
                Page::Home | Page::Style | Page::List(_) => None,
            },
            Self::AskAccess(repo) | Self::DecideAccess(repo) | Self::GrantAccess(repo) => {
                Some(repo)
            }
            Self::CancelAccessRequest(call) => Some(&mut call.repo),
            Self::AccessRequests(request) => Some(&mut request.call.repo),
            Self::AccessReport(call) => Some(&mut call.repo),
            Self::TreeSize(call) => Some(&mut call.repo),
            Self::SafetensorsMetadata(call) => Some(&mut call.repo),
            Self::Croissant(call) => Some(&mut call.repo),
            Self::Scan(call) => Some(&mut call.repo),
            Self::LfsFiles(call) => Some(&mut call.repo),
            Self::Discussions(call) => Some(&mut call.repo),
            Self::Discussion(call) => Some(&mut call.repo),
            Self::WhoAmI
            | Self::ValidateYaml
            | Self::List(_)
            | Self::TagsByType(_)
            | Self::Account(_)
            | Self::Accounts(_)
            | Self::Collections(_)
            | Self::Collection(_)
            | Self::Papers(_)
            | Self::Paper(_) => None,
        }
    }

    /// What the answer tells of that repository.
    pub fn reveals(&self) -> Reveals {
        match self {
            Self::Resolve(_)
            | Self::Raw(_)
            | Self::Compare(_)
            | Self::AuthCheck(_)
            | Self::WriteCheck(_)
            | Self::SafetensorsMetadata(_)
            // It shows columns that only a look into the files tells.
            | Self::Croissant(_)
            | Self::LfsBatch { .. }
            | Self::LfsLocks { .. }
            | Self::Page(Page::File { .. }) => Reveals::Content,
            Self::RepoInfo(_)
            | Self::Tree(_)
            | Self::PathsInfo { .. }
            | Self::Refs(_)
            | Self::Commits(_)
            | Self::AskAccess(_)
            | Self::CancelAccessRequest(_)
            | Self::AccessRequests(_)
            | Self::DecideAccess(_)
            | Self::GrantAccess(_)
            | Self::AccessReport(_)
            | Self::WhoAmI
            | Self::ValidateYaml
            | Self::Page(_)
            | Self::List(_)
            | Self::TagsByType(_)
            | Self::TreeSize(_)
            | Self::Scan(_)
            | Self::LfsFiles(_)
            | Self::Account(_)
            | Self::Accounts(_)
            | Self::Collections(_)
            | Self::Collection(_)
            | Self::Papers(_)
            | Self::Paper(_)
            | Self::Discussions(_)
            | Self::Discussion(_) => Reveals::Description,
        }
    }
}
