//! The Rust client hf-hub fetches from our server what it was given.

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::OnceLock,
};

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{
    Home, MINILM, Python, Served, Server, Skip, files_below, run, suite_cache, trial,
};

const REPO: &str = "sentence-transformers/all-MiniLM-L6-v2";

fn main() -> ExitCode {
    run(vec![
        trial("hf_hub_fetches_a_small_repository", peer, |peer| {
            let served = Served::new()?
                .file("models/lab/tiny", "config.json", "{}\n")?
                .file("models/lab/tiny", "1_Pooling/config.json", "{\"a\": 1}\n")?
                .file(
                    "models/lab/tiny",
                    ".gitattributes",
                    "*.bin filter=lfs -text\n",
                )?
                .file("models/lab/tiny", "weights.bin", vec![7; 300_000])?;
            fetches(peer, &served, "lab/tiny")
        }),
        trial(
            "hf_hub_fetches_a_model_that_people_use",
            peer_and_model,
            |(peer, model)| {
                let served = Served::new()?.copy(&format!("models/{REPO}"), model)?;
                fetches(peer, &served, REPO)
            },
        ),
        trial("we_serve_offline_what_hf_hub_fetched", peer, |peer| {
            let served = Served::new()?.file("models/lab/tiny", "config.json", "{}\n")?;
            let home = Home::new()?;
            let server = Server::start(served.path())?;
            home.program(peer, ["lab/tiny"])
                .at(server.endpoint())
                .run()?
                .success()?;
            drop(server);
            let arguments = ["download", "lab/tiny", "config.json", "--quiet"];
            let outcome = home.hubkit(arguments)?.offline().run()?.success()?;
            ensure!(
                std::fs::read(outcome.last_line()?)? == b"{}\n",
                "other bytes"
            );
            Ok(())
        }),
    ])
}

/// The peer's program, built outside of the checkout.
fn peer() -> &'static Result<PathBuf, Skip> {
    static PEER: OnceLock<Result<PathBuf, Skip>> = OnceLock::new();
    PEER.get_or_init(|| Ok(build()?))
}

fn peer_and_model() -> &'static Result<(PathBuf, PathBuf), Skip> {
    static BOTH: OnceLock<Result<(PathBuf, PathBuf), Skip>> = OnceLock::new();
    BOTH.get_or_init(|| {
        let model = MINILM.folder(&Python::with(&[])?)?;
        Ok((peer().clone()?, model))
    })
}

fn build() -> Result<PathBuf> {
    let target = suite_cache()?.join("peer-hf-hub");
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/hf-hub/Cargo.toml");
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--locked", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(&target)
        .output()
        .context("can't start cargo")?;
    ensure!(
        output.status.success(),
        "the peer does not build:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(target
        .join("debug")
        .join(format!("peer-hf-hub{}", std::env::consts::EXE_SUFFIX)))
}

fn fetches(peer: &Path, served: &Served, repo: &str) -> Result<()> {
    let home = Home::new()?;
    let server = Server::start(served.path())?;
    let outcome = home
        .program(peer, [repo])
        .at(server.endpoint())
        .run()?
        .success()?;
    let have = files_below(outcome.last_line()?.as_ref())?;
    let want = files_below(&served.repo(&format!("models/{repo}")))?;
    ensure!(
        want.keys().eq(have.keys()),
        "other files: {:?}",
        have.keys().collect::<Vec<_>>()
    );
    for (path, bytes) in &want {
        ensure!(have[path] == *bytes, "{path} has other bytes");
    }
    Ok(())
}
