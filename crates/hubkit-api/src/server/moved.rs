//! Repositories that are served under another name than the one asked for.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, Uri, header::LOCATION};
use hubkit_types::Repo;

use crate::target;

/// The target of a request for `from` as one for `to`: the same path, as it was written, and the same query.
///
/// Give it only what [`route`](super::route) read as a call about `from`.
pub fn moved_target(uri: &Uri, from: &Repo, to: &Repo) -> String {
    let parts: Vec<&str> = uri.path().split('/').skip(1).collect();
    let decoded = |at: usize| parts.get(at).and_then(|part| target::decode(part));
    let start = if decoded(0).as_deref() == Some("api") {
        // The kind, and before it a word where files lie.
        2 + usize::from(decoded(1).as_deref() == Some("resolve-cache"))
    } else {
        usize::from(!from.kind.url_prefix().is_empty())
    };
    // Some clients write the slash of a name as an escape.
    let is_one = decoded(start).is_some_and(|part| part.contains('/'));
    let end = start
        + if is_one || from.id.namespace().is_none() {
            1
        } else {
            2
        };
    let suffix = if end > start && decoded(end - 1).is_some_and(|part| part.ends_with(".git")) {
        ".git"
    } else {
        ""
    };
    let front = parts.iter().take(start).map(|part| (*part).to_owned());
    let name = std::iter::once(format!("{}{suffix}", to.id));
    let rest = parts.iter().skip(end).map(|part| (*part).to_owned());
    let path: Vec<String> = front.chain(name).chain(rest).collect();
    let query = uri.query().map(|query| format!("?{query}"));
    format!("/{}{}", path.join("/"), query.unwrap_or_default())
}

/// Sends a client to another address with the same method and body, as hubs do for renamed repositories (status 307).
pub fn respond_moved(location: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(format!(
        "Temporary Redirect. Redirecting to {location}"
    )));
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    let headers = response.headers_mut();
    if let Ok(location) = HeaderValue::try_from(location) {
        headers.insert(LOCATION, location);
    }
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(http::header::CONTENT_TYPE, plain);
    headers.insert(
        http::header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

#[cfg(test)]
mod tests {
    use hubkit_types::RepoKind;

    use super::*;

    #[track_caller]
    fn check(kind: RepoKind, (from, to): (&str, &str), target: &str, wanted: &str) {
        let repo = |id: &str| Repo::new(kind, id.parse().expect("an id"));
        let uri: Uri = target.parse().expect("a target");
        assert_eq!(moved_target(&uri, &repo(from), &repo(to)), wanted);
        let response = respond_moved(wanted);
        assert_eq!(response.status().as_u16(), 307);
        assert_eq!(response.headers()["location"], wanted);
    }

    #[test]
    fn only_the_name_changes_and_everything_else_stays_as_it_was_written() {
        let names = ("old/a", "new/b");
        let model = RepoKind::Model;
        for (target, wanted) in [
            (
                "/old/a/resolve/refs%2Fpr%2F1/x%20y/a?download=true",
                "/new/b/resolve/refs%2Fpr%2F1/x%20y/a?download=true",
            ),
            ("/api/models/old/a", "/api/models/new/b"),
            (
                "/api/models/old%2Fa/tree/main",
                "/api/models/new/b/tree/main",
            ),
            (
                "/api/models/OLD/A/refs?include_prs=1",
                "/api/models/new/b/refs?include_prs=1",
            ),
            (
                "/old/a.git/info/lfs/objects/batch",
                "/new/b.git/info/lfs/objects/batch",
            ),
            (
                "/api/resolve-cache/models/old/a/0123456789abcdef0123456789abcdef01234567/x",
                "/api/resolve-cache/models/new/b/0123456789abcdef0123456789abcdef01234567/x",
            ),
        ] {
            check(model, names, target, wanted);
        }
        check(
            RepoKind::Dataset,
            names,
            "/datasets/old/a/raw/main/old/a",
            "/datasets/new/b/raw/main/old/a",
        );
        check(
            model,
            ("gpt2", "openai-community/gpt2"),
            "/gpt2/resolve/main/gpt2",
            "/openai-community/gpt2/resolve/main/gpt2",
        );
        check(
            model,
            ("a/gpt2", "gpt2"),
            "/api/models/a/gpt2/",
            "/api/models/gpt2/",
        );
    }
}
