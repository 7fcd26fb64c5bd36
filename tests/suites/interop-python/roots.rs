//! What the repositories lie in when they are served.

use std::{path::Path, sync::OnceLock};

use anyhow::{Result, anyhow};
use hubkit_tests::{Home, Served, Server, into_git, library, with_a_long_shelf};
use tempfile::TempDir;

/// A hub that is running.
pub(crate) struct Hub {
    pub(crate) server: Server,
    /// The same repositories as plain files.
    plain: Served,
    /// What must live as long as the server.
    _place: Option<Place>,
}

enum Place {
    Cache(#[expect(dead_code, reason = "removed when dropped")] Home),
    Git(#[expect(dead_code, reason = "removed when dropped")] TempDir),
}

/// What the repositories lie in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Root {
    /// A folder of plain repositories.
    Folder,
    /// A cache, filled by our own client.
    Cache,
    /// Bare git repositories.
    Git,
}

impl Root {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Cache => "cache",
            Self::Git => "git",
        }
    }

    /// Returns the hub of this root, which runs until the suite ends. A hub that does not start fails every trial.
    pub(crate) fn hub(self) -> Result<&'static Hub> {
        static HUBS: [OnceLock<Result<Hub, String>>; 3] = [const { OnceLock::new() }; 3];
        let hub = HUBS[self as usize].get_or_init(|| {
            let started = match self {
                Self::Folder => serve_folder(),
                Self::Cache => serve_cache(),
                Self::Git => serve_git(),
            };
            started.map_err(|error| format!("{error:#}"))
        });
        hub.as_ref()
            .map_err(|error| anyhow!("nothing is served: {error}"))
    }
}

impl Hub {
    pub(crate) fn plain(&self) -> &Path {
        self.plain.path()
    }
}

fn serve_folder() -> Result<Hub> {
    let plain = with_a_long_shelf(library()?)?;
    Ok(Hub {
        server: Server::start(plain.path())?,
        plain,
        _place: None,
    })
}

fn serve_cache() -> Result<Hub> {
    let (plain, home) = (library()?, Home::new()?);
    let source = Server::start(plain.path())?;
    for repo in [
        "lab/tiny",
        "lab/german",
        "lab/shards",
        "lab/gguf",
        "hf://datasets/lab/words",
        "hf://datasets/lab/many",
        "hf://spaces/lab/show",
    ] {
        let download = home.hubkit(["download", repo, "--quiet"])?;
        download.at(source.endpoint()).run()?.success()?;
    }
    Ok(Hub {
        server: Server::start(&home.cache())?,
        plain,
        _place: Some(Place::Cache(home)),
    })
}

fn serve_git() -> Result<Hub> {
    let (plain, root) = (library()?, tempfile::tempdir()?);
    into_git(plain.path(), root.path())?;
    Ok(Hub {
        server: Server::start(root.path())?,
        plain,
        _place: Some(Place::Git(root)),
    })
}
