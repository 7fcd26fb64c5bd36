//! What a mirror says of a card before it is uploaded.

use hubkit_api::{Call as _, CardValidation, ValidateYaml};

use http::StatusCode;

use super::*;

async fn ask(content: &str) -> (StatusCode, CardValidation) {
    let mirror = Mirror::new(DynStore::new(MemoryStore::new()));
    let call = ValidateYaml {
        kind: RepoKind::Model,
        content: content.to_owned(),
    };
    let response = mirror.answer(call.request().map(Body::from)).await;
    let (parts, body) = response.into_parts();
    let body = body.collect(1 << 20).await.expect("a short body");
    let response = Response::from_parts(parts, body);
    (response.status(), call.reply(&response).expect("an answer"))
}

#[tokio::test]
async fn a_card_is_answered_for_as_the_hub_does() {
    let (status, found) = ask("---\nlicense: mit\n---\n# A\n").await;
    assert_eq!((status, found), (StatusCode::OK, CardValidation::default()));
    let (status, found) = ask("# A\n").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        found.warnings,
        ["empty or missing yaml metadata in repo card"]
    );
    let (status, found) = ask("---\nlicense: x\n---\n").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(found.errors[0].starts_with("\"license\" must be one of [apache-2.0, "));
}

#[tokio::test]
async fn what_is_no_question_is_refused() {
    let mirror = Mirror::new(DynStore::new(MemoryStore::new()));
    let request = Request::post("/api/validate-yaml")
        .body(Body::from(Bytes::from_static(b"{}")))
        .expect("a request");
    assert_eq!(
        mirror.answer(request).await.status(),
        StatusCode::BAD_REQUEST
    );
}
