//! nginx over the same files, set up as its documentation advises for static files.

use std::{
    collections::BTreeSet,
    fs,
    io::Read as _,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};

use super::tools::is_root;
use crate::process::run;

/// A running nginx, ended when dropped.
pub(super) struct Nginx {
    process: Child,
    port: u16,
    log: PathBuf,
}

/// With what nginx speaks TLS.
pub(super) struct Certificate {
    pub(super) chain: PathBuf,
    pub(super) key: PathBuf,
}

impl Nginx {
    /// Serves a folder; what nginx writes goes into another.
    pub(super) fn start(root: &Path, scratch: &Path) -> Result<Self> {
        Self::start_with(root, scratch, None)
    }

    /// The same over TLS, by HTTP/2 with whoever speaks it.
    pub(super) fn start_https(
        root: &Path,
        scratch: &Path,
        certificate: &Certificate,
    ) -> Result<Self> {
        Self::start_with(root, scratch, Some(certificate))
    }

    fn start_with(root: &Path, scratch: &Path, certificate: Option<&Certificate>) -> Result<Self> {
        fs::create_dir_all(scratch)?;
        // Free now; whoever takes it before nginx does makes nginx say so.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let file = scratch.join("nginx.conf");
        fs::write(&file, configuration(root, scratch, port, certificate))?;
        let process = Command::new("nginx")
            .arg("-p")
            .arg(scratch)
            .arg("-c")
            .arg(&file)
            .stderr(Stdio::piped())
            .spawn()
            .context("can't start nginx")?;
        let log = scratch.join("access.log");
        let mut nginx = Self { process, port, log };
        nginx.wait_until_ready()?;
        Ok(nginx)
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Over how many connections requests came since they were forgotten; counted over TLS alone.
    pub(super) fn connections(&self) -> Result<usize> {
        let log = fs::read_to_string(&self.log)?;
        let connections: BTreeSet<_> = log.lines().collect();
        Ok(connections.len())
    }

    pub(super) fn forget_connections(&self) -> Result<()> {
        fs::write(&self.log, "")?;
        Ok(())
    }

    pub(super) fn process(&self) -> u32 {
        self.process.id()
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        for _ in 0..100 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
                return Ok(());
            }
            if let Some(status) = self.process.try_wait()? {
                let mut said = String::new();
                if let Some(stderr) = &mut self.process.stderr {
                    stderr.read_to_string(&mut said)?;
                }
                bail!("nginx ended with {status}:\n{said}");
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!("nginx did not listen within five seconds");
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Asked, not killed: its workers would outlive it.
        let asked = run(Command::new("kill").arg(self.process.id().to_string()));
        if asked.is_ok() {
            let _ = self.process.wait();
        }
    }
}

fn configuration(
    root: &Path,
    scratch: &Path,
    port: u16,
    certificate: Option<&Certificate>,
) -> String {
    // Otherwise its workers become a user who may not look into the folder.
    let user = if is_root() { "user root;\n" } else { "" };
    let (root, scratch) = (root.display(), scratch.display());
    let (listen, log) = match certificate {
        None => (format!("listen 127.0.0.1:{port};"), "off".to_owned()),
        Some(Certificate { chain, key }) => (
            format!(
                "listen 127.0.0.1:{port} ssl http2;
        ssl_certificate \"{}\";
        ssl_certificate_key \"{}\";",
                chain.display(),
                key.display()
            ),
            format!("{scratch}/access.log connections"),
        ),
    };
    format!(
        "{user}daemon off;
worker_processes auto;
pid {scratch}/nginx.pid;
error_log {scratch}/error.log;
events {{ worker_connections 4096; }}
http {{
    sendfile on;
    tcp_nopush on;
    tcp_nodelay on;
    keepalive_timeout 65;
    keepalive_requests 1000000000;
    log_format connections $connection;
    access_log {log};
    default_type application/octet-stream;
    client_body_temp_path {scratch}/body;
    proxy_temp_path {scratch}/proxy;
    fastcgi_temp_path {scratch}/fastcgi;
    uwsgi_temp_path {scratch}/uwsgi;
    scgi_temp_path {scratch}/scgi;
    server {{
        {listen}
        root \"{root}\";
    }}
}}
"
    )
}
