//! The operating system says no, to one call after the other, or takes the process away there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
    sync::OnceLock,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use hubkit_tests::{Asset, Outcome, Scenario, Scene, Skip, content, honest, trial};
use libtest_mimic::Trial;

use crate::{Row, is_thorough};

pub(crate) const ROWS: &[Row] = &[
    (
        "cache-11",
        &["any_call_may_fail::rename", "any_call_may_fail::openat"],
    ),
    ("cache-09", &["any_call_may_be_the_last::rename"]),
    ("table-56", &["bytes_are_on_the_disk_before_their_name"]),
];

/// Calls that change a file system, or look at it.
const CALLS: [&str; 11] = [
    "openat",
    "pwrite64",
    "fsync,fdatasync,syncfs",
    "rename,renameat,renameat2",
    "symlink,symlinkat,link,linkat",
    "mkdir,mkdirat",
    "unlink,unlinkat",
    "flock",
    "fallocate",
    "ftruncate",
    "statx,newfstatat,fstat",
];

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = vec![trial(
        "bytes_are_on_the_disk_before_their_name",
        strace,
        |()| durable(),
    )];
    for calls in CALLS {
        let first = calls.split(',').next().unwrap_or(calls);
        let name = format!("any_call_may_fail::{first}");
        trials.push(trial(&name, strace, move |()| fails(calls)));
        let name = format!("any_call_may_be_the_last::{first}");
        trials.push(trial(&name, strace, move |()| last(calls)));
    }
    trials
}

/// Within that every run ends, whatever fails.
const PATIENCE: Duration = Duration::from_mins(2);

/// How many calls are tried one by one; then every few. With `HUBKIT_FAULTS=all` all are.
const ONE_BY_ONE: u32 = 3;
const MOST: u32 = 400;

/// The program that sees every call of another, and can answer in the place of the system.
fn strace() -> &'static Result<(), Skip> {
    static FOUND: OnceLock<Result<(), Skip>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let mut strace = Command::new("strace");
        let strace = strace.args(["-f", "--seccomp-bpf", "-o", "/dev/null", "true"]);
        let output = strace.output().context("there is no strace")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(anyhow::anyhow!("strace can't trace here: {}", said.trim()).into());
        }
        Ok(())
    })
}

fn decent() -> Scenario {
    let about = "the hub is decent, and has a large file and small ones";
    Scenario::new("calls", about, honest).of(vec![
        Asset::small("README.md", b"# Title\n"),
        Asset::small("sub/config.json", b"{}\n"),
        Asset::large("tokenizer.bin", content(300_000)),
        Asset::large("weights.bin", content(3 << 20)),
    ])
}

/// A download under the eyes of strace, with these options, and what it saw.
fn traced(scene: &Scene, options: &[&str]) -> Result<(Outcome, String)> {
    let log = tempfile::NamedTempFile::new()?;
    let path = log.path().to_str().context("a name in UTF-8")?;
    let bin = hubkit_tests::bin()?.to_str().context("a name in UTF-8")?;
    let repo = scene.hub.repo();
    let before = ["-f", "-qq", "--seccomp-bpf", "-y", "-o", path];
    let words = [&before[..], options, &[bin, "download", &repo]].concat();
    let run = scene.home.program(Path::new("strace"), words);
    let outcome = scene.pointed(run).run_within(PATIENCE)?;
    let outcome = outcome.with_context(|| format!("no end with {options:?}"))?;
    Ok((outcome, fs::read_to_string(log.path())?))
}

/// Which calls are to be answered otherwise: the first few, and then with growing steps.
fn numbers() -> impl Iterator<Item = u32> {
    let all = is_thorough();
    let mut next = 1;
    std::iter::from_fn(move || {
        let number = next;
        let step = if all || number < ONE_BY_ONE {
            1
        } else {
            number / 2
        };
        next += step.max(1);
        (number <= MOST).then_some(number)
    })
}

