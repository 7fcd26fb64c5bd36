//! How an owner decides about requests for access: `GET …/user-access-request/{pending|accepted|rejected}`, `POST …/handle`
//! and `POST …/grant` below `/api/{models|datasets|spaces}/{id}/user-access-request`, and the report at
//! `GET /{prefix}{id}/user-access-report`.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Response,
    header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
};
use hubkit_types::Repo;
use serde_json::{Map, Value, json};

use super::{
    access_requests::{AccessBodyFault, CancelAccessRequest, RequestStatus},
    page::PageOf,
};
use crate::{
    ApiError, Call,
    json::{self, Fields},
    query::QueryText,
    server::{
        Incoming, Unroutable,
        ask::{Ask, POST, READ, Routed},
    },
    target,
};

/// Lists the requests for access to a repository that are in one state: the first page of them.
///
/// The pages after it have addresses that the server makes: [`PageOf::next`]. Send a plain `GET` there and give
/// the answer to [`Call::reply`] as well.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListAccessRequests {
    /// The repository.
    pub repo: Repo,
    /// The state.
    pub status: RequestStatus,
    /// How many the page may have at most; the server's choice when there is none.
    pub limit: Option<usize>,
}

/// A request for one page of requests for access.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccessRequestsPageRequest {
    /// What to list.
    pub call: ListAccessRequests,
    /// Where the page starts: what the server wrote into the address of this page.
    pub cursor: Option<String>,
}

impl AccessRequestsPageRequest {
    /// The request's target in origin form: what a server writes into the `Link` to the next page.
    pub fn target(&self) -> String {
        let call = &self.call;
        let mut query = QueryText::default();
        query.put_number("limit", call.limit);
        query.put("cursor", self.cursor.as_deref());
        format!(
            "{}/user-access-request/{}{}",
            target::api(&call.repo),
            call.status,
            query.as_str()
        )
    }
}

/// A request for access to a gated repository. Texts are a stranger's: escape them before showing them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccessRequest {
    /// What it is called where its owner is not told who asks.
    pub id: String,
    /// Who asks; `None` where the owner is not told.
    pub user: Option<Requester>,
    /// What became of it.
    pub status: RequestStatus,
    /// When it was made, as the server wrote it (RFC 3339).
    pub timestamp: String,
    /// What was answered on the repository's form.
    pub fields: BTreeMap<String, String>,
}

/// Who asks for access.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Requester {
    /// The account's name.
    pub name: String,
    /// The person's name.
    pub fullname: Option<String>,
    /// The person's address, where it is shared.
    pub email: Option<String>,
}

impl AccessRequest {
    fn read(value: Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(value, "a request for access")?;
        let answers = match fields.any("fields") {
            Some(Value::Object(answers)) => answers,
            _ => Map::new(),
        };
        let answers = answers.into_iter().map(|(name, value)| match value {
            Value::String(text) => (name, text),
            // A box that was ticked, or a number.
            other => (name, other.to_string()),
        });
        Ok(Self {
            id: fields.required("requestId")?,
            user: fields
                .any("user")
                .map(Requester::read)
                .transpose()?
                .flatten(),
            status: fields.required("status")?,
            timestamp: fields.required("timestamp")?,
            fields: answers.collect(),
        })
    }

    fn write(&self) -> Value {
        let mut map = Map::new();
        map.insert("requestId".to_owned(), self.id.as_str().into());
        if let Some(user) = &self.user {
            map.insert("user".to_owned(), user.write());
        }
        map.insert("status".to_owned(), self.status.as_str().into());
        map.insert("timestamp".to_owned(), self.timestamp.as_str().into());
        if !self.fields.is_empty() {
            map.insert("fields".to_owned(), json!(self.fields));
        }
        Value::Object(map)
    }
}

impl Requester {
    /// `None` where the name is kept back.
    fn read(value: Value) -> Result<Option<Self>, ApiError> {
        let mut fields = Fields::of(value, "who asks for access")?;
        let name = fields.text("user");
        Ok(name.map(|name| Self {
            name,
            fullname: fields.text("fullname"),
            email: fields.text("email"),
        }))
    }

