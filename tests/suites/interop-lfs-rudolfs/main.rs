//! `hubkit lfs pull` against the LFS server rudolfs, in a clone of a real git server.

#[path = "../interop-lfs/clones.rs"]
mod clones;

use std::{
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, ExitCode, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use clones::Origin;
use hubkit_tests::{Home, NOWHERE, Skip, run, suite_cache, trial, under_lock};
use tempfile::TempDir;

const VERSION: &str = "0.3.8";

/// Objects are encrypted on its disk; any key will do.
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

const STARTS_WITHIN: Duration = Duration::from_mins(1);

fn main() -> ExitCode {
    run(vec![
        trial("hubkit_pulls_from_rudolfs", rudolfs, pulls),
        trial(
            "git_lfs_pulls_from_rudolfs_what_hubkit_pulls",
            rudolfs,
            both,
        ),
    ])
}

fn rudolfs() -> &'static Result<PathBuf, Skip> {
    static PROGRAM: OnceLock<Result<PathBuf, Skip>> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        clones::tools()?;
        let folder = suite_cache()?.join(format!("rudolfs-{VERSION}"));
        under_lock(&folder, |folder| {
            let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
            let output = Command::new(cargo)
                .args([
                    "install",
                    "rudolfs",
                    "--locked",
                    "--version",
                    VERSION,
                    "--root",
                ])
                .arg(folder)
                .output()
                .context("can't start cargo")?;
            ensure!(
                output.status.success(),
                "rudolfs does not build:\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
            Ok::<_, anyhow::Error>(())
        })?;
        let name = format!("rudolfs{}", std::env::consts::EXE_SUFFIX);
        Ok(folder.join("bin").join(name))
    })
}

/// A running rudolfs, killed when dropped.
struct Running {
    child: Child,
    endpoint: String,
    /// Where it keeps objects.
    _folder: TempDir,
}

impl Running {
    fn start(program: &PathBuf) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let folder = tempfile::tempdir()?;
        let child = Command::new(program)
            .args(["--host", &address, "local", "--path"])
            .arg(folder.path())
            .env("RUDOLFS_KEY", KEY)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut running = Self {
            child,
            endpoint: format!("http://{address}/api/lab/tiny"),
            _folder: folder,
        };
        let deadline = Instant::now() + STARTS_WITHIN;
        while TcpStream::connect(&address).is_err() {
            if let Some(status) = running.child.try_wait()? {
                bail!("rudolfs ended at once: {status}");
            }
            ensure!(Instant::now() < deadline, "rudolfs does not listen");
            thread::sleep(Duration::from_millis(50));
        }
        Ok(running)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn pulls(program: &PathBuf) -> Result<()> {
    let (origin, home) = (Origin::new()?, Home::new()?);
    let server = Running::start(program)?;
    origin.push_to(&home, &server.endpoint)?;
    let clone = origin.clone(&home, "clone")?;
    clone
        .git(&["config", "lfs.url", &server.endpoint])?
        .success()?;
    clone.lfs(NOWHERE, &["pull"])?.success()?;
    clone.is_whole()
}

fn both(program: &PathBuf) -> Result<()> {
    let (origin, home) = (Origin::new()?, Home::new()?);
    let server = Running::start(program)?;
    origin.push_to(&home, &server.endpoint)?;
    for name in ["ours", "theirs"] {
        let clone = origin.clone(&home, name)?;
        clone
            .git(&["config", "lfs.url", &server.endpoint])?
            .success()?;
        if name == "ours" {
            clone
                .lfs(NOWHERE, &["pull", "--include", "sub/*"])?
                .success()?;
        }
        clone.git(&["lfs", "install", "--local"])?.success()?;
        clone.git(&["lfs", "pull"])?.success()?;
        clone.is_whole()?;
    }
    Ok(())
}
