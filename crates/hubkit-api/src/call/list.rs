//! `GET /api/{kind}`: the repositories of one kind, page by page.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hubkit_types::RepoKind;
use serde_json::Value;

use super::info::{InfoDetail, RepoInfo};
use crate::{
    ApiError, Call, header, json, next_link,
    query::{Query, QueryText},
    server::{
        Incoming,
        ask::{Ask, READ, Routed},
    },
    target,
};

/// Asks for the repositories of one kind: the first page of them.
///
/// The pages after it have addresses that the server makes: [`RepoPage::next`]. Send a plain `GET` there and give the
/// answer to [`Call::reply`] as well. An empty page may have a next one. What a hub does not know of it ignores.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListRepos {
    /// The kind.
    pub kind: RepoKind,
    /// Only those that each of these texts is found in, in any case. Only lists of datasets take more than one.
    pub search: Vec<String>,
    /// Only those of this user or organisation.
    pub author: Option<String>,
    /// Only those with all of these tags: `dataset:squad`, `language:en`, `license:mit`, `benchmark:official`, …
    pub filter: Vec<String>,
    /// Only those for this task; models.
    pub pipeline_tag: Option<String>,
    /// Only those that are gated, or that are not; models and datasets.
    pub gated: Option<bool>,
    /// Only those with so many parameters, as `min:6B,max:128B`; models.
    pub num_parameters: Option<String>,
    /// Only those that these programs can run; models.
    pub apps: Vec<String>,
    /// Only those that are served in this state, as `warm`; models.
    pub inference: Option<String>,
    /// Only those that these providers serve; models.
    pub inference_providers: Vec<String>,
    /// Only those that use these models; spaces.
    pub models: Vec<String>,
    /// Only those that use these datasets; spaces.
    pub datasets: Vec<String>,
    /// Only those that use any model or dataset; spaces.
    pub linked: bool,
    /// The order; the server's own when there is none.
    pub sort: Option<RepoOrder>,
    /// Which end comes first; the server's choice when there is none.
    pub direction: Option<Direction>,
    /// How many the page may have at most, and no more than [`LONGEST_PAGE`]; the server's choice when there is none.
    pub limit: Option<usize>,
    /// Whether to tell nearly all that is known of each.
    pub full: bool,
    /// Whether to tell the metadata of each card; models.
    pub card_data: bool,
    /// Whether to tell the configuration of each; models.
    pub config: bool,
    /// Which fields to tell, and no others; none for the server's choice. Not together with the three above.
    pub expand: Vec<String>,
}

/// How many repositories a page of a hub has at most, whatever was asked for.
pub const LONGEST_PAGE: usize = 1000;

/// What repositories are ordered by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RepoOrder {
    /// When they changed last.
    LastModified,
    /// How much they are talked of now.
    TrendingScore,
    /// When they were made.
    CreatedAt,
    /// Downloads of the last thirty days.
    Downloads,
    /// How many people like them.
    Likes,
}

impl RepoOrder {
    const ALL: [Self; 5] = [
        Self::LastModified,
        Self::TrendingScore,
        Self::CreatedAt,
        Self::Downloads,
        Self::Likes,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::LastModified => "lastModified",
            Self::TrendingScore => "trendingScore",
            Self::CreatedAt => "createdAt",
            Self::Downloads => "downloads",
            Self::Likes => "likes",
        }
    }

    /// Some clients write `last_modified`.
    fn read(text: &str) -> Option<Self> {
        let plain = text.replace('_', "");
        Self::ALL
            .into_iter()
            .find(|order| order.as_str().eq_ignore_ascii_case(&plain))
    }
}

/// Which end of an order comes first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Direction {
    /// The least.
    Ascending,
    /// The most.
    Descending,
}

impl Direction {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ascending => "1",
            Self::Descending => "-1",
        }
    }

    fn read(text: &str) -> Option<Self> {
        match text {
            "1" => Some(Self::Ascending),
            "-1" => Some(Self::Descending),
            _ => None,
        }
    }
}

/// One page of a list of repositories.
#[derive(Clone, PartialEq, Debug)]
pub struct RepoPage {
    /// What is on it, in the server's order.
    pub repos: Vec<RepoInfo>,
    /// The address of the next page, as the server wrote it: absolute, or relative to the request.
    pub next: Option<String>,
}

impl ListRepos {
    /// Asks for all repositories of a kind.
    pub fn new(kind: RepoKind) -> Self {
        Self {
            kind,
            search: Vec::new(),
            author: None,
            filter: Vec::new(),
            pipeline_tag: None,
            gated: None,
            num_parameters: None,
            apps: Vec::new(),
            inference: None,
            inference_providers: Vec::new(),
            models: Vec::new(),
            datasets: Vec::new(),
            linked: false,
            sort: None,
            direction: None,
            limit: None,
            full: false,
            card_data: false,
            config: false,
            expand: Vec::new(),
        }
    }