    fn write(&self) -> Value {
        let mut map = Map::new();
        map.insert("user".to_owned(), self.name.as_str().into());
        for (key, text) in [("fullname", &self.fullname), ("email", &self.email)] {
            if let Some(text) = text {
                map.insert(key.to_owned(), text.as_str().into());
            }
        }
        Value::Object(map)
    }
}

impl Call for ListAccessRequests {
    type Reply = PageOf<AccessRequest>;

    fn request(&self) -> Request<Bytes> {
        let first = AccessRequestsPageRequest {
            call: self.clone(),
            cursor: None,
        };
        target::get_json(first.target())
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<Self::Reply, ApiError> {
        PageOf::read(response, "requests for access", AccessRequest::read)
    }
}

/// Whose request it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Whose {
    /// This account's.
    User(String),
    /// The one with this id, where the owner is not told who asks.
    Request(String),
}

/// Decides about a request for access, or takes a decision back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DecideAccess {
    /// The repository.
    pub repo: Repo,
    /// Which request.
    pub decision: AccessDecision,
}

/// What is decided about a request for access.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccessDecision {
    /// Whose request.
    pub whose: Whose,
    /// What becomes of it; [`RequestStatus::Pending`] takes back what was decided.
    pub status: RequestStatus,
    /// Why it is rejected; said with no other status.
    pub rejection_reason: Option<String>,
}

impl Call for DecideAccess {
    type Reply = ();

    fn request(&self) -> Request<Bytes> {
        let AccessDecision {
            whose,
            status,
            rejection_reason,
        } = &self.decision;
        let (key, name) = match whose {
            Whose::User(name) => ("user", name),
            Whose::Request(id) => ("requestId", id),
        };
        let mut body = json!({ key: name, "status": status.as_str() });
        if let Some(reason) = rejection_reason {
            body["rejectionReason"] = reason.as_str().into();
        }
        let target = format!("{}/user-access-request/handle", target::api(&self.repo));
        target::post_json(target, &body)
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<(), ApiError> {
        json::success(response).map(drop)
    }
}

/// Gives an account access to a repository that it did not ask for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GrantAccess {
    /// The repository.
    pub repo: Repo,
    /// The account's name.
    pub user: String,
}

impl Call for GrantAccess {
    type Reply = ();

    fn request(&self) -> Request<Bytes> {
        let target = format!("{}/user-access-request/grant", target::api(&self.repo));
        target::post_json(target, &json!({ "user": self.user }))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<(), ApiError> {
        json::success(response).map(drop)
    }
}

/// Asks for all requests for access to a repository as a table (CSV).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GetAccessReport {
    /// The repository.
    pub repo: Repo,
}

impl Call for GetAccessReport {
    type Reply = Bytes;

