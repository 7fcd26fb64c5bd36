//! Disks that are full, and caches that go away in flight.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, OnceLock},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use hubkit_tests::{
    Asset, Gate, Outcome, Question::Get, Scene, Seen, Skip, Soundness, content,
    scenarios::gates::gated, trial,
};
use libtest_mimic::Trial;

use crate::{Row, free};

pub(crate) const ROWS: &[Row] = &[
    (
        "cache-11",
        &[
            "too_little_room_is_known_before_the_first_byte",
            "a_disk_that_fills_up_is_told",
            "a_disk_that_fills_up_takes_nothing_from_a_large_file",
        ],
    ),
    ("cache-21", &["a_cache_that_goes_away_once_is_made_again"]),
    (
        "table-50",
        &[
            "too_little_room_is_known_before_the_first_byte",
            "a_disk_that_fills_up_is_told",
        ],
    ),
    (
        "table-53",
        &[
            "a_cache_that_goes_away_once_is_made_again",
            "a_cache_that_goes_away_again_and_again_is_an_error",
        ],
    ),
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(
            "too_little_room_is_known_before_the_first_byte",
            mounts,
            |()| no_room(),
        ),
        trial("a_disk_that_fills_up_is_told", mounts, |()| fills_up()),
        trial(
            "a_disk_that_fills_up_takes_nothing_from_a_large_file",
            mounts,
            |()| fills_up_beside(),
        ),
        free("a_cache_that_goes_away_once_is_made_again", goes_once),
        free(
            "a_cache_that_goes_away_again_and_again_is_an_error",
            goes_again,
        ),
    ]
}

const PATIENCE: Duration = Duration::from_mins(2);

/// A file system of its own in memory, at some folder.
struct Disk(PathBuf);

