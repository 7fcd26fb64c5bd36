//! The Rust client hf-hub, versions 1.0 and 0.5, against our server; and our client on what they fetched.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::OnceLock,
};

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{
    BareGit, Home, MINILM, Outcome, Python, Served, Server, Skip, files_below, library, run,
    suite_cache, trial,
};

const MODEL: &str = "lab/tiny";
const REAL: &str = "sentence-transformers/all-MiniLM-L6-v2";

/// A program of its own for each version, built outside of the checkout.
struct Peer {
    program: PathBuf,
}

fn main() -> ExitCode {
    run(vec![
        trial("version_1_0_fetches_a_model", new, |peer| {
            fetches(peer, "model", MODEL, "models/lab/tiny")
        }),
        trial("version_1_0_fetches_a_dataset", new, |peer| {
            fetches(peer, "dataset", "lab/words", "datasets/lab/words")
        }),
        trial("version_1_0_fetches_one_file", new, fetches_one_file),
        trial(
            "version_1_0_fetches_a_model_that_people_use",
            new,
            fetches_a_real_model,
        ),
        trial(
            "version_1_0_lists_files_and_looks_up_paths",
            new,
            lists_files,
        ),
        trial("version_1_0_lists_repositories", new, lists_repositories),
        trial(
            "version_1_0_is_told_what_a_file_is",
            new,
            is_told_what_a_file_is,
        ),
        trial(
            "version_1_0_reads_branches_tags_and_history",
            new_and_git,
            reads_history,
        ),
        trial(
            "version_1_0_is_told_what_is_missing",
            new,
            is_told_what_is_missing,
        ),
        trial("we_serve_offline_what_version_1_0_fetched", new, |peer| {
            we_serve_offline(peer, &["snapshot", MODEL])
        }),
        trial("version_0_5_fetches_a_model", old, |peer| {
            fetches(peer, "model", MODEL, "models/lab/tiny")
        }),
        trial("version_0_5_fetches_a_dataset", old, |peer| {
            fetches(peer, "dataset", "lab/words", "datasets/lab/words")
        }),
        trial(
            "version_0_5_fetches_a_model_that_people_use",
            old,
            fetches_a_real_model,
        ),
        trial(
            "version_0_5_reads_what_we_fetched",
            old,
            old_reads_what_we_fetched,
        ),
        trial("we_serve_offline_what_version_0_5_fetched", old, |peer| {
            we_serve_offline(peer, &["snapshot", "model", MODEL, "main"])
        }),
    ])
}

fn new() -> &'static Result<Peer, Skip> {
    static PEER: OnceLock<Result<Peer, Skip>> = OnceLock::new();
    PEER.get_or_init(|| Ok(Peer::build("hf-hub")?))
}

fn new_and_git() -> &'static Result<Peer, Skip> {
    static PEER: OnceLock<Result<Peer, Skip>> = OnceLock::new();
    PEER.get_or_init(|| {
        BareGit::available()?;
        Ok(Peer::build("hf-hub")?)
    })
}

fn old() -> &'static Result<Peer, Skip> {
    static PEER: OnceLock<Result<Peer, Skip>> = OnceLock::new();
    PEER.get_or_init(|| Ok(Peer::build("hf-hub-0.5")?))
}

impl Peer {
    fn build(name: &str) -> Result<Self> {
        let target = suite_cache()?.join(format!("peer-{name}"));
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("peers")
            .join(name);
        let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--locked", "--manifest-path"])
            .arg(manifest.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&target)
            .output()
            .context("can't start cargo")?;
        ensure!(
            output.status.success(),
            "{name} does not build:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let program = format!(
            "peer-{}{}",
            name.replace('.', "-"),
            std::env::consts::EXE_SUFFIX
        );
        Ok(Self {
            program: target.join("debug").join(program),
        })
    }

    /// Asks, and returns what was printed.
    fn ask(&self, home: &Home, endpoint: &str, words: &[&str]) -> Result<Outcome> {
        home.program(&self.program, words).at(endpoint).run()
    }

    /// Asks, and returns the lines that were printed.
    fn lines(&self, home: &Home, server: &Server, words: &[&str]) -> Result<Vec<String>> {
        let outcome = self.ask(home, server.endpoint(), words)?.success()?;
        Ok(outcome.stdout.lines().map(str::to_owned).collect())
    }
}

/// What is served to both. Neither version quotes a percent sign in a name, and 0.5 asks for the first byte of each
/// file, which an empty one lacks.
fn served() -> Result<Served> {
    let served = library()?;
    for path in ["notes/größe 100%.txt", "empty.txt"] {
        fs::remove_file(served.repo("models/lab/tiny").join(path))?;
    }
    Ok(served)
}

fn same_files(served: &Served, repo: &str, folder: &str) -> Result<()> {
    let (want, have) = (
        files_below(&served.repo(repo))?,
        files_below(folder.as_ref())?,
    );
    ensure!(
        want == have,
        "{:?} instead of {:?}, or other bytes",
        have.keys().collect::<Vec<_>>(),
        want.keys().collect::<Vec<_>>()
    );
    Ok(())
}

fn fetches(peer: &Peer, kind: &str, id: &str, repo: &str) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    let server = Server::start(served.path())?;
    let words = ["snapshot", kind, id, "main"];
    let outcome = peer.ask(&home, server.endpoint(), &words)?.success()?;
    same_files(&served, repo, outcome.last_line()?)
}

fn fetches_one_file(peer: &Peer) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    let server = Server::start(served.path())?;
    let words = ["file", MODEL, "1_Pooling/config.json", "main"];
    let outcome = peer.ask(&home, server.endpoint(), &words)?.success()?;
    ensure!(fs::read(outcome.last_line()?)? == b"{}\n", "other bytes");
    Ok(())
}

