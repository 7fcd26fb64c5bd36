//! The command killed in the middle, a hundred times.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{
    Asset,
    Question::Get,
    Scene, Seen, content,
    scenarios::gates::{gated, large_and_small},
};
use libtest_mimic::Trial;

use crate::{Row, free};

pub(crate) const ROWS: &[Row] = &[
    (
        "cache-09",
        &[
            "a_hundred_kills_cost_little",
            "a_kill_among_many_files_breaks_nothing",
        ],
    ),
    ("table-46", &["a_hundred_kills_cost_little"]),
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        free("a_hundred_kills_cost_little", hundred),
        free("a_kill_among_many_files_breaks_nothing", among_many),
    ]
}

const LENGTH: u64 = 24 << 20;
/// So many downloads, each killed so many times.
const DOWNLOADS: u64 = 25;
const KILLS: u64 = 4;
/// So many at a time.
const TOGETHER: u64 = 2;

/// No wrong blob, and most of what came is not asked for again: together less than a tenth of what was needed.
fn hundred() -> Result<()> {
    let (next, again) = (AtomicU64::new(0), AtomicU64::new(0));
    let faults = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..TOGETHER {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= DOWNLOADS {
                        break;
                    }
                    match one_download(number) {
                        Ok(bytes) => _ = again.fetch_add(bytes, Ordering::Relaxed),
                        Err(error) => faults
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .push(error),
                    }
                }
            });
        }
    });
    let mut faults = faults.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(fault) = faults.pop() {
        return Err(fault);
    }
    let (again, needed) = (again.into_inner(), DOWNLOADS * LENGTH);
    ensure!(
        again < needed / 10,
        "{again} bytes came again of {needed} that were needed"
    );
    Ok(())
}

/// Kills a download after some bytes, over and over, and lets it come to its end then. Returns how many bytes came again.
fn one_download(number: u64) -> Result<u64> {
    let asset = Asset::large("weights.bin", content(usize::try_from(LENGTH)?));
    let (scenario, gate) = gated(vec![asset]);
    let scene = Scene::new(scenario)?;
    // Each download is killed at places of its own.
    let step = LENGTH / (KILLS + 1) - number * 29_873;
    for kill in 0..KILLS {
        gate.turn(step);
        // What is on its way to a process that dies is lost: few bytes, as on a slow line.
        let mut running = scene.prepare(&["--max-connections", "4"])?.start()?;
        gate.wait_for(step)
            .with_context(|| format!("before kill {kill}"))?;
        running.kill()?;
        let found = scene.expect_sound()?;
        ensure!(
            found.blobs == 0 && found.links == 0 && !found.has_ref,
            "after kill {kill}: {found:?}"
        );
        ensure!(found.unfinished <= 2, "after kill {kill}: {found:?}");
    }
    gate.turn(u64::MAX);
    scene.download(&[])?.success()?;
    scene.expect_right()?;
    expect_tidy(&scene)?;
    let taken: u64 = scene.hub.asked(Get).iter().map(Seen::sent).sum();
    Ok(taken - LENGTH)
}

const SMALL: usize = 200;

/// Killed while files are published and shown: never a link to a blob that is not whole.
fn among_many() -> Result<()> {
    let mut stages = Vec::new();
    for blobs in [1, 60, 150, 200, 201] {
        stages.push((blobs, 0));
    }
    for links in [1, 100, 200, 201] {
        stages.push((0, links));
    }
    for (blobs, links) in stages {
        let (scenario, gate) = gated(large_and_small(6 << 20, SMALL));
        let scene = Scene::new(scenario)?;
        gate.open();
        let mut running = scene.prepare(&[])?.start()?;
        let mut looks = 0;
        while !running.has_ended()? && !has(&scene, blobs, links) {
            looks += 1;
            ensure!(
                looks < 100_000,
                "neither at {blobs} and {links} nor at the end"
            );
            thread::sleep(Duration::from_millis(1));
        }
        running.kill()?;
        let found = scene.expect_sound()?;
        ensure!(!found.has_ref || found.links == SMALL + 1, "{found:?}");
        scene.download(&[])?.success()?;
        scene.expect_right()?;
        expect_tidy(&scene)?;
    }
    Ok(())
}

/// Whether there are so many blobs and so many links.
fn has(scene: &Scene, blobs: usize, links: usize) -> bool {
    let published = scene.names();
    let count = |place: &str| published.iter().filter(|name| name.contains(place)).count();
    count("/blobs/") >= blobs && count("/snapshots/") >= links
}

/// `cache gc` leaves nothing of what was killed, and nothing that is held is lost.
fn expect_tidy(scene: &Scene) -> Result<()> {
    let before = scene.expect_sound()?;
    scene.end(scene.hubkit(&["cache", "gc"])?)?.success()?;
    let litter = scene.litter()?;
    ensure!(litter.is_empty(), "left behind: {litter:?}");
    let after = scene.expect_sound()?;
    ensure!(
        (after.blobs, after.links, after.has_ref) == (before.blobs, before.links, before.has_ref),
        "{before:?} became {after:?}"
    );
    Ok(())
}
