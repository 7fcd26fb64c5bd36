//! What goes well.

use std::fs;

use anyhow::{Context as _, Result};
use hubkit_tests::{Home, Server, files_below};

const MODEL: &str = "hubkit-demo/tiny-bert";

#[test]
fn the_demo_walks_the_five_steps() -> Result<()> {
    let outcome = Home::new()?.hubkit(["demo"])?.run()?.success()?;
    for step in [
        "1  discover",
        "2  authenticate",
        "3  negotiate",
        "4  acquire",
        "5  instantiate",
    ] {
        assert!(outcome.stdout.contains(step), "{outcome}");
    }
    for fact in [
        "refused   without a token",
        "accepted  as ada",
        "left out   model.fp16.safetensors",
        "39 tensors, 21088 parameters",
        "7 files from the cache, 0 requests",
    ] {
        assert!(outcome.stdout.contains(fact), "{fact}\n{outcome}");
    }
    assert!(
        !outcome.to_string().contains("hf_hubkit_demo"),
        "the token is not shown"
    );
    Ok(())
}

#[test]
fn a_snapshot_is_in_the_cache_and_its_folder_is_the_only_line() -> Result<()> {
    let (hub, home) = (Server::demo()?, Home::new()?);
    let outcome = home
        .hubkit(["download", MODEL])?
        .at(hub.endpoint())
        .run()?
        .success()?;
    let folder = outcome.stdout.trim_end();
    assert!(
        !folder.contains('\n') && folder.contains("models--hubkit-demo--tiny-bert"),
        "{outcome}"
    );
    assert_eq!(fs::read_dir(folder)?.count(), 10);
    assert!(
        outcome
            .stderr
            .contains("10 of 10 files fetched and verified"),
        "{outcome}"
    );
    let quiet = home
        .hubkit(["download", MODEL, "-q"])?
        .at(hub.endpoint())
        .run()?
        .success()?;
    assert_eq!(
        (quiet.stdout.trim_end(), quiet.stderr.as_str()),
        (folder, "")
    );
    let offline = home
        .hubkit(["download", MODEL, "-q", "--offline"])?
        .run()?
        .success()?;
    assert_eq!(offline.stdout, quiet.stdout);
    Ok(())
}

#[test]
fn patterns_folders_and_addresses_choose_files() -> Result<()> {
    let hub = Server::demo()?;
    let table: [(&[&str], &[&str]); 6] = [
        (
            &[MODEL, "--include", "*.json"],
            &[
                "config.json",
                "special_tokens_map.json",
                "tokenizer.json",
                "tokenizer_config.json",
            ],
        ),
        (
            &[MODEL, "--include", "*.json", "--exclude", "t*", "s*"],
            &["config.json"],
        ),
        (&[MODEL, "training/"], &["training/loss.csv"]),
        (
            &[MODEL, "config.json", "vocab.txt"],
            &["config.json", "vocab.txt"],
        ),
        (
            &["hf://hubkit-demo/tiny-bert@main/training/"],
            &["training/loss.csv"],
        ),
        (
            &["hf://datasets/hubkit-demo/tiny-sentences"],
            &["README.md", "data/train.jsonl"],
        ),
    ];
    for (arguments, expected) in table {
        let home = Home::new()?;
        let arguments = ["download", "--format", "json"].iter().chain(arguments);
        let value = home
            .hubkit(arguments)?
            .at(hub.endpoint())
            .run()?
            .success()?
            .json()?;
        let files = value["files"].as_array().context("files")?;
        let paths: Vec<&str> = files
            .iter()
            .filter_map(|file| file["path"].as_str())
            .collect();
        assert_eq!(paths, expected);
    }
    Ok(())
}

#[test]
fn one_file_prints_its_path() -> Result<()> {
    let (hub, home) = (Server::demo()?, Home::new()?);
    for arguments in [
        &[MODEL, "config.json"][..],
        &["hf://hubkit-demo/tiny-bert/config.json"],
    ] {
        let arguments = ["download", "-q"].iter().chain(arguments);
        let outcome = home
            .hubkit(arguments)?
            .at(hub.endpoint())
            .run()?
            .success()?;
        let config: serde_json::Value = serde_json::from_slice(&fs::read(outcome.last_line()?)?)?;
        assert_eq!(config["model_type"], "bert");
    }
    Ok(())
}