fn fetches_a_real_model(peer: &Peer) -> Result<()> {
    let model = MINILM.folder(&Python::with(&[]).map_err(|skip| anyhow::anyhow!("{skip}"))?);
    let model = model.map_err(|skip| anyhow::anyhow!("{skip}"))?;
    let repo = format!("models/{REAL}");
    let (served, home) = (Served::new()?.copy(&repo, &model)?, Home::new()?);
    let server = Server::start(served.path())?;
    let words = ["snapshot", "model", REAL, "main"];
    let outcome = peer.ask(&home, server.endpoint(), &words)?.success()?;
    same_files(&served, &repo, outcome.last_line()?)
}

fn lists_files(peer: &Peer) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    let server = Server::start(served.path())?;
    let tree = peer.lines(&home, &server, &["tree", MODEL, "main"])?;
    for (path, bytes) in files_below(&served.repo("models/lab/tiny"))? {
        let line = format!("{path} {}", bytes.len());
        ensure!(tree.contains(&line), "{line} is missing in {tree:?}");
    }
    ensure!(tree.contains(&"1_Pooling/".to_owned()), "{tree:?}");
    let words = ["paths", MODEL, "config.json", "1_Pooling", "no such"];
    let paths = peer.lines(&home, &server, &words)?;
    ensure!(paths.len() == 2 && paths[1] == "1_Pooling/", "{paths:?}");
    Ok(())
}

fn lists_repositories(peer: &Peer) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    let server = Server::start(served.path())?;
    let mut models = peer.lines(&home, &server, &["models", "lab"])?;
    models.sort();
    let want = ["lab/german", "lab/gguf", "lab/shards", "lab/tiny"];
    ensure!(models == want, "{models:?}");
    Ok(())
}

fn is_told_what_a_file_is(peer: &Peer) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    let server = Server::start(served.path())?;
    let info = peer.lines(&home, &server, &["info", MODEL, "main"])?;
    ensure!(info[0] == MODEL && info[1].len() == 40, "{info:?}");
    let file = peer.lines(&home, &server, &["metadata", MODEL, "model.safetensors"])?;
    let size = fs::metadata(served.repo("models/lab/tiny/model.safetensors"))?.len();
    ensure!(file[0] == info[1] && file[1].len() == 64, "{file:?}");
    ensure!(file[2] == size.to_string(), "{file:?}");
    let found = peer.lines(&home, &server, &["exists", MODEL, "vocab.txt"])?;
    ensure!(found == ["false"], "{found:?}");
    Ok(())
}

fn reads_history(peer: &Peer) -> Result<()> {
    let (root, home) = (tempfile::tempdir()?, Home::new()?);
    let mut repo = BareGit::init(&root.path().join("models/lab/tiny.git"))?;
    repo.file("config.json", "{}\n")?;
    let first = repo.commit("Begin")?;
    repo.git(["tag", "v1"])?;
    repo.large("weights.bin", &[7; 300_000])?;
    let second = repo.commit("Add weights")?;
    let server = Server::start(root.path())?;
    let refs = peer.lines(&home, &server, &["refs", MODEL])?;
    let want = [
        format!("refs/heads/main {second}"),
        format!("refs/tags/v1 {first}"),
    ];
    ensure!(refs == want, "{refs:?}");
    let commits = peer.lines(&home, &server, &["commits", MODEL, "main"])?;
    let want = [format!("{second} Add weights"), format!("{first} Begin")];
    ensure!(commits == want, "{commits:?}");
    let outcome = peer.ask(
        &home,
        server.endpoint(),
        &["snapshot", "model", MODEL, "v1"],
    )?;
    let files = files_below(outcome.success()?.last_line()?.as_ref())?;
    ensure!(files.keys().eq(["config.json"]), "{:?}", files.keys());
    let outcome = peer.ask(
        &home,
        server.endpoint(),
        &["snapshot", "model", MODEL, "main"],
    )?;
    let files = files_below(outcome.success()?.last_line()?.as_ref())?;
    ensure!(files["weights.bin"] == [7; 300_000], "other bytes");
    Ok(())
}

fn is_told_what_is_missing(peer: &Peer) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    let server = Server::start(served.path())?;
    for (words, kind) in [
        (["file", MODEL, "vocab.txt", "main"], "EntryNotFound"),
        (["snapshot", "model", MODEL, "v9"], "RevisionNotFound"),
    ] {
        let outcome = peer.ask(&home, server.endpoint(), &words)?.expect_code(1)?;
        ensure!(outcome.stderr.contains(kind), "no {kind}\n{outcome}");
    }
    Ok(())
}

fn we_serve_offline(peer: &Peer, words: &[&str]) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    let server = Server::start(served.path())?;
    peer.ask(&home, server.endpoint(), words)?.success()?;
    drop(server);
    for (path, bytes) in files_below(&served.repo("models/lab/tiny"))? {
        let download = home.hubkit(["download", MODEL, &path, "--quiet"])?;
        let outcome = download.offline().run()?.success()?;
        ensure!(
            fs::read(outcome.last_line()?)? == bytes,
            "{path} has other bytes"
        );
    }
    Ok(())
}

fn old_reads_what_we_fetched(peer: &Peer) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    let server = Server::start(served.path())?;
    let download = home.hubkit(["download", MODEL, "--quiet"])?;
    download.at(server.endpoint()).run()?.success()?;
    let silent = Server::start(served.path())?;
    let words = ["file", MODEL, "model.safetensors"];
    let outcome = peer.ask(&home, silent.endpoint(), &words)?.success()?;
    let want = fs::read(served.repo("models/lab/tiny/model.safetensors"))?;
    ensure!(fs::read(outcome.last_line()?)? == want, "other bytes");
    silent.expect_silence()
}
