//! `GET /api/{kind}/{id}/commits/{revision}`: the history of a revision, page by page.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hubkit_types::{CommitId, Repo, Revision};
use serde_json::{Map, Value, json};

use super::page::{put_total, read_total};
use crate::{
    ApiError, Call, header,
    json::{self, Fields},
    next_link,
    query::QueryText,
    server::{
        Incoming,
        ask::{Ask, READ, Routed},
    },
    target,
};

/// Asks for the commits of a revision, the newest first: the first page of them.
///
/// The pages after it have addresses that the server makes: [`CommitPage::next`]. Send a plain `GET` there and give the
/// answer to [`Call::reply`] as well.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListCommits {
    /// The repository.
    pub repo: Repo,
    /// The revision whose history it is.
    pub revision: Revision,
    /// Whether to tell title and message as HTML too.
    pub formatted: bool,
    /// How many commits the page may have at most; the server's choice when there is none.
    pub limit: Option<usize>,
}

/// One page of a history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommitPage {
    /// What is on it, in the server's order.
    pub commits: Vec<CommitInfo>,
    /// How many there are on all pages together, if the server counted them.
    pub total: Option<u64>,
    /// The address of the next page, as the server wrote it: absolute, or relative to the request.
    pub next: Option<String>,
}

/// The texts of a commit as HTML. A server's word: clean it before showing it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FormattedCommit {
    /// The title.
    pub title: String,
    /// The rest of the message.
    pub message: String,
}

/// A commit. Texts are the author's own: escape them before showing them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommitInfo {
    /// Its id.
    pub id: CommitId,
    /// The first line of its message.
    pub title: String,
    /// The rest of its message; often empty.
    pub message: String,
    /// When it was made, in ISO 8601.
    pub date: Option<String>,
    /// The accounts that made it.
    pub authors: Vec<String>,
    /// Title and message as HTML, where that was asked for.
    pub formatted: Option<FormattedCommit>,
    /// The commits that it was made from, if the server told.
    pub parents: Vec<CommitId>,
}

impl CommitInfo {
    fn read(value: Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(value, "a commit")?;
        // An author may lack a name here: who made a commit need have no account.
        let author = |author: Value| Fields::of(author, "an author").ok()?.text("user");
        let formatted = |texts: Value| {
            let mut texts = Fields::of(texts, "formatted texts").ok()?;
            Some(FormattedCommit {
                title: texts.text("title").unwrap_or_default(),
                message: texts.text("message").unwrap_or_default(),
            })
        };
        Ok(Self {
            id: fields.required("id")?,
            title: fields.text("title").unwrap_or_default(),
            message: fields.text("message").unwrap_or_default(),
            date: fields.text("date"),
            authors: fields
                .list("authors")
                .into_iter()
                .filter_map(author)
                .collect(),
            formatted: fields.any("formatted").and_then(formatted),
            parents: fields
                .texts("parents")
                .iter()
                .filter_map(|id| id.parse().ok())
                .collect(),
        })
    }

    fn write(&self) -> Value {
        let authors = self.authors.iter().map(|user| json!({ "user": user }));
        let mut map = Map::new();
        map.insert("id".to_owned(), self.id.to_string().into());
        map.insert("title".to_owned(), self.title.as_str().into());
        map.insert("message".to_owned(), self.message.as_str().into());
        map.insert("authors".to_owned(), authors.collect());
        if let Some(texts) = &self.formatted {
            let texts = json!({ "title": texts.title, "message": texts.message });
            map.insert("formatted".to_owned(), texts);
        }
        if let Some(date) = &self.date {
            map.insert("date".to_owned(), date.as_str().into());
        }
        if !self.parents.is_empty() {
            let parents = self.parents.iter().map(|id| Value::from(id.to_string()));
            map.insert("parents".to_owned(), parents.collect());
        }
        Value::Object(map)
    }
}

impl ListCommits {
    /// Asks for the history of a revision, as much of it as the server gives at once.
    pub fn new(repo: Repo, revision: Revision) -> Self {
        Self {
            repo,
            revision,
            formatted: false,
            limit: None,
        }
    }

    fn target(&self, page: Option<usize>) -> String {
        let mut query = QueryText::default();
        query.put("expand", self.formatted.then_some("formatted"));
        query.put_number("limit", self.limit);
        query.put_number("p", page);
        format!(
            "{}/commits/{}{}",
            target::api(&self.repo),
            target::revision(&self.revision),
            query.as_str()
        )
    }
}

impl Call for ListCommits {
    type Reply = CommitPage;

    fn request(&self) -> Request<Bytes> {
        target::get_json(self.target(None))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<CommitPage, ApiError> {
        let headers = response.headers();
        Ok(CommitPage {
            commits: json::read_list(response, "commits", CommitInfo::read)?,
            total: read_total(headers),
            next: next_link(headers),
        })
    }
}

/// A request for one page of a history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommitsRequest {
    /// Whose history.
    pub call: ListCommits,
    /// Which page, counted from 0.
    pub page: usize,
}

