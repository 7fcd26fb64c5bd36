//! A download that is cut off, meddled with or ended leaves nothing that could pass for a file.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result};
use hubkit_tests::{Home, Meddler, Meddling, Server, files_below, wait_for_a_note};
use tempfile::TempDir;

const SIZE: usize = 6_000_000;
const HALF: u64 = 2_000_000;

/// A hub with one repository of one file of a few megabytes, all of them different.
fn hub() -> Result<(TempDir, Server, Vec<u8>)> {
    let folder = tempfile::tempdir()?;
    let repo = folder.path().join("models/a/b");
    fs::create_dir_all(&repo)?;
    let numbers = (0_u32..).map(|number| number.wrapping_mul(2_654_435_761));
    let mut content: Vec<u8> = numbers.flat_map(u32::to_le_bytes).take(SIZE).collect();
    content[..9].copy_from_slice(b"FLIP-NEXT");
    fs::write(repo.join("weights.bin"), &content)?;
    let server = Server::start(folder.path())?;
    Ok((folder, server, content))
}

/// Everything in the blob folders of a cache, half-finished files included.
fn blobs(cache: &Path) -> Result<Vec<String>> {
    let names = files_below(cache)?.into_keys();
    Ok(names.filter(|name| name.contains("/blobs/")).collect())
}

#[test]
fn a_process_killed_in_the_middle_leaves_no_blob_and_the_next_one_succeeds() -> Result<()> {
    let (_folder, server, content) = hub()?;
    let home = Home::new()?;
    for _ in 0..3 {
        let meddler = Meddler::before(server.endpoint(), Meddling::StallAfter(HALF))?;
        let mut child = home
            .hubkit(["download", "a/b"])?
            .at(meddler.endpoint())
            .spawn()?;
        meddler.wait_for(HALF)?;
        child.kill()?;
        child.wait()?;
        let left = blobs(&home.cache())?;
        assert!(left.iter().all(|name| is_unfinished(name)), "{left:?}");
        assert!(
            !home.cache().join("models--a--b/refs/main").exists(),
            "nothing leads to what is not there"
        );
    }
    let outcome = home
        .hubkit(["download", "a/b", "weights.bin", "-q"])?
        .at(server.endpoint())
        .run()?
        .success()?;
    assert!(
        fs::read(outcome.last_line()?)? == content,
        "the bytes are the served ones"
    );
    assert_eq!(blobs(&home.cache())?.len(), 1, "nothing is left beside");
    Ok(())
}

fn is_unfinished(name: &str) -> bool {
    name.ends_with(".incomplete") || name.ends_with(".journal")
}

#[cfg(unix)]
#[test]
fn an_interrupted_process_says_so_by_its_exit_code_and_the_next_one_goes_on() -> Result<()> {
    let (_folder, server, content) = hub()?;
    for (signal, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 143)] {
        let home = Home::new()?;
        let meddler = Meddler::before(server.endpoint(), Meddling::StallAfter(HALF))?;
        let mut child = home
            .hubkit(["download", "a/b"])?
            .at(meddler.endpoint())
            .spawn()?;
        meddler.wait_for(HALF)?;
        wait_for_a_note(&home.cache())?;
        let sent = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status()?;
        assert!(sent.success());
        assert_eq!(child.wait()?.code(), Some(code), "{signal}");
        let left = blobs(&home.cache())?;
        assert_eq!(left.len(), 2, "{signal}: a file and its journal: {left:?}");
        assert!(left.iter().all(|name| is_unfinished(name)), "{left:?}");
        let meddler = Meddler::before(server.endpoint(), Meddling::StallAfter(SIZE as u64))?;
        let outcome = home
            .hubkit(["download", "a/b", "weights.bin", "-q"])?
            .at(meddler.endpoint())
            .run()?
            .success()?;
        assert!(fs::read(outcome.last_line()?)? == content);
        assert_eq!(blobs(&home.cache())?.len(), 1, "nothing is left beside");
    }
    Ok(())
}

#[test]
fn a_flipped_byte_is_an_error_and_never_a_file() -> Result<()> {
    let (_folder, server, content) = hub()?;
    let meddler = Meddler::before(
        server.endpoint(),
        Meddling::FlipBehind(b"FLIP-NEXT".to_vec()),
    )?;
    let home = Home::new()?;
    for arguments in [
        &["download", "a/b"][..],
        &["download", "a/b", "weights.bin"],
    ] {
        let outcome = home
            .hubkit(arguments)?
            .at(meddler.endpoint())
            .run()?
            .expect_code(7)?;
        assert!(
            outcome.stderr.contains("weights.bin") && outcome.stderr.contains("hint:"),
            "{outcome}"
        );
    }
    let left = blobs(&home.cache())?;
    assert_eq!(left, Vec::<String>::new());

    let folder = home.path().join("local");
    let folder_name = folder.to_str().context("a name in UTF-8")?;
    let arguments = ["download", "a/b", "--local-dir", folder_name];
    home.hubkit(arguments)?
        .at(meddler.endpoint())
        .run()?
        .expect_code(7)?;
    assert!(!folder.join("weights.bin").exists());
    home.hubkit(arguments)?
        .at(server.endpoint())
        .run()?
        .success()?;
    assert!(fs::read(folder.join("weights.bin"))? == content);
    Ok(())
}
