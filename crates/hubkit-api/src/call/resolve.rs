//! `HEAD` and `GET /{prefix}{id}/resolve/{revision}/{path}`: one file, and what a hub says of it.

use bytes::Bytes;
use http::{
    HeaderMap, Request,
    header::{
        ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, ETAG, IF_RANGE, LOCATION,
        RANGE,
    },
    response::Parts,
};
use hubkit_types::{ByteRange, CommitId, Etag, Repo, RepoPath, Revision};

use crate::{
    ApiError, ErrorKind, check, header,
    server::{
        FileRequest, Incoming, Unroutable,
        ask::{Ask, READ, Routed, read_kind, read_repo},
    },
    size::believed,
    target,
};

/// Asks for one file, or for what is known of it.
///
/// Not a [`Call`](crate::Call): the body of the answer is the file and streams past, so only the head is read here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resolve {
    /// The repository.
    pub repo: Repo,
    /// The revision.
    pub revision: Revision,
    /// The file.
    pub path: RepoPath,
    /// Whether to send the bytes too.
    pub method: ResolveMethod,
    /// The bytes that are wanted, all when there is none. An empty range has no form in HTTP and is not sent.
    pub range: Option<ByteRange>,
    /// The range counts only if the file still has this tag; otherwise all bytes come. A weak tag is not sent, nor is
    /// the range it would have guarded (RFC 9110, section 13.1.5).
    pub if_range: Option<Etag>,
}

/// Whether the bytes of a file are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ResolveMethod {
    /// What is known of it.
    Head,
    /// The bytes as well.
    Get,
}

/// What a hub says of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct FileMetadata {
    /// The commit that the revision is at.
    pub commit: CommitId,
    /// The tag of the content: that of the large object where there is one, or else that of the response.
    pub etag: Etag,
    /// The length of the whole file in bytes, whatever the range.
    pub size: u64,
    /// Where the bytes are, if the answer is a redirect: as the server wrote it.
    pub location: Option<String>,
}

impl Resolve {
    /// Asks what is known of a file.
    pub fn head(repo: Repo, revision: Revision, path: RepoPath) -> Self {
        Self {
            repo,
            revision,
            path,
            method: ResolveMethod::Head,
            range: None,
            if_range: None,
        }
    }

    /// Asks for a whole file.
    pub fn get(repo: Repo, revision: Revision, path: RepoPath) -> Self {
        Self {
            method: ResolveMethod::Get,
            ..Self::head(repo, revision, path)
        }
    }

    /// The request, its target in origin form and without an `Authorization` header. Asks for bytes as they are: what
    /// is compressed on the way has no length to check and no range to resume.
    pub fn request(&self) -> Request<Bytes> {
        let place = (&self.revision, &self.path);
        let mut request = target::file(self.method, &self.repo, "resolve", place)
            .header(ACCEPT_ENCODING, "identity");
        let guard = self.if_range.as_ref();
        let range = self.range.filter(|range| !range.is_empty());
        if let Some(range) = range.filter(|_| guard.is_none_or(Etag::is_strong)) {
            request = request.header(RANGE, format!("bytes={range}"));
            if let Some(tag) = guard {
                request = request.header(IF_RANGE, tag.to_string());
            }
        }
        request
            .body(Bytes::new())
            .expect("encoded names make a legal target, and ranges and tags legal headers")
    }

