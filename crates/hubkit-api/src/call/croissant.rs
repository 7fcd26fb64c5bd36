//! `GET /api/datasets/{id}/croissant`: a data set described in Croissant.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hubkit_types::{Repo, RepoKind};
use serde_json::Value;

use crate::{
    ApiError, Call, json,
    server::{
        Incoming, Unroutable,
        ask::{Ask, READ, Routed},
    },
    target,
};

/// Asks for the description of a data set, at its default branch, in [Croissant](https://docs.mlcommons.org/croissant/).
///
/// The answer grows with the number of files and columns: collect it with a bound of your own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GetCroissant {
    /// The data set; hubs describe no other kind. Behind an id of one part this server takes `croissant` for the name of
    /// a repository.
    pub repo: Repo,
}

impl Call for GetCroissant {
    /// The document, JSON-LD, as the hub wrote it.
    type Reply = Value;

    fn request(&self) -> Request<Bytes> {
        target::get_json(format!("{}/croissant", target::api(&self.repo)))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<Value, ApiError> {
        let document = json::read(response)?;
        if document.is_object() {
            Ok(document)
        } else {
            Err(ApiError::protocol("a description is no JSON object"))
        }
    }
}

/// `…/croissant`, of data sets alone.
pub(crate) fn route(repo: Repo, ask: &Ask<'_>) -> Routed {
    if repo.kind != RepoKind::Dataset || !ask.rest.is_empty() {
        return Err(Unroutable::NotFound);
    }
    ask.answer(READ, Incoming::Croissant(GetCroissant { repo }))
}

/// The answer to [`GetCroissant`].
pub fn respond_croissant(document: &Value) -> Response<Bytes> {
    json::respond(StatusCode::OK, document)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::server::route;

    fn call(kind: RepoKind, id: &str) -> GetCroissant {
        GetCroissant {
            repo: Repo::new(kind, id.parse().expect("an id")),
        }
    }

    #[test]
    fn request_and_answer_come_back_as_they_were_given() {
        let asked = call(RepoKind::Dataset, "a/b");
        let document = json!({ "@type": "sc:Dataset", "name": "b" });
        let response = respond_croissant(&document);
        assert_eq!(asked.reply(&response), Ok(document));
        assert_eq!(route(&asked.request()), Ok(Incoming::Croissant(asked)));
        let list = Response::new(Bytes::from_static(b"[]"));
        assert!(call(RepoKind::Dataset, "a/b").reply(&list).is_err());
    }

    #[test]
    fn only_data_sets_are_described() {
        for kind in [RepoKind::Model, RepoKind::Space] {
            let routed = route(&call(kind, "a/b").request());
            assert_eq!(routed, Err(Unroutable::NotFound));
        }
    }
}