impl CommitsRequest {
    /// The request's target in origin form: what a server writes into the `Link` to the next page.
    pub fn target(&self) -> String {
        self.call.target(Some(self.page).filter(|page| *page > 0))
    }
}

/// `…/commits/{revision}`.
pub(crate) fn route(repo: Repo, ask: &Ask<'_>) -> Routed {
    let call = ListCommits {
        repo,
        revision: ask.last_revision()?,
        formatted: ask
            .query
            .list("expand")
            .iter()
            .any(|name| name == "formatted"),
        limit: ask.query.parsed("limit"),
    };
    let page = ask.query.parsed("p").unwrap_or_default();
    ask.answer(READ, Incoming::Commits(CommitsRequest { call, page }))
}

/// The answer to [`ListCommits`]. A `next` that can't stand in a header is left out.
pub fn respond_commits(page: &CommitPage) -> Response<Bytes> {
    let commits = page.commits.iter().map(CommitInfo::write).collect();
    let mut response = json::respond(StatusCode::OK, &commits);
    header::put_next(response.headers_mut(), page.next.as_deref());
    put_total(response.headers_mut(), page.total);
    response
}

#[cfg(test)]
mod tests {
    use hubkit_types::RepoKind;

    use super::*;
    use crate::server::route;

    const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

    fn call(id: &str, revision: &str) -> ListCommits {
        let repo = Repo::new(RepoKind::Model, id.parse().expect("an id"));
        ListCommits::new(repo, revision.parse().expect("a revision"))
    }

    #[test]
    fn a_request_is_routed_to_what_it_was_made_from() {
        for call in [
            call("a/b", "refs/pr/1"),
            call("gpt2", "main"),
            call("a/commits", "x/\u{fc}#"),
            ListCommits {
                formatted: true,
                limit: Some(7),
                ..call("a/b", "main")
            },
        ] {
            let request = call.request();
            let wanted = CommitsRequest { call, page: 0 };
            assert_eq!(route(&request), Ok(Incoming::Commits(wanted)));
        }
    }

    #[test]
    fn the_address_of_a_page_leads_back_to_it() {
        for (target, formatted, page) in [
            ("/api/models/a/b/commits/main", false, 0),
            ("/api/models/a/b/commits/main?p=2", false, 2),
            (
                "/api/models/a/b/commits/main?expand=formatted&limit=7&p=1",
                true,
                1,
            ),
        ] {
            let read =
                |target: &str| match route(&Request::get(target).body(()).expect("a request")) {
                    Ok(Incoming::Commits(request)) => request,
                    other => panic!("{other:?}"),
                };
            let request = read(target);
            assert_eq!((request.call.formatted, request.page), (formatted, page));
            assert_eq!(request.target(), target);
            let python = read("/api/models/a/b/commits/main?expand[]=formatted&limit=x&p=-1");
            assert!(python.call.formatted);
            assert_eq!((python.call.limit, python.page), (None, 0));
        }
    }

    #[test]
    fn a_page_comes_back_as_it_was_given() {
        let mut page = CommitPage {
            commits: vec![CommitInfo {
                id: SHA.parse().expect("an id"),
                title: "a \"title\"".to_owned(),
                message: "more\nlines".to_owned(),
                date: Some("2026-01-02T03:04:05.000Z".to_owned()),
                authors: vec!["ada".to_owned()],
                formatted: Some(FormattedCommit {
                    title: "a <b>title</b>".to_owned(),
                    message: String::new(),
                }),
                parents: vec![CommitId::from_bytes([7; 20])],
            }],
            total: Some(u64::MAX),
            next: Some("/api/models/a/b/commits/main?p=1".to_owned()),
        };
        let call = call("a/b", "main");
        assert_eq!(call.reply(&respond_commits(&page)), Ok(page.clone()));
        (page.total, page.next) = (None, None);
        (page.commits[0].date, page.commits[0].authors) = (None, Vec::new());
        (page.commits[0].formatted, page.commits[0].parents) = (None, Vec::new());
        assert_eq!(call.reply(&respond_commits(&page)), Ok(page));
    }

    #[test]
    fn only_the_id_must_be_there() {
        let read = |body: String| call("a/b", "main").reply(&Response::new(Bytes::from(body)));
        let page = read(format!(
            r#"[{{"id":"{SHA}","title":7,"authors":[7,{{}},{{"user":"x"}}]}}]"#
        ));
        let page = page.expect("a page");
        assert_eq!(page.commits[0].title, "");
        assert_eq!(page.commits[0].authors, ["x"]);
        for wrong in ["{}", "[7]", "[{}]", r#"[{"id":"main"}]"#] {
            assert!(read(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
