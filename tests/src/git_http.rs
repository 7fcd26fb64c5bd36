//! `git http-backend` on a loopback port: a git server as others run it, without the web server before it.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context as _, Result, bail};

/// A folder of bare repositories behind HTTP. Its threads end with the process.
#[derive(Debug)]
pub struct GitHttp {
    address: String,
}

impl GitHttp {
    /// Serves all repositories below a folder, for reading.
    pub fn start(root: &Path) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = format!("http://{}", listener.local_addr()?);
        let root = root.to_owned();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let root = root.clone();
                // A client that goes away is none of the server's trouble.
                thread::spawn(move || drop(answer(&stream, &root)));
            }
        });
        Ok(Self { address })
    }

    /// The address of a repository: `models/lab/tiny.git`.
    pub fn url(&self, repo: &str) -> String {
        format!("{}/{repo}", self.address)
    }
}

/// One request, by the rules of CGI; the connection ends with the answer.
fn answer(stream: &TcpStream, root: &PathBuf) -> Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let method = words.next().context("a method")?.to_owned();
    let target = words.next().context("a target")?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut command = Command::new("git");
    command
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("REQUEST_METHOD", method)
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query);
    let mut length = 0_u64;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse()?,
            "content-type" => drop(command.env("CONTENT_TYPE", value)),
            "content-encoding" => drop(command.env("HTTP_CONTENT_ENCODING", value)),
            "git-protocol" => drop(command.env("GIT_PROTOCOL", value)),
            "transfer-encoding" => bail!("a request in chunks is larger than any of ours"),
            _ => {}
        }
    }
    let mut child = command
        .env("CONTENT_LENGTH", length.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut stdin = child.stdin.take().context("a pipe was asked for")?;
    io::copy(&mut reader.take(length), &mut stdin)?;
    drop(stdin);
    let mut said = BufReader::new(child.stdout.take().context("a pipe was asked for")?);
    let (mut status, mut head) = ("200 OK".to_owned(), String::new());
    loop {
        let mut line = String::new();
        said.read_line(&mut line)?;
        match line.trim_end().split_once(": ") {
            Some(("Status", told)) => told.clone_into(&mut status),
            Some(_) => head.push_str(&line),
            None => break,
        }
    }
    let mut out = stream;
    write!(out, "HTTP/1.1 {status}\r\n{head}Connection: close\r\n\r\n")?;
    io::copy(&mut said, &mut out)?;
    child.wait()?;
    Ok(())
}
