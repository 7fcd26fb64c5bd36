//! What a hub serves, by what lies in its folders.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use anyhow::{Context as _, Result};
use hubkit_tests::{BareGit, Home, Served, Server, files_below};

type Files = BTreeMap<String, Vec<u8>>;

/// What a bare repository holds at some revisions.
struct Lab {
    states: Vec<(String, Files)>,
}

impl Lab {
    /// `None`, and a word why, where there is no git.
    #[expect(clippy::print_stderr, reason = "says why nothing was compared")]
    fn at(folder: &Path) -> Result<Option<Self>> {
        if let Err(skip) = BareGit::available() {
            eprintln!("{skip}");
            return Ok(None);
        }
        let mut repo = BareGit::init(folder)?;
        let weights: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut files = Files::new();
        let mut put = |repo: &BareGit, path: &str, bytes: &[u8]| -> Result<Files> {
            if path.ends_with(".safetensors") {
                repo.large(path, bytes)?;
            } else {
                repo.file(path, bytes)?;
            }
            files.insert(path.to_owned(), bytes.to_vec());
            Ok(files.clone())
        };
        put(&repo, "config.json", b"{}\n")?;
        let first = put(&repo, "model.safetensors", b"the first weights\n")?;
        let old = repo.commit("Add the model\n\nThe first that works.")?;
        repo.git(["tag", "v0.1"])?;
        let second = put(&repo, "model.safetensors", &weights)?;
        repo.commit("Train longer")?;
        repo.git(["tag", "--annotate", "v1.0", "-m", "The first release"])?;
        let side = put(&repo, "notes/caf\u{e9} and more.md", b"On the side\n")?;
        repo.commit("Take notes")?;
        for name in ["refs/heads/dev", "refs/pr/1", "refs/convert/parquet"] {
            repo.git(["update-ref", name, "HEAD"])?;
        }
        repo.git(["update-ref", "refs/heads/main", "v1.0^{commit}"])?;
        let mut states = Vec::new();
        for (files, names) in [
            (&first, ["v0.1", "refs/tags/v0.1", &old, &old[..10]]),
            (&second, ["main", "HEAD", "v1.0", "refs/heads/main"]),
            (
                &side,
                ["dev", "refs/heads/dev", "refs/pr/1", "refs/convert/parquet"],
            ),
        ] {
            states.extend(names.map(|name| (name.to_owned(), files.clone())));
        }
        Ok(Some(Self { states }))
    }
}

fn fetch(hub: &Server, repo: &str, revision: &str) -> Result<Files> {
    let home = Home::new()?;
    let arguments = ["download", repo, "--revision", revision, "-q"];
    let run = home.hubkit(arguments)?.at(hub.endpoint()).run()?;
    files_below(Path::new(run.success()?.stdout.trim_end()))
}

#[test]
fn a_bare_repository_is_fetched_as_git_has_it_at_every_revision() -> Result<()> {
    let served = Served::new()?;
    let Some(lab) = Lab::at(&served.repo("models/lab/bare.git"))? else {
        return Ok(());
    };
    let hub = Server::start(served.path())?;
    for (revision, wanted) in lab.states {
        assert_eq!(fetch(&hub, "lab/bare", &revision)?, wanted, "{revision}");
    }
    Ok(())
}

#[test]
fn a_large_file_that_is_not_here_is_listed_and_not_found() -> Result<()> {
    let served = Served::new()?;
    if Lab::at(&served.repo("models/lab/bare.git"))?.is_none() {
        return Ok(());
    }
    fs::remove_dir_all(served.repo("models/lab/bare.git").join("lfs"))?;
    let hub = Server::start(served.path())?;
    let home = Home::new()?;
    let listed = home.hubkit(["ls", "lab/bare"])?.at(hub.endpoint()).run()?;
    let listed = listed.success()?;
    assert!(listed.stdout.contains("model.safetensors"), "{listed}");
    let here = home.hubkit(["download", "lab/bare", "config.json"])?;
    here.at(hub.endpoint()).run()?.success()?;
    let missing = home.hubkit(["download", "lab/bare", "model.safetensors"])?;
    missing.at(hub.endpoint()).run()?.expect_code(3)?;
    Ok(())
}

#[test]
fn plain_folders_git_repositories_and_a_cache_are_one_hub() -> Result<()> {
    let served = Served::new()?
        .file("models/lab/plain", "config.json", "{\"plain\": true}")?
        .file("models/lab/twice", "config.json", "{\"first\": true}")?;
    let Some(lab) = Lab::at(&served.repo("datasets/lab/bare.git"))? else {
        return Ok(());
    };
    let clone = served.repo("models/lab/clone");
    let source = served.repo("datasets/lab/bare.git");
    let mut git = Command::new("git");
    git.args(["clone", "--quiet", "--no-checkout"]);
    assert!(git.arg(&source).arg(&clone).status()?.success());
    fs::write(clone.join("not committed.txt"), "x")?;
    for (path, bytes) in files_below(&source.join("lfs"))? {
        let path = clone.join(".git/lfs").join(path);
        fs::create_dir_all(path.parent().context("a folder")?)?;
        fs::write(path, bytes)?;
    }
    let second = Served::new()?
        .file("models/lab/twice", "config.json", "{\"second\": true}")?
        .file("models/lab/cached", "config.json", "{\"cached\": true}")?;
    let home = Home::new()?;
    let origin = Server::start(second.path())?;
    for repo in ["lab/twice", "lab/cached"] {
        let fetched = home.hubkit(["download", repo])?.at(origin.endpoint());
        fetched.run()?.success()?;
    }
    let hub = Server::start_with([served.path(), &home.cache()])?;
    let config = |repo: &str| -> Result<String> {
        let mut files = fetch(&hub, repo, "main")?;
        let config = files.remove("config.json").context("a config.json")?;
        Ok(String::from_utf8(config)?)
    };
    assert_eq!(config("lab/plain")?, "{\"plain\": true}");
    assert_eq!(config("lab/cached")?, "{\"cached\": true}");
    assert_eq!(
        config("lab/twice")?,
        "{\"first\": true}",
        "the first root wins"
    );
    let state = lab.states.iter().find(|(revision, _)| revision == "main");
    let wanted = &state.context("a state")?.1;
    assert_eq!(
        &fetch(&hub, "lab/clone", "main")?,
        wanted,
        "what was committed"
    );
    let remarks = hub.remarks()?;
    let twice = "several roots have the model lab/twice: the first one's is served";
    assert!(remarks.contains(twice), "{remarks}");
    assert!(!remarks.contains("is not served"), "{remarks}");
    Ok(())
}

#[test]
fn a_folder_without_repositories_and_a_repository_alone_are_refused() -> Result<()> {
    let home = Home::new()?;
    let served = Served::new()?;
    let serve = |root: &Path| home.hubkit(["serve".as_ref(), root.as_os_str()])?.run();
    let empty = serve(served.path())?.expect_code(2)?;
    assert!(empty.stderr.contains("holds no repositories"), "{empty}");
    let alone = served.repo("models/lab/bare.git");
    if Lab::at(&alone)?.is_some() {
        let alone = serve(&alone)?.expect_code(2)?;
        assert!(alone.stderr.contains("is one git repository"), "{alone}");
    }
    Ok(())
}
