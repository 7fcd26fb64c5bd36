//! Olah on a loopback port.

use std::{
    net::{TcpListener, TcpStream},
    process::Child,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use hubkit_tests::{Home, Python};

/// It imports much before it listens.
const STARTS_WITHIN: Duration = Duration::from_mins(1);

/// A running olah, killed when dropped.
pub(crate) struct Olah {
    child: Child,
    endpoint: String,
    /// Where it keeps what it fetched.
    _home: Home,
}

impl Olah {
    /// Starts it as a mirror of a hub on loopback.
    pub(crate) fn before(python: &Python, hub: &str) -> Result<Self> {
        let hub = hub.strip_prefix("http://").context("a hub on loopback")?;
        // It takes no port 0, so a free one is looked for first.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let (own, home) = (format!("127.0.0.1:{port}"), Home::new()?);
        let port = port.to_string();
        let (repos, logs) = (home.path().join("repos"), home.path().join("logs"));
        let arguments = [
            "--host".as_ref(),
            "127.0.0.1".as_ref(),
            "--port".as_ref(),
            port.as_ref(),
            "--hf-scheme".as_ref(),
            "http".as_ref(),
            "--hf-netloc".as_ref(),
            hub.as_ref(),
            "--hf-lfs-netloc".as_ref(),
            hub.as_ref(),
            "--mirror-scheme".as_ref(),
            "http".as_ref(),
            "--mirror-netloc".as_ref(),
            own.as_ref(),
            "--mirror-lfs-netloc".as_ref(),
            own.as_ref(),
            "--repos-path".as_ref(),
            repos.as_os_str(),
            "--log-path".as_ref(),
            logs.as_os_str(),
        ];
        let child = python.program(&home, "olah-cli", arguments).spawn()?;
        let mut olah = Self {
            child,
            endpoint: format!("http://{own}"),
            _home: home,
        };
        olah.wait(&own)?;
        Ok(olah)
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    fn wait(&mut self, address: &str) -> Result<()> {
        let begin = Instant::now();
        while TcpStream::connect(address).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("olah ended with {status}");
            }
            if begin.elapsed() > STARTS_WITHIN {
                bail!("olah does not listen after {STARTS_WITHIN:?}");
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}

impl Drop for Olah {
    fn drop(&mut self) {
        // It may have ended by itself; there is nobody to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
