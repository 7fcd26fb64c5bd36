//! Caches that are damaged, planted, left by others, old, or not to be written to.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use hubkit_tests::{
    Asset, COMMIT, Ending,
    Question::{self, Get},
    Scenario, Scene, Skip, content, files_below, honest, trial,
};
use libtest_mimic::Trial;
use serde_json::Value;

use crate::{Row, case};

pub(crate) const ROWS: &[Row] = &[
    ("cache-01", &["a_flipped_bit_is_found_and_mended"]),
    ("cache-02", &["a_blob_of_another_length_is_fetched_again"]),
    ("cache-03", &["a_dangling_link_is_mended"]),
    ("cache-04", &["a_link_out_of_the_cache_is_refused"]),
    (
        "cache-08",
        &[
            "what_a_killed_download_left_goes",
            "what_is_being_fetched_stays",
        ],
    ),
    ("cache-13", &["a_read_only_cache_is_read"]),
    ("cache-14", &["a_read_only_cache_is_not_filled"]),
    ("cache-25", &["an_old_cache_is_read_and_kept"]),
    (
        "table-44",
        &[
            "a_flipped_bit_is_found_and_mended",
            "a_blob_of_another_length_is_fetched_again",
        ],
    ),
    ("table-45", &["a_dangling_link_is_mended"]),
    ("table-51", &["a_read_only_cache_is_read"]),
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        case("a_flipped_bit_is_found_and_mended", decent, flipped),
        case("a_blob_of_another_length_is_fetched_again", decent, length),
        case("a_dangling_link_is_mended", decent, dangling),
        case("a_link_out_of_the_cache_is_refused", decent, planted),
        case("what_a_killed_download_left_goes", stalling, killed),
        case("what_is_being_fetched_stays", stalling, fetching),
        case("an_old_cache_is_read_and_kept", decent, old),
        trial("a_read_only_cache_is_read", read_only_tool, |()| {
            read_only(&Scene::new(decent())?)
        }),
        trial("a_read_only_cache_is_not_filled", read_only_tool, |()| {
            not_filled(&Scene::new(decent())?)
        }),
    ]
}

fn assets() -> Vec<Asset> {
    vec![
        Asset::small("config.json", b"{}"),
        Asset::large("weights.bin", content(200_000)),
    ]
}

fn decent() -> Scenario {
    Scenario::new("cached", "nothing is wrong", honest).of(assets())
}

/// The large file never comes to its end.
fn stalling() -> Scenario {
    Scenario::new("stalling", "the file stops half-way", |asked| {
        if !asked.is(Get) || !asked.asset().is_large {
            return asked.honest();
        }
        asked.honest().ending(Ending::Stall(100_000))
    })
    .of(assets())
}

/// The folder of the repository, and the blob of the large file in it.
fn places(scene: &Scene) -> (PathBuf, PathBuf) {
    let name = scene.hub.repo().replace('/', "--");
    let folder = scene.cache().join(format!("models--{name}"));
    let digest = scene.hub.assets()[1].digest();
    let blob = folder.join("blobs").join(digest);
    (folder, blob)
}

fn gets(scene: &Scene) -> usize {
    scene.hub.asked(Get).len()
}

/// What `hubkit cache verify` finds, as codes, and with which code it ends.
fn verify(scene: &Scene, more: &[&str], code: i32) -> Result<Vec<String>> {
    let words = ["cache", "verify", "--format", "json"].into_iter();
    let words: Vec<&str> = words.chain(more.iter().copied()).collect();
    // A link that leads nowhere is no file that `Scene::end` could read.
    let outcome = scene.hubkit(&words)?.run()?.expect_code(code)?;
    let value: Value = serde_json::from_str(&outcome.stdout)?;
    let findings = value["findings"].as_array().context("no findings")?;
    let code = |finding: &Value| finding["code"].as_str().unwrap_or_default().to_owned();
    Ok(findings.iter().map(code).collect())
}