    /// Reads what the head of an answer says of the file: of a success, or of a redirect, which carries it where the
    /// bytes lie with another server.
    ///
    /// A refusal is the error that [`check`](crate::check) finds. Without a commit id or a tag the answer is no hub's
    /// (kind `NotAHub`); a tag or a size that is malformed, or a size above
    /// [`LONGEST_FILE`](crate::LONGEST_FILE), is an error of kind `Protocol`.
    pub fn metadata(&self, parts: &Parts) -> Result<FileMetadata, ApiError> {
        check(parts, b"")?;
        let headers = &parts.headers;
        let not_a_hub =
            |message: String| ApiError::new(ErrorKind::NotAHub, message).with_status(parts.status);
        let commit = header::text(headers, &header::REPO_COMMIT)
            .ok_or_else(|| not_a_hub(format!("no `x-repo-commit` came with {}", self.path)))?
            .parse()
            .map_err(|error| not_a_hub(format!("`x-repo-commit`: {error}")))?;
        let tag = [header::LINKED_ETAG, ETAG]
            .into_iter()
            .find(|name| headers.contains_key(name))
            .ok_or_else(|| not_a_hub(format!("no `etag` came with {}", self.path)))?;
        let etag = header::text(headers, &tag)
            .unwrap_or_default()
            .parse()
            .map_err(|error| ApiError::protocol(format!("`{tag}`: {error}")))?;
        let location = parts
            .status
            .is_redirection()
            .then(|| header::text(headers, &LOCATION))
            .flatten();
        Ok(FileMetadata {
            commit,
            etag,
            size: read_size(parts)?,
            location: location.map(str::to_owned),
        })
    }
}

/// `…/resolve/{revision}/{path}`.
pub(crate) fn route(repo: Repo, ask: &Ask<'_>) -> Routed {
    let file = FileRequest::new(repo, ask)?;
    ask.answer(READ, Incoming::Resolve(file))
}

/// `/api/resolve-cache/{kind}/{id}/{commit}/{path}`: where the Hub sends those who ask for a small file.
pub(crate) fn route_cache(ask: &Ask<'_>) -> Routed {
    let kind = read_kind(ask.rest.first().ok_or(Unroutable::NotFound)?)?;
    ask.behind(1).by_id(|id, rest| {
        // Nothing else stands here, and so it tells where the id ends.
        let commit = rest.rest.first().map(|part| part.parse::<CommitId>());
        match commit {
            Some(Ok(_)) => route(read_repo(kind, id)?, rest),
            _ => Err(Unroutable::NotFound),
        }
    })
}

fn read_size(parts: &Parts) -> Result<u64, ApiError> {
    let headers = &parts.headers;
    let number = |name: &http::HeaderName| {
        let text = header::text(headers, name).unwrap_or_default().trim();
        let plain = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u64>()
            .ok()
            .filter(|_| plain)
            .and_then(believed)
            .ok_or_else(|| ApiError::protocol(format!("`{name}` is not a size in bytes")))
    };
    if headers.contains_key(&header::LINKED_SIZE) {
        return number(&header::LINKED_SIZE);
    }
    if headers.contains_key(CONTENT_RANGE) {
        let total = ContentRange::of(headers).and_then(|range| range.total);
        return total.ok_or_else(|| ApiError::protocol("`content-range` names no size"));
    }
    let encoded = header::text(headers, &CONTENT_ENCODING).is_some_and(|value| value != "identity");
    if headers.contains_key(CONTENT_LENGTH) && !encoded && !parts.status.is_redirection() {
        return number(&CONTENT_LENGTH);
    }
    Err(ApiError::protocol("the size of the file is not told"))
}

/// Which bytes of how many a response of status 206 holds; with status 416 only of how many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ContentRange {
    /// The bytes that come.
    pub range: Option<ByteRange>,
    /// The length of the whole file.
    pub total: Option<u64>,
}

impl ContentRange {
    /// Reads the header of that name (RFC 9110, section 14.4); `None` when it is absent or malformed, or tells of a file
    /// longer than [`LONGEST_FILE`](crate::LONGEST_FILE).
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let value = header::text(headers, &CONTENT_RANGE)?.trim();
        let (range, total) = value.strip_prefix("bytes ")?.split_once('/')?;
        let range = match range {
            "*" => None,
            range => Some(range.parse::<ByteRange>().ok()?),
        };
        let total = match total {
            "*" => None,
            total if total.bytes().all(|byte| byte.is_ascii_digit()) => Some(total.parse().ok()?),
            _ => return None,
        };
        let fits = match (range, total) {
            (Some(range), Some(total)) => range.end() <= total,
            (None, None) => false,
            _ => true,
        };
        let end = total.or(range.map(ByteRange::end)).and_then(believed);
        end.filter(|_| fits).map(|_| Self { range, total })
    }
}

#[cfg(test)]
mod tests;
