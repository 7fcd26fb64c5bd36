//! Clocks that are wrong, by twenty years in either direction.

use std::{
    fs::{self, File},
    path::Path,
    process::Command,
    sync::OnceLock,
    time::{Duration, SystemTime},
};

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{
    Asset, Question::Get, Scene, Seen, Skip, content, scenarios::gates::gated, trial,
    wait_for_a_note,
};
use libtest_mimic::Trial;

use crate::{Row, free};

pub(crate) const ROWS: &[Row] = &[
    (
        "cache-23",
        &[
            "times_of_files_mean_nothing",
            "a_wrong_clock_changes_nothing",
        ],
    ),
    ("table-55", &["a_wrong_clock_changes_nothing"]),
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        free("times_of_files_mean_nothing", files),
        trial("a_wrong_clock_changes_nothing", faketime, |()| clock()),
    ]
}

const LENGTH: u64 = 6 << 20;
const TWENTY_YEARS: Duration = Duration::from_hours(24 * 365 * 20);

fn assets() -> Vec<Asset> {
    let length = usize::try_from(LENGTH).unwrap_or_default();
    let small = Asset::small("README.md", b"# Title\n");
    vec![small, Asset::large("weights.bin", content(length))]
}

/// Gives every file below a folder another time.
fn date(folder: &Path, time: SystemTime) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let metadata = fs::symlink_metadata(&path)?;
        if metadata.is_dir() {
            date(&path, time)?;
        } else if metadata.is_file() {
            File::options()
                .write(true)
                .open(&path)?
                .set_modified(time)?;
        }
    }
    Ok(())
}

/// Neither what is whole nor what is half there is lost or believed for its age.
fn files() -> Result<()> {
    let now = SystemTime::now();
    for time in [now - TWENTY_YEARS, now + TWENTY_YEARS] {
        let (scenario, gate) = gated(assets());
        let scene = Scene::new(scenario)?;
        gate.turn(LENGTH / 2);
        let mut running = scene.prepare(&["weights.bin"])?.start()?;
        gate.wait_for(LENGTH / 2)?;
        wait_for_a_note(&scene.cache())?;
        running.kill()?;
        date(&scene.cache(), time)?;
        gate.turn(u64::MAX);
        scene.download(&[])?.success()?;
        scene.expect_right()?;
        date(&scene.cache(), time)?;
        let before = scene.hub.asked(Get).len();
        scene.download(&[])?.success()?;
        scene.end(scene.hubkit(&["cache", "gc"])?)?.success()?;
        scene.end(scene.prepare(&[])?.offline())?.success()?;
        scene.expect_right()?;
        let gets = scene.hub.asked(Get);
        ensure!(gets.len() == before, "what was there was fetched again");
        let sent: u64 = gets.iter().map(Seen::sent).sum();
        ensure!(sent < LENGTH * 3 / 2, "{sent} bytes for {LENGTH}");
    }
    Ok(())
}

/// The program that gives another program another time.
fn faketime() -> &'static Result<(), Skip> {
    static FOUND: OnceLock<Result<(), Skip>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let found = Command::new("faketime").arg("--version").output();
        found.context("there is no faketime; Debian's package is faketime")?;
        Ok(())
    })
}

fn clock() -> Result<()> {
    for time in ["-20y", "+20y"] {
        let (scenario, gate) = gated(assets());
        let scene = Scene::new(scenario)?;
        // Begun by the right clock, gone on with by the wrong one, and looked at by the right one again.
        gate.turn(LENGTH / 2);
        let mut running = scene.prepare(&[])?.start()?;
        gate.wait_for(LENGTH / 2)?;
        wait_for_a_note(&scene.cache())?;
        running.kill()?;
        gate.turn(u64::MAX);
        let repo = scene.hub.repo();
        let wrong = |words: &[&str]| {
            let bin = hubkit_tests::bin()?.to_str().context("a name in UTF-8")?;
            let words = [&["--exclude-monotonic", "-f", time, bin], words].concat();
            let run = scene.home.program(Path::new("faketime"), words);
            scene.end(scene.pointed(run))?.success()
        };
        wrong(&["download", &repo])?;
        scene.expect_right()?;
        wrong(&["cache", "gc"])?;
        wrong(&["download", &repo])?;
        let gets = scene.hub.asked(Get).len();
        scene.download(&[])?.success()?;
        scene.end(scene.hubkit(&["cache", "gc"])?)?.success()?;
        scene.expect_right()?;
        ensure!(scene.hub.asked(Get).len() == gets, "fetched again");
        let sent: u64 = scene.hub.asked(Get).iter().map(Seen::sent).sum();
        ensure!(sent < LENGTH * 3 / 2, "{sent} bytes for {LENGTH}");
    }
    Ok(())
}
