//! git and git-lfs against what we serve; `hubkit lfs` in clones of a real git server, with LFS servers that nobody here
//! wrote, and as the filter of git itself.

mod clones;
mod giftless;

use std::{fs, process::ExitCode, sync::OnceLock};

use anyhow::{Context as _, Result, ensure};
use clones::{Clone, Origin, large};
use giftless::Giftless;
use hubkit_tests::{Home, NOWHERE, Outcome, Python, Server, Skip, bin, run_together, trial};
use serde_json::Value;

fn main() -> ExitCode {
    run_together(vec![
        trial("git_lfs_pulls_from_our_server", git_lfs, git_lfs_pulls),
        trial("git_lfs_is_told_that_there_are_no_locks", git_lfs, locks),
        trial("hubkit_pulls_from_our_server", git_lfs, pulls),
        trial("hubkit_pulls_a_part_and_then_the_rest", git_lfs, a_part),
        trial(
            "hubkit_pulls_by_path_where_there_is_no_batch_api",
            git_lfs,
            by_path,
        ),
        trial(
            "hubkit_takes_objects_that_are_here_already",
            git_lfs,
            reuses,
        ),
        trial("what_is_the_users_own_is_left_alone", git_lfs, left_alone),
        trial(
            "what_is_wrong_or_missing_is_told_and_the_rest_is_pulled",
            git_lfs,
            wrong,
        ),
        trial("hubkit_is_the_filter_of_git", git_lfs, filters),
        trial("git_lfs_tracks_what_hubkit_tracks", git_lfs, tracks),
        trial("hubkit_pulls_from_giftless", giftless, pulls_from_giftless),
        trial(
            "an_lfsconfig_names_giftless_and_gets_no_token",
            giftless,
            lfsconfig,
        ),
    ])
}

fn git_lfs() -> &'static Result<(), Skip> {
    static TOOLS: OnceLock<Result<(), Skip>> = OnceLock::new();
    TOOLS.get_or_init(clones::tools)
}

fn giftless() -> &'static Result<Python, Skip> {
    static TOOLS: OnceLock<Result<Python, Skip>> = OnceLock::new();
    TOOLS.get_or_init(|| {
        clones::tools()?;
        Giftless::python()
    })
}

/// A clone whose remote is the repository at our server.
fn clone_of_ours<'home>(
    origin: &Origin,
    server: &Server,
    home: &'home Home,
) -> Result<Clone<'home>> {
    let clone = origin.clone(home, "clone")?;
    let ours = format!("{}/lab/tiny", server.endpoint());
    clone
        .git(&["remote", "set-url", "origin", &ours])?
        .success()?;
    Ok(clone)
}

fn git_lfs_pulls(_: &()) -> Result<()> {
    let (origin, home) = (Origin::new()?, Home::new()?);
    let server = Server::start(origin.root())?;
    let clone = clone_of_ours(&origin, &server, &home)?;
    clone.git(&["lfs", "install", "--local"])?.success()?;
    clone.git(&["lfs", "pull"])?.success()?;
    clone.is_whole()
}

fn locks(_: &()) -> Result<()> {
    let (origin, home) = (Origin::new()?, Home::new()?);
    let server = Server::start(origin.root())?;
    let clone = clone_of_ours(&origin, &server, &home)?;
    let listed = clone.git(&["lfs", "locks"])?.success()?.stdout;
    ensure!(listed.trim().is_empty(), "{listed}");
    let refused = clone.git(&["lfs", "lock", "model.bin"])?;
    ensure!(refused.code != Some(0), "it was locked");
    let said = refused.stdout + &refused.stderr;
    ensure!(said.contains("keeps no locks"), "{said}");
    Ok(())
}

fn pulls(_: &()) -> Result<()> {
    let (origin, home) = (Origin::new()?, Home::new()?);
    let server = Server::start(origin.root())?;
    let clone = clone_of_ours(&origin, &server, &home)?;
    let before = clone.lfs(NOWHERE, &["pointers", "--format", "json"])?;
    ensure!(before.code == Some(1), "pointers are found: {before:?}");
    let found: Value = serde_json::from_str(&before.stdout)?;
    let bytes: u64 = large().iter().map(|(_, bytes)| bytes.len() as u64).sum();
    ensure!(found["bytes"] == bytes, "{found}");
    let list = found["pointers"].as_array().context("a list")?;
    ensure!(
        list.iter().all(|one| one["git"] == "checked_out"),
        "{found}"
    );
    clone.lfs(server.endpoint(), &["pull"])?.success()?;
    clone.is_whole()?;
    let after = clone.lfs(NOWHERE, &["pointers"])?.success()?;
    ensure!(after.stdout.is_empty(), "{after:?}");
    // Nothing is left to do, and so nobody is asked.
    clone.lfs(NOWHERE, &["pull"])?.success()?;
    Ok(())
}

