//! `HEAD` and `GET /{prefix}{id}/raw/{revision}/{path}`: one file as git holds it.

use bytes::Bytes;
use http::{Request, Response, header::ETAG};
use hubkit_types::{CommitId, Etag, Repo, RepoPath, Revision};

use crate::{
    ApiError, Call, ResolveMethod, header, json,
    server::{
        FileRequest, Incoming,
        ask::{Ask, READ, Routed},
    },
    target,
};

/// Asks for one file as git holds it: of a large file that is the pointer, not the content.
///
/// For small files, since the answer is read from memory; content of any length is asked for with
/// [`Resolve`](crate::Resolve).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Raw {
    /// The repository.
    pub repo: Repo,
    /// The revision.
    pub revision: Revision,
    /// The file.
    pub path: RepoPath,
    /// Whether to send the bytes too.
    pub method: ResolveMethod,
}

/// A file as git holds it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RawFile {
    /// The commit that the revision is at, if the server told.
    pub commit: Option<CommitId>,
    /// The tag of the content, if the server told.
    pub etag: Option<Etag>,
    /// The bytes; none in answer to `HEAD`.
    pub content: Bytes,
}

impl Call for Raw {
    type Reply = RawFile;

    fn request(&self) -> Request<Bytes> {
        let place = (&self.revision, &self.path);
        target::file(self.method, &self.repo, "raw", place)
            .body(Bytes::new())
            .expect("encoded names make a legal target and are short enough for one")
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<RawFile, ApiError> {
        let content = json::success(response)?.clone();
        let text = |name| header::text(response.headers(), name);
        Ok(RawFile {
            commit: text(&header::REPO_COMMIT).and_then(|text| text.parse().ok()),
            etag: text(&ETAG).and_then(|text| text.parse().ok()),
            content,
        })
    }
}

/// `…/raw/{revision}/{path}`.
pub(crate) fn route(repo: Repo, ask: &Ask<'_>) -> Routed {
    let file = FileRequest::new(repo, ask)?;
    ask.answer(READ, Incoming::Raw(file))
}

#[cfg(test)]
mod tests {
    use hubkit_types::{BlobId, RepoKind};

    use super::*;
    use crate::{
        ErrorKind,
        server::{FileAnswer, FileFacts, file_headers, respond_error, route},
    };

    const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

    fn call(kind: RepoKind, id: &str, method: ResolveMethod) -> Raw {
        Raw {
            repo: Repo::new(kind, id.parse().expect("an id")),
            revision: "refs/pr/1".parse().expect("a revision"),
            path: "a b/\u{fc}#%2e.txt".parse().expect("a path"),
            method,
        }
    }

    #[test]
    fn a_request_is_routed_to_what_it_was_made_from() {
        for call in [
            call(RepoKind::Model, "a/b", ResolveMethod::Get),
            call(RepoKind::Model, "gpt2", ResolveMethod::Head),
            call(RepoKind::Dataset, "a/raw", ResolveMethod::Head),
        ] {
            let request = route(&call.request());
            let wanted = FileRequest {
                repo: call.repo,
                revision: call.revision,
                path: call.path,
                method: call.method,
                ranges: Vec::new(),
                if_range: None,
                if_none_match: None,
            };
            assert_eq!(request, Ok(Incoming::Raw(wanted)));
        }
    }

    #[test]
    fn an_answer_comes_back_as_it_was_given() {
        let call = call(RepoKind::Model, "a/b", ResolveMethod::Get);
        let facts = FileFacts {
            commit: CommitId::from_bytes([7; 20]),
            path: call.path.clone(),
            size: 2,
            blob: SHA.parse().expect("a digest"),
        };
        let response = file_headers(&facts, &FileAnswer::Whole);
        let file = call.reply(&response.map(|()| Bytes::from_static(b"{}")));
        let wanted = RawFile {
            commit: Some(facts.commit),
            etag: Some(Etag::of(SHA.parse::<BlobId>().expect("a digest"))),
            content: Bytes::from_static(b"{}"),
        };
        assert_eq!(file, Ok(wanted));
        let refusal = respond_error(ErrorKind::EntryNotFound, "no", Some(facts.commit));
        let found = call.reply(&refusal).map_err(|error| error.kind());
        assert_eq!(found, Err(ErrorKind::EntryNotFound));
    }
}