#[test]
fn a_local_folder_gets_plain_files_and_keeps_what_is_the_users() -> Result<()> {
    let (hub, home) = (Server::demo()?, Home::new()?);
    let download = |more: &[&str]| -> Result<_> {
        let arguments = [
            "download",
            MODEL,
            "config.json",
            "vocab.txt",
            "--local-dir",
            "here",
        ]
        .iter()
        .chain(more);
        home.hubkit(arguments)?.at(hub.endpoint()).run()
    };
    download(&[])?.success()?;
    let config = home.path().join("here/config.json");
    assert!(fs::symlink_metadata(&config)?.is_file());
    assert!(!home.cache().exists(), "the cache is not touched");
    let names: Vec<String> = files_below(&home.path().join("here"))?
        .into_keys()
        .collect();
    assert!(
        names
            .iter()
            .any(|name| name.ends_with(".cache/huggingface/download/config.json.metadata")),
        "{names:?}"
    );

    fs::remove_dir_all(home.path().join("here"))?;
    fs::create_dir_all(home.path().join("here"))?;
    fs::write(&config, "mine")?;
    let refused = download(&[])?.expect_code(8)?;
    assert!(
        refused.stderr.contains("config.json") && refused.stderr.contains("hint:"),
        "{refused}"
    );
    assert_eq!(fs::read(&config)?, b"mine");
    download(&["--force"])?.success()?;
    assert!(fs::read_to_string(&config)?.contains("bert"));
    Ok(())
}

#[test]
fn weights_are_inspected_without_being_fetched() -> Result<()> {
    let (hub, home) = (Server::demo()?, Home::new()?);
    let outcome = home
        .hubkit(["inspect", MODEL, "--format", "json"])?
        .at(hub.endpoint())
        .run()?
        .success()?;
    let value = outcome.json()?;
    assert_eq!(value["parameters"]["total"], 21088);
    assert_eq!(value["parameters"]["by_dtype"]["F32"], 21088);
    assert_eq!(value["tensors"].as_array().map(Vec::len), Some(39));
    assert!(!home.cache().exists(), "nothing was kept");
    Ok(())
}

#[test]
fn a_token_opens_the_gate_and_tells_whose_it_is() -> Result<()> {
    let (hub, home) = (Server::demo()?, Home::new()?);
    let token = "hf_hubkit_demo_opens_nothing_else";
    let who = home
        .hubkit(["auth", "whoami"])?
        .at(hub.endpoint())
        .env("HF_TOKEN", token)
        .run()?
        .success()?;
    assert_eq!(who.stdout.lines().next(), Some("ada"));
    // As `hf auth login` leaves it.
    fs::write(home.path().join("token"), format!("{token}\n"))?;
    home.hubkit(["download", "hubkit-demo/gated-tiny-bert", "-q"])?
        .at(hub.endpoint())
        .run()?
        .success()?;
    let env = home.hubkit(["env"])?.at(hub.endpoint()).run()?.success()?;
    assert!(
        env.stdout.contains("given by the token file") && !env.to_string().contains(token),
        "{env}"
    );
    Ok(())
}