impl Disk {
    fn at(folder: &Path, bytes: u64) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "none"]);
        let output = mount.arg(folder).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "can't mount: {}", said.trim());
        Ok(Self(folder.to_owned()))
    }

    /// Takes all room that is left.
    fn fill(&self) -> Result<()> {
        let name = self.0.join("another.program");
        let mut file = OpenOptions::new().create(true).append(true).open(name)?;
        let mut bytes = vec![1; 1 << 16];
        while !bytes.is_empty() {
            match file.write_all(&bytes) {
                Ok(()) => {}
                Err(fault) if fault.kind() == ErrorKind::StorageFull => {
                    bytes.truncate(bytes.len() / 2);
                }
                Err(fault) => return Err(fault.into()),
            }
        }
        Ok(())
    }

    fn make_room(&self) -> Result<()> {
        Ok(fs::remove_file(self.0.join("another.program"))?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Whether file systems can be mounted here.
fn mounts() -> &'static Result<(), Skip> {
    static TRIED: OnceLock<Result<(), Skip>> = OnceLock::new();
    TRIED.get_or_init(|| {
        let folder = tempfile::tempdir().map_err(anyhow::Error::from)?;
        let disk = Disk::at(folder.path(), 1 << 20);
        drop(disk.context("a small disk needs the rights of root")?);
        Ok(())
    })
}

/// A scene whose cache is on a disk of its own, with a file of another repository in it.
struct Small {
    disk: Disk,
    scene: Scene,
    gate: Arc<Gate>,
}

impl Small {
    fn new(assets: Vec<Asset>, bytes: u64) -> Result<Self> {
        let (scenario, gate) = gated(assets);
        let scene = Scene::new(scenario)?;
        let disk = Disk::at(&scene.cache(), bytes)?;
        let old = scene.cache().join(OLD);
        fs::create_dir_all(old.parent().context("a folder")?)?;
        fs::write(old, OLD)?;
        Ok(Self { disk, scene, gate })
    }

    /// Nothing that was there suffered, and nothing wrong has come.
    fn expect_kept(&self) -> Result<()> {
        let old = fs::read_to_string(self.scene.cache().join(OLD))?;
        ensure!(old == OLD, "the old file is `{old}`");
        self.scene.expect_sound()?;
        Ok(())
    }
}

/// A file of another repository.
const OLD: &str = "models--old--one/blobs/text";

fn asset(length: usize) -> Asset {
    Asset::large("weights.bin", content(length))
}

fn no_room() -> Result<()> {
    let small = Small::new(vec![asset(24 << 20)], 6 << 20)?;
    let outcome = small.scene.download(&[])?.expect_code(8)?;
    for word in ["25165824", "room for 6", "hint:"] {
        ensure!(
            outcome.stderr.contains(word),
            "`{word}` is not said\n{outcome}"
        );
    }
    ensure!(
        small.scene.hub.asked(Get).is_empty(),
        "bytes were asked for"
    );
    let litter = small.scene.litter()?;
    ensure!(litter.is_empty(), "left behind: {litter:?}");
    small.expect_kept()
}

/// Lets a download come this far, and fills the disk then.
fn filled_at(small: &Small, bytes: u64) -> Result<Outcome> {
    small.gate.turn(bytes);
    let running = small.scene.prepare(&[])?.start()?;
    let deadline = Instant::now() + PATIENCE;
    while small.scene.hub.asked(Get).is_empty() {
        ensure!(Instant::now() < deadline, "the file is not asked for");
        thread::sleep(Duration::from_millis(5));
    }
    small.gate.wait_for(bytes)?;
    small.disk.fill()?;
    small.gate.open();
    running.end_within(PATIENCE)?.context("no end")
}

/// A file for which no room was reserved: nothing of it is left.
fn fills_up() -> Result<()> {
    const LENGTH: u64 = 900_000;
    for percent in [0, 50, 99] {
        let small = Small::new(vec![asset(usize::try_from(LENGTH)?)], 8 << 20)?;
        let outcome = filled_at(&small, LENGTH * percent / 100)?;
        outcome.refused(8, &["weights.bin", "hint:"])?;
        small.expect_kept()?;
        let found = small.scene.expect_sound()?;
        ensure!(found == Soundness::default(), "at {percent} %: {found:?}");
        let litter = small.scene.litter()?;
        ensure!(litter.is_empty(), "at {percent} %: {litter:?}");
        small.disk.make_room()?;
        small.scene.download(&[])?.success()?;
        small.scene.expect_right()?;
        small.expect_kept()?;
    }
    Ok(())
}

/// A large file has its room from the start. What can't be written beside it ends the command, and the bytes stay.
fn fills_up_beside() -> Result<()> {
    const LENGTH: u64 = 6 << 20;
    for percent in [0, 50, 99] {
        let small = Small::new(vec![asset(usize::try_from(LENGTH)?)], 16 << 20)?;
        let outcome = filled_at(&small, LENGTH * percent / 100)?;
        ensure!(
            outcome.code == Some(0) || outcome.code == Some(8),
            "{outcome}"
        );
        small.expect_kept()?;
        small.disk.make_room()?;
        small.scene.download(&[])?.success()?;
        small.scene.expect_right()?;
        small.expect_kept()?;
        let taken: u64 = small.scene.hub.asked(Get).iter().map(Seen::sent).sum();
        ensure!(
            taken == LENGTH,
            "at {percent} %: {taken} bytes for {LENGTH}"
        );
    }
    Ok(())
}

/// Removes the cache while a file is under way.
fn remove_at(scene: &Scene, gate: &Gate, bytes: u64) -> Result<()> {
    gate.wait_for(bytes)?;
    for _ in 0..1000 {
        match fs::remove_dir_all(scene.cache()) {
            Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(()),
            // Something came while it went.
            Ok(()) | Err(_) => {}
        }
    }
    bail!("the cache can't be removed")
}

const GOING: u64 = 8 << 20;

fn goes_once() -> Result<()> {
    let (scenario, gate) = gated(vec![asset(usize::try_from(GOING)?)]);
    let scene = Scene::new(scenario)?;
    gate.turn(GOING / 2);
    let running = scene.prepare(&[])?.start()?;
    remove_at(&scene, &gate, GOING / 2)?;
    gate.open();
    let outcome = running.end_within(PATIENCE)?.context("no end")?;
    ensure!(!outcome.stderr.contains("panicked"), "{outcome}");
    outcome.success()?;
    scene.expect_right()?;
    let litter = scene.litter()?;
    ensure!(litter.is_empty(), "left behind: {litter:?}");
    Ok(())
}

fn goes_again() -> Result<()> {
    let (scenario, gate) = gated(vec![asset(usize::try_from(GOING)?)]);
    let scene = Scene::new(scenario)?;
    gate.turn(GOING / 2);
    let mut running = scene.prepare(&[])?.start()?;
    for time in 1..=10 {
        let sent = GOING * time - GOING / 2;
        while !gate.wait(sent, Duration::from_millis(100)) && !running.has_ended()? {}
        if running.has_ended()? {
            break;
        }
        remove_at(&scene, &gate, sent)?;
        gate.open_to(sent + GOING);
    }
    gate.open();
    let outcome = running.end_within(PATIENCE)?.context("no end")?;
    ensure!(!outcome.stderr.contains("panicked"), "{outcome}");
    outcome.refused(8, &["weights.bin", "hint:"])?;
    scene.download(&[])?.success()?;
    scene.expect_right()
}
