//! Access to gated repositories: asking for it, and deciding about it.

use bytes::Bytes;
use hubkit_api::{
    AccessDecision, AccessRequest, AskAccess, CancelAccessRequest, DecideAccess, GetAccessReport,
    GrantAccess, ListAccessRequests, RequestStatus,
};
use hubkit_types::Repo;

use crate::{
    Client, Error, ErrorKind, Pages,
    ask::{LONGEST_ANSWER, LONGEST_LIST},
};

impl Client {
    /// Asks for access to a gated repository, with the answers to the form on its page, and says what came of it:
    /// [`RequestStatus::Accepted`] where access is given at once.
    ///
    /// # Errors
    ///
    /// `Authentication` without a token and for an account that was rejected; those of [`Client::info`].
    ///
    /// # Cancellation
    ///
    /// The request may have been made when the future is dropped; making it again changes nothing.
    pub async fn ask_access(
        &self,
        repo: &Repo,
        fields: Vec<(String, String)>,
    ) -> Result<RequestStatus, Error> {
        let call = AskAccess {
            repo: repo.clone(),
            fields,
        };
        let asked = self.call(&call, Some(repo), LONGEST_ANSWER, self.observer());
        if let Some(status) = asked.await? {
            return Ok(status);
        }
        // The answer was a page; whether the door is open is a question of its own.
        match self.auth_check(repo).await {
            Ok(()) => Ok(RequestStatus::Accepted),
            Err(error) if error.kind() == ErrorKind::Gated => Ok(RequestStatus::Pending),
            Err(error) => Err(error),
        }
    }

    /// Takes back a request for access that nobody decided about.
    ///
    /// # Errors
    ///
    /// `NotFound` when there is no such request; those of [`Client::info`].
    pub async fn cancel_access_request(&self, repo: &Repo) -> Result<(), Error> {
        let call = CancelAccessRequest { repo: repo.clone() };
        self.call(&call, Some(repo), LONGEST_ANSWER, self.observer())
            .await
    }

    /// The requests for access to a repository in one state, page by page. For its owner.
    pub fn access_requests(&self, repo: &Repo, status: RequestStatus) -> Pages<AccessRequest> {
        let call = ListAccessRequests {
            repo: repo.clone(),
            status,
            limit: None,
        };
        Pages::new(self.clone(), Some(repo.clone()), call)
    }

    /// Decides about a request for access. For the repository's owner.
    ///
    /// # Errors
    ///
    /// `Authentication` where the token does not suffice, `NotFound` when there is no such request or it is in that state
    /// already; those of [`Client::info`].
    pub async fn decide_access(&self, repo: &Repo, decision: AccessDecision) -> Result<(), Error> {
        let call = DecideAccess {
            repo: repo.clone(),
            decision,
        };
        self.call(&call, Some(repo), LONGEST_ANSWER, self.observer())
            .await
    }

    /// Gives an account access that did not ask for it. For the repository's owner.
    ///
    /// # Errors
    ///
    /// `Authentication` where the token does not suffice, `NotFound` when there is no such account, `Protocol` when it has access
    /// already; those of [`Client::info`].
    pub async fn grant_access(&self, repo: &Repo, user: &str) -> Result<(), Error> {
        let call = GrantAccess {
            repo: repo.clone(),
            user: user.to_owned(),
        };
        self.call(&call, Some(repo), LONGEST_ANSWER, self.observer())
            .await
    }

    /// All requests for access to a repository as a table (CSV). For its owner.
    ///
    /// # Errors
    ///
    /// `Authentication` where the token does not suffice; those of [`Client::info`].
    pub async fn access_report(&self, repo: &Repo) -> Result<Bytes, Error> {
        let call = GetAccessReport { repo: repo.clone() };
        self.call(&call, Some(repo), LONGEST_LIST, self.observer())
            .await
    }
}
