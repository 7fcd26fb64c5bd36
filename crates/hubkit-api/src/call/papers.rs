//! `GET /api/papers/{id}` and `/api/papers/search`: papers that people of a hub talk of.

use std::{error, fmt, str::FromStr};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::page::PageOf;
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

/// The number of a paper at arXiv: `2311.12983`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PaperId(String);

impl PaperId {
    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PaperId {
    type Err = ParsePaperIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // `search` stands where a number would.
        let is_number = target::is_word(text) && text != "search";
        is_number
            .then(|| Self(text.to_owned()))
            .ok_or(ParsePaperIdError)
    }
}

impl fmt::Display for PaperId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is not the number of a paper.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParsePaperIdError;

impl fmt::Display for ParsePaperIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the number of a paper: expected one such as `2311.12983`")
    }
}

impl error::Error for ParsePaperIdError {}

/// Asks for papers by words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SearchPapers {
    /// The words.
    pub query: Option<String>,
    /// How many at most; the server's choice when there is none.
    pub limit: Option<usize>,
}

/// Asks for one paper.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GetPaper {
    /// Its number.
    pub id: PaperId,
}

/// A paper. Texts are its authors' own: escape them before showing them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paper {
    /// Its number.
    pub id: PaperId,
    /// Its title.
    pub title: Option<String>,
    /// Its abstract.
    pub summary: Option<String>,
    /// Who wrote it, by their names on the paper.
    pub authors: Vec<String>,
    /// When it appeared, in ISO 8601.
    pub published_at: Option<String>,
    /// How many people of the hub recommend it.
    pub upvotes: Option<u64>,
    /// Every field that is not named above.
    pub rest: Map<String, Value>,
}

impl Paper {
    /// What is found stands in `paper`, with more around it that wins; one that is asked for stands alone.
    fn read(value: Value) -> Result<Self, ApiError> {
        let mut outer = Fields::of(value, "a paper")?;
        let mut fields = match outer.any("paper") {
            Some(inner) => Fields::of(inner, "a paper")?.under(outer),
            None => outer,
        };
        let name = |author: Value| Fields::of(author, "an author").ok()?.text("name");
        Ok(Self {
            id: fields.required("id")?,
            title: fields.text("title"),
            summary: fields.text("summary"),
            authors: fields
                .list("authors")
                .into_iter()
                .filter_map(name)
                .collect(),
            published_at: fields.text("publishedAt"),
            upvotes: fields.count("upvotes"),
            rest: fields.rest(),
        })
    }

    fn write(&self) -> Value {
        let mut object = Object::over(&self.rest);
        object.put("id", Some(self.id.as_str()));
        object.put("title", self.title.as_deref());
        object.put("summary", self.summary.as_deref());
        let authors = self.authors.iter().map(|name| json!({ "name": name }));
        object.put("authors", Some(authors.collect::<Value>()));
        object.put("publishedAt", self.published_at.as_deref());
        object.put("upvotes", self.upvotes);
        object.done()
    }
}

impl Call for SearchPapers {
    type Reply = Vec<Paper>;

    /// # Panics
    ///
    /// If the words make a target of more than 65,534 bytes.
    fn request(&self) -> Request<Bytes> {
        let mut query = QueryText::default();
        query.put("q", self.query.as_deref());
        query.put_number("limit", self.limit);
        target::get_json(format!("/api/papers/search{}", query.as_str()))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<Vec<Paper>, ApiError> {
        PageOf::read(response, "papers", Paper::read).map(|page| page.items)
    }
}

impl Call for GetPaper {
    type Reply = Paper;

    fn request(&self) -> Request<Bytes> {
        target::get_json(format!("/api/papers/{}", self.id))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<Paper, ApiError> {
        Paper::read(json::read(response)?)
    }
}

/// `/api/papers/{id}` and `/api/papers/search`.
pub(crate) fn route(ask: &Ask<'_>) -> Routed {
    let incoming = match ask.rest {
        ["search"] => Incoming::Papers(SearchPapers {
            query: ask.query.text("q"),
            limit: ask.query.parsed("limit"),
        }),
        [id] => {
            let id = id.parse().map_err(|_| Unroutable::BadPath)?;
            Incoming::Paper(GetPaper { id })
        }
        _ => return Err(Unroutable::NotFound),
    };
    ask.answer(READ, incoming)
}

/// The answer to [`SearchPapers`].
pub fn respond_papers(papers: Vec<Paper>) -> Response<Bytes> {
    PageOf::only(papers).respond(Paper::write)
}

/// The answer to [`GetPaper`].
pub fn respond_paper(paper: &Paper) -> Response<Bytes> {
    json::respond(StatusCode::OK, &paper.write())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::route;

    fn paper() -> Paper {
        Paper {
            id: "2311.12983".parse().expect("a number"),
            title: Some("On words".to_owned()),
            summary: Some("They help.".to_owned()),
            authors: vec!["Ada".to_owned()],
            published_at: Some("2026-01-02T03:04:05.000Z".to_owned()),
            upvotes: Some(7),
            rest: [("ai_summary".to_owned(), Value::from("x"))]
                .into_iter()
                .collect(),
        }
    }

    #[test]
    fn requests_and_answers_come_back_as_they_were_given() {
        let search = SearchPapers {
            query: Some("a b&c".to_owned()),
            limit: Some(7),
        };
        for call in [SearchPapers::default(), search] {
            assert_eq!(
                call.reply(&respond_papers(vec![paper()])),
                Ok(vec![paper()])
            );
            assert_eq!(route(&call.request()), Ok(Incoming::Papers(call)));
        }
        let call = GetPaper { id: paper().id };
        assert_eq!(call.reply(&respond_paper(&paper())), Ok(paper()));
        assert_eq!(route(&call.request()), Ok(Incoming::Paper(call)));
        for wrong in ["", "..", "a/b", "a b", "search"] {
            assert!(wrong.parse::<PaperId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_found_is_read_through_what_stands_around_it() {
        let body = r#"[{"title":"outer","paper":{"id":"1","title":"inner","upvotes":7,"authors":[7]},"numComments":1}]"#;
        let found = SearchPapers::default().reply(&Response::new(Bytes::from(body)));
        let found = &found.expect("papers")[0];
        assert_eq!(found.id.as_str(), "1");
        assert_eq!(found.title.as_deref(), Some("outer"));
        assert_eq!((found.upvotes, found.authors.len()), (Some(7), 0));
        assert_eq!(found.rest["numComments"], 1);
    }
}
