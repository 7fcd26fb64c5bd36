//! What is in a folder of the user's already, while a hub sends files for it.

use std::{fs, path::PathBuf, thread, time::Duration};

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{
    Asset, Outcome,
    Question::Get,
    Scene, Seen, content,
    scenarios::{folders, gates::gated},
    wait_for_a_note,
};
use libtest_mimic::Trial;

use crate::{Row, WAYS, case, free};

pub(crate) const ROWS: &[Row] = &[
    (
        "localdir-01",
        &[
            "a_file_of_ones_own_stays",
            "wrong_bytes_replace_nothing",
            "a_right_file_is_taken_over",
        ],
    ),
    (
        "localdir-02",
        &[
            "a_killed_download_touches_no_place",
            "what_a_killed_download_brought_is_gone_on_with",
        ],
    ),
    ("localdir-03", &["a_link_is_not_written_through"]),
    ("localdir-04", &["a_linked_folder_is_not_entered"]),
    ("localdir-05", &["a_stump_is_told_and_fetched_again"]),
    ("table-47", &["a_killed_download_touches_no_place"]),
    (
        "table-57",
        &["a_file_of_ones_own_stays", "wrong_bytes_replace_nothing"],
    ),
    ("table-58", &["a_link_is_not_written_through"]),
    ("table-59", &["a_linked_folder_is_not_entered"]),
];

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = vec![
        case("a_file_of_ones_own_stays", folders::decent, own),
        case(
            "wrong_bytes_replace_nothing",
            folders::wrong_bytes,
            wrong_bytes,
        ),
        case("a_right_file_is_taken_over", folders::decent, taken_over),
        case(
            "a_killed_download_touches_no_place",
            folders::stalls_at_first,
            killed,
        ),
        free("what_a_killed_download_brought_is_gone_on_with", gone_on),
        case("a_stump_is_told_and_fetched_again", folders::decent, stump),
        case("a_damaged_cached_file_is_fetched", folders::decent, damaged),
        case("a_cached_file_is_not_fetched", folders::decent, cached),
    ];
    if cfg!(unix) {
        trials.push(case("a_link_is_not_written_through", folders::decent, link));
        trials.push(case(
            "a_linked_folder_is_not_entered",
            folders::in_a_folder,
            linked_folder,
        ));
    }
    trials
}

/// The folder of the user's.
fn local(scene: &Scene) -> PathBuf {
    scene.home.path().join("local")
}

/// Puts a file of the user's own there.
fn put(scene: &Scene, path: &str, bytes: &[u8]) -> Result<()> {
    let path = local(scene).join(path);
    fs::create_dir_all(path.parent().context("a folder")?)?;
    Ok(fs::write(path, bytes)?)
}

/// Fetches into the folder.
fn fetch(scene: &Scene, more: &[&str]) -> Result<Outcome> {
    scene.download(&[&["--local-dir", "local"], more].concat())
}

/// Fails unless a file is as it is on the hub.
fn expect_right(scene: &Scene) -> Result<()> {
    for asset in scene.hub.assets() {
        let bytes = fs::read(local(scene).join(&asset.path))?;
        ensure!(bytes == asset.content, "other bytes in {}", asset.path);
    }
    Ok(())
}

fn expect_gets(scene: &Scene, count: usize) -> Result<()> {
    let gets = scene.hub.asked(Get).len();
    ensure!(gets == count, "asked for bytes {gets} times, not {count}");
    Ok(())
}

fn own(scene: &Scene) -> Result<()> {
    put(scene, "weights.bin", b"mine")?;
    for way in WAYS {
        fetch(scene, way)?.refused(8, &["weights.bin", "your own", "--force"])?;
        ensure!(fs::read(local(scene).join("weights.bin"))? == b"mine");
        let names = fs::read_dir(local(scene))?.count();
        ensure!(names == 1, "{names} names in the folder");
    }
    expect_gets(scene, 0)?;
    fetch(scene, &["--force"])?.success()?;
    expect_right(scene)
}

fn wrong_bytes(scene: &Scene) -> Result<()> {
    put(scene, "weights.bin", b"mine")?;
    for way in WAYS {
        fetch(scene, &[way, &["--force"]].concat())?.refused(7, &["weights.bin", "hint:"])?;
        ensure!(fs::read(local(scene).join("weights.bin"))? == b"mine");
    }
    Ok(())
}

fn taken_over(scene: &Scene) -> Result<()> {
    for asset in scene.hub.assets() {
        put(scene, &asset.path, &asset.content)?;
    }
    for way in WAYS {
        fetch(scene, way)?.success()?;
        expect_right(scene)?;
    }
    expect_gets(scene, 0)?;
    for asset in scene.hub.assets() {
        let record = format!(".cache/huggingface/download/{}.metadata", asset.path);
        let record = fs::read_to_string(local(scene).join(record))?;
        ensure!(record.contains(&asset.digest()), "{record}");
    }
    Ok(())
}

fn killed(scene: &Scene) -> Result<()> {
    put(scene, "weights.bin", b"mine")?;
    let arguments = ["--local-dir", "local", "--force"];
    let mut child = scene.prepare(&arguments)?.spawn()?;
    let mut patience = 600;
    while scene.hub.asked(Get).iter().all(|seen| seen.sent() < 50_000) {
        patience -= 1;
        ensure!(patience > 0, "no byte is asked for");
        thread::sleep(Duration::from_millis(100));
    }
    child.kill()?;
    child.wait()?;
    ensure!(fs::read(local(scene).join("weights.bin"))? == b"mine");
    fetch(scene, &["--force"])?.success()?;
    expect_right(scene)
}