    /// Reads the query of a request. What says nothing that is known here is passed over.
    fn of_query(kind: RepoKind, query: &Query) -> Self {
        let texts = |key: &str| query.texts(key).map(str::to_owned).collect();
        Self {
            search: texts("search"),
            author: query.text("author"),
            filter: texts("filter"),
            pipeline_tag: query.text("pipeline_tag"),
            gated: query.text("gated").map(|text| target::is_true(&text)),
            num_parameters: query.text("num_parameters"),
            apps: query.list("apps"),
            inference: query.text("inference"),
            inference_providers: query.list("inference_provider"),
            models: texts("models"),
            datasets: texts("datasets"),
            linked: query.flag("linked"),
            sort: query.text("sort").and_then(|text| RepoOrder::read(&text)),
            direction: query
                .text("direction")
                .and_then(|text| Direction::read(&text)),
            limit: query.parsed("limit"),
            full: query.flag("full"),
            card_data: query.flag("cardData"),
            config: query.flag("config"),
            expand: query.list("expand"),
            ..Self::new(kind)
        }
    }

    fn detail(&self) -> InfoDetail {
        if self.expand.is_empty() {
            InfoDetail::default()
        } else {
            InfoDetail::Only(self.expand.clone())
        }
    }

    /// Leaves of a repository what was asked for.
    fn narrow(&self, repo: RepoInfo, detail: &InfoDetail) -> Value {
        let mut value = repo.write();
        if let InfoDetail::Only(_) = detail {
            return detail.narrow(value);
        }
        for (key, is_wanted) in [
            ("siblings", self.full),
            ("cardData", self.full || self.card_data),
            ("config", self.full || self.config),
        ] {
            if let Some(map) = value.as_object_mut().filter(|_| !is_wanted) {
                map.remove(key);
            }
        }
        detail.narrow(value)
    }

    /// The target with its query, as [`ListRepos::of_query`] reads it.
    fn target(&self, cursor: Option<&str>) -> String {
        let mut query = QueryText::default();
        query.put("search", texts(&self.search));
        query.put("author", self.author.as_deref());
        query.put("filter", texts(&self.filter));
        query.put("pipeline_tag", self.pipeline_tag.as_deref());
        query.put(
            "gated",
            self.gated.map(|yes| if yes { "true" } else { "false" }),
        );
        query.put("num_parameters", self.num_parameters.as_deref());
        query.put("apps", texts(&self.apps));
        query.put("inference", self.inference.as_deref());
        query.put("inference_provider", texts(&self.inference_providers));
        query.put("models", texts(&self.models));
        query.put("datasets", texts(&self.datasets));
        query.put_flag("linked", self.linked);
        query.put("sort", self.sort.map(RepoOrder::as_str));
        query.put("direction", self.direction.map(Direction::as_str));
        query.put_number("limit", self.limit);
        query.put_flag("full", self.full);
        query.put_flag("cardData", self.card_data);
        query.put_flag("config", self.config);
        query.put("expand", texts(&self.expand));
        query.put("cursor", cursor);
        format!("/api/{}{}", self.kind.plural(), query.as_str())
    }
}

fn texts(list: &[String]) -> impl Iterator<Item = &str> {
    list.iter().map(String::as_str)
}

impl Call for ListRepos {
    type Reply = RepoPage;

    /// # Panics
    ///
    /// If the texts make a target of more than 65,534 bytes.
    fn request(&self) -> Request<Bytes> {
        target::get_json(self.target(None))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<RepoPage, ApiError> {
        Ok(RepoPage {
            repos: json::read_list(response, "repositories", RepoInfo::read)?,
            next: next_link(response.headers()),
        })
    }
}

/// A request for one page of the repositories of one kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListRequest {
    /// What to list.
    pub call: ListRepos,
    /// Where the page starts: what the server wrote into the address of this page.
    pub cursor: Option<String>,
}

impl ListRequest {
    /// The request's target in origin form: what a server writes into the `Link` to the next page.
    pub fn target(&self) -> String {
        self.call.target(self.cursor.as_deref())
    }
}

/// Nothing behind the kind.
pub(crate) fn route(kind: RepoKind, ask: &Ask<'_>) -> Routed {
    let request = ListRequest {
        call: ListRepos::of_query(kind, ask.query),
        cursor: ask.query.text("cursor"),
    };
    ask.answer(READ, Incoming::List(request))
}

