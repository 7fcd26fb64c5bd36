//! `hubkit serve` as its clients and its keeper meet it, byte by byte.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use hubkit_tests::{Answer, Served, Server};

const FILE: &str = "/lab/tiny/resolve/main/config.json";
const CONTENT: &[u8] = b"{\"model_type\": \"bert\"}";
const LARGE: &str = "/lab/tiny/resolve/main/large.bin";
/// More than any socket holds on the way.
const SIZE: usize = 48_000_000;

fn served() -> Result<Served> {
    Served::new()?
        .file("models/lab/tiny", "config.json", CONTENT)?
        .file("models/lab/tiny", "empty.txt", "")?
        .file("models/lab/tiny", "sub/weights.safetensors", "0123456789")?
        .file(
            "models/lab/tiny",
            ".gitattributes",
            "*.safetensors filter=lfs",
        )
}

fn large() -> Result<(Served, Server)> {
    let root = served()?.file("models/lab/tiny", "large.bin", vec![7; SIZE])?;
    let server = Server::start(root.path())?;
    // The first question has everything hashed.
    server.get(FILE)?;
    Ok((root, server))
}

fn ask(server: &Server, method: &str, path: &str, headers: &[&str]) -> Result<Answer> {
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n");
    for header in headers {
        request.push_str(header);
        request.push_str("\r\n");
    }
    Answer::read(&server.exchange(format!("{request}\r\n").as_bytes())?)
}

/// Reads so many bytes of an answer that is not over.
fn read_some(stream: &mut TcpStream, length: usize) -> Result<Vec<u8>> {
    let mut some = vec![0; length];
    stream.read_exact(&mut some)?;
    Ok(some)
}

fn begin(server: &Server, path: &str) -> Result<TcpStream> {
    let mut stream = server.connect()?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: hub\r\n\r\n")?;
    Ok(stream)
}

#[test]
fn head_and_get_agree_on_every_header() -> Result<()> {
    let root = served()?;
    let server = Server::start(root.path())?;
    let tag = ask(&server, "GET", FILE, &[])?
        .header("etag")
        .context("a tag")?
        .to_owned();
    let known = format!("if-none-match: {tag}");
    let cases: &[(u16, &str, &[&str])] = &[
        (200, FILE, &[]),
        (304, FILE, &[&known]),
        (200, "/lab/tiny/resolve/main/empty.txt", &[]),
        (200, "/lab/tiny/resolve/main/sub/weights.safetensors", &[]),
        (200, "/lab/tiny/raw/main/sub/weights.safetensors", &[]),
        (404, "/lab/tiny/resolve/main/none", &[]),
        (404, "/lab/tiny/resolve/none/config.json", &[]),
        (401, "/lab/none/resolve/main/config.json", &[]),
        (400, "/lab/tiny/resolve/main/%2e%2e/x", &[]),
        (404, "/api/telemetry/x", &[]),
        (200, "/api/models/lab/tiny", &[]),
        (
            200,
            "/api/models/lab/tiny/tree/main?recursive=true&limit=1",
            &[],
        ),
        (200, "/api/models/lab/tiny/refs", &[]),
        (200, "/api/models/lab/tiny/commits/main", &[]),
        (200, "/api/models", &[]),
        (401, "/api/whoami-v2", &[]),
        (405, "/api/models/lab/tiny/paths-info/main", &[]),
        (200, "/healthz", &[]),
    ];
    for (status, path, headers) in cases {
        let get = ask(&server, "GET", path, headers)?;
        let head = ask(&server, "HEAD", path, headers)?;
        assert_eq!((get.status, head.status), (*status, *status), "{path}");
        assert_eq!(get.lasting_headers(), head.lasting_headers(), "{path}");
        assert!(head.body.is_empty(), "{path}");
        if *status != 304 {
            let length = get.body.len().to_string();
            assert_eq!(
                get.header("content-length"),
                Some(length.as_str()),
                "{path}"
            );
        }
    }
    Ok(())
}

