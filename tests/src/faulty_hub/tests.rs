use std::io::{Read as _, Write as _};

use super::*;
use crate::Answer;

fn ask(hub: &FaultyHub, request: &str) -> Result<Answer> {
    let address = hub.endpoint().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(request.as_bytes())?;
    stream.shutdown(std::net::Shutdown::Write)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    Answer::read(&bytes)
}

#[test]
fn an_honest_hub_serves_parts_on_condition() -> Result<()> {
    let hub = FaultyHub::start(Scenario::new("honest", "", honest))?;
    let asset = &hub.assets()[0];
    let get = format!("GET /faults/honest/resolve/{COMMIT}/weights.bin HTTP/1.1\r\nhost: x\r\n");
    let whole = ask(&hub, &format!("{get}\r\n"))?;
    assert_eq!((whole.status, whole.body), (200, asset.content.clone()));
    let tag = format!("\"{}\"", asset.digest());
    let part = ask(
        &hub,
        &format!("{get}range: bytes=10-19\r\nif-range: {tag}\r\n\r\n"),
    )?;
    assert_eq!((part.status, part.body.len()), (206, 10));
    let other = ask(
        &hub,
        &format!("{get}range: bytes=10-\r\nif-range: \"x\"\r\n\r\n"),
    )?;
    assert_eq!(other.status, 200);
    let behind = ask(&hub, &format!("{get}range: bytes=200000-\r\n\r\n"))?;
    assert_eq!(behind.status, 416);
    assert_eq!(hub.asked(Question::Get).len(), 4);
    assert_eq!(hub.asked(Question::Get)[1].sent(), 10);
    assert!(!hub.seen().iter().any(Seen::has_secrets));
    Ok(())
}

#[test]
fn names_are_those_of_git() {
    // `echo hello | git hash-object --stdin`
    assert_eq!(
        decent::git_digest(b"hello\n"),
        "ce013625030ba8dba906f756967f9e9ca394464a"
    );
}
