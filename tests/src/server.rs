//! A hub on a loopback port.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{
        atomic::{AtomicU32, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::bin;

/// A big model is read once before the server answers.
const STARTS_WITHIN: Duration = Duration::from_mins(1);

/// The server writes its log together, a moment after it answered.
const LOGS_WITHIN: Duration = Duration::from_secs(20);

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

    /// Returns what the server said to whoever started it.
    pub fn remarks(&self) -> Result<String> {
        Ok(fs::read_to_string(self.folder.path().join("stderr.txt"))?)
    }

    /// Returns what was asked so far, one value for each request: `method`, `path`, `status` and more.
    pub fn requests(&self) -> Result<Vec<Value>> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        // Lines are written a moment later, in their order: behind one of our own nothing is missing.
        let mark = format!("/healthz?mark={}", NUMBER.fetch_add(1, Relaxed));
        self.get(&mark)?;
        let deadline = Instant::now() + LOGS_WITHIN;
        loop {
            let log = fs::read_to_string(access_log(&self.folder))?;
            if log.contains(&format!("\"{mark}\"")) {
                let requests: Result<Vec<Value>> = log
                    .lines()
                    .map(|line| {
                        serde_json::from_str(line).with_context(|| format!("not JSON: {line}"))
                    })
                    .collect();
                let is_ours = |request: &Value| {
                    let path = request["path"].as_str().unwrap_or_default();
                    path.starts_with("/healthz?mark=")
                };
                return Ok(requests?
                    .into_iter()
                    .filter(|each| !is_ours(each))
                    .collect());
            }
            if Instant::now() > deadline {
                bail!("the server does not log what it is asked:\n{log}");
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Asks for a path on a connection of its own, and returns the answer as it came.
    pub fn get(&self, path: &str) -> Result<Vec<u8>> {
        self.exchange(
            format!("GET {path} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n").as_bytes(),
        )
    }

    /// Sends bytes on a connection of its own, and returns what comes until the server closes it.
    pub fn exchange(&self, request: &[u8]) -> Result<Vec<u8>> {
        let mut stream = self.connect()?;
        // The server may have seen enough before the end.
        let _ = stream.write_all(request);
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer) {
            Err(error) if answer.is_empty() => Err(error.into()),
            _ => Ok(answer),
        }
    }

    /// Opens a connection on which nobody waits for longer than a test may take.
    pub fn connect(&self) -> Result<TcpStream> {
        let address = self.endpoint.strip_prefix("http://");
        let stream = TcpStream::connect(address.context("an address of the loopback")?)?;
        stream.set_read_timeout(Some(LOGS_WITHIN))?;
        stream.set_write_timeout(Some(LOGS_WITHIN))?;
        Ok(stream)
    }

    /// The process.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
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
            found("{\"url\":\"http://127.0.0.1:4000\",\"roots\":[\"/r\"]}"),
            "http://127.0.0.1:4000"
        );
        assert_eq!(found("no address here"), "");
    }
}
