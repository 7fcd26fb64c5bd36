//! `GET /api/models/{id}/safetensors-metadata/{index}`: the headers of all shards of a model at once.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hubkit_types::{Repo, RepoPath};
use serde_json::{Map, Value};

use crate::{
    ApiError, Call,
    json::{self, Fields},
    server::{
        Incoming, Unroutable,
        ask::{Ask, READ, Routed},
    },
    target,
};

/// Asks for the headers of the safetensors files that an index names, at the default branch.
///
/// The answer grows with the number of tensors: collect it with a bound of your own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GetSafetensorsMetadata {
    /// The repository.
    pub repo: Repo,
    /// The index: `model.safetensors.index.json`.
    pub index: RepoPath,
}

/// The headers of a model's shards.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SafetensorsMetadata {
    /// The metadata of the index; the list that says which tensor is in which shard is not told again.
    pub metadata: Option<Value>,
    /// The header of each shard as its file has it, by the shard's name as the index writes it. The server's word:
    /// check it as you would check a file.
    pub headers: BTreeMap<RepoPath, Map<String, Value>>,
}

impl SafetensorsMetadata {
    fn read(value: Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(value, "safetensors metadata")?;
        let mut headers = BTreeMap::new();
        match fields.any("headers") {
            Some(Value::Object(map)) => {
                for (shard, header) in map {
                    let shard = shard
                        .parse()
                        .map_err(|error| ApiError::protocol(format!("a shard: {error}")))?;
                    let header = Fields::of(header, "the header of a shard")?;
                    headers.insert(shard, header.rest());
                }
            }
            _ => return Err(ApiError::protocol("safetensors metadata has no `headers`")),
        }
        let index = fields.any("index");
        Ok(Self {
            metadata: index.and_then(|mut index| index.get_mut("metadata").map(Value::take)),
            headers,
        })
    }
}

impl Call for GetSafetensorsMetadata {
    type Reply = SafetensorsMetadata;

    fn request(&self) -> Request<Bytes> {
        target::get_json(format!(
            "{}/safetensors-metadata/{}",
            target::api(&self.repo),
            target::path(&self.index)
        ))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<SafetensorsMetadata, ApiError> {
        SafetensorsMetadata::read(json::read(response)?)
    }
}

/// `…/safetensors-metadata/{index}`.
pub(crate) fn route(repo: Repo, ask: &Ask<'_>) -> Routed {
    if ask.rest.is_empty() {
        return Err(Unroutable::NotFound);
    }
    let index = ask.rest.join("/").parse();
    let index = index.map_err(|_| Unroutable::BadPath)?;
    let call = GetSafetensorsMetadata { repo, index };
    ask.answer(READ, Incoming::SafetensorsMetadata(call))
}

/// The answer to [`GetSafetensorsMetadata`]: the metadata of the index, and the header of each shard as it stands in the
/// file. Headers are large, so they are taken over as they are: that each is a JSON object is for the caller to know.
pub fn respond_safetensors_metadata(
    metadata: Option<&Value>,
    headers: &BTreeMap<RepoPath, Bytes>,
) -> Response<Bytes> {
    let mut index = Map::new();
    if let Some(metadata) = metadata {
        index.insert("metadata".to_owned(), metadata.clone());
    }
    let mut body = format!("{{\"index\":{},\"headers\":{{", Value::Object(index)).into_bytes();
    for (at, (shard, header)) in headers.iter().enumerate() {
        if at > 0 {
            body.push(b',');
        }
        body.extend_from_slice(Value::from(shard.as_str()).to_string().as_bytes());
        body.push(b':');
        body.extend_from_slice(header);
    }
    body.extend_from_slice(b"}}");
    let mut response = json::respond(StatusCode::OK, &Value::Null);
    *response.body_mut() = body.into();
    response
}

#[cfg(test)]
mod tests {
    use hubkit_types::RepoKind;
    use serde_json::json;

    use super::*;
    use crate::server::route;

    fn call(index: &str) -> GetSafetensorsMetadata {
        GetSafetensorsMetadata {
            repo: Repo::new(RepoKind::Model, "a/b".parse().expect("an id")),
            index: index.parse().expect("a path"),
        }
    }

    #[test]
    fn request_and_answer_come_back_as_they_were_given() {
        for call in [call("model.safetensors.index.json"), call("d e/x#.json")] {
            assert_eq!(
                route(&call.request()),
                Ok(Incoming::SafetensorsMetadata(call))
            );
        }
        let header = json!({"t": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}});
        let shards: [RepoPath; 2] = ["a/1.safetensors", "\"2\".safetensors"]
            .map(|path| path.replace('"', "'").parse().expect("a path"));
        let raw = shards.clone().map(|shard| {
            let padded = format!("{header}   ");
            (shard, Bytes::from(padded))
        });
        let object = header.as_object().expect("an object").clone();
        let call = call("x.json");
        for metadata in [Some(json!({"total_size": 4})), None] {
            let response = respond_safetensors_metadata(metadata.as_ref(), &raw.clone().into());
            let wanted = SafetensorsMetadata {
                metadata,
                headers: shards.clone().map(|shard| (shard, object.clone())).into(),
            };
            assert_eq!(call.reply(&response), Ok(wanted));
        }
        let none = respond_safetensors_metadata(None, &BTreeMap::new());
        assert_eq!(call.reply(&none), Ok(SafetensorsMetadata::default()));
    }

    #[test]
    fn a_shard_whose_name_must_not_become_a_path_refuses_the_answer() {
        for wrong in [
            "{}",
            r#"{"headers":[]}"#,
            r#"{"headers":{"../x":{}}}"#,
            r#"{"headers":{"x":7}}"#,
        ] {
            let response = Response::new(Bytes::from_static(wrong.as_bytes()));
            assert!(call("x.json").reply(&response).is_err(), "{wrong}");
        }
    }
}