#[test]
fn the_cache_is_listed_in_bytes_and_moments() -> Result<()> {
    let (hub, home) = (Server::demo()?, Home::new()?);
    let empty = home
        .hubkit(["cache", "ls", "--format", "json"])?
        .run()?
        .success()?
        .json()?;
    assert_eq!(empty["repositories"].as_array().map(Vec::len), Some(0));
    home.hubkit(["download", MODEL, "-q"])?
        .at(hub.endpoint())
        .run()?
        .success()?;
    let value = home
        .hubkit(["cache", "ls", "--format", "json"])?
        .run()?
        .success()?
        .json()?;
    let repo = &value["repositories"][0];
    assert_eq!(
        (repo["repo"].as_str(), repo["kind"].as_str()),
        (Some(MODEL), Some("model"))
    );
    assert_eq!(
        (
            repo["size"].as_u64(),
            repo["revisions"][0]["refs"][0].as_str()
        ),
        (value["bytes"].as_u64(), Some("main"))
    );
    assert!(
        repo["last_modified"]
            .as_str()
            .is_some_and(|time| time.ends_with('Z'))
    );
    assert_eq!(value["warnings"].as_array().map(Vec::len), Some(0));
    Ok(())
}

#[test]
fn a_cache_is_served_in_place() -> Result<()> {
    let (hub, home, other) = (Server::demo()?, Home::new()?, Home::new()?);
    let first = home
        .hubkit(["download", MODEL, "--format", "json"])?
        .at(hub.endpoint())
        .run()?
        .success()?
        .json()?;
    let before = files_below(&home.cache())?;
    let served = Server::start(&home.cache())?;
    let again = other
        .hubkit(["download", MODEL, "--format", "json"])?
        .at(served.endpoint())
        .run()?
        .success()?
        .json()?;
    assert_eq!(first["commit"], again["commit"]);
    let digests = |value: &serde_json::Value| -> Vec<serde_json::Value> {
        value["files"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|file| file["digest"].clone())
            .collect()
    };
    assert_eq!(digests(&first), digests(&again));
    assert_eq!(
        files_below(&home.cache())?,
        before,
        "serving writes nothing"
    );
    Ok(())
}

#[test]
fn completions_and_help_are_there() -> Result<()> {
    let home = Home::new()?;
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let outcome = home.hubkit(["completions", shell])?.run()?.success()?;
        assert!(outcome.stdout.contains("hubkit"), "{shell}");
    }
    assert!(
        home.hubkit(["--help"])?
            .run()?
            .success()?
            .stdout
            .contains("download")
    );
    home.hubkit(["download"])?.run()?.expect_code(2)?;
    Ok(())
}

#[test]
fn a_part_of_a_commit_is_never_served_as_the_whole() -> Result<()> {
    let (hub, home, other) = (Server::demo()?, Home::new()?, Home::new()?);
    // One cache knows what it lacks, the other does not.
    for arguments in [&[MODEL, "--include", "*.json"][..], &[MODEL, "config.json"]] {
        let part = Home::new()?;
        let arguments = ["download", "-q"].iter().chain(arguments);
        part.hubkit(arguments)?
            .at(hub.endpoint())
            .run()?
            .success()?;
        let served = Server::start(&part.cache())?;
        let download = home
            .hubkit(["download", MODEL])?
            .at(served.endpoint())
            .run()?;
        assert_ne!(download.code, Some(0), "{download}");
        let single = other.hubkit(["download", MODEL, "config.json", "-q"])?;
        single.at(served.endpoint()).run()?.success()?;
    }
    let whole = home
        .hubkit(["download", MODEL, "--format", "json"])?
        .at(hub.endpoint())
        .run()?;
    let files = whole.success()?.json()?["files"].as_array().map(Vec::len);
    assert_eq!(files, Some(10), "nothing shorter was remembered");
    Ok(())
}

#[test]
fn weights_that_were_cut_off_in_the_cache_are_inspected_at_the_hub() -> Result<()> {
    let (hub, home) = (Server::demo()?, Home::new()?);
    let download = home.hubkit(["download", MODEL, "model.safetensors", "-q"])?;
    let outcome = download.at(hub.endpoint()).run()?.success()?;
    let blob = fs::canonicalize(outcome.last_line()?)?;
    fs::OpenOptions::new()
        .write(true)
        .open(&blob)?
        .set_len(50)?;
    let inspect = || home.hubkit(["inspect", MODEL, "--format", "json"]);
    let value = inspect()?.at(hub.endpoint()).run()?.success()?.json()?;
    assert_eq!(value["parameters"]["total"], 21088);
    Ok(())
}
