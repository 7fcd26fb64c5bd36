//! `GET /api/{models|datasets|spaces}/{id}/compare/{spec}`: what changed between two revisions, as a diff that people read
//! and, with `raw=true`, as one line for each file.
//!
//! A line is git's raw format with two words in front: `T` for text or `B` for binary, and the length of the file.

use std::{error, fmt, str::FromStr};

use bytes::Bytes;
use http::{
    HeaderValue, Request, Response,
    header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
};
use hubkit_types::{Repo, Revision};

use crate::{
    ApiError, Call, json,
    server::{
        Incoming, Unroutable,
        ask::{Ask, READ, Routed},
    },
    target,
    text::shown,
};

mod line;

pub use line::{Change, ChangeStatus};

/// Which two states are compared: `BASE..HEAD`, or `HEAD` alone for what its commit changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CompareSpec {
    /// The old state; the parent of the new one where there is none.
    pub base: Option<Revision>,
    /// The new state.
    pub head: Revision,
}

impl FromStr for CompareSpec {
    type Err = ParseCompareSpecError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (base, head) = match text.split_once("..") {
            Some((base, head)) => (Some(base), head),
            None => (None, text),
        };
        let revision = |text: &str| {
            let parsed = text.parse();
            parsed.map_err(|_| ParseCompareSpecError(shown(text, 100)))
        };
        Ok(Self {
            base: base.map(revision).transpose()?,
            head: revision(head)?,
        })
    }
}

impl fmt::Display for CompareSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(base) = &self.base {
            write!(f, "{base}..")?;
        }
        write!(f, "{}", self.head)
    }
}

/// The text does not say which two states are meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseCompareSpecError(String);

impl fmt::Display for ParseCompareSpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a revision: expected REVISION or BASE..HEAD",
            self.0
        )
    }
}

impl error::Error for ParseCompareSpecError {}

/// Asks for a diff: text as `git diff` prints it, of large files that of their pointers. The text is the authors' own:
/// escape it before showing it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GetDiff {
    /// The repository.
    pub repo: Repo,
    /// What is compared.
    pub spec: CompareSpec,
}

impl Call for GetDiff {
    type Reply = String;

    fn request(&self) -> Request<Bytes> {
        target::get_json(target(&self.repo, &self.spec))
    }

    /// What is no UTF-8 is replaced.
    fn reply(&self, response: &Response<Bytes>) -> Result<String, ApiError> {
        let text = json::success(response)?;
        Ok(String::from_utf8_lossy(text).into_owned())
    }
}

/// Asks for the files that changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListChanges {
    /// The repository.
    pub repo: Repo,
    /// What is compared.
    pub spec: CompareSpec,
}

/// The files that changed, in the server's order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Changes {
    /// The files.
    pub files: Vec<Change>,
    /// How many more came under names that must not reach a file system.
    pub refused: usize,
}

impl Call for ListChanges {
    type Reply = Changes;

    fn request(&self) -> Request<Bytes> {
        target::get_json(format!("{}?raw=true", target(&self.repo, &self.spec)))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<Changes, ApiError> {
        let text = std::str::from_utf8(json::success(response)?)
            .map_err(|_| ApiError::protocol("expected the changes in UTF-8"))?;
        let mut changes = Changes::default();
        for line in text.lines() {
            match Change::read(line)? {
                Some(change) => changes.files.push(change),
                None => changes.refused += 1,
            }
        }
        Ok(changes)
    }
}

fn target(repo: &Repo, spec: &CompareSpec) -> String {
    let spec = target::encode(&spec.to_string());
    format!("{}/compare/{spec}", target::api(repo))
}

/// A request to compare two states.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CompareRequest {
    /// The repository.
    pub repo: Repo,
    /// What is compared.
    pub spec: CompareSpec,
    /// In which form.
    pub form: DiffForm,
}

/// What an answer to a comparison looks like.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DiffForm {
    /// As [`GetDiff`] reads it.
    Text,
    /// As [`ListChanges`] reads it.
    Lines,
}

