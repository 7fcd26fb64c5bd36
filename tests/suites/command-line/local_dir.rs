//! Files put into a folder of the user's: what is there already is kept, taken over or refused, before bytes move.

use std::fs;

use anyhow::Result;
use hubkit_tests::{Home, Outcome, Served, Server};

const REPO: &str = "models/lab/tiny";
const CONFIG: &str = "{\"model_type\": \"bert\"}\n";

/// A hub with a small file, one that only LFS keeps, and one in a folder.
struct Hub {
    files: Served,
    server: Server,
}

impl Hub {
    fn start() -> Result<Self> {
        let weights: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        let rules = "*.safetensors filter=lfs diff=lfs merge=lfs -text\n";
        let files = Served::new()?
            .file(REPO, ".gitattributes", rules)?
            .file(REPO, "config.json", CONFIG)?
            .file(REPO, "model.safetensors", weights)?
            .file(REPO, "onnx/config.json", "{}\n")?;
        let server = Server::start(files.path())?;
        Ok(Self { files, server })
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>> {
        Ok(fs::read(self.files.repo(REPO).join(path))?)
    }

    /// Fetches into the folder `here` of a home.
    fn fetch(&self, home: &Home, more: &[&str]) -> Result<Outcome> {
        let arguments = ["download", "lab/tiny", "--local-dir", "here"];
        let arguments = arguments.iter().chain(more);
        home.hubkit(arguments)?.at(self.server.endpoint()).run()
    }

    /// How many files were sent so far.
    fn sent(&self) -> Result<usize> {
        Ok(self.server.requested("GET", "/resolve/")?.len())
    }
}

/// A home whose folder `here` has files of the user's own.
fn home(files: &[(&str, &[u8])]) -> Result<Home> {
    let home = Home::new()?;
    let here = home.path().join("here");
    fs::create_dir(&here)?;
    for (path, bytes) in files {
        let path = here.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&here))?;
        fs::write(path, bytes)?;
    }
    Ok(home)
}

#[test]
fn a_file_of_the_users_own_is_kept_and_no_byte_moves() -> Result<()> {
    let (hub, home) = (Hub::start()?, home(&[("config.json", b"mine")])?);
    let here = home.path().join("here");
    for more in [&[][..], &["config.json"]] {
        let outcome = hub.fetch(&home, more)?.expect_code(8)?;
        assert!(
            outcome.stderr.contains("config.json") && outcome.stderr.contains("--force"),
            "{outcome}"
        );
        assert_eq!(hub.sent()?, 0, "{more:?}");
        assert_eq!(fs::read(here.join("config.json"))?, b"mine");
        assert_eq!(fs::read_dir(&here)?.count(), 1, "nothing else was made");
    }
    hub.fetch(&home, &["--force"])?.success()?;
    assert_eq!(
        fs::read(here.join("config.json"))?,
        hub.bytes("config.json")?
    );
    Ok(())
}

#[test]
fn a_file_with_the_right_bytes_is_taken_over_without_moving_them() -> Result<()> {
    let hub = Hub::start()?;
    for path in ["config.json", "model.safetensors"] {
        let home = home(&[(path, &hub.bytes(path)?)])?;
        let before = hub.sent()?;
        let outcome = hub.fetch(&home, &[path])?.success()?;
        assert!(outcome.stderr.contains("all there already"), "{outcome}");
        assert_eq!(hub.sent()?, before, "{path}");
        let record = format!("here/.cache/huggingface/download/{path}.metadata");
        assert!(home.path().join(record).exists(), "{path}");
    }
    let paths = [
        ".gitattributes",
        "config.json",
        "model.safetensors",
        "onnx/config.json",
    ];
    let bytes = paths.map(|path| hub.bytes(path).unwrap_or_default());
    let own: Vec<(&str, &[u8])> = paths
        .into_iter()
        .zip(bytes.iter().map(Vec::as_slice))
        .collect();
    let (home, before) = (home(&own)?, hub.sent()?);
    hub.fetch(&home, &[])?.success()?;
    assert_eq!(hub.sent()?, before, "the whole of it is there");
    Ok(())
}
