//! `GET /api/{kind}/{id}/scan` and `/lfs-files`: what lies in a repository's storage, and what its scans found.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hubkit_types::{Repo, Sha256};
use serde_json::{Map, Value, json};

use super::{info::SecurityReport, page::PageOf};
use crate::{
    ApiError, Call,
    json::{self, Fields, Object},
    server::{
        Incoming,
        ask::{Ask, READ, Routed},
    },
    target,
};

/// Asks what the scans of a repository's files found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GetScan {
    /// The repository.
    pub repo: Repo,
}

/// Asks for the large files that a repository ever held, whichever commits they are in: the first page of them.
///
/// The pages after it have addresses that the server makes: [`PageOf::next`]. Send a plain `GET` there and give the answer
/// to [`Call::reply`] as well.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListLfsFiles {
    /// The repository.
    pub repo: Repo,
}

/// A large file in a repository's storage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LfsFile {
    /// Its digest.
    pub oid: Sha256,
    /// Its length in bytes.
    pub size: u64,
    /// A name it had. Never make a path of it.
    pub filename: Option<String>,
    /// When it came, in ISO 8601.
    pub pushed_at: Option<String>,
    /// Every field that is not named above.
    pub rest: Map<String, Value>,
}

impl LfsFile {
    fn read(value: Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(value, "a large file")?;
        Ok(Self {
            oid: fields.required("oid")?,
            size: fields.required_size("size")?,
            filename: fields.text("filename"),
            pushed_at: fields.text("pushedAt"),
            rest: fields.rest(),
        })
    }

    fn write(&self) -> Value {
        let mut object = Object::over(&self.rest);
        object.put("oid", Some(self.oid.to_string()));
        object.put("size", Some(self.size));
        object.put("filename", self.filename.as_deref());
        object.put("pushedAt", self.pushed_at.as_deref());
        object.done()
    }
}

impl Call for GetScan {
    type Reply = SecurityReport;

    fn request(&self) -> Request<Bytes> {
        target::get_json(format!("{}/scan", target::api(&self.repo)))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<SecurityReport, ApiError> {
        let report = SecurityReport::of(&json::read(response)?);
        report.ok_or_else(|| ApiError::protocol("expected the report of a scan as an object"))
    }
}

impl Call for ListLfsFiles {
    type Reply = PageOf<LfsFile>;

    fn request(&self) -> Request<Bytes> {
        target::get_json(format!("{}/lfs-files", target::api(&self.repo)))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<PageOf<LfsFile>, ApiError> {
        PageOf::read(response, "large files", LfsFile::read)
    }
}

/// `…/scan`.
pub(crate) fn route_scan(repo: Repo, ask: &Ask<'_>) -> Routed {
    ask.end()?;
    ask.answer(READ, Incoming::Scan(GetScan { repo }))
}

/// `…/lfs-files`.
pub(crate) fn route_lfs_files(repo: Repo, ask: &Ask<'_>) -> Routed {
    ask.end()?;
    ask.answer(READ, Incoming::LfsFiles(ListLfsFiles { repo }))
}

/// The answer to [`GetScan`].
pub fn respond_scan(report: &SecurityReport) -> Response<Bytes> {
    let files = report.files_with_issues.iter();
    let files = files.map(|file| json!({ "path": file.path, "level": file.level }));
    let value = json!({
        "scansDone": report.scans_done,
        "filesWithIssues": files.collect::<Value>(),
    });
    json::respond(StatusCode::OK, &value)
}

/// The answer to [`ListLfsFiles`].
pub fn respond_lfs_files(page: &PageOf<LfsFile>) -> Response<Bytes> {
    page.respond(LfsFile::write)
}

#[cfg(test)]
mod tests {
    use hubkit_types::RepoKind;

    use super::*;
    use crate::{FileWithIssue, server::route};

    fn repo() -> Repo {
        Repo::new(RepoKind::Model, "a/b".parse().expect("an id"))
    }

    #[test]
    fn a_report_comes_back_as_it_was_given() {
        let report = SecurityReport {
            scans_done: true,
            files_with_issues: vec![FileWithIssue {
                path: "x.bin".to_owned(),
                level: "unsafe".to_owned(),
            }],
        };
        let call = GetScan { repo: repo() };
        assert_eq!(call.reply(&respond_scan(&report)), Ok(report));
        assert!(
            call.reply(&Response::new(Bytes::from_static(b"[]")))
                .is_err()
        );
        assert_eq!(route(&call.request()), Ok(Incoming::Scan(call)));
    }

    #[test]
    fn large_files_come_back_as_they_were_given() {
        let page = PageOf {
            items: vec![LfsFile {
                oid: "ab".repeat(32).parse().expect("a digest"),
                size: 7,
                filename: Some("x.bin".to_owned()),
                pushed_at: None,
                rest: [("ref".to_owned(), Value::from("main"))]
                    .into_iter()
                    .collect(),
            }],
            total: None,
            next: Some("/api/models/a/b/lfs-files?cursor=x".to_owned()),
        };
        let call = ListLfsFiles { repo: repo() };
        assert_eq!(call.reply(&respond_lfs_files(&page)), Ok(page));
        assert_eq!(route(&call.request()), Ok(Incoming::LfsFiles(call)));
    }
}
