//! The head of an answer that is a file.

use http::{
    HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{
        ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
        CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE, X_CONTENT_TYPE_OPTIONS,
    },
};
use hubkit_types::{BlobId, ByteRange, CommitId, Etag, Repo, RepoPath, Revision};

use super::{
    Unroutable,
    ask::Ask,
    range::{RangeSpec, Selection},
};
use crate::{Resolve, ResolveMethod, header, target};

/// A request for a file, with its conditions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileRequest {
    /// The repository.
    pub repo: Repo,
    /// The revision.
    pub revision: Revision,
    /// The file.
    pub path: RepoPath,
    /// Whether the bytes are wanted.
    pub method: ResolveMethod,
    /// Which of them, if not all. Never set for `HEAD`, to which a range means nothing.
    pub range: Option<RangeSpec>,
    /// What the range depends on.
    pub if_range: Option<Tags>,
    /// What the caller has already.
    pub if_none_match: Option<Tags>,
}

/// The tags of a condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Tags {
    /// Whatever tag there is.
    Any,
    /// One of these. None at all stands for a condition that can't hold, such as one with a date.
    These(Vec<Etag>),
}

impl Tags {
    const MOST: usize = 64;

    fn read(value: &HeaderValue) -> Self {
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Self::Any;
        }
        // A tag may hold a comma by the letter of RFC 9110, but digests don't.
        let tags = text.split(',').take(Self::MOST);
        let quoted = tags
            .map(str::trim)
            .filter(|tag| tag.strip_prefix("W/").unwrap_or(tag).starts_with('"'));
        Self::These(quoted.filter_map(|tag| tag.parse().ok()).collect())
    }
}

impl FileRequest {
    /// Reads what stands behind the word that the family goes by: a revision and a path in it.
    pub(crate) fn new(repo: Repo, ask: &Ask<'_>) -> Result<Self, Unroutable> {
        let (revision, path) = ask.place()?;
        let (method, range) = match *ask.method {
            Method::HEAD => (ResolveMethod::Head, None),
            _ => (ResolveMethod::Get, header::text(ask.headers, &RANGE)),
        };
        Ok(Self {
            repo,
            revision,
            path,
            method,
            range: range.and_then(RangeSpec::parse),
            if_range: ask.headers.get(IF_RANGE).map(Tags::read),
            if_none_match: ask.headers.get(IF_NONE_MATCH).map(Tags::read),
        })
    }

    /// What to answer, given what is known of the file: conditions first, then the range (RFC 9110, section 13.2).
    pub fn answer(&self, facts: &FileFacts) -> FileAnswer {
        let tag = Etag::of(facts.blob);
        let known = match &self.if_none_match {
            None => false,
            Some(Tags::Any) => true,
            Some(Tags::These(tags)) => tags.iter().any(|held| held.as_str() == tag.as_str()),
        };
        if known {
            return FileAnswer::NotModified;
        }
        let guarded = match &self.if_range {
            None => true,
            Some(Tags::Any) => false,
            Some(Tags::These(tags)) => tags.as_slice() == [tag],
        };
        match self.range.filter(|_| guarded) {
            None => FileAnswer::Whole,
            Some(spec) => match spec.select(facts.size) {
                Selection::Whole => FileAnswer::Whole,
                Selection::Part(range) => FileAnswer::Part(range),
                Selection::Unsatisfiable => FileAnswer::Unsatisfiable,
            },
        }
    }
}

impl From<Resolve> for FileRequest {
    fn from(call: Resolve) -> Self {
        Self {
            range: call.range.map(RangeSpec::from),
            if_range: call.if_range.map(|tag| Tags::These(vec![tag])),
            if_none_match: None,
            repo: call.repo,
            revision: call.revision,
            path: call.path,
            method: call.method,
        }
    }
}

/// What a server knows of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileFacts {
    /// The commit that the revision is at.
    pub commit: CommitId,
    /// The file.
    pub path: RepoPath,
    /// Its length in bytes.
    pub size: u64,
    /// The digest of its bytes; a SHA-256 for a file that is kept beside git.
    pub blob: BlobId,
}

/// How a request for a file is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileAnswer {
    /// With all of it: 200.
    Whole,
    /// With these bytes: 206.
    Part(ByteRange),
    /// The caller has it: 304, no body.
    NotModified,
    /// There are no such bytes: 416, no body.
    Unsatisfiable,
}

impl FileAnswer {
    /// The bytes to send, out of a file of `size` bytes; `None` for an answer without any.
    pub fn bytes(self, size: u64) -> Option<ByteRange> {
        match self {
            Self::Whole => Some(ByteRange::whole(size)),
            Self::Part(range) => Some(range),
            Self::NotModified | Self::Unsatisfiable => None,
        }
    }
}

