//! `GET /api/{kind}/{id}/auth-check`: whether the files of a repository may be read.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hubkit_types::Repo;
use serde_json::json;

use crate::{
    ApiError, Call, json,
    server::{
        Incoming,
        ask::{Ask, READ, Routed},
    },
    target,
};

/// Asks whether whoever sends this may read the files of a repository.
///
/// Who may not is told why: an error of kind [`Gated`](crate::ErrorKind::Gated) or
/// [`RepoNotFound`](crate::ErrorKind::RepoNotFound).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuthCheck {
    /// The repository.
    pub repo: Repo,
}

impl Call for AuthCheck {
    type Reply = ();

    fn request(&self) -> Request<Bytes> {
        target::get_json(format!("{}/auth-check", target::api(&self.repo)))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<(), ApiError> {
        // Only the status counts; what comes with it is not promised to be JSON.
        json::success(response).map(drop)
    }
}

/// Asks whether whoever sends this may change a repository.
///
/// Who may not is told why: as by [`AuthCheck`], or an error of kind [`Forbidden`](crate::ErrorKind::Forbidden).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WriteCheck {
    /// The repository.
    pub repo: Repo,
}

impl Call for WriteCheck {
    type Reply = ();

    fn request(&self) -> Request<Bytes> {
        target::get_json(format!("{}/auth-check/write", target::api(&self.repo)))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<(), ApiError> {
        json::success(response).map(drop)
    }
}

/// `…/auth-check` and `…/auth-check/write`.
pub(crate) fn route(repo: Repo, ask: &Ask<'_>) -> Routed {
    if ask.rest == ["write"] {
        return ask.answer(READ, Incoming::WriteCheck(WriteCheck { repo }));
    }
    ask.end()?;
    ask.answer(READ, Incoming::AuthCheck(AuthCheck { repo }))
}

/// The answer to [`AuthCheck`] and [`WriteCheck`] for those who may.
pub fn respond_auth_check() -> Response<Bytes> {
    json::respond(StatusCode::OK, &json!({}))
}

#[cfg(test)]
mod tests {
    use hubkit_types::RepoKind;

    use super::*;
    use crate::{
        ErrorKind,
        server::{respond_error, route},
    };

    fn call(id: &str) -> AuthCheck {
        AuthCheck {
            repo: Repo::new(RepoKind::Dataset, id.parse().expect("an id")),
        }
    }

    #[test]
    fn a_request_is_routed_to_what_it_was_made_from() {
        for call in [call("a/b"), call("squad"), call("a/auth-check")] {
            let write = WriteCheck {
                repo: call.repo.clone(),
            };
            assert_eq!(route(&call.request()), Ok(Incoming::AuthCheck(call)));
            let routed = route(&write.request());
            assert_eq!(routed, Ok(Incoming::WriteCheck(write)));
        }
    }

    #[test]
    fn leave_and_refusal_come_back_as_they_were_given() {
        assert_eq!(call("a/b").reply(&respond_auth_check()), Ok(()));
        let write = WriteCheck {
            repo: call("a/b").repo,
        };
        assert_eq!(write.reply(&respond_auth_check()), Ok(()));
        for kind in [ErrorKind::Gated, ErrorKind::RepoNotFound] {
            let found = call("a/b").reply(&respond_error(kind, "no", None));
            assert_eq!(found.map_err(|error| error.kind()), Err(kind));
        }
    }

    #[test]
    fn neither_a_login_page_nor_a_redirect_is_leave() {
        let page = Response::builder().header("content-type", "text/html");
        let page = page.body(Bytes::from_static(b"<html>")).expect("a page");
        let found = call("a/b").reply(&page).map_err(|error| error.kind());
        assert_eq!(found, Err(ErrorKind::NotAHub));
        let redirect = Response::builder().status(302).body(Bytes::new());
        let redirect = redirect.expect("a redirect");
        let found = call("a/b").reply(&redirect).map_err(|error| error.kind());
        assert_eq!(found, Err(ErrorKind::Protocol));
    }
}