/// One call after the other fails, until none is left. Each time the command ends by itself and says why, or goes on; what
/// is in the cache is right; and the next one succeeds.
fn fails(calls: &str) -> Result<()> {
    for (index, number) in numbers().enumerate() {
        let errors = if index % 2 == 0 {
            ["EIO", "ENOSPC"]
        } else {
            ["ENOSPC", "EIO"]
        };
        // Of the first ones both.
        for error in &errors[..if number < ONE_BY_ONE { 2 } else { 1 }] {
            let scene = Scene::new(decent())?;
            let inject = format!("inject={calls}:error={error}:when={number}");
            let (outcome, log) = traced(&scene, &["-e", &format!("trace={calls}"), "-e", &inject])?;
            let injected: Vec<&str> = log
                .lines()
                .filter(|line| line.contains("INJECTED"))
                .collect();
            if injected.is_empty() {
                outcome.success()?;
                scene.expect_right()?;
                return Ok(());
            }
            let what = || format!("{inject}\n{}\n{outcome}", injected.join("\n"));
            // What the program is made of is loaded before any of it runs.
            let is_loading = injected.iter().any(|line| line.contains(".so"));
            if !is_loading {
                ensure!(matches!(outcome.code, Some(0 | 5 | 7 | 8)), "{}", what());
                ensure!(!outcome.stderr.contains("panicked"), "{}", what());
            }
            let found = scene.expect_sound().with_context(what)?;
            if outcome.code == Some(0) {
                scene.expect_right().with_context(what)?;
            } else {
                ensure!(
                    !found.has_ref || found.links == scene.hub.assets().len(),
                    "{}",
                    what()
                );
            }
            scene.download(&[])?.success().with_context(what)?;
            scene.expect_right().with_context(what)?;
        }
    }
    Ok(())
}

/// The process is killed at one call after the other: the cache holds nothing wrong, the next process goes on, and nothing is
/// left behind.
fn last(calls: &str) -> Result<()> {
    for number in numbers() {
        let scene = Scene::new(decent())?;
        let inject = format!("inject={calls}:signal=KILL:when={number}");
        let (outcome, _) = traced(&scene, &["-e", &format!("trace={calls}"), "-e", &inject])?;
        if outcome.code == Some(0) {
            return scene.expect_right();
        }
        let found = scene.expect_sound().with_context(|| inject.clone())?;
        let whole = scene.hub.assets().len();
        ensure!(
            !found.has_ref || found.links == whole,
            "{inject}: {found:?}"
        );
        scene.download(&[])?.success()?;
        scene.expect_right()?;
        let left = scene.litter()?;
        if !left.is_empty() {
            scene.end(scene.hubkit(&["cache", "gc"])?)?.success()?;
            let litter = scene.litter()?;
            ensure!(litter.is_empty(), "{inject}: left behind: {litter:?}");
        }
    }
    Ok(())
}

/// No file has the name of a blob before its bytes were brought to the disk, and no branch leads to a commit before the
/// folders of its files were.
fn durable() -> Result<()> {
    let scene = Scene::new(decent())?;
    let calls = "trace=fsync,fdatasync,syncfs,rename,renameat,renameat2";
    let (outcome, log) = traced(&scene, &["-e", calls])?;
    outcome.success()?;
    let (mut synced, mut renamed) = (BTreeSet::new(), 0);
    let mut begun = BTreeMap::new();
    let mut everything = false;
    for line in log.lines() {
        let (thread, call) = line.split_once(' ').context("a thread")?;
        // Another thread's call may stand between the two halves of a line.
        if call.contains("<unfinished") {
            begun.insert(thread, call);
            continue;
        }
        let call = if call.contains("resumed>") {
            begun.remove(thread).context("the first half")?
        } else {
            call
        };
        ensure!(line.ends_with("= 0"), "{line}");
        if call.contains("syncfs(") {
            everything = true;
            continue;
        }
        if call.contains("sync") {
            let name = call.split(['<', '>']).nth(1).context("a name")?;
            synced.insert(name.to_owned());
            continue;
        }
        let mut names = call.split('"').skip(1).step_by(2);
        let (from, to) = (names.next().context("from")?, names.next().context("to")?);
        if to.contains("/blobs/") || to.contains("/refs/") {
            ensure!(
                everything || synced.contains(from),
                "{from} is not synced:\n{log}"
            );
            renamed += 1;
        }
        if to.contains("/refs/") {
            for folder in ["/blobs", "/sub"] {
                let is_there = synced.iter().any(|name| name.ends_with(folder));
                ensure!(is_there, "{folder} is not synced:\n{log}");
            }
        }
    }
    if renamed < 5 {
        bail!("only {renamed} files came to their places:\n{log}");
    }
    Ok(())
}
