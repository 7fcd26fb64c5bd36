//! What the repositories lie in when they are served.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use hubkit_tests::{Home, Served, Server, into_git, library, with_a_long_shelf};
use serde_json::json;
use tempfile::TempDir;

use crate::grown;

const RULES: &str = "
[organisations.lab]
members = { ada = \"admin\" }

[models.\"lab/secret\"]
private = true

[models.\"lab/gated\"]
gated = \"manual\"

[models.\"lab/open-door\"]
gated = \"auto\"

[models.\"lab/gone\"]
disabled = true

[moved.models]
\"lab/old\" = \"lab/tiny\"
";

/// A hub that is running.
pub(crate) struct Hub {
    pub(crate) server: Server,
    /// The same repositories as plain files.
    plain: Served,
    /// What the scripts are told of it.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// What must live as long as the server.
    _place: Option<Place>,
}

enum Place {
    Cache(#[expect(dead_code, reason = "removed when dropped")] Home),
    Git(#[expect(dead_code, reason = "removed when dropped")] TempDir),
    Rules(#[expect(dead_code, reason = "removed when dropped")] Home),
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
    /// A folder with rules about who may read what.
    Guarded,
}

impl Root {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Cache => "cache",
            Self::Git => "git",
            Self::Guarded => "guarded",
        }
    }

    /// Serves it.
    pub(crate) fn serve(self) -> Result<Hub> {
        match self {
            Self::Folder => serve_folder(),
            Self::Cache => serve_cache(),
            Self::Git => serve_git(),
            Self::Guarded => serve_guarded(),
        }
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
        facts: Vec::new(),
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
        facts: Vec::new(),
        _place: Some(Place::Cache(home)),
    })
}

fn serve_git() -> Result<Hub> {
    let (plain, root) = (library()?, tempfile::tempdir()?);
    into_git(plain.path(), root.path())?;
    let ids = grown::add(root.path())?;
    Ok(Hub {
        server: Server::start(root.path())?,
        plain,
        facts: vec![("IDS", ids.to_string())],
        _place: Some(Place::Git(root)),
    })
}

fn serve_guarded() -> Result<Hub> {
    let mut plain = library()?;
    for name in ["secret", "gated", "open-door", "gone"] {
        plain = plain.file(&format!("models/lab/{name}"), "config.json", "{}\n")?;
    }
    let home = Home::new()?;
    let (ada, ada_lines) = token(&home, "ada", "write")?;
    let (bob, bob_lines) = token(&home, "bob", "read")?;
    let rules = home.path().join("access.toml");
    fs::write(&rules, format!("{ada_lines}\n\n{bob_lines}\n{RULES}"))?;
    let arguments = [
        plain.path().as_os_str(),
        "--access".as_ref(),
        rules.as_os_str(),
    ];
    Ok(Hub {
        server: Server::start_with(arguments)?,
        plain,
        facts: vec![("TOKENS", json!({"ada": ada, "bob": bob}).to_string())],
        _place: Some(Place::Rules(home)),
    })
}

/// Makes a token, and returns it and the lines for the file of rules.
fn token(home: &Home, user: &str, role: &str) -> Result<(String, String)> {
    let arguments = [
        "token", "new", "--user", user, "--role", role, "--format", "json",
    ];
    let made = home.hubkit(arguments)?.run()?.success()?.json()?;
    let text = |key: &str| made[key].as_str().map(str::to_owned).context("a text");
    Ok((text("token")?, text("toml")?))
}