#[test]
fn every_answer_about_a_file_has_its_headers() -> Result<()> {
    let root = served()?;
    let server = Server::start(root.path())?;
    let path = "/lab/tiny/resolve/main/sub/weights.safetensors";
    let tag = ask(&server, "GET", path, &[])?
        .header("etag")
        .context("a tag")?
        .to_owned();
    let known = format!("if-none-match: {tag}");
    let always = ["x-repo-commit", "date"];
    let file = ["etag", "accept-ranges", "x-linked-etag", "x-linked-size"];
    let body = [
        "content-type",
        "content-length",
        "content-disposition",
        "x-content-type-options",
    ];
    type Case<'a> = (u16, &'a str, &'a [&'a [&'a str]], &'a str);
    let cases: &[Case<'_>] = &[
        (
            200,
            "accept-encoding: identity",
            &[&always, &file, &body],
            "0123456789",
        ),
        (
            206,
            "range: bytes=2-3",
            &[&always, &file, &body, &["content-range"]],
            "23",
        ),
        (304, &known, &[&always, &file], ""),
        (
            416,
            "range: bytes=10-",
            &[&always, &file, &["content-range", "content-length"]],
            "",
        ),
    ];
    for (status, header, wanted, body) in cases {
        let answer = ask(&server, "GET", path, &[header])?;
        assert_eq!(answer.status, *status);
        assert_eq!(answer.body, body.as_bytes(), "{status}");
        for name in wanted.iter().copied().flatten() {
            assert!(answer.header(name).is_some(), "{status} has no {name}");
        }
    }
    let missing = ask(&server, "GET", "/lab/tiny/resolve/main/none", &[])?;
    assert_eq!(missing.header("x-error-code"), Some("EntryNotFound"));
    assert!(missing.header("x-repo-commit").is_some());
    let parts = ask(&server, "GET", path, &["range: bytes=8-9,0-0"])?;
    assert_eq!(parts.status, 206);
    let text = String::from_utf8(parts.body)?;
    assert!(text.contains("bytes 8-9/10\r\n\r\n89\r\n"), "{text}");
    assert!(text.contains("bytes 0-0/10\r\n\r\n0\r\n"), "{text}");
    Ok(())
}

#[test]
fn old_and_careful_clients_are_answered() -> Result<()> {
    let root = served()?;
    let server = Server::start(root.path())?;
    let old = server.exchange(format!("GET {FILE} HTTP/1.0\r\n\r\n").as_bytes())?;
    let old = Answer::read(&old)?;
    assert_eq!((old.status, old.body.as_slice()), (200, CONTENT));

    // One connection, two requests that do not wait for each other, and one that ends it.
    let two = format!("GET {FILE} HTTP/1.1\r\nhost: hub\r\n\r\n").repeat(2);
    let last = "GET /healthz HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n";
    let answers = server.exchange(format!("{two}{last}").as_bytes())?;
    let answers = String::from_utf8(answers)?;
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 3, "{answers}");

    let mut stream = server.connect()?;
    let body = "paths=config.json";
    write!(
        stream,
        "POST /api/models/lab/tiny/paths-info/main HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        body.len()
    )?;
    let expected = b"HTTP/1.1 100 Continue\r\n\r\n";
    assert_eq!(read_some(&mut stream, expected.len())?, expected);
    stream.write_all(body.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = Answer::read(&answer)?;
    assert_eq!(answer.status, 200);
    assert!(String::from_utf8(answer.body)?.contains("config.json"));
    Ok(())
}

#[test]
fn health_and_log_tell_what_goes_on() -> Result<()> {
    let (_served, server) = large()?;
    let health = ask(&server, "GET", "/healthz", &[])?;
    let health: serde_json::Value = serde_json::from_slice(&health.body)?;
    assert_eq!(health["status"], "ok");
    let secrets = ["authorization: Bearer hf_secret", "user-agent: curious/1"];
    ask(&server, "GET", &format!("{FILE}?token=hf_secret"), &secrets)?;
    let mut broken = begin(&server, LARGE)?;
    read_some(&mut broken, 1000)?;
    drop(broken);
    let deadline = Instant::now() + Duration::from_secs(20);
    let log = loop {
        let log = server.requests()?;
        if log.iter().any(|line| line["path"] == LARGE) || Instant::now() > deadline {
            break log;
        }
    };
    let line = |path: &str| {
        log.iter()
            .find(|line| line["path"] == path)
            .context(path.to_owned())
    };
    let whole = line(&format!("{FILE}?***"))?;
    assert_eq!(whole["status"], 200);
    assert_eq!(whole["sent"], CONTENT.len());
    assert_eq!(whole["complete"], true);
    assert_eq!(whole["user_agent"], "curious/1");
    assert!(whole["duration_ms"].as_f64().is_some_and(|time| time > 0.0));
    assert!(
        whole["remote"]
            .as_str()
            .is_some_and(|remote| remote.starts_with("127.0.0.1:"))
    );
    let broken = line(LARGE)?;
    assert_eq!(broken["complete"], false);
    assert_eq!(broken["length"], SIZE);
    assert!(
        broken["sent"]
            .as_u64()
            .is_some_and(|sent| sent < SIZE as u64)
    );
    assert!(!format!("{log:?}").contains("hf_secret"));
    Ok(())
}