fn stump(scene: &Scene) -> Result<()> {
    let path = local(scene).join("weights.bin");
    for keeps_time in [true, false] {
        fetch(scene, &[])?.success()?;
        let file = fs::File::options().write(true).open(&path)?;
        let modified = file.metadata()?.modified()?;
        file.set_len(100_000)?;
        let hours = Duration::from_hours(if keeps_time { 0 } else { 1 });
        file.set_modified(modified + hours)?;
        for way in WAYS {
            fetch(scene, way)?.success()?;
            expect_right(scene)?;
        }
    }
    expect_gets(scene, scene.hub.assets().len() + 2)?;
    // Nobody wrote down that this one is the hub's: it may be the user's own.
    fs::remove_dir_all(local(scene))?;
    put(scene, "weights.bin", &scene.hub.assets()[0].content[..1000])?;
    fetch(scene, &[])?.refused(8, &["weights.bin", "--force"])?;
    fetch(scene, &["--force"])?.success()?;
    expect_right(scene)
}

fn cached(scene: &Scene) -> Result<()> {
    scene.download(&[])?.success()?;
    let gets = scene.hub.asked(Get).len();
    for way in WAYS {
        for more in [&[][..], &["--hard-links"], &["--offline"]] {
            let outcome = fetch(scene, &[way, more].concat())?.success()?;
            ensure!(outcome.stderr.contains("all there already"), "{outcome}");
            expect_gets(scene, gets)?;
            if way.is_empty() {
                expect_right(scene)?;
            }
            fs::remove_dir_all(local(scene))?;
        }
    }
    scene.expect_right()
}

fn damaged(scene: &Scene) -> Result<()> {
    for way in WAYS {
        scene.download(&[])?.success()?;
        let blob = scene.hub.assets()[0].digest();
        let repo = scene.hub.repo().replace('/', "--");
        let blob = scene.cache().join(format!("models--{repo}/blobs/{blob}"));
        let mut bytes = fs::read(&blob)?;
        bytes[1000] ^= 1;
        fs::write(&blob, &bytes)?;
        let before = scene.hub.asked(Get).len();
        let outcome = fetch(scene, way)?.success()?;
        ensure!(outcome.stderr.contains("damaged"), "{outcome}");
        expect_gets(scene, before + 1)?;
        let right = &scene.hub.assets()[0].content;
        ensure!(fs::read(local(scene).join("weights.bin"))? == *right);
        fs::remove_dir_all(local(scene))?;
        fs::remove_dir_all(scene.cache())?;
    }
    Ok(())
}

#[cfg(unix)]
fn link(scene: &Scene) -> Result<()> {
    let outside = tempfile::tempdir()?;
    let victim = outside.path().join("victim");
    fs::write(&victim, "precious")?;
    fs::create_dir(local(scene))?;
    let link = local(scene).join("weights.bin");
    std::os::unix::fs::symlink(&victim, &link)?;
    for way in WAYS {
        fetch(scene, way)?.refused(8, &["weights.bin", "a link", "--force"])?;
        ensure!(link.is_symlink());
    }
    expect_gets(scene, 0)?;
    fetch(scene, &["--force"])?.success()?;
    ensure!(!link.is_symlink());
    ensure!(fs::read(&victim)? == b"precious");
    expect_right(scene)
}

#[cfg(unix)]
fn linked_folder(scene: &Scene) -> Result<()> {
    let outside = tempfile::tempdir()?;
    fs::create_dir(local(scene))?;
    std::os::unix::fs::symlink(outside.path(), local(scene).join("sub"))?;
    for more in [&[][..], &["--force"], &["sub/weights.bin"]] {
        fetch(scene, more)?.refused(8, &["sub", "a link to one", "hint:"])?;
    }
    expect_gets(scene, 0)?;
    let names = fs::read_dir(outside.path())?.count();
    ensure!(names == 0, "{names} names outside");
    // The state beside the files is not entered through a link either.
    fs::remove_file(local(scene).join("sub"))?;
    std::os::unix::fs::symlink(outside.path(), local(scene).join(".cache"))?;
    fetch(scene, &[])?.refused(7, &[".cache", "hint:"])?;
    let names = fs::read_dir(outside.path())?.count();
    ensure!(names == 0, "{names} names outside");
    expect_gets(scene, 0)
}

#[cfg(not(unix))]
fn link(_: &Scene) -> Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn linked_folder(_: &Scene) -> Result<()> {
    Ok(())
}

/// Half of a large file came before the process was killed; the next one asks for the other half.
fn gone_on() -> Result<()> {
    const LENGTH: u64 = 24 << 20;
    let weights = Asset::large("weights.bin", content(usize::try_from(LENGTH)?));
    let (scenario, gate) = gated(vec![weights]);
    let scene = Scene::new(scenario)?;
    gate.turn(LENGTH / 2);
    let mut running = scene.prepare(&["--local-dir", "local"])?.start()?;
    gate.wait_for(LENGTH / 2)?;
    wait_for_a_note(&local(&scene))?;
    running.kill()?;
    ensure!(!local(&scene).join("weights.bin").exists());
    gate.turn(u64::MAX);
    fetch(&scene, &[])?.success()?;
    expect_right(&scene)?;
    let sent: u64 = scene.hub.asked(Get).iter().map(Seen::sent).sum();
    ensure!(sent < LENGTH * 3 / 2, "{sent} bytes for {LENGTH}");
    let download = local(&scene).join(".cache/huggingface/download");
    for entry in fs::read_dir(download)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        ensure!(
            !name.contains("incomplete") && !name.ends_with(".journal"),
            "{name} is left"
        );
    }
    Ok(())
}
