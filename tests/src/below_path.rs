//! A proxy that puts a hub below a path, as artifact stores do.

use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, OnceLock},
    thread,
};

use anyhow::{Context as _, Result};

/// The path.
const PREFIX: &str = "/some/prefix";

/// What becomes of the query of a request for a listing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TreeQuery {
    /// It is handed on.
    Kept,
    /// It is lost, and with it that all levels are asked for, and which page.
    Dropped,
}

/// A listener on a free port of 127.0.0.1. Its threads end with the process.
#[derive(Debug)]
pub struct BelowPath {
    endpoint: String,
    hub: Arc<OnceLock<String>>,
}

impl BelowPath {
    /// Listens. Which hub it stands before is told later: that hub wants to know this address first.
    pub fn listen(query: TreeQuery) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let endpoint = format!("http://{}{PREFIX}", listener.local_addr()?);
        let hub = Arc::<OnceLock<String>>::default();
        let behind = Arc::clone(&hub);
        thread::spawn(move || {
            for client in listener.incoming().map_while(io::Result::ok) {
                let behind = Arc::clone(&behind);
                // A client that goes away is no fault of the trial.
                thread::spawn(move || pass(client, behind.get()?, query).ok());
            }
        });
        Ok(Self { endpoint, hub })
    }

    /// Says which hub it stands before.
    pub fn before(&self, endpoint: &str) -> Result<()> {
        let hub = endpoint.strip_prefix("http://");
        // Once is enough; a second hub would be a mistake of the trial.
        let told = self.hub.set(hub.context("a hub on loopback")?.to_owned());
        told.map_err(|_| anyhow::anyhow!("this proxy has a hub already"))
    }

    /// Returns the address, for `HF_ENDPOINT` and for the hub itself.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

/// Hands one request on, and its answer back. Each request has a connection of its own.
fn pass(mut client: TcpStream, hub: &str, query: TreeQuery) -> io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if client.read(&mut byte)? == 0 {
            return Ok(());
        }
        head.push(byte[0]);
    }
    let Some(head) = rewritten(&String::from_utf8_lossy(&head), query) else {
        return client.write_all(
            b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        );
    };
    let mut hub = TcpStream::connect(hub)?;
    hub.write_all(head.as_bytes())?;
    let (mut up_from, mut up_to) = (client.try_clone()?, hub.try_clone()?);
    thread::spawn(move || io::copy(&mut up_from, &mut up_to));
    io::copy(&mut hub, &mut client)?;
    client.shutdown(Shutdown::Both)
}

/// The head as the hub gets it; `None` for what is not below the path.
fn rewritten(head: &str, query: TreeQuery) -> Option<String> {
    let (line, fields) = head.split_once("\r\n")?;
    let [method, target, version] = line.split(' ').collect::<Vec<_>>()[..] else {
        return None;
    };
    let target = target
        .strip_prefix(PREFIX)
        .filter(|rest| rest.starts_with('/'))?;
    let target = match target.split_once('?') {
        Some((path, _)) if query == TreeQuery::Dropped && path.contains("/tree/") => path,
        _ => target,
    };
    Some(format!(
        "{method} {target} {version}\r\nconnection: close\r\n{fields}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_of_a_listing_alone_is_dropped() {
        let check = |target: &str, query, expected: Option<&str>| {
            let head = format!("GET {target} HTTP/1.1\r\nhost: a\r\n\r\n");
            let found = rewritten(&head, query);
            let expected = expected.map(|target| {
                format!("GET {target} HTTP/1.1\r\nconnection: close\r\nhost: a\r\n\r\n")
            });
            assert_eq!(found, expected, "{target}");
        };
        let tree = "/some/prefix/api/models/a/b/tree/main?recursive=true";
        let kept = "/api/models/a/b/tree/main?recursive=true";
        check(tree, TreeQuery::Kept, Some(kept));
        check(tree, TreeQuery::Dropped, Some("/api/models/a/b/tree/main"));
        let list = "/some/prefix/api/models?author=a";
        check(list, TreeQuery::Dropped, Some("/api/models?author=a"));
        check("/api/models", TreeQuery::Kept, None);
        check("/some/prefixed", TreeQuery::Kept, None);
    }
}