/// `…/compare/{spec}`.
pub(crate) fn route(repo: Repo, ask: &Ask<'_>) -> Routed {
    if ask.rest.is_empty() {
        return Err(Unroutable::NotFound);
    }
    let spec = ask.rest.join("/").parse();
    let request = CompareRequest {
        repo,
        spec: spec.map_err(|_| Unroutable::BadPath)?,
        form: if ask.query.flag("raw") {
            DiffForm::Lines
        } else {
            DiffForm::Text
        },
    };
    ask.answer(READ, Incoming::Compare(request))
}

/// The head of an answer to [`GetDiff`] and to [`ListChanges`], around whatever stands for its text.
pub fn respond_diff<B>(text: B) -> Response<B> {
    let mut response = Response::new(text);
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    // A browser must not take a stranger's text for a page.
    let nosniff = HeaderValue::from_static("nosniff");
    response
        .headers_mut()
        .insert(X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

#[cfg(test)]
mod tests {
    use hubkit_types::RepoKind;

    use super::*;
    use crate::{
        ErrorKind,
        server::{respond_error, route},
    };

    fn repo() -> Repo {
        Repo::new(RepoKind::Dataset, "a/compare".parse().expect("an id"))
    }

    fn spec(text: &str) -> CompareSpec {
        text.parse().expect("two states")
    }

    #[test]
    fn a_request_is_routed_to_what_it_was_made_from() {
        for text in ["main", "v1.0..refs/pr/1", "x/\u{fc}#..y"] {
            let (repo, spec) = (repo(), spec(text));
            assert_eq!(spec.to_string(), text);
            let mut wanted = CompareRequest {
                repo: repo.clone(),
                spec: spec.clone(),
                form: DiffForm::Text,
            };
            let diff = GetDiff {
                repo: repo.clone(),
                spec: spec.clone(),
            };
            let routed = route(&diff.request());
            assert_eq!(routed, Ok(Incoming::Compare(wanted.clone())));
            wanted.form = DiffForm::Lines;
            let changes = ListChanges { repo, spec };
            assert_eq!(route(&changes.request()), Ok(Incoming::Compare(wanted)));
        }
    }

    #[test]
    fn slashes_that_a_client_left_alone_are_part_of_the_revisions() {
        let request = target::get_json("/api/models/a/b/compare/refs/pr/1..dev/x".to_owned());
        let Ok(Incoming::Compare(request)) = route(&request) else {
            panic!("a comparison");
        };
        assert_eq!(request.spec, spec("refs/pr/1..dev/x"));
    }

    #[test]
    fn what_names_no_two_states_is_refused() {
        for text in ["", "..", "a..", "..b", "a...b", "a..b..c", "a b", "a..-b"] {
            assert!(text.parse::<CompareSpec>().is_err(), "{text}");
        }
        let request = target::get_json("/api/models/a/b/compare/a...b".to_owned());
        assert_eq!(route(&request), Err(Unroutable::BadPath));
        let request = target::get_json("/api/models/a/b/compare".to_owned());
        assert_eq!(route(&request), Err(Unroutable::NotFound));
    }

    #[test]
    fn answers_come_back_as_they_were_given() {
        let (repo, spec) = (repo(), spec("main"));
        let text = "diff --git a/x b/x\n+\u{fc}\n";
        let call = GetDiff {
            repo: repo.clone(),
            spec: spec.clone(),
        };
        let response = respond_diff(Bytes::from_static(text.as_bytes()));
        assert_eq!(call.reply(&response), Ok(text.to_owned()));
        let files: Vec<Change> = line::tests::some();
        let lines: Vec<String> = files.iter().map(ToString::to_string).collect();
        let lines = lines.join("\n") + "\n";
        let call = ListChanges { repo, spec };
        let found = call.reply(&respond_diff(Bytes::from(lines)));
        assert_eq!(found, Ok(Changes { files, refused: 0 }));
        let found = call.reply(&respond_diff(Bytes::new()));
        assert_eq!(found, Ok(Changes::default()));
        let refusal = respond_error(ErrorKind::RevisionNotFound, "no", None);
        let found = call.reply(&refusal).map_err(|error| error.kind());
        assert_eq!(found, Err(ErrorKind::RevisionNotFound));
    }
}
