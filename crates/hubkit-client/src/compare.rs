//! What changed between two states.

use hubkit_api::{Changes, CompareSpec, GetDiff, ListChanges};
use hubkit_types::Repo;

use crate::{Client, Error, ask::LONGEST_LIST};

impl Client {
    /// What changed, as a diff that people read; of large files that of their pointers.
    ///
    /// # Errors
    ///
    /// `Protocol` for a diff of more than 64 MiB; those of [`Client::info`]; offline always `Offline`.
    pub async fn diff(&self, repo: &Repo, spec: &CompareSpec) -> Result<String, Error> {
        let call = GetDiff {
            repo: repo.clone(),
            spec: spec.clone(),
        };
        self.call(&call, Some(repo), LONGEST_LIST, self.observer())
            .await
    }

    /// The files that changed.
    ///
    /// # Errors
    ///
    /// Those of [`Client::info`]; offline always `Offline`.
    pub async fn changes(&self, repo: &Repo, spec: &CompareSpec) -> Result<Changes, Error> {
        let call = ListChanges {
            repo: repo.clone(),
            spec: spec.clone(),
        };
        self.call(&call, Some(repo), LONGEST_LIST, self.observer())
            .await
    }
}