fn flipped(scene: &Scene) -> Result<()> {
    scene.download(&[])?.success()?;
    ensure!(verify(scene, &[], 0)?.is_empty());
    let (_, blob) = places(scene);
    let flip = || -> Result<()> {
        let mut bytes = fs::read(&blob)?;
        bytes[100_000] ^= 1;
        Ok(fs::write(&blob, bytes)?)
    };
    flip()?;
    ensure!(verify(scene, &["--quick"], 0)?.is_empty());
    ensure!(verify(scene, &[], 1)? == ["content"]);
    let outcome = scene.end(scene.hubkit(&["cache", "verify"])?)?;
    let outcome = outcome.expect_code(1)?;
    let digest = scene.hub.assets()[1].digest();
    for word in [digest, "hashes to", "was expected", "--repair"] {
        ensure!(outcome.stdout.contains(word), "`{word}`\n{outcome}");
    }
    ensure!(verify(scene, &["--repair"], 0)? == ["content"]);
    ensure!(verify(scene, &[], 0)?.is_empty());
    let before = gets(scene);
    scene.download(&[])?.success()?;
    ensure!(gets(scene) == before + 1, "asked {} times", gets(scene));
    scene.expect_right()?;
    // In one go.
    flip()?;
    scene.download(&["--verify"])?.success()?;
    scene.expect_right()?;
    flip()?;
    scene.download(&["weights.bin", "--verify"])?.success()?;
    scene.expect_right()?;
    ensure!(gets(scene) == before + 3, "asked {} times", gets(scene));
    flip()?;
    let offline = scene.prepare(&["--verify"])?.offline();
    scene
        .end(offline)?
        .refused(7, &["weights.bin", "damaged", "offline", "hint:"])?;
    Ok(())
}

fn length(scene: &Scene) -> Result<()> {
    scene.download(&[])?.success()?;
    let (_, blob) = places(scene);
    let whole = fs::read(&blob)?;
    for (round, damaged) in [&whole[..100_000], &[], &[&whole[..], b"x"].concat()]
        .into_iter()
        .enumerate()
    {
        fs::write(&blob, damaged)?;
        ensure!(verify(scene, &["--quick"], 1)? == ["size"], "round {round}");
        let offline = scene.prepare(&[])?.offline();
        scene
            .end(offline)?
            .refused(3, &["weights.bin", "offline"])?;
        let words: &[&str] = if round == 1 { &["weights.bin"] } else { &[] };
        scene.download(words)?.success()?;
        ensure!(gets(scene) == 3 + round, "asked {} times", gets(scene));
        scene.expect_right()?;
    }
    Ok(())
}

fn dangling(scene: &Scene) -> Result<()> {
    scene.download(&[])?.success()?;
    let (folder, blob) = places(scene);
    for tool in ["download", "verify", "gc"] {
        fs::remove_file(&blob)?;
        let link = folder.join(format!("snapshots/{COMMIT}/weights.bin"));
        ensure!(link.symlink_metadata().is_ok(), "{tool}: there is no link");
        ensure!(verify(scene, &["--quick"], 1)? == ["dangling"], "{tool}");
        match tool {
            "verify" => ensure!(verify(scene, &["--repair"], 0)?.len() == 1),
            "gc" => {
                scene.hubkit(&["cache", "gc"])?.run()?.success()?;
            }
            _ => {}
        }
        ensure!(link.symlink_metadata().is_ok() == (tool == "download"));
        scene.download(&[])?.success()?;
        scene.expect_right()?;
    }
    Ok(())
}

#[cfg(unix)]
fn planted(scene: &Scene) -> Result<()> {
    scene.download(&[])?.success()?;
    let (folder, _) = places(scene);
    let link = folder.join(format!("snapshots/{COMMIT}/weights.bin"));
    let right = fs::read(&link)?;
    let neighbour = scene.cache().join("models--faults--neighbour/blobs");
    fs::create_dir_all(&neighbour)?;
    let victims = [
        scene.cache().join("../../victim"),
        neighbour.join(scene.hub.assets()[1].digest()),
    ];
    for victim in &victims {
        // Right in every byte, and yet not to be taken: tomorrow it may be another.
        fs::write(victim, &right)?;
        fs::remove_file(&link)?;
        std::os::unix::fs::symlink(victim, &link)?;
        for words in [&["weights.bin"][..], &[]] {
            let outcome = scene.prepare(words)?.offline().run()?;
            outcome.refused(7, &["weights.bin", "leads out", "hint:", "--repair"])?;
        }
        let run = scene.hubkit(&["cache", "verify"])?.run()?;
        let run = run.expect_code(1)?;
        ensure!(
            run.stdout.contains("out of the repository's folder"),
            "{run}"
        );
        scene
            .hubkit(&["cache", "verify", "--repair"])?
            .run()?
            .success()?;
        scene.prepare(&[])?.run()?.success()?;
        ensure!(fs::read(victim)? == right, "the victim was changed");
        scene.expect_right()?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn planted(_: &Scene) -> Result<()> {
    Ok(())
}

/// What in `blobs` is not yet a blob.
fn unfinished(scene: &Scene) -> Vec<PathBuf> {
    let (folder, _) = places(scene);
    let entries = fs::read_dir(folder.join("blobs")).into_iter().flatten();
    let paths = entries.flatten().map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end != "lock"))
        .collect()
}

