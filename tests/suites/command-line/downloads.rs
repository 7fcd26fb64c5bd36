//! What a download tells before and while it runs, and what it refuses before anything moves.

use std::fs;

use anyhow::{Context as _, Result};
use hubkit_tests::{FILTERS, Home, Outcome, Served, Server, files_below};
use serde_json::Value;

const OTHER: &str = "0123456789abcdef0123456789abcdef01234567";

/// A hub with one repository, in which two files have the same bytes.
fn hub() -> Result<(Served, Server)> {
    let weights: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    let files = Served::new()?
        .file("models/lab/tiny", "config.json", "{}\n")?
        .file("models/lab/tiny", "model.bin", &weights)?
        .file("models/lab/tiny", "old/model.bin", &weights)?;
    let server = Server::start(files.path())?;
    Ok((files, server))
}

fn download(home: &Home, server: &Server, more: &[&str]) -> Result<Outcome> {
    let arguments = ["download", "lab/tiny"].iter().chain(more);
    home.hubkit(arguments)?.at(server.endpoint()).snapshot()
}

/// The lines of standard error, each as JSON.
fn lines(outcome: &Outcome) -> Result<Vec<Value>> {
    let lines = outcome.stderr.lines();
    let read = |line| serde_json::from_str(line).with_context(|| format!("{line}\n{outcome}"));
    lines.map(read).collect()
}

fn events(lines: &[Value], name: &str) -> Vec<Value> {
    let named = lines.iter().filter(|line| line["event"] == name);
    named.cloned().collect()
}

