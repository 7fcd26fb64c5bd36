//! `GET /api/{kind}/{id}/discussions[/{number}]`: what people say of a repository, and the changes they propose.

mod event;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hubkit_types::{CommitId, Repo};
use serde_json::{Map, Value, json};

pub use event::{DiscussionEvent, EventKind};

use crate::{
    ApiError, Call,
    json::{self, Fields, Object},
    query::QueryText,
    server::{
        Incoming, Unroutable,
        ask::{Ask, READ, Routed},
    },
    target,
};

/// Asks for one page of the discussions of a repository, the newest first. Unlike other lists these are counted:
/// [`DiscussionPage::has_next`] says whether there is a page behind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListDiscussions {
    /// The repository.
    pub repo: Repo,
    /// Only discussions, or only pull requests.
    pub kind: Option<DiscussionKind>,
    /// Only those that are open, or only those that are not.
    pub status: Option<DiscussionStatus>,
    /// Only those that this account began.
    pub author: Option<String>,
    /// Which page, counted from 0.
    pub page: usize,
}

/// Asks for one discussion with all that happened in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GetDiscussion {
    /// The repository.
    pub repo: Repo,
    /// The number, which discussions and pull requests count together.
    pub number: u64,
    /// Whether to tell the changes of a pull request as a diff.
    pub diff: bool,
}

/// Whether changes are proposed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DiscussionKind {
    /// They are not.
    Discussion,
    /// They are, at `refs/pr/{number}`.
    PullRequest,
}

/// Whether a discussion goes on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DiscussionStatus {
    /// It does.
    Open,
    /// It does not: closed or merged.
    Closed,
}

impl DiscussionKind {
    const ALL: [Self; 2] = [Self::Discussion, Self::PullRequest];

    fn as_str(self) -> &'static str {
        match self {
            Self::Discussion => "discussion",
            Self::PullRequest => "pull_request",
        }
    }
}

impl DiscussionStatus {
    const ALL: [Self; 2] = [Self::Open, Self::Closed];

    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

/// One page of discussions.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DiscussionPage {
    /// What is on it, in the server's order.
    pub discussions: Vec<Discussion>,
    /// How many there are on all pages together.
    pub count: u64,
    /// How many stand before those of this page.
    pub start: u64,
}

impl DiscussionPage {
    /// Whether there is a page behind this one. Behind an empty page there is none, whatever was counted.
    pub fn has_next(&self) -> bool {
        let end = self.start.saturating_add(self.discussions.len() as u64);
        !self.discussions.is_empty() && end < self.count
    }
}

/// A discussion or a pull request. Texts are people's own: escape them before showing them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Discussion {
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// How it stands: `open`, `closed`, `merged`, `draft`.
    pub status: String,
    /// Who began it; `None` where the account was deleted.
    pub author: Option<String>,
    /// When it began, in ISO 8601.
    pub created_at: Option<String>,
    /// Whether changes are proposed.
    pub is_pull_request: bool,
    /// Every field that is not named above.
    pub rest: Map<String, Value>,
}

/// A discussion with all that happened in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DiscussionDetails {
    /// The discussion.
    pub discussion: Discussion,
    /// What happened, the oldest first.
    pub events: Vec<DiscussionEvent>,
    /// The changes of a pull request, if they were asked for.
    pub diff: Option<String>,
    /// The branch that a pull request is for.
    pub target_branch: Option<String>,
    /// The commit with which a pull request was merged.
    pub merge_commit: Option<CommitId>,
    /// Which files stand in the way of a merge, as the server told: a list, or whether there are any.
    pub conflicts: Option<Value>,
}

impl Discussion {
    fn read(value: Value) -> Result<Self, ApiError> {
        Self::take(Fields::of(value, "a discussion")?)
    }

    fn take(mut fields: Fields) -> Result<Self, ApiError> {
        let number = fields.count("num");
        Ok(Self {
            number: number.ok_or_else(|| ApiError::protocol("a discussion has no `num`"))?,
            title: fields.text("title").unwrap_or_default(),
            status: fields.text("status").unwrap_or_default(),
            author: event::author(&mut fields),
            created_at: fields.text("createdAt"),
            is_pull_request: fields.flag("isPullRequest"),
            rest: fields.rest(),
        })
    }

    fn write(&self) -> Object {
        let mut object = Object::over(&self.rest);
        object.put("num", Some(self.number));
        object.put("title", Some(self.title.as_str()));
        object.put("status", Some(self.status.as_str()));
        let author = self.author.as_ref();
        object.put("author", author.map(|name| json!({ "name": name })));
        object.put("createdAt", self.created_at.as_deref());
        object.put("isPullRequest", Some(self.is_pull_request));
        object
    }
}

