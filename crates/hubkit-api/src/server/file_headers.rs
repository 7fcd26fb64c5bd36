//! The head of an answer that is a file.

use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{
        ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
        CONTENT_TYPE, ETAG, X_CONTENT_TYPE_OPTIONS,
    },
};
use hubkit_types::{BlobId, Etag};

use super::file::{FileAnswer, FileFacts, boundary};
use crate::{header, target};

/// As many as there are, so that the table never grows.
const MOST: usize = 16;

/// Status and headers of an answer; the same for `HEAD` as for `GET`.
///
/// A browser is told to run nothing: files are bytes of strangers.
pub fn file_headers(facts: &FileFacts, answer: &FileAnswer) -> Response<()> {
    let mut headers = HeaderMap::with_capacity(MOST);
    let tag = value(["\"", Etag::of(facts.blob).as_str(), "\""].concat());
    headers.insert(header::REPO_COMMIT, value(facts.commit.to_string()));
    if let BlobId::Sha256(_) = facts.blob {
        headers.insert(header::LINKED_ETAG, tag.clone());
        headers.insert(header::LINKED_SIZE, facts.size.into());
    }
    headers.insert(ETAG, tag);
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let status = match answer {
        FileAnswer::Whole => StatusCode::OK,
        FileAnswer::Parts(_) => StatusCode::PARTIAL_CONTENT,
        FileAnswer::NotModified => StatusCode::NOT_MODIFIED,
        FileAnswer::Unsatisfiable => {
            let range = format!("bytes */{}", facts.size);
            headers.insert(CONTENT_RANGE, value(range));
            headers.insert(CONTENT_LENGTH, 0.into());
            StatusCode::RANGE_NOT_SATISFIABLE
        }
    };
    if let FileAnswer::Whole | FileAnswer::Parts(_) = answer {
        describe_body(&mut headers, facts, answer);
    }
    let mut response = Response::new(());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn describe_body(headers: &mut HeaderMap, facts: &FileFacts, answer: &FileAnswer) {
    headers.insert(CONTENT_LENGTH, answer.length(facts).into());
    let kind = match answer {
        FileAnswer::Parts(parts) if parts.len() > 1 => {
            let boundary = boundary(facts);
            value(format!("multipart/byteranges; boundary={boundary}"))
        }
        _ => HeaderValue::from_static("application/octet-stream"),
    };
    headers.insert(CONTENT_TYPE, kind);
    if let FileAnswer::Parts(parts) = answer
        && let [part] = parts.as_slice()
    {
        let range = format!("bytes {part}/{}", facts.size);
        headers.insert(CONTENT_RANGE, value(range));
    }
    headers.insert(CONTENT_DISPOSITION, disposition(facts.path.file_name()));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
}

fn value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("digests, numbers and encoded names")
}

/// Both spellings of a file's name (RFC 6266): a plain one for old readers, an encoded one for all characters.
fn disposition(name: &str) -> HeaderValue {
    const ENCODED: &str = "inline; filename*=UTF-8''";
    const PLAIN: &str = "; filename=\"";
    const END: &str = "\";";
    let around = ENCODED.len() + PLAIN.len() + END.len();
    let mut text = String::with_capacity(around + 2 * name.len());
    text.push_str(ENCODED);
    text.extend(target::encoded(name));
    text.push_str(PLAIN);
    text.extend(name.chars().map(|c| match c {
        '"' | '\\' => '_',
        c if c == ' ' || c.is_ascii_graphic() => c,
        _ => '_',
    }));
    text.push_str(END);
    value(text)
}

#[cfg(test)]
mod tests {
    use hubkit_types::{ByteRange, CommitId};

    use super::*;
    use crate::server::Piece;

    const TAG: &str = "\"0123456789abcdef0123456789abcdef01234567\"";

    fn facts() -> FileFacts {
        FileFacts {
            commit: CommitId::from_bytes([7; 20]),
            path: "a/ü 'x'.txt".parse().expect("a path"),
            size: 100,
            blob: TAG.trim_matches('"').parse().expect("a digest"),
        }
    }

    fn range(start: u64, end: u64) -> ByteRange {
        ByteRange::new(start, end).expect("a range")
    }

    #[test]
    fn every_answer_names_commit_and_tag() {
        let part = FileAnswer::Parts(vec![range(10, 20)]);
        for (answer, status, length, content_range) in [
            (FileAnswer::Whole, 200, Some("100"), None),
            (part, 206, Some("10"), Some("bytes 10-19/100")),
            (FileAnswer::NotModified, 304, None, None),
            (
                FileAnswer::Unsatisfiable,
                416,
                Some("0"),
                Some("bytes */100"),
            ),
        ] {
            let response = file_headers(&facts(), &answer);
            let header = |name: &str| response.headers().get(name)?.to_str().ok();
            assert_eq!(response.status().as_u16(), status);
            assert_eq!(header("etag"), Some(TAG));
            assert!(header("x-repo-commit").is_some());
            assert_eq!(header("x-linked-etag"), None);
            assert_eq!(header("accept-ranges"), Some("bytes"));
            assert_eq!(header("content-length"), length);
            assert_eq!(header("content-range"), content_range);
        }
    }

    #[test]
    fn several_parts_each_have_a_head() {
        let answer = FileAnswer::Parts(vec![range(90, 100), range(0, 1)]);
        let response = file_headers(&facts(), &answer);
        let header = |name: &str| response.headers().get(name)?.to_str().ok();
        let boundary = TAG.trim_matches('"');
        assert_eq!(response.status().as_u16(), 206);
        assert_eq!(header("content-range"), None);
        assert_eq!(
            header("content-type"),
            Some(format!("multipart/byteranges; boundary={boundary}").as_str())
        );
        let mut body = Vec::new();
        for piece in answer.pieces(&facts()) {
            match piece {
                Piece::Text(text) => body.extend_from_slice(&text),
                Piece::File(range) => {
                    body.extend(
                        (range.start()..range.end()).filter_map(|byte| u8::try_from(byte).ok()),
                    );
                }
            }
        }
        let body = String::from_utf8_lossy(&body);
        assert_eq!(
            header("content-length"),
            Some(body.len().to_string().as_str())
        );
        let wanted = format!(
            "--{boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes 90-99/100\r\n\r\n\
             Z[\\]^_`abc\r\n\
             --{boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes 0-0/100\r\n\r\n\
             \0\r\n--{boundary}--\r\n"
        );
        assert_eq!(body, wanted);
    }

    #[test]
    fn a_name_stands_in_the_header_in_both_spellings() {
        let response = file_headers(&facts(), &FileAnswer::Whole);
        assert_eq!(
            response.headers()["content-disposition"],
            "inline; filename*=UTF-8''%C3%BC%20%27x%27.txt; filename=\"_ 'x'.txt\";"
        );
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    }
}
