//! `POST /api/validate-yaml`: what a hub says of a card before it takes it.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use hubkit_types::RepoKind;
use serde_json::{Value, json};

use crate::{
    ApiError, Call,
    json::{self, Fields},
    server::{
        Incoming, Unroutable,
        ask::{Ask, POST, Routed},
    },
    target,
};

/// Asks what a hub says of a card. Python's client asks before it uploads one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ValidateYaml {
    /// What kind of repository it is for.
    pub kind: RepoKind,
    /// The card.
    pub content: String,
}

/// What a hub says of a card. Texts may repeat those of the card: escape them before showing them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CardValidation {
    /// Why it refuses the card; nothing if it takes it.
    pub errors: Vec<String>,
    /// What else it has to say.
    pub warnings: Vec<String>,
}

impl Call for ValidateYaml {
    type Reply = CardValidation;

    fn request(&self) -> Request<Bytes> {
        let body = json!({ "repoType": self.kind.as_str(), "content": self.content });
        target::post_json("/api/validate-yaml".to_owned(), &body)
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<CardValidation, ApiError> {
        // A card that is refused comes with 400 and the same document.
        let refused = (response.status() == StatusCode::BAD_REQUEST)
            .then(|| serde_json::from_slice(response.body()).ok())
            .flatten()
            .filter(|value: &Value| value["errors"].is_array());
        let value = match refused {
            Some(value) => value,
            None => json::read(response)?,
        };
        let mut fields = Fields::of(value, "an answer about a card")?;
        Ok(CardValidation {
            errors: messages(&fields.list("errors")),
            warnings: messages(&fields.list("warnings")),
        })
    }
}

fn messages(list: &[Value]) -> Vec<String> {
    let texts = list.iter().filter_map(|item| item["message"].as_str());
    texts.map(str::to_owned).collect()
}

/// `/api/validate-yaml`.
pub(crate) fn route(ask: &Ask<'_>) -> Routed {
    if !ask.rest.is_empty() {
        return Err(Unroutable::NotFound);
    }
    ask.answer(POST, Incoming::ValidateYaml)
}

/// Reads the body of a call; `None` for one that is malformed. Without a kind the card is that of a model.
pub fn read_validate_yaml(body: &[u8]) -> Option<ValidateYaml> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let kind = match value.get("repoType") {
        None | Some(Value::Null) => RepoKind::Model,
        Some(kind) => kind.as_str()?.parse().ok()?,
    };
    let content = value.get("content")?.as_str()?.to_owned();
    Some(ValidateYaml { kind, content })
}

/// The answer to [`ValidateYaml`]: as text for those who accept nothing else, in the lines that the Hub writes.
pub fn respond_validate_yaml(headers: &HeaderMap, found: &CardValidation) -> Response<Bytes> {
    let status = if found.errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let accept = headers.get(header::ACCEPT);
    if accept.is_some_and(|accept| accept.as_bytes().starts_with(b"text/plain")) {
        let errors = found.errors.iter().map(|text| format!("- Error: {text}\n"));
        let warnings = found
            .warnings
            .iter()
            .map(|text| format!("- Warning: {text}\n"));
        let text: String = errors.chain(warnings).collect();
        let mut response = Response::new(Bytes::from(text));
        *response.status_mut() = status;
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, plain);
        return response;
    }
    let list = |texts: &[String]| -> Value {
        let items = texts.iter().map(|text| json!({ "message": text }));
        items.collect()
    };
    let document = json!({ "errors": list(&found.errors), "warnings": list(&found.warnings) });
    json::respond(status, &document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::route;

    #[test]
    fn request_and_answer_come_back_as_they_were_given() {
        for kind in [RepoKind::Model, RepoKind::Dataset, RepoKind::Space] {
            let content = "---\nlicense: x\n---\n".to_owned();
            let call = ValidateYaml { kind, content };
            let request = call.request();
            assert_eq!(route(&request), Ok(Incoming::ValidateYaml));
            assert_eq!(read_validate_yaml(request.body()), Some(call.clone()));
            for errors in [vec![], vec!["a".to_owned(), "b".to_owned()]] {
                let warnings = vec!["c".to_owned()];
                let found = CardValidation { errors, warnings };
                let response = respond_validate_yaml(&HeaderMap::new(), &found);
                assert_eq!(call.reply(&response), Ok(found));
            }
        }
    }

    #[test]
    fn who_accepts_text_gets_lines() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("text/plain"));
        let found = CardValidation {
            errors: vec!["a".to_owned()],
            warnings: vec![],
        };
        let response = respond_validate_yaml(&headers, &found);
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        assert_eq!(response.body(), "- Error: a\n");
    }

    #[test]
    fn what_is_no_call_is_none() {
        for body in [
            "",
            "[]",
            "{}",
            r#"{"content":1}"#,
            r#"{"content":"","repoType":"x"}"#,
        ] {
            assert_eq!(read_validate_yaml(body.as_bytes()), None, "{body}");
        }
    }
}