#[test]
fn what_changes_in_the_folder_is_served_at_once() -> Result<()> {
    let root = served()?;
    let server = Server::start(root.path())?;
    let first = ask(&server, "GET", FILE, &[])?;
    for number in 0..20 {
        let (new, changed) = (format!("new-{number}"), format!("changed {number}"));
        fs::write(root.repo("models/lab/tiny").join(&new), &new)?;
        let added = ask(
            &server,
            "GET",
            &format!("/lab/tiny/resolve/main/{new}"),
            &[],
        )?;
        assert_eq!((added.status, added.body), (200, new.into_bytes()));
        fs::write(root.repo("models/lab/tiny").join("config.json"), &changed)?;
        let other = ask(&server, "GET", FILE, &[])?;
        assert_eq!((other.status, &other.body[..]), (200, changed.as_bytes()));
        assert_ne!(other.header("etag"), first.header("etag"));
        assert_ne!(other.header("x-repo-commit"), first.header("x-repo-commit"));
    }
    Ok(())
}

#[test]
fn a_file_that_changes_while_it_is_sent_is_never_whole() -> Result<()> {
    let (root, server) = large()?;
    let mut stream = begin(&server, LARGE)?;
    let mut received = read_some(&mut stream, 1_000_000)?;
    fs::write(
        root.repo("models/lab/tiny").join("large.bin"),
        vec![8; SIZE],
    )?;
    // However it ends, it ends too early.
    let _ = stream.read_to_end(&mut received);
    let answer = Answer::read(&received)?;
    assert_eq!(
        answer.header("content-length"),
        Some(SIZE.to_string().as_str())
    );
    assert!(answer.body.len() < SIZE);
    assert!(
        answer.body.iter().all(|byte| *byte == 7),
        "old bytes under the old name"
    );
    Ok(())
}

#[test]
fn idle_connections_keep_nobody_out() -> Result<()> {
    let root = served()?;
    let place = root.path().to_str().context("a name in UTF-8")?;
    let server = Server::start_with([place, "--max-connections", "8"])?;
    let idle: Vec<TcpStream> = (0..40).map(|_| server.connect()).collect::<Result<_>>()?;
    for _ in 0..20 {
        assert_eq!(ask(&server, "GET", FILE, &[])?.status, 200);
    }
    drop(idle);
    Ok(())
}

#[cfg(unix)]
mod endings {
    use std::process::Command;

    use super::*;

    fn signal(server: &mut Server, name: &str) -> Result<()> {
        let id = server.child().id().to_string();
        let sent = Command::new("kill").args([name, &id]).status()?;
        assert!(sent.success());
        Ok(())
    }

    /// Waits until the server accepts nobody any more.
    fn wait_until_closed(server: &Server) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(20);
        while server.connect().is_ok() {
            anyhow::ensure!(Instant::now() < deadline, "it goes on");
            std::thread::yield_now();
        }
        Ok(())
    }

    #[test]
    fn what_is_under_way_is_finished_and_idle_connections_are_closed() -> Result<()> {
        for (name, code) in [("-INT", 130), ("-TERM", 143)] {
            let (_served, mut server) = large()?;
            let mut idle = begin(&server, "/healthz")?;
            let mut stream = begin(&server, LARGE)?;
            let mut received = read_some(&mut stream, 1_000_000)?;
            signal(&mut server, name)?;
            wait_until_closed(&server)?;
            let mut rest = Vec::new();
            idle.read_to_end(&mut rest)?;
            stream.read_to_end(&mut received)?;
            let answer = Answer::read(&received)?;
            assert_eq!(answer.body.len(), SIZE, "{name}");
            assert_eq!(server.child().wait()?.code(), Some(code), "{name}");
        }
        Ok(())
    }

    #[test]
    fn told_twice_it_ends_at_once() -> Result<()> {
        let (_served, mut server) = large()?;
        let mut stream = begin(&server, LARGE)?;
        read_some(&mut stream, 1000)?;
        signal(&mut server, "-TERM")?;
        wait_until_closed(&server)?;
        assert_eq!(server.child().try_wait()?, None, "an answer is under way");
        signal(&mut server, "-TERM")?;
        assert_eq!(server.child().wait()?.code(), Some(143));
        Ok(())
    }
}
