//! Where the large files of a clone are fetched from.

use std::{fs::File, path::PathBuf};

use futures_util::{FutureExt as _, StreamExt as _, stream};
use hubkit::{
    Client, Endpoint, ErrorKind, Hub, LfsServer, LfsWanted, Repo, RepoKind, RepoPath, Revision,
};
use hubkit_git::{LfsObjects, LfsPlace, Repository, ToldBy, WorkTree};

use super::of_git;
use crate::{exit::Exit, failure::Failure, progress::Report, ui::Ui};

/// Who has the files.
pub(super) enum Source {
    Server {
        server: LfsServer,
        /// Whether it is the hub's own, which alone is given the token.
        is_hub: bool,
        /// The repository at the hub, and the revisions that it may know, the nearest first: the hub can be asked for files by
        /// their paths where it has no batch API.
        by_path: Option<(Repo, Vec<Revision>)>,
    },
    Folder(PathBuf),
}

impl Source {
    /// The repository that the command line names.
    pub(super) fn named(hub: &Hub, repo: &Repo) -> Result<Self, Failure> {
        let server = hub.client().lfs(repo)?;
        Ok(Self::Server {
            server,
            is_hub: true,
            by_path: Some((repo.clone(), vec![Revision::main()])),
        })
    }

    /// What the clone says.
    pub(super) fn of_clone(hub: &Hub, clone: &WorkTree, ui: &Ui) -> Result<Self, Failure> {
        let remote = clone.lfs_remote().map_err(|error| of_git(&error))?;
        let endpoint = match remote.place {
            LfsPlace::Folder(folder) => return Ok(Self::Folder(clone.root().join(folder))),
            LfsPlace::Server(endpoint) => endpoint,
        };
        let mut is_hub = endpoint.origin() == hub.client().endpoint().origin();
        let mut server = hub.client().lfs_at(endpoint);
        if remote.told_by == ToldBy::Stranger {
            let address = server.address();
            ui.remark(&format!(
                "note: `.lfsconfig` of the repository names {address}, which is asked without a token"
            ));
            server = server.anonymous();
            is_hub = false;
        }
        let repo = clone
            .remote_url()
            .and_then(|url| repo_of(hub.client().endpoint(), &url));
        Ok(Self::Server {
            server,
            is_hub,
            by_path: repo.map(|repo| (repo, clone.revisions())),
        })
    }

    /// Brings objects to where they are kept. Each has an outcome of its own.
    pub(super) async fn fetch(
        &self,
        client: &Client,
        objects: &LfsObjects,
        wanted: &[LfsWanted],
        report: &Report,
    ) -> Result<Vec<Result<(), Failure>>, Failure> {
        let (server, is_hub, by_path) = match self {
            Self::Server {
                server,
                is_hub,
                by_path,
            } => (server, *is_hub, by_path),
            Self::Folder(folder) => return copy(folder, objects, wanted),
        };
        let stage = |object: &hubkit::api::LfsObject| objects.stage(object.oid, object.size);
        match server.fetch(wanted, stage, report).await {
            Ok(outcomes) => {
                let outcomes = outcomes.into_iter();
                Ok(outcomes
                    .map(|outcome| outcome.map_err(|error| of_server(&error, is_hub)))
                    .collect())
            }
            // Not every hub has a batch API; every hub has files at their paths.
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Protocol)
                    && by_path.is_some() =>
            {
                let Some((repo, revisions)) = by_path else {
                    return Err(of_server(&error, is_hub));
                };
                let resolved = wanted.iter().map(|one| {
                    resolve(client, objects, (repo, revisions.as_slice()), one, report).boxed()
                });
                let resolved: Vec<_> = resolved.collect();
                let resolved = stream::iter(resolved).buffered(server.max_workers());
                Ok(resolved.collect().await)
            }
            Err(error) => Err(of_server(&error, is_hub)),
        }
    }
}

/// What an LFS server did not do, with what helps there.
fn of_server(error: &hubkit::Error, is_hub: bool) -> Failure {
    let failure = Failure::from(error);
    match error.kind() {
        ErrorKind::FileNotFound => failure.hint(
            "the server has no such object: whoever has it can bring it there with `git lfs push --all`",
        ),
        ErrorKind::Authentication if !is_hub => failure.hint(
            "the server is not the hub, so no token is sent to it; git-lfs can give it a password, and `--repo` asks the hub",
        ),
        _ => failure,
    }
}