fn a_part(_: &()) -> Result<()> {
    let (origin, home) = (Origin::new()?, Home::new()?);
    let server = Server::start(origin.root())?;
    let clone = clone_of_ours(&origin, &server, &home)?;
    let pulled = clone.lfs(server.endpoint(), &["pull", "--include", "sub/*"])?;
    let expected = "sub/small.bin\nsub/twin gr\u{f6}\u{df}e.bin\n";
    ensure!(pulled.success()?.stdout == expected, "others were pulled");
    clone.is_clean()?;
    let pulled = clone
        .lfs(server.endpoint(), &["pull", "tools"])?
        .success()?;
    ensure!(pulled.stdout == "tools/run.bin\n", "others were pulled");
    clone.lfs(server.endpoint(), &["pull"])?.success()?;
    clone.is_whole()
}

/// A hub without a batch API: the address below which all is served does not know of it.
fn by_path(_: &()) -> Result<()> {
    let (origin, home) = (Origin::new()?, Home::new()?);
    let server = Server::start(origin.root())?;
    let clone = clone_of_ours(&origin, &server, &home)?;
    let elsewhere = format!("{}/no/such/place", server.endpoint());
    clone.git(&["config", "lfs.url", &elsewhere])?.success()?;
    // The hub does not know of this commit, and knows the one before it.
    let commit = ["commit", "--quiet", "--allow-empty", "--message", "Mine"];
    clone.git(&commit)?.success()?;
    clone.lfs(server.endpoint(), &["pull"])?.success()?;
    clone.is_whole()
}

fn reuses(_: &()) -> Result<()> {
    let (origin, home) = (Origin::new()?, Home::new()?);
    let server = Server::start(origin.root())?;
    let clone = clone_of_ours(&origin, &server, &home)?;
    // Git-lfs fetches, and puts nothing in its place.
    clone.git(&["lfs", "fetch"])?.success()?;
    let pulled = clone
        .lfs(NOWHERE, &["pull", "--format", "json"])?
        .success()?;
    let told: Value = serde_json::from_str(&pulled.stdout)?;
    ensure!(told["fetched_bytes"] == 0, "{told}");
    clone.is_whole()
}

