//! The rig's slow link and the rig's hub.

use std::{
    net::{Ipv4Addr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};

use crate::{
    bench::rig::{Rig, free_ports},
    process::ask,
};

/// A proxy that makes a connection slow, ended when dropped.
pub(super) struct Link(Server);

impl Link {
    pub(super) fn start(hubsim: &Path, to: u16) -> Result<Self> {
        let port = free_ports()?;
        let mut link = Command::new(hubsim);
        link.args(["link", "--rtt-ms=30", "--conn-mbps=50"])
            .arg(format!("--listen={port}"))
            .arg(format!("--to=127.0.0.1:{to}"));
        Ok(Self(Server::start(link, port)?))
    }

    pub(super) fn port(&self) -> u16 {
        self.0.port
    }
}

/// The rig's stand-in for a hub, ended when dropped.
pub(super) struct Hub(Server);

impl Hub {
    pub(super) fn start(hubsim: &Path, rig: &Rig) -> Result<Self> {
        let port = free_ports()?;
        let mut serve = Command::new(hubsim);
        serve
            .arg("serve")
            .arg("--data")
            .arg(rig.data())
            .arg(format!("--port={port}"));
        Ok(Self(Server::start(serve, port)?))
    }

    /// Where the content itself is: what the hub redirects to.
    pub(super) fn address_of(&self, repo: &str, file: &str) -> Result<String> {
        let port = self.0.port;
        let hub = format!("http://127.0.0.1:{port}/{repo}/resolve/main/{file}");
        let mut curl = Command::new("curl");
        curl.args(["-sSf", "-o", "/dev/null", "-w", "%{redirect_url}", &hub]);
        let address = ask(&mut curl)?;
        if address.is_empty() {
            bail!("{hub} redirects nowhere");
        }
        Ok(address)
    }
}

struct Server {
    process: Child,
    port: u16,
}

impl Server {
    fn start(mut command: Command, port: u16) -> Result<Self> {
        command.stdout(Stdio::null());
        let process = command.spawn().context("can't start the rig's hubsim")?;
        let mut server = Self { process, port };
        for _ in 0..200 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(server);
            }
            if let Some(status) = server.process.try_wait()? {
                bail!("the rig's hubsim ended with {status}");
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!("the rig's hubsim did not listen within ten seconds");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It holds nothing that would have to be written.
        if self.process.kill().is_ok() {
            let _ = self.process.wait();
        }
    }
}
