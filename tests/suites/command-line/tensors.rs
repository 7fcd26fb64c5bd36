//! Tensors, here and on a hub.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{Home, Outcome, Served, Server};

const MODEL: &str = "hubkit-demo/tiny-bert";
const NAME: &str = "encoder.layer.0.attention.self.query.weight";

/// A model in several files, served, and the one file that they were.
struct Sharded {
    home: Home,
    server: Server,
    _served: Served,
    whole: std::path::PathBuf,
}

fn sharded() -> Result<Sharded> {
    let (demo, home) = (Server::demo()?, Home::new()?);
    let download = ["download", MODEL, "--local-dir", "model", "-q"];
    home.hubkit(download)?
        .at(demo.endpoint())
        .run()?
        .success()?;
    let model = home.path().join("model");
    let split = [
        "safetensors",
        "split",
        "model/model.safetensors",
        "--max-size",
        "30KB",
        "-o",
        "shards",
    ];
    home.hubkit(split)?.run()?.success()?;
    let folder = Served::new()?.copy("models/a/sharded", &home.path().join("shards"))?;
    let server = Server::start(folder.path())?;
    Ok(Sharded {
        whole: model.join("model.safetensors"),
        home,
        server,
        _served: folder,
    })
}

impl Sharded {
    fn get(&self, target: &str, tensor: &str, more: &[&str]) -> Result<Outcome> {
        let words = ["tensor", "get", target, tensor]
            .into_iter()
            .chain(more.iter().copied());
        self.home.hubkit(words)?.at(self.server.endpoint()).run()
    }

    /// What a file of this machine gives.
    fn here(&self, tensor: &str) -> Result<Vec<u8>> {
        let whole = self.whole.to_str().context("a plain path")?;
        self.get(whole, tensor, &["-o", "here.npy", "--force"])?
            .success()?;
        Ok(fs::read(self.home.path().join("here.npy"))?)
    }
}

#[test]
fn a_part_of_a_tensor_comes_from_one_of_many_files_by_its_ranges() -> Result<()> {
    let sharded = sharded()?;
    for part in ["", "[3]", "[2:5, 1:3]", "[..., 0]"] {
        let tensor = format!("{NAME}{part}");
        let outcome = sharded
            .get("a/sharded", &tensor, &["-o", "there.npy", "--force"])?
            .success()?;
        let there = fs::read(sharded.home.path().join("there.npy"))?;
        assert_eq!(there, sharded.here(&tensor)?, "{tensor}");
        assert!(
            outcome
                .stderr
                .contains("not verified: a digest covers whole files"),
            "{outcome}"
        );
        assert!(
            outcome.stderr.contains("bytes read from the hub"),
            "{outcome}"
        );
    }
    // The index and the header of one file of several; of the others, nothing.
    let requests = sharded.server.requests()?;
    let paths: Vec<&str> = requests
        .iter()
        .filter_map(|request| request["path"].as_str())
        .filter(|path| path.contains("/resolve/") && path.contains("-of-"))
        .collect();
    assert!(!paths.is_empty(), "{requests:?}");
    assert!(paths.iter().all(|path| *path == paths[0]), "{paths:?}");
    Ok(())
}

#[test]
fn a_tensor_that_is_in_the_cache_takes_no_request() -> Result<()> {
    let sharded = sharded()?;
    let download = ["download", "a/sharded", "-q"];
    sharded
        .home
        .hubkit(download)?
        .at(sharded.server.endpoint())
        .run()?
        .success()?;
    let words = ["tensor", "get", "a/sharded", NAME, "-o", "there.npy"];
    let outcome = sharded.home.hubkit(words)?.offline().run()?.success()?;
    assert!(outcome.stderr.contains("read from the cache"), "{outcome}");
    assert!(!outcome.stderr.contains("not verified"), "{outcome}");
    let there = fs::read(sharded.home.path().join("there.npy"))?;
    assert_eq!(there, sharded.here(NAME)?);
    Ok(())
}

#[test]
fn what_is_not_there_says_where_it_was_looked_for() -> Result<()> {
    let sharded = sharded()?;
    let check = |target: &str, tensor: &str, more: &[&str], code: i32, text: &str| -> Result<()> {
        let outcome = sharded.get(target, tensor, more)?.expect_code(code)?;
        assert!(outcome.stderr.contains(text), "{outcome}");
        Ok(())
    };
    check("a/sharded", "none", &[], 3, "there is no tensor `none`")?;
    check(
        "a/sharded",
        &format!("{NAME}[99]"),
        &[],
        2,
        "expected a place in dimension 0",
    )?;
    check(
        "a/sharded",
        NAME,
        &["--file", "x.safetensors"],
        3,
        "there is no `x.safetensors`",
    )?;
    check("a/none", NAME, &[], 3, "a/none")?;
    check("./none.safetensors", NAME, &[], 3, "does not exist")?;
    check(
        "shards",
        NAME,
        &["--format", "human"],
        2,
        "expected npy, raw or json",
    )?;
    // Nothing is replaced that was not meant to be.
    fs::write(sharded.home.path().join("mine"), "mine")?;
    check("shards", NAME, &["-o", "mine"], 8, "there already")?;
    assert_eq!(
        fs::read_to_string(sharded.home.path().join("mine"))?,
        "mine"
    );
    let pointer = format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 4900000000\n",
        "a".repeat(64)
    );
    fs::write(sharded.home.path().join("pointer.safetensors"), pointer)?;
    check(
        "./pointer.safetensors",
        NAME,
        &[],
        7,
        "Git LFS pointer to 4.9 GB",
    )?;
    let error = sharded
        .get("a/sharded", "none", &["--format", "json"])?
        .expect_code(3)?;
    assert!(
        error.stderr.contains("\"code\":\"tensor_not_found\""),
        "{error}"
    );
    Ok(())
}