#[test]
fn a_dry_run_tells_what_would_be_fetched_and_touches_nothing() -> Result<()> {
    let ((_files, server), home) = (hub()?, Home::new()?);
    let mut outcome = download(&home, &server, &["--dry-run"])?;
    // How much room there is, is the machine's own affair.
    let told = outcome
        .stdout
        .lines()
        .filter(|line| !line.starts_with("room"));
    outcome.stdout = told.collect::<Vec<_>>().join("\n");
    insta::with_settings!({ filters => FILTERS.to_vec() }, {
        insta::assert_snapshot!(outcome, @"
        exit code: 0
        ----- stdout -----
        FILE           SIZE       STATE
        config.json    [SIZE]        to fetch
        model.bin      [SIZE]  to fetch
        old/model.bin  [SIZE]  comes with another file

        commit    c4a88b2c317e52e3462774533230a2774525aca2
        wanted    3 files, [SIZE]
        to fetch  2 files, [SIZE]
        goes to   [HOME]/hub/models--lab--tiny/snapshots/c4a88b2c317e52e3462774533230a2774525aca2
        ----- stderr -----
        ");
    });
    assert!(!home.cache().exists(), "the cache was made");
    assert_eq!(files_below(home.path())?.len(), 0);
    assert_eq!(server.requested("GET", "/resolve/")?.len(), 0);
    Ok(())
}

#[test]
fn a_dry_run_tells_programs_the_same() -> Result<()> {
    let ((_files, server), home) = (hub()?, Home::new()?);
    let value = download(&home, &server, &["--dry-run", "--format", "json"])?
        .success()?
        .json()?;
    assert_eq!(value["dry_run"], true);
    assert_eq!(
        (
            &value["bytes"],
            &value["missing_bytes"],
            &value["missing_files"]
        ),
        (&800_003.into(), &400_003.into(), &2.into())
    );
    let states = |value: &Value| -> Vec<String> {
        let files = value["files"].as_array().cloned().unwrap_or_default();
        let state = |file: &Value| file["state"].as_str().unwrap_or_default().to_owned();
        files.iter().map(state).collect()
    };
    assert_eq!(states(&value), ["missing", "missing", "shared"]);
    let fetched = download(&home, &server, &["model.bin", "--format", "json"])?;
    let fetched = fetched.success()?.json()?;
    assert_eq!(fetched["commit"], value["commit"]);
    let folder = value["path"].as_str().context("a path")?;
    let file = fetched["path"].as_str().context("a path")?;
    assert!(file.starts_with(folder), "{file} is not in {folder}");

    let arguments = ["--dry-run", "--format", "json", "--offline"];
    let whole = ["--include", "*.bin"];
    let value = download(&home, &server, &[&arguments[..], &whole].concat())?;
    let value = value.success()?.json()?;
    // Of one file the listing is not known: what is there is all that is known of.
    assert_eq!(states(&value), ["present"]);
    let value = download(&home, &server, &arguments[..3])?
        .success()?
        .json()?;
    assert_eq!(states(&value), ["missing", "present", "held"]);
    assert_eq!(value["missing_bytes"], 3);
    Ok(())
}

#[test]
fn a_dry_run_that_sees_an_obstacle_ends_as_the_download_would() -> Result<()> {
    let ((_files, server), home) = (hub()?, Home::new()?);
    fs::create_dir(home.path().join("here"))?;
    fs::write(home.path().join("here/config.json"), "mine")?;
    let arguments = ["--local-dir", "here", "--dry-run", "--format", "json"];
    let outcome = download(&home, &server, &arguments)?.expect_code(8)?;
    let value = outcome.json()?;
    assert_eq!(value["obstacle"]["code"], "occupied");
    assert_eq!(value["path"], "here");
    assert!(outcome.stderr.contains("occupied"), "{outcome}");
    let left = files_below(home.path())?;
    assert_eq!(left.keys().collect::<Vec<_>>(), ["here/config.json"]);
    Ok(())
}

#[test]
fn another_commit_than_the_expected_one_ends_with_1_before_anything_moves() -> Result<()> {
    let ((_files, server), home) = (hub()?, Home::new()?);
    for more in [
        &[][..],
        &["config.json"],
        &["--dry-run"],
        &["--local-dir", "here"],
    ] {
        let arguments = [&["--expect-commit", OTHER, "--format", "json"], more].concat();
        let outcome = download(&home, &server, &arguments)?.expect_code(1)?;
        let error = &lines(&outcome)?[0]["error"];
        assert_eq!(error["code"], "other_commit", "{outcome}");
        assert_eq!(files_below(home.path())?.len(), 0, "{more:?}");
    }
    assert_eq!(server.requested("GET", "/resolve/")?.len(), 0);

    let plan = download(&home, &server, &["--dry-run", "--format", "json"])?.json()?;
    let commit = plan["commit"].as_str().context("a commit")?;
    for more in [
        &["config.json"][..],
        &[],
        &["--offline"],
        &["config.json", "--offline"],
    ] {
        download(
            &home,
            &server,
            &[&["--expect-commit", commit], more].concat(),
        )?
        .success()?;
        let other = [&["--expect-commit", OTHER], more].concat();
        download(&home, &server, &other)?.expect_code(1)?;
    }
    download(&home, &server, &["--expect-commit", &commit[..12]])?.expect_code(2)?;
    Ok(())
}

#[test]
fn a_program_reads_one_line_of_json_for_each_event() -> Result<()> {
    let ((_files, server), home) = (hub()?, Home::new()?);
    let outcome = download(&home, &server, &["--progress", "json"])?.success()?;
    let told = lines(&outcome)?;
    let planned = &events(&told, "planned")[0];
    assert_eq!(
        (
            &planned["files"],
            &planned["bytes"],
            &planned["missing_bytes"]
        ),
        (&3.into(), &800_003.into(), &400_003.into())
    );
    let paths = |name: &str| -> Vec<String> {
        let named = events(&told, name);
        let path = |line: &Value| line["path"].as_str().unwrap_or_default().to_owned();
        let mut paths: Vec<_> = named.iter().map(path).collect();
        paths.sort();
        paths
    };
    for name in ["started", "verified"] {
        assert_eq!(paths(name), ["config.json", "model.bin"], "{outcome}");
    }
    assert_eq!(paths("reused"), ["old/model.bin"]);
    let received = events(&told, "received");
    let last = received
        .iter()
        .rfind(|line| line["path"] == "model.bin")
        .context("bytes came")?;
    assert_eq!(
        (&last["held_bytes"], &last["size"]),
        (&400_000.into(), &400_000.into())
    );
    let total = &received.last().context("bytes came")?["total"];
    assert_eq!(total["missing_bytes"], 400_003);
    let done = told.last().context("an end")?;
    assert_eq!(
        (&done["event"], &done["files"]),
        (&"done".into(), &3.into())
    );
    assert_eq!(done["received_bytes"], 400_003);
    assert!(done["seconds"].is_number() && done["bytes_per_second"].is_number());

    let again = download(&home, &server, &["--progress", "json"])?.success()?;
    let told = lines(&again)?;
    assert_eq!(events(&told, "reused").len(), 3, "{again}");
    assert_eq!(events(&told, "done")[0]["received_bytes"], 0);

    let failed = download(&home, &server, &["absent", "--progress", "json"])?.expect_code(3)?;
    let told = lines(&failed)?;
    let error = &told.last().context("an end")?["error"];
    assert_eq!(
        (&error["code"], &error["exit"]),
        (&"file_not_found".into(), &3.into())
    );
    let wrong = download(&home, &server, &["--progress", "json", "--nonsense"])?;
    lines(&wrong.expect_code(2)?)?;
    Ok(())
}

#[test]
fn limits_that_can_not_be_meant_are_refused() -> Result<()> {
    let ((_files, server), home) = (hub()?, Home::new()?);
    for arguments in [
        ["--max-connections", "0"],
        ["--max-workers", "0"],
        ["--lock-timeout", "-1"],
        ["--max-wait", "soon"],
    ] {
        download(&home, &server, &arguments)?.expect_code(2)?;
    }
    let least = [
        "--max-connections",
        "1",
        "--max-workers",
        "1",
        "--lock-timeout",
        "0",
    ];
    download(&home, &server, &least)?.success()?;
    Ok(())
}
