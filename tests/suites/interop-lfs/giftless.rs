//! The LFS server giftless on a loopback port.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    process::Child,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use hubkit_tests::{Home, Python, Skip};

/// It imports much before it listens.
const STARTS_WITHIN: Duration = Duration::from_mins(1);

/// It names few of the packages that it needs.
const PACKAGES: [&str; 13] = [
    "giftless==0.6.2",
    "flask==3.1.3",
    "flask-marshmallow==1.5.0",
    "flask-classful",
    "webargs",
    "figcan",
    "python-dateutil",
    "python-dotenv",
    "cachetools",
    "cryptography",
    "importlib-metadata",
    "pyjwt<2.10",
    "pyyaml",
];

/// Anybody may read and write.
const CONFIG: &str = "AUTH_PROVIDERS:
  - giftless.auth.allow_anon:read_write
TRANSFER_ADAPTERS:
  basic:
    factory: giftless.transfer.basic_streaming:factory
    options:
      storage_class: giftless.storage.local_storage:LocalStorage
      storage_options:
        path: objects
";

/// A running giftless, killed when dropped.
pub(crate) struct Giftless {
    child: Child,
    endpoint: String,
    /// Where it keeps objects.
    _home: Home,
}

impl Giftless {
    pub(crate) fn python() -> Result<Python, Skip> {
        let mut packages = PACKAGES.to_vec();
        packages.push("typing-extensions");
        Python::with(&packages)
    }

    pub(crate) fn start(python: &Python) -> Result<Self> {
        // It takes no port 0, so a free one is looked for first.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let home = Home::new()?;
        fs::write(home.path().join("config.yaml"), CONFIG)?;
        let port = port.to_string();
        let arguments = ["--app", "giftless.wsgi_entrypoint", "run", "--port", &port];
        let child = python
            .program(&home, "flask", arguments)
            .env("GIFTLESS_CONFIG_FILE", home.path().join("config.yaml"))
            .spawn()?;
        let mut giftless = Self {
            child,
            endpoint: format!("http://127.0.0.1:{port}"),
            _home: home,
        };
        giftless.wait()?;
        Ok(giftless)
    }

    fn wait(&mut self) -> Result<()> {
        let address = self
            .endpoint
            .strip_prefix("http://")
            .context("an address")?;
        let deadline = Instant::now() + STARTS_WITHIN;
        while TcpStream::connect(address).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("giftless ended at once: {status}");
            }
            if Instant::now() > deadline {
                bail!("giftless does not listen");
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// The LFS address of a repository.
    pub(crate) fn url(&self, repo: &str) -> String {
        format!("{}/{repo}", self.endpoint)
    }
}

impl Drop for Giftless {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