#[test]
fn numbers_are_written_as_json_too() -> Result<()> {
    let sharded = sharded()?;
    let outcome = sharded
        .get("shards", &format!("{NAME}[0, :2]"), &["--format", "json"])?
        .success()?;
    let value = outcome.json()?;
    assert_eq!(
        (value["dtype"].as_str(), value["shape"].clone()),
        (Some("F32"), serde_json::json!([2]))
    );
    assert_eq!(
        value["values"].as_array().map(Vec::len),
        Some(2),
        "{outcome}"
    );
    Ok(())
}

/// A safetensors file of one tensor `a` of `F32`, whose numbers take no room on the disk.
fn zeros(path: &Path, bytes: u64) -> Result<()> {
    let count = bytes / 4;
    let header =
        format!(r#"{{"a":{{"dtype":"F32","shape":[{count}],"data_offsets":[0,{bytes}]}}}}"#);
    let mut start = (header.len() as u64).to_le_bytes().to_vec();
    start.extend_from_slice(header.as_bytes());
    fs::write(path, &start)?;
    let file = fs::OpenOptions::new().write(true).open(path)?;
    Ok(file.set_len(start.len() as u64 + bytes)?)
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_never_replaced() -> Result<()> {
    let home = Home::new()?;
    zeros(&home.path().join("m.safetensors"), 16)?;
    fs::write(home.path().join("mine"), "mine")?;
    std::os::unix::fs::symlink("mine", home.path().join("link"))?;
    for words in [
        "safetensors cast m.safetensors --to bf16 --force -o link",
        "tensor get ./m.safetensors a --force -o link",
    ] {
        let outcome = home.hubkit(words.split(' '))?.run()?.expect_code(8)?;
        assert!(
            outcome.stderr.contains("link is no regular file"),
            "{outcome}"
        );
    }
    assert!(home.path().join("link").is_symlink());
    assert_eq!(fs::read_to_string(home.path().join("mine"))?, "mine");
    Ok(())
}

#[cfg(unix)]
#[test]
fn work_on_files_of_this_machine_ends_when_told_and_leaves_nothing() -> Result<()> {
    const PATIENCE: Duration = Duration::from_mins(1);
    let home = Home::new()?;
    // More than is written by the time that a signal comes.
    zeros(&home.path().join("m.safetensors"), 8 << 30)?;
    let part = || -> Result<bool> {
        let mut names = fs::read_dir(home.path())?.map(|entry| Ok(entry?.file_name()));
        names.try_fold(false, |found, name: std::io::Result<_>| {
            Ok(found || name?.to_string_lossy().ends_with(".part"))
        })
    };
    for (words, signal, code) in [
        (
            "safetensors cast m.safetensors --to bf16 -o new",
            "TERM",
            143,
        ),
        ("safetensors merge m.safetensors -o new", "INT", 130),
        ("safetensors split m.safetensors -o .", "HUP", 143),
        ("tensor get ./m.safetensors a -o new", "TERM", 143),
    ] {
        let running = home.hubkit(words.split(' '))?.start()?;
        let since = Instant::now();
        while !part()? {
            ensure!(since.elapsed() < PATIENCE, "{words}: nothing is written");
            thread::sleep(Duration::from_millis(5));
        }
        running.signal(signal)?;
        let outcome = running.end_within(PATIENCE)?.context("it does not end")?;
        assert_eq!(outcome.code, Some(code), "{outcome}");
        assert!(!part()?, "{words}");
        assert!(!home.path().join("new").exists(), "{words}");
    }
    Ok(())
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_not_waited_for() -> Result<()> {
    let home = Home::new()?;
    fs::create_dir(home.path().join("folder.safetensors"))?;
    let index = |shard: &str| format!(r#"{{"weight_map":{{"a":"{shard}"}}}}"#);
    for name in ["pipe.safetensors", "pipe.json"] {
        let made = std::process::Command::new("mkfifo")
            .arg(home.path().join(name))
            .status()?;
        ensure!(made.success(), "no pipe was made");
    }
    for shard in ["pipe.safetensors", "folder.safetensors"] {
        fs::write(home.path().join(format!("{shard}.json")), index(shard))?;
    }
    for target in [
        "./pipe.safetensors",
        "./pipe.json",
        "./pipe.safetensors.json",
        "./folder.safetensors.json",
        "/dev/zero",
    ] {
        for words in [
            &["safetensors", "merge", target, "-o", "new"][..],
            &["tensor", "get", target, "a", "--format", "raw"],
        ] {
            let outcome = home.hubkit(words)?.run()?.expect_code(8)?;
            assert!(outcome.stderr.contains(" is no regular file"), "{outcome}");
        }
    }
    Ok(())
}

#[cfg(target_os = "linux")]
#[test]
fn arguments_that_are_no_text_are_paths_or_usage_errors() -> Result<()> {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let home = Home::new()?;
    let name = OsStr::from_bytes(b"a\xff.safetensors");
    zeros(&home.path().join(name), 16)?;
    let target = [OsStr::new("info"), name, OsStr::new("--format=json")];
    let outcome = home.hubkit(target)?.run()?.expect_code(2)?;
    assert!(outcome.stderr.contains(r#""code":"usage""#), "{outcome}");
    let words = ["safetensors", "merge", "-o", "new"].map(OsStr::new);
    home.hubkit(words.into_iter().chain([name]))?
        .run()?
        .success()?;
    assert!(home.path().join("new").exists());
    Ok(())
}

#[test]
fn a_pointer_among_the_files_of_a_model_is_told_as_everywhere() -> Result<()> {
    const TOLD: &str = "a Git LFS pointer to 4.9 GB (sha256 aaaa";
    let pointer = format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 4900000000\n",
        "a".repeat(64)
    );
    let index = r#"{"weight_map":{"a":"s.safetensors"}}"#;
    let name = "model.safetensors.index.json";
    let home = Home::new()?;
    fs::write(home.path().join(name), index)?;
    fs::write(home.path().join("s.safetensors"), &pointer)?;
    for words in [
        &["safetensors", "merge", name, "-o", "new"][..],
        &["safetensors", "split", name, "-o", "new"],
        &["safetensors", "cast", name, "--to", "bf16", "-o", "new"],
        &["tensor", "get", ".", "a", "--format", "raw"],
    ] {
        let outcome = home.hubkit(words)?.run()?.expect_code(7)?;
        assert!(outcome.stderr.contains(TOLD), "{outcome}");
        assert!(outcome.stderr.contains("hubkit lfs pull"), "{outcome}");
    }
    let folder = Served::new()?
        .file("models/a/one", "model.safetensors", &pointer)?
        .file("models/a/shard", name, index)?
        .file("models/a/shard", "s.safetensors", &pointer)?
        .file("models/a/index", name, &pointer)?;
    let server = Server::start(folder.path())?;
    for repo in ["a/one", "a/shard", "a/index"] {
        let words = ["tensor", "get", repo, "a", "--format", "raw"];
        let run = home.hubkit(words)?.at(server.endpoint());
        let outcome = run.run()?.expect_code(7)?;
        assert!(outcome.stderr.contains(TOLD), "{outcome}");
    }
    Ok(())
}

#[test]
fn a_cast_of_no_tensor_is_refused() -> Result<()> {
    let home = Home::new()?;
    zeros(&home.path().join("m.safetensors"), 16)?;
    let cast = |more: &str| {
        let words = format!("safetensors cast m.safetensors --to bf16 -o new --only {more}");
        home.hubkit(words.split(' '))?.run()
    };
    for more in ["b.*", "a --only b.*"] {
        let outcome = cast(more)?.expect_code(3)?;
        let told = "`b.*` is about no tensor of m.safetensors";
        assert!(outcome.stderr.contains(told), "{outcome}");
        assert!(!home.path().join("new").exists());
    }
    cast("a*")?.success()?;
    Ok(())
}

#[test]
fn a_file_where_a_folder_should_be_is_named() -> Result<()> {
    let home = Home::new()?;
    zeros(&home.path().join("m.safetensors"), 16)?;
    fs::write(home.path().join("mine"), "mine")?;
    for output in ["mine", "mine/below"] {
        let words = ["safetensors", "split", "m.safetensors", "-o", output];
        let outcome = home.hubkit(words)?.run()?.expect_code(8)?;
        let told = "mine is a file, expected a folder";
        assert!(outcome.stderr.contains(told), "{outcome}");
    }
    Ok(())
}

#[test]
fn what_an_index_says_wrong_and_breaks_nothing_is_remarked() -> Result<()> {
    let home = Home::new()?;
    zeros(&home.path().join("s.safetensors"), 16)?;
    let index = r#"{"metadata":{"total_size":17},"weight_map":{"a":"s.safetensors"}}"#;
    fs::write(home.path().join("m.json"), index)?;
    let words = ["safetensors", "merge", "m.json", "-o", "new"];
    let outcome = home.hubkit(words)?.run()?.success()?;
    let told = "m.json: the index says that all tensors take 17 bytes, and they take 16";
    assert!(outcome.stderr.contains(told), "{outcome}");
    Ok(())
}
