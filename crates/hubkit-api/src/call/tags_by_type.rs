//! `GET /api/{kind}-tags-by-type`: the tags that repositories of a kind have, sorted by what they are about.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hubkit_types::RepoKind;
use serde_json::{Map, Value};

use crate::{
    ApiError, Call,
    json::{self, Fields},
    server::{
        Incoming,
        ask::{Ask, READ, Routed},
    },
    target,
};

/// Asks for the tags that repositories of a kind have. Hubs answer for models and datasets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GetTagsByType {
    /// The kind.
    pub kind: RepoKind,
}

/// A tag that repositories have. Texts are the server's own: escape them before showing them.
#[derive(Clone, PartialEq, Debug)]
pub struct RepoTag {
    /// The tag, as it stands with a repository and as a list is filtered by it: `license:mit`.
    pub id: String,
    /// How it is shown.
    pub label: String,
    /// Every other field.
    pub rest: Map<String, Value>,
}

/// Tags by what they are about: `library`, `license`, `pipeline_tag`, …
pub type TagsByType = BTreeMap<String, Vec<RepoTag>>;

impl Call for GetTagsByType {
    type Reply = TagsByType;

    fn request(&self) -> Request<Bytes> {
        target::get_json(format!("/api/{}-tags-by-type", self.kind.plural()))
    }

    /// A tag without an id is passed over.
    fn reply(&self, response: &Response<Bytes>) -> Result<TagsByType, ApiError> {
        let Value::Object(types) = json::read(response)? else {
            return Err(ApiError::protocol(
                "expected tags by their types as an object",
            ));
        };
        let read = |(kind, tags): (String, Value)| {
            let Value::Array(tags) = tags else {
                return Err(ApiError::protocol("expected the tags of a type as a list"));
            };
            let tags = tags.into_iter().filter_map(|tag| read(tag).transpose());
            Ok((kind, tags.collect::<Result<_, _>>()?))
        };
        types.into_iter().map(read).collect()
    }
}

fn read(tag: Value) -> Result<Option<RepoTag>, ApiError> {
    let mut fields = Fields::of(tag, "a tag")?;
    let Some(id) = fields.text("id") else {
        return Ok(None);
    };
    Ok(Some(RepoTag {
        label: fields.text("label").unwrap_or_else(|| id.clone()),
        id,
        rest: fields.rest(),
    }))
}

/// `/api/models-tags-by-type`.
pub(crate) fn route_models(ask: &Ask<'_>) -> Routed {
    answer(RepoKind::Model, ask)
}

/// `/api/datasets-tags-by-type`.
pub(crate) fn route_datasets(ask: &Ask<'_>) -> Routed {
    answer(RepoKind::Dataset, ask)
}

fn answer(kind: RepoKind, ask: &Ask<'_>) -> Routed {
    ask.end()?;
    ask.answer(READ, Incoming::TagsByType(GetTagsByType { kind }))
}

/// The answer to [`GetTagsByType`].
pub fn respond_tags_by_type(tags: TagsByType) -> Response<Bytes> {
    let write = |kind: &str, tag: RepoTag| {
        let mut map = tag.rest;
        map.insert("id".to_owned(), tag.id.into());
        map.insert("label".to_owned(), tag.label.into());
        map.insert("type".to_owned(), kind.into());
        Value::Object(map)
    };
    let types = tags.into_iter().map(|(kind, tags)| {
        let tags = tags.into_iter().map(|tag| write(&kind, tag)).collect();
        (kind.clone(), tags)
    });
    json::respond(StatusCode::OK, &Value::Object(types.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::route;

    #[test]
    fn request_and_answer_come_back_as_they_were_given() {
        for kind in [RepoKind::Model, RepoKind::Dataset] {
            let call = GetTagsByType { kind };
            assert_eq!(route(&call.request()), Ok(Incoming::TagsByType(call)));
            let tag = RepoTag {
                id: "license:mit".to_owned(),
                label: "mit".to_owned(),
                rest: Map::from_iter([("type".to_owned(), "license".into())]),
            };
            let tags = TagsByType::from([
                ("license".to_owned(), vec![tag]),
                ("other".to_owned(), Vec::new()),
            ]);
            assert_eq!(call.reply(&respond_tags_by_type(tags.clone())), Ok(tags));
        }
    }

    #[test]
    fn a_tag_without_a_label_is_shown_as_it_is_and_odd_answers_are_errors() {
        let call = GetTagsByType {
            kind: RepoKind::Model,
        };
        let reply =
            |body: &'static str| call.reply(&Response::new(Bytes::from_static(body.as_bytes())));
        let tags = reply(r#"{"other":[{"id":"x"},{"label":"y"}]}"#).expect("an answer");
        assert_eq!(tags["other"].len(), 1);
        assert_eq!(tags["other"][0].label, "x");
        for wrong in ["[]", "{\"a\":7}", "{\"a\":[7]}", ""] {
            assert!(reply(wrong).is_err(), "{wrong}");
        }
    }
}