impl DiscussionDetails {
    fn read(value: Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(value, "a discussion")?;
        let events = fields.list("events").into_iter().map(DiscussionEvent::read);
        let events = events.collect::<Result<_, _>>()?;
        let changes = fields.any("changes");
        let mut changes = changes
            .map(|changes| Fields::of(changes, "the changes of a pull request"))
            .transpose()?;
        Ok(Self {
            events,
            diff: fields.text("diff"),
            target_branch: changes.as_mut().and_then(|changes| changes.text("base")),
            merge_commit: match &mut changes {
                Some(changes) => changes.parsed("mergeCommitId")?,
                None => None,
            },
            conflicts: fields.any("filesWithConflicts"),
            discussion: Discussion::take(fields)?,
        })
    }

    fn write(&self) -> Value {
        let mut object = self.discussion.write();
        let events = self.events.iter().map(DiscussionEvent::write);
        object.put("events", Some(events.collect::<Value>()));
        object.put("diff", self.diff.as_deref());
        object.put("filesWithConflicts", self.conflicts.clone());
        if self.target_branch.is_some() || self.merge_commit.is_some() {
            let mut changes = Object::over(&Map::new());
            changes.put("base", self.target_branch.as_deref());
            changes.put("mergeCommitId", self.merge_commit.map(|id| id.to_string()));
            object.put("changes", Some(changes.done()));
        }
        object.done()
    }
}

impl ListDiscussions {
    /// Asks for the first page of all discussions.
    pub fn new(repo: Repo) -> Self {
        Self {
            repo,
            kind: None,
            status: None,
            author: None,
            page: 0,
        }
    }
}

impl Call for ListDiscussions {
    type Reply = DiscussionPage;

    /// # Panics
    ///
    /// If the author makes a target of more than 65,534 bytes.
    fn request(&self) -> Request<Bytes> {
        let mut query = QueryText::default();
        query.put("type", self.kind.map(DiscussionKind::as_str));
        query.put("status", self.status.map(DiscussionStatus::as_str));
        query.put("author", self.author.as_deref());
        query.put_number("p", Some(self.page));
        let repo = target::api(&self.repo);
        target::get_json(format!("{repo}/discussions{}", query.as_str()))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<DiscussionPage, ApiError> {
        let mut fields = Fields::of(json::read(response)?, "the list of discussions")?;
        let discussions = fields.list("discussions").into_iter().map(Discussion::read);
        Ok(DiscussionPage {
            discussions: discussions.collect::<Result<_, _>>()?,
            count: fields.count("count").unwrap_or_default(),
            start: fields.count("start").unwrap_or_default(),
        })
    }
}

impl Call for GetDiscussion {
    type Reply = DiscussionDetails;

    fn request(&self) -> Request<Bytes> {
        let query = if self.diff { "?diff=1" } else { "" };
        let (repo, number) = (target::api(&self.repo), self.number);
        target::get_json(format!("{repo}/discussions/{number}{query}"))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<DiscussionDetails, ApiError> {
        DiscussionDetails::read(json::read(response)?)
    }
}

/// `…/discussions[/{number}]`.
pub(crate) fn route(repo: Repo, ask: &Ask<'_>) -> Routed {
    let query = ask.query;
    let incoming = match ask.rest {
        [] => {
            let (kind, status) = (query.text("type"), query.text("status"));
            let named = |name: &str, text: &Option<String>| text.as_deref() == Some(name);
            Incoming::Discussions(ListDiscussions {
                repo,
                kind: DiscussionKind::ALL
                    .into_iter()
                    .find(|one| named(one.as_str(), &kind)),
                status: DiscussionStatus::ALL
                    .into_iter()
                    .find(|one| named(one.as_str(), &status)),
                author: query.text("author"),
                page: query.parsed("p").unwrap_or_default(),
            })
        }
        [number] => Incoming::Discussion(GetDiscussion {
            repo,
            number: number.parse().map_err(|_| Unroutable::NotFound)?,
            diff: query.flag("diff"),
        }),
        _ => return Err(Unroutable::NotFound),
    };
    ask.answer(READ, incoming)
}

/// The answer to [`ListDiscussions`].
pub fn respond_discussions(page: &DiscussionPage) -> Response<Bytes> {
    let discussions = page.discussions.iter().map(|one| one.write().done());
    let value = json!({
        "discussions": discussions.collect::<Value>(),
        "count": page.count,
        "start": page.start,
    });
    json::respond(StatusCode::OK, &value)
}

/// The answer to [`GetDiscussion`].
pub fn respond_discussion(details: &DiscussionDetails) -> Response<Bytes> {
    json::respond(StatusCode::OK, &details.write())
}

#[cfg(test)]
mod tests;