/// The answer to [`ListRepos`]: of what is known of each repository, as much as was asked for. A `next` that can't stand
/// in a header is left out.
pub fn respond_list(page: RepoPage, call: &ListRepos) -> Response<Bytes> {
    let detail = call.detail();
    let repos = page
        .repos
        .into_iter()
        .map(|repo| call.narrow(repo, &detail));
    let repos = repos.collect();
    let mut response = json::respond(StatusCode::OK, &repos);
    header::put_next(response.headers_mut(), page.next.as_deref());
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::route;

    fn all() -> ListRepos {
        let list = |texts: [&str; 2]| texts.map(str::to_owned).to_vec();
        ListRepos {
            kind: RepoKind::Model,
            search: list(["a b&c=\u{fc}+%", "d"]),
            author: Some("x".to_owned()),
            filter: list(["dataset:squad", "benchmark:official"]),
            pipeline_tag: Some("text-generation".to_owned()),
            gated: Some(false),
            num_parameters: Some("min:6B,max:128B".to_owned()),
            apps: list(["a", "b"]),
            inference: Some("warm".to_owned()),
            inference_providers: list(["c", "d"]),
            models: list(["a/b", "gpt2"]),
            datasets: list(["c/d", "squad"]),
            linked: true,
            sort: Some(RepoOrder::TrendingScore),
            direction: Some(Direction::Descending),
            limit: Some(7),
            full: true,
            card_data: true,
            config: true,
            expand: list(["sha", "gated"]),
        }
    }

    #[test]
    fn a_request_is_routed_to_what_it_was_made_from() {
        for call in [
            all(),
            ListRepos::new(RepoKind::Dataset),
            ListRepos::new(RepoKind::Space),
        ] {
            let wanted = Incoming::List(ListRequest {
                call: call.clone(),
                cursor: None,
            });
            assert_eq!(route(&call.request()), Ok(wanted));
        }
        let plain = ListRepos::new(RepoKind::Model).request();
        assert_eq!(plain.uri(), "/api/models");
    }

    #[test]
    fn every_order_comes_back_as_it_was_given() {
        for order in RepoOrder::ALL {
            assert_eq!(RepoOrder::read(order.as_str()), Some(order));
        }
        let snake = RepoOrder::read("last_modified");
        assert_eq!(snake, Some(RepoOrder::LastModified));
        for direction in [Direction::Ascending, Direction::Descending] {
            assert_eq!(Direction::read(direction.as_str()), Some(direction));
        }
    }

    #[test]
    fn a_page_comes_back_as_it_was_given() {
        let mut repo = RepoInfo::new("a/b".parse().expect("an id"));
        repo.tags = vec!["x".to_owned()];
        let page = RepoPage {
            repos: vec![repo],
            next: Some("/api/models?cursor=x".to_owned()),
        };
        let call = ListRepos::new(RepoKind::Model);
        assert_eq!(call.reply(&respond_list(page.clone(), &call)), Ok(page));
        let empty = RepoPage {
            repos: Vec::new(),
            next: Some("/api/models?cursor=y".to_owned()),
        };
        assert_eq!(call.reply(&respond_list(empty.clone(), &call)), Ok(empty));
    }

    #[test]
    fn of_each_repository_is_told_what_was_asked_for() {
        let mut repo = RepoInfo::new("a/b".parse().expect("an id"));
        repo.siblings = Some(Vec::new());
        repo.card_data = Some(serde_json::json!({}));
        repo.rest.insert("config".to_owned(), serde_json::json!({}));
        let page = RepoPage {
            repos: vec![repo],
            next: None,
        };
        let told = |call: ListRepos| {
            let body = respond_list(page.clone(), &call).into_body();
            let value: Value = serde_json::from_slice(&body).expect("JSON");
            ["siblings", "cardData", "config", "tags", "id"].map(|key| value[0].get(key).is_some())
        };
        let call = || ListRepos::new(RepoKind::Model);
        assert_eq!(told(call()), [false, false, false, true, true]);
        let full = ListRepos {
            full: true,
            ..call()
        };
        assert_eq!(told(full), [true; 5]);
        let cards = ListRepos {
            card_data: true,
            ..call()
        };
        assert_eq!(told(cards), [false, true, false, true, true]);
        let config = ListRepos {
            config: true,
            ..call()
        };
        assert_eq!(told(config), [false, false, true, true, true]);
        let expand = ListRepos {
            expand: vec!["config".to_owned()],
            full: true,
            ..call()
        };
        assert_eq!(told(expand), [false, false, true, false, true]);
    }

    #[test]
    fn what_is_no_list_of_repositories_is_an_error() {
        let call = ListRepos::new(RepoKind::Model);
        for wrong in ["{}", "[7]", "[{}]", r#"[{"id":"../x"}]"#] {
            let response = Response::new(Bytes::from_static(wrong.as_bytes()));
            assert!(call.reply(&response).is_err(), "{wrong}");
        }
    }
}