fn left_alone(_: &()) -> Result<()> {
    let (origin, home) = (Origin::new()?, Home::new()?);
    let server = Server::start(origin.root())?;
    let clone = clone_of_ours(&origin, &server, &home)?;
    let pointer = fs::read_to_string(clone.folder.join("model.bin"))?;
    fs::write(clone.folder.join("model.bin"), "mine\n")?;
    fs::write(
        clone.folder.join("sub/small.bin"),
        pointer.replace("size 9", "size 8"),
    )?;
    // A stranger's link must lead nowhere.
    let outside = home.path().join("outside");
    fs::create_dir(&outside)?;
    fs::rename(clone.folder.join("tools/run.bin"), outside.join("run.bin"))?;
    fs::remove_dir(clone.folder.join("tools"))?;
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, clone.folder.join("tools"))?;
    let kept = fs::read_to_string(outside.join("run.bin"))?;
    let pulled = clone
        .lfs(server.endpoint(), &["pull", "--format", "json"])?
        .success()?;
    let told: Value = serde_json::from_str(&pulled.stdout)?;
    let paths = |key: &str| -> Vec<String> {
        let list = told[key].as_array().into_iter().flatten();
        list.map(|one| one["path"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    ensure!(paths("files") == ["sub/twin gr\u{f6}\u{df}e.bin"], "{told}");
    ensure!(paths("skipped") == ["sub/small.bin"], "{told}");
    ensure!(fs::read(clone.folder.join("model.bin"))? == b"mine\n");
    ensure!(
        fs::read_to_string(outside.join("run.bin"))? == kept,
        "written through a link"
    );
    Ok(())
}

fn wrong(_: &()) -> Result<()> {
    let (origin, home) = (Origin::new()?, Home::new()?);
    let objects = origin.root().join(clones::REPO).join("lfs/objects");
    let digest = |path: &str| -> Result<String> {
        let text = fs::read_to_string(path)?;
        let line = text.lines().nth(1).context("an oid")?.to_owned();
        Ok(line.trim_start_matches("oid sha256:").to_owned())
    };
    let server = Server::start(origin.root())?;
    let clone = clone_of_ours(&origin, &server, &home)?;
    let place = |path: &str| clone.folder.join(path).to_string_lossy().into_owned();
    let missing = digest(&place("tools/run.bin"))?;
    let damaged = digest(&place("sub/small.bin"))?;
    let object = |oid: &str| objects.join(&oid[..2]).join(&oid[2..4]).join(oid);
    fs::remove_file(object(&missing))?;
    // As long as it should be, and another: of these only one of two is to blame.
    fs::write(object(&damaged), vec![b'x'; 1000])?;
    let pulled = clone.lfs(server.endpoint(), &["pull"])?;
    ensure!(pulled.code == Some(7), "{pulled:?}");
    ensure!(pulled.stdout == "model.bin\n", "{pulled:?}");
    ensure!(pulled.stderr.contains("tools/run.bin"), "{pulled:?}");
    ensure!(fs::read(clone.folder.join("sub/small.bin"))?.starts_with(b"version "));
    clone.is_clean()
}

/// `filter.lfs` is hubkit; git runs it for each file.
fn filters(_: &()) -> Result<()> {
    let (origin, home) = (Origin::new()?, Home::new()?);
    let server = Server::start(origin.root())?;
    let hubkit = bin()?.to_string_lossy().into_owned();
    let filter = |what: &str| {
        format!(
            "HF_ENDPOINT={} '{hubkit}' lfs {what} -- %f",
            server.endpoint()
        )
    };
    let clone = clone_of_ours(&origin, &server, &home)?;
    for (key, value) in [
        ("filter.lfs.smudge", filter("smudge")),
        ("filter.lfs.clean", filter("clean")),
        ("filter.lfs.required", "true".to_owned()),
    ] {
        clone.git(&["config", key, &value])?.success()?;
    }
    for (path, _) in large() {
        fs::remove_file(clone.folder.join(path))?;
    }
    clone.git(&["checkout", "--", "."])?.success()?;
    for (path, bytes) in large() {
        ensure!(fs::read(clone.folder.join(path))? == bytes, "{path}");
    }
    clone.is_clean()?;
    let text = "new weights\n".repeat(1000);
    fs::write(clone.folder.join("new.bin"), &text)?;
    fs::write(clone.folder.join("empty.bin"), "")?;
    clone.git(&["add", "--all"])?.success()?;
    let ours = clone
        .git(&["cat-file", "blob", ":new.bin"])?
        .success()?
        .stdout;
    let theirs = clone
        .git(&["lfs", "pointer", "--file=new.bin"])?
        .success()?
        .stdout;
    ensure!(ours == theirs, "{ours}\n{theirs}");
    let empty = clone
        .git(&["cat-file", "blob", ":empty.bin"])?
        .success()?
        .stdout;
    ensure!(empty.is_empty(), "{empty}");
    clone
        .git(&["commit", "--quiet", "--message", "More"])?
        .success()?;
    clone.git(&["lfs", "fsck"])?.success()?;
    fs::remove_file(clone.folder.join("new.bin"))?;
    clone.git(&["checkout", "--", "new.bin"])?.success()?;
    ensure!(fs::read_to_string(clone.folder.join("new.bin"))? == text);
    Ok(())
}

fn tracks(_: &()) -> Result<()> {
    let (origin, home) = (Origin::new()?, Home::new()?);
    let clone = origin.clone(&home, "clone")?;
    let patterns = ["*.safetensors", "data/**/a b.parquet", "#odd"];
    let arguments: Vec<&str> = ["track"].into_iter().chain(patterns).collect();
    clone.lfs(NOWHERE, &arguments)?.success()?;
    let text = fs::read_to_string(clone.folder.join(".gitattributes"))?;
    // Git-lfs knows them all, and so has nothing to add.
    let arguments: Vec<&str> = ["lfs", "track"].into_iter().chain(patterns).collect();
    let said = clone.git(&arguments)?.success()?.stdout;
    ensure!(said.matches("already supported").count() == 3, "{said}");
    ensure!(fs::read_to_string(clone.folder.join(".gitattributes"))? == text);
    let listed = clone.lfs(NOWHERE, &["track"])?.success()?.stdout;
    ensure!(
        listed.lines().collect::<Vec<_>>()[1..] == patterns,
        "{listed}"
    );
    Ok(())
}

fn pulls_from_giftless(python: &Python) -> Result<()> {
    let (origin, home) = (Origin::new()?, Home::new()?);
    let giftless = Giftless::start(python)?;
    origin.push_to(&home, &giftless.url("lab/tiny"))?;
    let clone = origin.clone(&home, "clone")?;
    clone
        .git(&["config", "lfs.url", &giftless.url("lab/tiny")])?
        .success()?;
    clone.lfs(NOWHERE, &["pull"])?.success()?;
    clone.is_whole()
}

fn lfsconfig(python: &Python) -> Result<()> {
    let (origin, home) = (Origin::new()?, Home::new()?);
    let giftless = Giftless::start(python)?;
    origin.push_to(&home, &giftless.url("lab/tiny"))?;
    let clone = origin.clone(&home, "clone")?;
    let url = giftless.url("lab/tiny");
    fs::write(
        clone.folder.join(".lfsconfig"),
        format!("[lfs]\n\turl = {url}\n"),
    )?;
    let hub = giftless.url("");
    let pull: Outcome = home
        .hubkit(["lfs", "pull", "--token", "hf_secret"])?
        .within(&clone.folder)
        .at(hub.trim_end_matches('/'))
        .run()?;
    let pulled = pull.success()?;
    ensure!(
        pulled.stderr.contains("asked without a token"),
        "{pulled:?}"
    );
    for (path, bytes) in large() {
        ensure!(fs::read(clone.folder.join(path))? == bytes, "{path}");
    }
    Ok(())
}