/// A download that stands still half-way.
fn stuck(scene: &Scene) -> Result<std::process::Child> {
    let child = scene.prepare(&[])?.spawn()?;
    let start = Instant::now();
    while unfinished(scene).is_empty() || gets(scene) < 2 {
        ensure!(start.elapsed() < Duration::from_mins(1), "nothing begins");
        thread::sleep(Duration::from_millis(20));
    }
    Ok(child)
}

fn killed(scene: &Scene) -> Result<()> {
    let mut child = stuck(scene)?;
    child.kill()?;
    child.wait()?;
    let (folder, _) = places(scene);
    let left = unfinished(scene);
    // Others may have left a link that did not come to its place, and a half-written name.
    let stump = format!("blobs/{}.0badcafe.incomplete", "e".repeat(40));
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", folder.join(&stump))?;
    fs::create_dir_all(folder.join("refs"))?;
    fs::write(folder.join("refs/main.0badcafe.tmp"), "1d0c")?;
    let would = scene.hubkit(&["cache", "gc", "--dry-run"])?.run()?;
    let would = would.success()?;
    let did = scene.end(scene.hubkit(&["cache", "gc", "--format", "json"])?)?;
    let did: Value = serde_json::from_str(&did.success()?.stdout)?;
    let removed = did["removed"].as_array().context("nothing removed")?;
    ensure!(removed.len() >= left.len() + 1, "{did}");
    ensure!(would.stdout.lines().count() == removed.len(), "{would}");
    ensure!(unfinished(scene).is_empty(), "{:?}", unfinished(scene));
    ensure!(!folder.join("refs/main.0badcafe.tmp").exists());
    Ok(())
}

fn fetching(scene: &Scene) -> Result<()> {
    let mut child = stuck(scene)?;
    let is_long = |path: &&PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(scene.hub.assets()[1].digest())
    };
    let before = unfinished(scene);
    let outcome = scene.end(scene.hubkit(&["cache", "gc", "--older-than", "0s"])?)?;
    let after = unfinished(scene);
    let ended = child.try_wait()?;
    child.kill()?;
    child.wait()?;
    let outcome = outcome.success()?;
    ensure!(ended.is_none(), "the download ended by itself");
    ensure!(
        outcome.stdout.is_empty() && outcome.stderr.contains("kept: "),
        "{outcome}"
    );
    let mut before = before.iter().filter(is_long).peekable();
    ensure!(
        before.peek().is_some() && before.all(|path| after.contains(path)),
        "{after:?}"
    );
    Ok(())
}

