//! What the words on the command line name.

use std::time::Duration;

use hubkit::{
    HfUri, Hub, HubBuilder, InsecureTokens, Repo, RepoKind, RepoPath, Revision,
    auth::{ParseTokenError, Token, TokenFile},
};

use crate::{
    args::{Global, Which},
    failure::Failure,
    progress::Remarks,
    ui::Ui,
};

/// A repository, a state of it and perhaps a path in it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) repo: Repo,
    pub(crate) revision: Option<Revision>,
    pub(crate) path: Option<RepoPath>,
    pub(crate) is_folder: bool,
}

impl Target {
    pub(crate) fn read(which: &Which) -> Result<Self, Failure> {
        Self::new(&which.repo, which.repo_type, which.revision.as_ref())
    }

    pub(crate) fn new(
        text: &str,
        kind: Option<RepoKind>,
        revision: Option<&Revision>,
    ) -> Result<Self, Failure> {
        if text.starts_with("hf://") {
            let uri: HfUri = text
                .parse()
                .map_err(|error| Failure::usage(format!("{error}")))?;
            if kind.is_some_and(|kind| kind != uri.repo.kind) {
                return Err(Failure::usage(format!(
                    "`{text}` names a {}, and `--repo-type` another kind",
                    uri.repo.kind
                )));
            }
            if let (Some(named), Some(asked)) = (&uri.revision, revision)
                && named != asked
            {
                return Err(Failure::usage(format!(
                    "`{text}` names the revision {named}, and `--revision` {asked}"
                )));
            }
            let revision = uri.revision.or_else(|| revision.cloned());
            return Ok(Self {
                repo: uri.repo,
                revision,
                path: uri.path,
                is_folder: uri.is_folder,
            });
        }
        let id = text.parse().map_err(|error| {
            Failure::usage(format!("{error}"))
                .hint("repositories are called NAMESPACE/NAME, as in `openai-community/gpt2`")
        })?;
        let repo = Repo::new(kind.unwrap_or(RepoKind::Model), id);
        Ok(Self {
            repo,
            revision: revision.cloned(),
            path: None,
            is_folder: false,
        })
    }

    pub(crate) fn revision(&self) -> Revision {
        self.revision.clone().unwrap_or_default()
    }
}

/// The hub that the environment and the options name, wired for so many files at a time.
pub(crate) fn hub(global: &Global, max_workers: usize) -> Result<Hub, Failure> {
    hub_with(global, |builder| builder.max_workers(max_workers))
}

/// The hub that the environment and the options name, with what one command wires otherwise.
pub(crate) fn hub_with(
    global: &Global,
    wire: impl FnOnce(HubBuilder) -> HubBuilder,
) -> Result<Hub, Failure> {
    let environment = hubkit::Environment::read().map_err(hubkit::HubError::from)?;
    let mut builder = wire(Hub::builder(environment))
        .max_wait(Duration::from_secs(global.max_wait))
        .observer(Remarks::new(Ui::new(global)));
    if let Some(endpoint) = &global.endpoint {
        builder = builder.endpoint(endpoint.clone());
    }
    if let Some(cache) = &global.cache_dir {
        builder = builder.cache(cache.clone());
    }
    if let Some(token) = &global.token {
        let token: Token = token
            .parse()
            .map_err(|error: ParseTokenError| Failure::usage(format!("`--token`: {error}")))?;
        builder = builder.token(token);
    }
    if global.offline {
        builder = builder.offline();
    }
    if global.allow_insecure {
        builder = builder.insecure_tokens(InsecureTokens::Allow);
    }
    let hub = builder.build()?;
    warn_of_token_file(global, &hub);
    Ok(hub)
}

/// A token that others on this machine can read is not a secret; say so where the file is used.
fn warn_of_token_file(global: &Global, hub: &Hub) {
    let environment = hub.environment();
    let unused = global.token.is_some() || environment.token.is_some() || environment.offline;
    let file = environment
        .token_path
        .clone()
        .filter(|_| !unused)
        .map(TokenFile::new);
    if let Some(warning) = file.and_then(|file| file.permissions_warning()) {
        Ui::new(global).remark(&format!("warning: {warning}"));
    }
}
