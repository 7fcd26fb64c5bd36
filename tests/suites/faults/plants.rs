//! Links that somebody put where a file is about to grow, in a cache that people share.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{Asset, Scene, content, scenarios::gates::gated};
use libtest_mimic::Trial;

use crate::{Row, free};

pub(crate) const ROWS: &[Row] = &[
    (
        "cache-07",
        &["a_link_in_the_place_of_a_file_is_not_followed"],
    ),
    (
        "table-60",
        &["a_link_in_the_place_of_a_file_is_not_followed"],
    ),
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![free(
        "a_link_in_the_place_of_a_file_is_not_followed",
        planted,
    )]
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) -> Result<()> {
    Ok(std::os::unix::fs::symlink(to, at)?)
}

#[cfg(not(unix))]
fn link(to: &Path, at: &Path) -> Result<()> {
    Ok(fs::hard_link(to, at)?)
}

const LENGTH: usize = 3 << 20;

fn planted() -> Result<()> {
    let (scenario, gate) = gated(vec![Asset::large("weights.bin", content(LENGTH))]);
    gate.open();
    let scene = Scene::new(scenario)?;
    let repo = format!("models--{}", scene.hub.repo().replace('/', "--"));
    let digest = scene.hub.assets()[0].digest().to_owned();
    let blobs = scene.cache().join(&repo).join("blobs");
    let locks = scene.cache().join(".locks").join(&repo);
    let victims = scene.home.path().join("local");
    for folder in [&blobs, &locks, &victims] {
        fs::create_dir_all(folder)?;
    }
    // As long as the file, so that it could pass for one that is to be gone on with.
    let text = vec![b'v'; LENGTH];
    let victim = |name: &str| -> Result<PathBuf> {
        let path = victims.join(name);
        fs::write(&path, &text)?;
        Ok(path)
    };
    link(&victim("a")?, &blobs.join(format!("{digest}.incomplete")))?;
    link(
        &victim("b")?,
        &blobs.join(format!("{digest}.0badcafe.incomplete")),
    )?;
    link(
        &victim("c")?,
        &blobs.join(format!("{digest}.0badcafe.journal")),
    )?;
    link(
        &victim("d")?,
        &blobs.join(format!("{digest}.0badf00d.journal")),
    )?;
    link(&victim("e")?, &locks.join(format!("{digest}.lock")))?;
    scene.download(&[])?.success()?;
    scene.expect_right()?;
    let own = fs::symlink_metadata(blobs.join(&digest)).context("a blob")?;
    ensure!(own.is_file(), "the blob is a link");
    scene.end(scene.hubkit(&["cache", "gc"])?)?.success()?;
    for name in ["a", "b", "c", "d", "e"] {
        let held = fs::read(victims.join(name))?;
        ensure!(held == text, "what the link {name} leads to is another");
    }
    scene.expect_right()
}