/// As older clients left it: no listing, a name with a newline behind its commit, a note of what is absent, and files of
/// their own.
fn old(scene: &Scene) -> Result<()> {
    let (folder, blob) = places(scene);
    let snapshot = folder.join(format!("snapshots/{COMMIT}"));
    let absent = folder.join(format!(".no_exist/{COMMIT}"));
    for folder in [
        &snapshot,
        &absent,
        &folder.join("blobs"),
        &folder.join("refs"),
    ] {
        fs::create_dir_all(folder)?;
    }
    fs::write(folder.join("refs/main"), format!("{COMMIT}\n"))?;
    fs::write(absent.join("added_tokens.json"), "")?;
    for asset in scene.hub.assets() {
        let blob = folder.join("blobs").join(asset.digest());
        fs::write(&blob, &asset.content)?;
        #[cfg(unix)]
        std::os::unix::fs::symlink(
            format!("../../blobs/{}", asset.digest()),
            snapshot.join(&asset.path),
        )?;
        #[cfg(not(unix))]
        fs::copy(&blob, snapshot.join(&asset.path))?;
    }
    fs::write(blob.with_extension("lock"), "")?;
    fs::write(blob.with_extension("part"), "half")?;
    fs::write(scene.cache().join("version.txt"), "1")?;
    let before = files_below(&scene.cache())?;
    let kept = |scene: &Scene| -> Result<()> {
        let after = files_below(&scene.cache())?;
        let changed = |(name, bytes): &(&String, &Vec<u8>)| {
            // Python takes a line's end for a part of the name: it may go.
            after.get(*name).map(|bytes| bytes.trim_ascii_end()) != Some(bytes.trim_ascii_end())
        };
        let changed: BTreeMap<_, _> = before.iter().filter(changed).collect();
        ensure!(changed.is_empty(), "changed: {:?}", changed.keys());
        Ok(())
    };
    for words in [&["weights.bin"][..], &[]] {
        let offline = scene.prepare(words)?.offline();
        scene.end(offline)?.success()?;
    }
    let offline = scene.prepare(&["added_tokens.json"])?.offline();
    scene
        .end(offline)?
        .refused(3, &["added_tokens.json", "has no file"])?;
    ensure!(verify(scene, &[], 0)?.is_empty());
    scene.end(scene.hubkit(&["cache", "ls"])?)?.success()?;
    scene.end(scene.hubkit(&["cache", "gc"])?)?.success()?;
    kept(scene)?;
    scene.download(&[])?.success()?;
    ensure!(gets(scene) == 0, "it was fetched again");
    scene.expect_right()?;
    kept(scene)
}

/// Runs a program in a place of its own where the cache can't be written to, not even by who may do anything.
const LOCKED: &str =
    r#"mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@""#;

fn read_only_tool() -> &'static Result<(), Skip> {
    static TOOL: OnceLock<Result<(), Skip>> = OnceLock::new();
    TOOL.get_or_init(|| {
        let folder = tempfile::tempdir().map_err(anyhow::Error::from)?;
        let tried = locked(folder.path()).arg("true").output();
        match tried {
            Ok(output) if output.status.success() => Ok(()),
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr);
                let what = format!("no folder can be made read-only here: {}", said.trim());
                Err(Skip::Missing(what))
            }
            Err(error) => Err(Skip::Missing(format!("unshare: {error}"))),
        }
    })
}

fn locked(folder: &Path) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c", LOCKED, "sh"]);
    command.arg(folder);
    command
}

/// Downloads where the cache can only be read.
fn download_locked(scene: &Scene, words: &[&str]) -> Result<hubkit_tests::Outcome> {
    let hubkit = hubkit_tests::bin()?;
    let repo = scene.hub.repo();
    let cache = scene.cache();
    let arguments = [
        "--mount".as_ref(),
        "--map-root-user".as_ref(),
        "sh".as_ref(),
        "-c".as_ref(),
        LOCKED.as_ref(),
        "sh".as_ref(),
        cache.as_os_str(),
        hubkit.as_os_str(),
        "download".as_ref(),
        repo.as_ref(),
    ];
    let more = words.iter().map(AsRef::as_ref);
    let run = scene
        .home
        .program(Path::new("unshare"), arguments.into_iter().chain(more));
    scene.end(scene.pointed(run))
}

fn read_only(scene: &Scene) -> Result<()> {
    scene.download(&[])?.success()?;
    let before = files_below(&scene.cache())?;
    let asked = gets(scene);
    for words in [&[][..], &["weights.bin"], &["--offline"]] {
        download_locked(scene, words)?.success()?;
    }
    ensure!(gets(scene) == asked, "it was fetched again");
    ensure!(files_below(&scene.cache())? == before, "something changed");
    Ok(())
}

fn not_filled(scene: &Scene) -> Result<()> {
    scene.download(&["config.json"])?.success()?;
    let before = files_below(&scene.cache())?;
    for words in [&[][..], &["weights.bin"]] {
        let outcome = download_locked(scene, words)?;
        let outcome = outcome.refused(8, &["hint:", "Read-only file system"])?;
        let cache = scene.cache().display().to_string();
        if !outcome.stderr.contains(&cache) {
            bail!("the path is not named\n{outcome}");
        }
    }
    ensure!(files_below(&scene.cache())? == before, "something changed");
    let heads = scene.hub.asked(Question::Head).len();
    ensure!(heads > 0, "the hub was not asked");
    Ok(())
}