/// From another repository on this machine.
fn copy(
    folder: &std::path::Path,
    objects: &LfsObjects,
    wanted: &[LfsWanted],
) -> Result<Vec<Result<(), Failure>>, Failure> {
    let other = Repository::open(folder).map_err(|error| of_git(&error))?;
    let one = |wanted: &LfsWanted| {
        let path = &wanted.path;
        let Some(file) = other.lfs_object(wanted.object.oid) else {
            let message = format!("{} has no object for `{path}`", folder.display());
            return Err(Failure::new(Exit::NotFound, "file_not_found", message));
        };
        keep(objects, &file, wanted)
    };
    Ok(wanted.iter().map(one).collect())
}

async fn resolve(
    client: &Client,
    objects: &LfsObjects,
    (repo, revisions): (&Repo, &[Revision]),
    wanted: &LfsWanted,
    report: &Report,
) -> Result<(), Failure> {
    let mut unknown = None;
    for revision in revisions {
        match client.file(repo, revision, &wanted.path, report).await {
            Ok((_, file)) => {
                let Some(local) = file.local_path else {
                    let message = format!("`{}` has no file in the cache", wanted.path);
                    return Err(Failure::new(Exit::Disk, "not_in_store", message));
                };
                return keep(objects, &local, wanted);
            }
            // A commit that was never pushed; the hub may know the one it was made on.
            Err(error) if error.kind() == ErrorKind::RevisionNotFound => {
                unknown.get_or_insert(error);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(unknown.map_or_else(
        || {
            let message = format!("`{}`: nothing is checked out", wanted.path);
            Failure::new(Exit::NotFound, "revision_not_found", message)
        },
        Failure::from,
    ))
}

fn keep(objects: &LfsObjects, file: &std::path::Path, wanted: &LfsWanted) -> Result<(), Failure> {
    let kept = File::open(file).and_then(|file| objects.keep(file))?;
    let expected = wanted.object.oid;
    if kept.oid() == expected {
        return Ok(());
    }
    let path = &wanted.path;
    let message = format!(
        "`{path}`: expected the digest {expected}, found {}",
        kept.oid()
    );
    Err(Failure::new(Exit::Integrity, "integrity", message))
}

/// The repository at this hub that an address is of.
fn repo_of(hub: &Endpoint, url: &str) -> Option<Repo> {
    let rest = url.strip_prefix(&hub.to_string())?.strip_prefix('/')?;
    let rest = rest.trim_end_matches('/');
    let rest = rest.strip_suffix(".git").unwrap_or(rest);
    let kinds = RepoKind::ALL.into_iter();
    let mut prefixed = kinds.filter(|kind| !kind.url_prefix().is_empty());
    let found = prefixed.find_map(|kind| Some((kind, rest.strip_prefix(kind.url_prefix())?)));
    let (kind, id) = found.unwrap_or((RepoKind::Model, rest));
    Some(Repo::new(kind, id.parse().ok()?))
}

/// What is fetched for a pointer.
pub(super) fn wanted(path: &RepoPath, pointer: &hubkit::lfs::Pointer) -> LfsWanted {
    LfsWanted {
        path: path.clone(),
        object: hubkit::api::LfsObject {
            oid: pointer.oid(),
            size: pointer.size(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_at_the_hub_names_its_repository() {
        let hub: Endpoint = "https://hub.example/hf".parse().expect("an endpoint");
        for (url, expected) in [
            ("https://hub.example/hf/a/b", Some("a/b")),
            ("https://hub.example/hf/a/b.git", Some("a/b")),
            ("https://hub.example/hf/datasets/a/b/", Some("datasets/a/b")),
            ("https://hub.example/hf/gpt2", Some("gpt2")),
            ("https://hub.example/a/b", None),
            ("https://elsewhere.example/hf/a/b", None),
            ("git@hub.example:a/b", None),
        ] {
            let found = repo_of(&hub, url).map(|repo| repo.to_string());
            assert_eq!(found.as_deref(), expected, "{url}");
        }
    }
}