/// Status and headers of an answer; the same for `HEAD` as for `GET`.
///
/// A browser is told to run nothing: files are bytes of strangers.
pub fn file_headers(facts: &FileFacts, answer: FileAnswer) -> Response<()> {
    let mut response = Response::new(());
    let (status, length, range) = match answer {
        FileAnswer::Whole => (StatusCode::OK, Some(facts.size), None),
        FileAnswer::Part(range) => {
            let content_range = format!("bytes {range}/{}", facts.size);
            (
                StatusCode::PARTIAL_CONTENT,
                Some(range.len()),
                Some(content_range),
            )
        }
        FileAnswer::NotModified => (StatusCode::NOT_MODIFIED, None, None),
        FileAnswer::Unsatisfiable => {
            let content_range = format!("bytes */{}", facts.size);
            (
                StatusCode::RANGE_NOT_SATISFIABLE,
                Some(0),
                Some(content_range),
            )
        }
    };
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: String| {
        let value = HeaderValue::try_from(value).expect("digests, numbers and encoded names");
        headers.insert(name, value);
    };
    let tag = Etag::of(facts.blob).to_string();
    put(header::REPO_COMMIT, facts.commit.to_string());
    if let BlobId::Sha256(_) = facts.blob {
        put(header::LINKED_ETAG, tag.clone());
        put(header::LINKED_SIZE, facts.size.to_string());
    }
    put(ETAG, tag);
    put(ACCEPT_RANGES, "bytes".to_owned());
    if let Some(length) = length {
        put(CONTENT_LENGTH, length.to_string());
    }
    if let Some(range) = range {
        put(CONTENT_RANGE, range);
    }
    if answer.bytes(facts.size).is_some() {
        put(CONTENT_TYPE, "application/octet-stream".to_owned());
        put(CONTENT_DISPOSITION, disposition(facts.path.file_name()));
        put(X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned());
        put(
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox".to_owned(),
        );
    }
    response
}

/// Both spellings of a file's name (RFC 6266): a plain one for old readers, an encoded one for all characters.
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| match c {
            '"' | '\\' => '_',
            c if c == ' ' || c.is_ascii_graphic() => c,
            _ => '_',
        })
        .collect();
    format!(
        "inline; filename*=UTF-8''{}; filename=\"{plain}\";",
        target::encode(name)
    )
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;
    use crate::server::{Incoming, route};

    const TAG: &str = "\"0123456789abcdef0123456789abcdef01234567\"";

    fn facts() -> FileFacts {
        FileFacts {
            commit: CommitId::from_bytes([7; 20]),
            path: "a/ü \"x\".txt".replace('"', "'").parse().expect("a path"),
            size: 100,
            blob: TAG.trim_matches('"').parse().expect("a digest"),
        }
    }

    fn answer(method: &str, conditions: &[(&str, &str)]) -> FileAnswer {
        let mut request = Request::builder().method(method).uri("/a/b/resolve/main/x");
        for (name, value) in conditions {
            request = request.header(*name, *value);
        }
        match route(&request.body(()).expect("a request")) {
            Ok(Incoming::Resolve(request)) => request.answer(&facts()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn conditions_are_heard_before_the_range() {
        use FileAnswer::{NotModified, Unsatisfiable, Whole};
        let part = FileAnswer::Part(ByteRange::new(0, 1).expect("a range"));
        let range = ("range", "bytes=0-0");
        let weak = format!("W/{TAG}");
        let list = format!("\"x\", {weak}");
        let table: &[(&[(&str, &str)], FileAnswer)] = &[
            (&[], Whole),
            (&[range], part),
            (&[("range", "bytes=100-")], Unsatisfiable),
            (&[("range", "nonsense")], Whole),
            (&[range, ("if-range", TAG)], part),
            (&[range, ("if-range", "\"other\"")], Whole),
            (&[range, ("if-range", &weak)], Whole),
            (&[range, ("if-range", "*")], Whole),
            (
                &[range, ("if-range", "Wed, 21 Oct 2026 07:28:00 GMT")],
                Whole,
            ),
            (&[("if-none-match", TAG)], NotModified),
            (&[("if-none-match", &weak)], NotModified),
            (&[("if-none-match", &list)], NotModified),
            (&[("if-none-match", "*"), range], NotModified),
            (&[("if-none-match", "\"other\"")], Whole),
            (&[("if-none-match", "")], Whole),
        ];
        for (conditions, wanted) in table {
            assert_eq!(answer("GET", conditions), *wanted, "{conditions:?}");
        }
        assert_eq!(answer("HEAD", &[range]), Whole);
        assert_eq!(answer("HEAD", &[("if-none-match", TAG)]), NotModified);
    }

    #[test]
    fn every_answer_names_commit_and_tag() {
        let range = ByteRange::new(10, 20).expect("a range");
        for (answer, status, length, content_range) in [
            (FileAnswer::Whole, 200, Some("100"), None),
            (
                FileAnswer::Part(range),
                206,
                Some("10"),
                Some("bytes 10-19/100"),
            ),
            (FileAnswer::NotModified, 304, None, None),
            (
                FileAnswer::Unsatisfiable,
                416,
                Some("0"),
                Some("bytes */100"),
            ),
        ] {
            let response = file_headers(&facts(), answer);
            let header = |name: &str| response.headers().get(name)?.to_str().ok();
            assert_eq!(response.status().as_u16(), status);
            assert_eq!(header("etag"), Some(TAG));
            assert!(header("x-repo-commit").is_some());
            assert_eq!(header("x-linked-etag"), None);
            assert_eq!(header("content-length"), length);
            assert_eq!(header("content-range"), content_range);
        }
    }

    #[test]
    fn a_name_stands_in_the_header_in_both_spellings() {
        let response = file_headers(&facts(), FileAnswer::Whole);
        assert_eq!(
            response.headers()["content-disposition"],
            "inline; filename*=UTF-8''%C3%BC%20%27x%27.txt; filename=\"_ 'x'.txt\";"
        );
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    }
}