    fn request(&self) -> Request<Bytes> {
        Request::builder()
            .method(Method::GET)
            .uri(format!("/{}/user-access-report", self.repo))
            .header(ACCEPT, "text/csv")
            .body(Bytes::new())
            .expect("names make a legal target and are short enough for one")
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<Bytes, ApiError> {
        json::success(response).cloned()
    }
}

/// `…/user-access-request/…`.
pub(crate) fn route(repo: Repo, ask: &Ask<'_>) -> Routed {
    let [word] = ask.rest else {
        return Err(Unroutable::NotFound);
    };
    match *word {
        "cancel" => {
            let call = CancelAccessRequest { repo };
            ask.answer(POST, Incoming::CancelAccessRequest(call))
        }
        "handle" => ask.answer(POST, Incoming::DecideAccess(repo)),
        "grant" => ask.answer(POST, Incoming::GrantAccess(repo)),
        word => {
            let request = AccessRequestsPageRequest {
                call: ListAccessRequests {
                    repo,
                    status: word.parse().map_err(|_| Unroutable::NotFound)?,
                    limit: ask.query.parsed("limit"),
                },
                cursor: ask.query.text("cursor"),
            };
            ask.answer(READ, Incoming::AccessRequests(request))
        }
    }
}

/// `…/user-access-report`.
pub(crate) fn route_report(repo: Repo, ask: &Ask<'_>) -> Routed {
    ask.end()?;
    ask.answer(READ, Incoming::AccessReport(GetAccessReport { repo }))
}

/// Reads the body of [`DecideAccess`].
pub fn read_access_decision(body: &[u8]) -> Result<AccessDecision, AccessBodyFault> {
    let mut fields = read_object(body)?;
    let whose = match (fields.text("user"), fields.text("requestId")) {
        (Some(name), None) => Whose::User(name),
        (None, Some(id)) => Whose::Request(id),
        _ => return Err(AccessBodyFault::Malformed),
    };
    let status = fields
        .required("status")
        .map_err(|_| AccessBodyFault::Malformed)?;
    let rejection_reason = fields.text("rejectionReason");
    if rejection_reason.is_some() && status != RequestStatus::Rejected {
        return Err(AccessBodyFault::Malformed);
    }
    let longest = rejection_reason.as_ref().map_or(0, String::len);
    if longest > LONGEST_REASON {
        return Err(AccessBodyFault::TooLong);
    }
    Ok(AccessDecision {
        whose,
        status,
        rejection_reason,
    })
}

/// How long the reason of a rejection may be, in bytes.
const LONGEST_REASON: usize = 4 << 10;

/// Reads the body of [`GrantAccess`]: the account's name.
pub fn read_grant_access(body: &[u8]) -> Result<String, AccessBodyFault> {
    read_object(body)?
        .text("user")
        .ok_or(AccessBodyFault::Malformed)
}

fn read_object(body: &[u8]) -> Result<Fields, AccessBodyFault> {
    let value = serde_json::from_slice(body).map_err(|_| AccessBodyFault::Malformed)?;
    Fields::of(value, "the body").map_err(|_| AccessBodyFault::Malformed)
}

/// The answer to [`ListAccessRequests`]. A `next` that can't stand in a header is left out.
pub fn respond_access_requests(page: &PageOf<AccessRequest>) -> Response<Bytes> {
    page.respond(AccessRequest::write)
}

/// The answer to [`GetAccessReport`]: one line for each request, with a column for each field that anyone answered.
///
/// Programs that open tables run what starts like a formula; such a cell gets a quotation mark in front.
pub fn respond_access_report(requests: &[AccessRequest]) -> Response<Bytes> {
    let names: std::collections::BTreeSet<&str> = requests
        .iter()
        .flat_map(|request| request.fields.keys().map(String::as_str))
        .collect();
    let fixed = ["user", "fullname", "email", "status", "time", "request"];
    let mut lines = vec![line(fixed.into_iter().chain(names.iter().copied()))];
    for request in requests {
        let text = |text: Option<&String>| text.map_or("", String::as_str).to_owned();
        let user = request.user.as_ref();
        let fixed = [
            text(user.map(|user| &user.name)),
            text(user.and_then(|user| user.fullname.as_ref())),
            text(user.and_then(|user| user.email.as_ref())),
            request.status.to_string(),
            request.timestamp.clone(),
            request.id.clone(),
        ];
        let fields = names.iter().map(|name| text(request.fields.get(*name)));
        let cells: Vec<String> = fixed.into_iter().chain(fields).collect();
        lines.push(line(cells.iter().map(String::as_str)));
    }
    let mut response = Response::new(Bytes::from(lines.concat()));
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"user-access-report.csv\"",
        ),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// A line of a table, as RFC 4180 writes them.
fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells = cells.map(|cell| {
        let mark = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            "'"
        } else {
            ""
        };
        let cell = format!("{mark}{cell}");
        if cell.contains(['"', ',', '\r', '\n']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell
        }
    });
    cells.collect::<Vec<_>>().join(",") + "\r\n"
}

#[cfg(test)]
mod tests;
