//! Several processes that want the same file, and one that holds its lock and does nothing.

use std::{
    fs::{self, File},
    path::PathBuf,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{
    Asset, Gate,
    Question::{Get, Info},
    Scene, Seen, content,
    scenarios::gates::gated,
};
use libtest_mimic::Trial;

use crate::{Row, free, is_thorough};

pub(crate) const ROWS: &[Row] = &[
    ("cache-16", &["fifty_processes_fetch_a_file_once"]),
    (
        "cache-18",
        &["who_waits_for_a_stopped_process_says_so_and_goes_on"],
    ),
    ("table-48", &["fifty_processes_fetch_a_file_once"]),
    ("table-49", &["a_lock_of_another_program_is_waited_for"]),
];

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = vec![
        free("fifty_processes_fetch_a_file_once", || crowd(50)),
        free(
            "who_waits_for_a_stopped_process_says_so_and_goes_on",
            stopped,
        ),
        free("a_lock_of_another_program_is_waited_for", foreign),
    ];
    if is_thorough() {
        trials.push(free("two_hundred_processes_fetch_a_file_once", || {
            crowd(200)
        }));
    }
    trials
}

/// No trial waits longer for one thing.
const PATIENCE: Duration = Duration::from_mins(4);

fn scene_of(length: usize) -> Result<(Scene, Arc<Gate>)> {
    let (scenario, gate) = gated(vec![Asset::large("weights.bin", content(length))]);
    Ok((Scene::new(scenario)?, gate))
}

/// Each succeeds, and each byte is asked for once. The file is there only when everybody has come for it.
fn crowd(processes: usize) -> Result<()> {
    const LENGTH: u64 = 24 << 20;
    let (scene, gate) = scene_of(usize::try_from(LENGTH)?)?;
    let mut running = Vec::new();
    for _ in 0..processes {
        // However busy the machine is: one connection, which always gets a little, and nobody loses patience.
        let words = ["--lock-timeout", "600", "--max-connections", "2", "-q"];
        let run = scene.prepare(&words)?;
        running.push(run.env("HF_HUB_DOWNLOAD_TIMEOUT", "600").start()?);
    }
    let deadline = Instant::now() + PATIENCE;
    loop {
        let came = scene.hub.asked(Info).len();
        if came >= processes {
            break;
        }
        ensure!(Instant::now() < deadline, "{came} of {processes} came");
        // Nobody is to take the hub for dead.
        gate.open_to(LENGTH / 2 * came as u64 / processes as u64);
        thread::sleep(Duration::from_millis(20));
    }
    gate.open();
    for each in running {
        let outcome = each.end_within(PATIENCE)?;
        outcome.context("a process has no end")?.success()?;
    }
    scene.expect_right()?;
    let gets = scene.hub.asked(Get);
    let sent: u64 = gets.iter().map(Seen::sent).sum();
    ensure!(sent == LENGTH, "{sent} bytes for {LENGTH}, by {gets:?}");
    expect_no_byte_twice(&gets, LENGTH)?;
    let litter = scene.litter()?;
    ensure!(litter.is_empty(), "left behind: {litter:?}");
    Ok(())
}

fn expect_no_byte_twice(gets: &[Seen], length: u64) -> Result<()> {
    let mut parts = Vec::new();
    for get in gets {
        let range = get.header("range").and_then(|range| {
            let (start, last) = range.strip_prefix("bytes=")?.split_once('-')?;
            Some((start.parse().ok()?, last.parse::<u64>().ok()? + 1))
        });
        parts.push(range.unwrap_or((0, length)));
    }
    parts.sort_unstable();
    for pair in parts.windows(2) {
        ensure!(pair[0].1 <= pair[1].0, "asked for twice: {pair:?}");
    }
    Ok(())
}

/// Whoever waits for a process that stands still says which it is, and goes on beside it when told how long to wait.
fn stopped() -> Result<()> {
    const LENGTH: u64 = 12 << 20;
    let (scene, gate) = scene_of(usize::try_from(LENGTH)?)?;
    gate.open_to(LENGTH / 3);
    let first = scene.prepare(&[])?.start()?;
    gate.wait_for(LENGTH / 3)?;
    first.signal("STOP")?;
    let second = scene.prepare(&["--lock-timeout", "2"])?.start()?;
    let holder = format!("process {} (hubkit)", first.id());
    second.says(&holder, PATIENCE)?;
    gate.open();
    let outcome = second.end_within(PATIENCE)?;
    outcome.context("the second has no end")?.success()?;
    scene.expect_right()?;
    first.signal("CONT")?;
    let outcome = first.end_within(PATIENCE)?;
    outcome.context("the first has no end")?.success()?;
    scene.expect_right()?;
    let found = scene.expect_sound()?;
    ensure!(found.blobs == 1 && found.unfinished == 0, "{found:?}");
    Ok(())
}

/// A lock that another program has taken is waited for, and said to be waited for.
fn foreign() -> Result<()> {
    let (scene, gate) = scene_of(2 << 20)?;
    gate.open();
    let path = lock_of(&scene);
    fs::create_dir_all(path.parent().context("a folder of locks")?)?;
    let lock = File::create(&path)?;
    lock.lock()?;
    let mut waiting = scene.prepare(&[])?.start()?;
    waiting.says(&format!("process {} (", std::process::id()), PATIENCE)?;
    // It looks again every half second.
    thread::sleep(Duration::from_secs(2));
    ensure!(!waiting.has_ended()?, "it did not wait");
    ensure!(scene.hub.asked(Get).is_empty(), "it did not wait");
    drop(lock);
    let outcome = waiting.end_within(PATIENCE)?;
    outcome.context("it has no end")?.success()?;
    scene.expect_right()?;
    ensure!(scene.hub.asked(Get).len() == 1, "asked more than once");
    Ok(())
}

/// Where Python's client keeps the lock of a file.
fn lock_of(scene: &Scene) -> PathBuf {
    let repo = format!("models--{}", scene.hub.repo().replace('/', "--"));
    let name = format!("{}.lock", scene.hub.assets()[0].digest());
    scene.cache().join(".locks").join(repo).join(name)
}
