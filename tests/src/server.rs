//! A hub on a loopback port.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::bin;

/// A big model is read once before the server answers.
const STARTS_WITHIN: Duration = Duration::from_mins(1);

/// A running hub, killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    endpoint: String,
    folder: TempDir,
}

impl Server {
    /// Serves a folder of repositories, or a cache, on a free port of 127.0.0.1.
    pub fn start(root: &Path) -> Result<Self> {
        Self::start_with([root])
    }

    /// Serves as [`start`](Self::start) does, with further arguments: options, or more folders.
    pub fn start_with<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(bin()?);
        command
            .arg("serve")
            .args(arguments)
            .args(["--host", "127.0.0.1", "--port", "0", "--access-log"])
            .arg(access_log(&folder));
        Self::spawn(command, folder)
    }

    /// Serves the repositories of the demo, with an account and a gate. Keeps no log.
    pub fn demo() -> Result<Self> {
        let mut command = Command::new(bin()?);
        command.args(["demo", "--keep", "--port", "0"]);
        Self::spawn(command, tempfile::tempdir()?)
    }

    fn spawn(mut command: Command, folder: TempDir) -> Result<Self> {
        let stderr = folder.path().join("stderr.txt");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&stderr)?)
            .spawn()
            .context("can't start the server")?;
        let lines = listen(
            child
                .stdout
                .take()
                .context("standard output was asked for as a pipe")?,
        );
        // From here on the server is ours to end, whatever happens.
        let mut server = Self {
            child,
            endpoint: String::new(),
            folder,
        };
        let Ok(endpoint) = lines.recv_timeout(STARTS_WITHIN) else {
            bail!(
                "the server named no address:\n{}",
                fs::read_to_string(&stderr).unwrap_or_default()
            );
        };
        server.endpoint = endpoint;
        Ok(server)
    }

    /// Returns the address, for `HF_ENDPOINT`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Returns what the server told on standard error so far.
    pub fn stderr(&self) -> Result<String> {
        Ok(fs::read_to_string(self.folder.path().join("stderr.txt"))?)
    }

    /// Returns where the requests are written down, one line of JSON for each.
    pub fn log(&self) -> PathBuf {
        access_log(&self.folder)
    }

    /// Returns what was asked so far, one value for each request: `method`, `path`, `status` and more.
    pub fn requests(&self) -> Result<Vec<Value>> {
        // Without a single request there may be no file yet.
        let log = fs::read_to_string(access_log(&self.folder)).unwrap_or_default();
        log.lines()
            .map(|line| serde_json::from_str(line).with_context(|| format!("not JSON: {line}")))
            .collect()
    }

    /// Returns the paths that were asked for with this method and that contain this text.
    pub fn requested(&self, method: &str, part: &str) -> Result<Vec<String>> {
        let requests = self.requests()?;
        let wanted = requests
            .iter()
            .filter(|request| request["method"] == method);
        let paths = wanted.filter_map(|request| request["path"].as_str());
        Ok(paths
            .filter(|path| path.contains(part))
            .map(str::to_owned)
            .collect())
    }

    /// Fails, and shows the requests, unless there was none.
    pub fn expect_silence(&self) -> Result<()> {
        let requests = self.requests()?;
        if !requests.is_empty() {
            let lines: Vec<String> = requests.iter().map(ToString::to_string).collect();
            bail!(
                "expected no request, saw {}:\n{}",
                requests.len(),
                lines.join("\n")
            );
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; there is nobody to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn access_log(folder: &TempDir) -> PathBuf {
    folder.path().join("access.jsonl")
}

/// Hands over the first address that is printed, and reads on, so that the server never waits for a reader.
fn listen(stdout: ChildStdout) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if let Some(endpoint) = address_in(&line) {
                let _ = sender.send(endpoint);
            }
        }
    });
    receiver
}

fn address_in(line: &str) -> Option<String> {
    let start = line.find("http://")?;
    let end = |character: char| character.is_whitespace() || "\"',;".contains(character);
    let address = line[start..].split(end).next()?;
    Some(address.trim_end_matches(['.', '/']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_in_its_sentence() {
        let found = |line| address_in(line).unwrap_or_default();
        assert_eq!(
            found("serving 2 repositories of /r at http://127.0.0.1:4000"),
            "http://127.0.0.1:4000"
        );
        assert_eq!(
            found("{\"url\":\"http://127.0.0.1:4000\",\"root\":\"/r\"}"),
            "http://127.0.0.1:4000"
        );
        assert_eq!(found("no address here"), "");
    }
}
