//! A request for a file, and which bytes answer it.

use bytes::Bytes;
use http::{
    HeaderValue, Method,
    header::{IF_NONE_MATCH, IF_RANGE, RANGE},
};
use hubkit_types::{BlobId, ByteRange, CommitId, Etag, Repo, RepoPath, Revision};

use super::{
    Unroutable,
    ask::Ask,
    range::{RangeSpec, Selections},
};
use crate::{Resolve, ResolveMethod, header};

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
    /// Which of them, if not all. Always empty for `HEAD`, to which a range means nothing.
    pub ranges: Vec<RangeSpec>,
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
            ranges: range.map(RangeSpec::parse).unwrap_or_default(),
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
        if !guarded || self.ranges.is_empty() {
            return FileAnswer::Whole;
        }
        match RangeSpec::select_all(&self.ranges, facts.size) {
            Selections::Whole => FileAnswer::Whole,
            Selections::Parts(parts) => FileAnswer::Parts(parts),
            Selections::Unsatisfiable => FileAnswer::Unsatisfiable,
        }
    }
}

impl From<Resolve> for FileRequest {
    fn from(call: Resolve) -> Self {
        Self {
            ranges: call.range.map(RangeSpec::from).into_iter().collect(),
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
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FileAnswer {
    /// With all of it: 200.
    Whole,
    /// With these bytes: 206. Several ranges, none of which overlap, go as `multipart/byteranges`.
    Parts(Vec<ByteRange>),
    /// The caller has it: 304, no body.
    NotModified,
    /// There are no such bytes: 416, no body.
    Unsatisfiable,
}

/// A piece of an answer's body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// These bytes.
    Text(Bytes),
    /// Bytes of the file; never none.
    File(ByteRange),
}

impl Piece {
    /// Its length in bytes.
    pub fn length(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::File(range) => range.len(),
        }
    }
}

impl FileAnswer {
    /// The body, piece by piece.
    pub fn pieces(&self, facts: &FileFacts) -> Vec<Piece> {
        match self {
            Self::Whole if facts.size == 0 => Vec::new(),
            Self::Whole => vec![Piece::File(ByteRange::whole(facts.size))],
            Self::Parts(parts) => match parts.as_slice() {
                [part] => vec![Piece::File(*part)],
                parts => multipart(parts, facts),
            },
            Self::NotModified | Self::Unsatisfiable => Vec::new(),
        }
    }

    /// The length of the body in bytes.
    pub(super) fn length(&self, facts: &FileFacts) -> u64 {
        match self {
            Self::Whole => facts.size,
            _ => self.pieces(facts).iter().map(Piece::length).sum(),
        }
    }
}

/// What stands between the parts: the file's own digest, which the file can't hold.
pub(super) fn boundary(facts: &FileFacts) -> String {
    facts.blob.to_string()
}

/// The parts, each with a head of its own (RFC 9110, section 14.6).
fn multipart(parts: &[ByteRange], facts: &FileFacts) -> Vec<Piece> {
    let boundary = boundary(facts);
    let mut pieces = Vec::with_capacity(2 * parts.len() + 1);
    for (index, part) in parts.iter().enumerate() {
        let line = if index == 0 { "" } else { "\r\n" };
        let head = format!(
            "{line}--{boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes {part}/{}\r\n\r\n",
            facts.size
        );
        pieces.extend([Piece::Text(head.into()), Piece::File(*part)]);
    }
    let end = format!("\r\n--{boundary}--\r\n");
    pieces.push(Piece::Text(end.into()));
    pieces
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
            path: "a/x.txt".parse().expect("a path"),
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
        let byte = |at| ByteRange::new(at, at + 1).expect("a range");
        let part = FileAnswer::Parts(vec![byte(0)]);
        let parts = FileAnswer::Parts(vec![byte(9), byte(0)]);
        let range = ("range", "bytes=0-0");
        let weak = format!("W/{TAG}");
        let list = format!("\"x\", {weak}");
        let table: &[(&[(&str, &str)], FileAnswer)] = &[
            (&[], Whole),
            (&[range], part.clone()),
            (&[("range", "bytes=9-9,0-0")], parts),
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
}
