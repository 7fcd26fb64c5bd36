//! What strangers send to `hubkit serve`: a 4xx, at bounded cost, and nothing from outside the root.

use std::{
    fs,
    io::{Read as _, Write as _},
    time::{Duration, Instant},
};

use anyhow::Result;
use hubkit_tests::{Answer, Served, Server};

const FILE: &str = "/lab/tiny/resolve/main/config.json";
/// No single request may keep the server busy for longer, on a machine that does other things besides.
const LONGEST: Duration = Duration::from_secs(10);

/// A served folder beside a file that nobody may see.
fn hub() -> Result<(Served, Server)> {
    let top = Served::new()?.file("root/models/lab/tiny", "config.json", "0123456789")?;
    fs::write(top.path().join("secret.txt"), "the secret")?;
    fs::write(top.path().join("root/secret.txt"), "the secret")?;
    let server = Server::start(&top.path().join("root"))?;
    Ok((top, server))
}

fn ask(server: &Server, request: &[u8]) -> Result<Answer> {
    let start = Instant::now();
    let answer = server.exchange(request)?;
    assert!(start.elapsed() < LONGEST);
    assert!(
        !answer.windows(10).any(|ten| ten == b"the secret"),
        "{}",
        String::from_utf8_lossy(&answer)
    );
    Answer::read(&answer)
}

fn get(server: &Server, path: &[u8], headers: &str) -> Result<Answer> {
    let mut request = b"GET ".to_vec();
    request.extend_from_slice(path);
    request.extend_from_slice(b" HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n");
    request.extend_from_slice(headers.as_bytes());
    request.extend_from_slice(b"\r\n");
    ask(server, &request)
}

#[track_caller]
fn expect(answer: &Answer, statuses: &[u16], what: &str) {
    assert!(
        statuses.contains(&answer.status),
        "{what}: {}",
        answer.status
    );
}

#[test]
fn paths_out_of_the_root_lead_nowhere() -> Result<()> {
    let (_served, server) = hub()?;
    let bad = [
        "/lab/tiny/resolve/main/../../../../secret.txt",
        "/lab/tiny/resolve/main/%2e%2e/%2e%2e/%2e%2e/%2e%2e/secret.txt",
        "/lab/tiny/resolve/main/..%2f..%2f..%2f..%2fsecret.txt",
        "/lab/tiny/resolve/main/%2e%2e%5c%2e%2e%5csecret.txt",
        "/lab/tiny/resolve/main/%00",
        "/lab/tiny/resolve/main/config.json%00.txt",
        "/lab/tiny/resolve/main/%c0%ae%c0%ae/%c0%ae%c0%ae/secret.txt",
        "/lab/tiny/resolve/main/%c0%af",
        "/lab/tiny/resolve/main/%e0%80%ae",
        "/lab/tiny/resolve/main/%ff",
        "/lab/tiny/resolve/main/%",
        "/lab/tiny/resolve/main/%zz",
        "/lab/tiny/resolve/main//etc/passwd",
        "/lab/tiny/resolve/main/%2fetc%2fpasswd",
        "/lab/tiny/resolve/%2e%2e/config.json",
        "/lab/tiny/resolve/..%2f..%2frefs/config.json",
        "/%2e%2e/%2e%2e/resolve/main/secret.txt",
        "/..%2f../x/resolve/main/secret.txt",
        "/api/models/lab/tiny/tree/main/%2e%2e",
        "/api/models/%2e%2e/%2e%2e",
        "/api/models/lab/tiny/tree/main?cursor=%00&x=%ff",
    ];
    for path in bad {
        expect(&get(&server, path.as_bytes(), "")?, &[400, 401, 404], path);
    }
    let double = "/lab/tiny/resolve/main/%252e%252e/%252e%252e/secret.txt";
    expect(&get(&server, double.as_bytes(), "")?, &[400, 404], double);
    for raw in [
        &b"/lab/tiny/resolve/main/\xff"[..],
        b"/lab/\0/resolve/main/x",
        b"*",
        b"x",
    ] {
        expect(&get(&server, raw, "")?, &[400, 404], "raw bytes");
    }
    assert_eq!(get(&server, FILE.as_bytes(), "")?.status, 200);
    Ok(())
}

#[test]
fn what_is_too_long_is_refused_early() -> Result<()> {
    let (_served, server) = hub()?;
    let long_path = format!("/{}", "a".repeat(1 << 20));
    expect(
        &get(&server, long_path.as_bytes(), "")?,
        &[414, 431],
        "a path of 1 MiB",
    );
    let long_query = format!("{FILE}?x={}", "a".repeat(1 << 20));
    expect(
        &get(&server, long_query.as_bytes(), "")?,
        &[414, 431],
        "a query of 1 MiB",
    );
    let many: Vec<String> = (0..10_000)
        .map(|number| format!("x-{number}: y\r\n"))
        .collect();
    expect(
        &get(&server, FILE.as_bytes(), &many.concat())?,
        &[431],
        "10,000 headers",
    );
    let long = format!("x-long: {}\r\n", "a".repeat(1 << 20));
    expect(
        &get(&server, FILE.as_bytes(), &long)?,
        &[431],
        "a header of 1 MiB",
    );
    let body = format!(
        "POST /api/models/lab/tiny/paths-info/main HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {0}\r\n\r\n{1}",
        (1 << 20) + 1,
        "[".repeat((1 << 20) + 1)
    );
    expect(
        &ask(&server, body.as_bytes())?,
        &[413],
        "a body of more than 1 MiB",
    );
    let nested = format!(
        "POST /api/models/lab/tiny/paths-info/main HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: 100000\r\n\r\n{}",
        "[".repeat(100_000)
    );
    expect(
        &ask(&server, nested.as_bytes())?,
        &[400],
        "100,000 nested arrays",
    );
    assert_eq!(get(&server, FILE.as_bytes(), "")?.status, 200);
    Ok(())
}

#[test]
fn absurd_ranges_and_conditions_cost_nothing() -> Result<()> {
    let (_served, server) = hub()?;
    let many = vec!["0-0"; 5000].join(",");
    for (range, statuses) in [
        ("bytes=99999999999999999999999999-", &[416][..]),
        ("bytes=-99999999999999999999999999", &[206]),
        ("bytes=18446744073709551615-18446744073709551615", &[416]),
        ("bytes=5-1", &[200]),
        ("bytes=--1", &[200]),
        ("bytes=0-0,-1,5-,0x1-", &[200]),
        (&format!("bytes={many}"), &[200]),
        ("lines=1-2", &[200]),
    ] {
        let answer = get(&server, FILE.as_bytes(), &format!("range: {range}\r\n"))?;
        expect(&answer, statuses, range.get(..30).unwrap_or(range));
        assert!(answer.body.len() <= 10);
    }
    let tags = format!("if-none-match: {}\r\n", "\"x\",".repeat(5000));
    expect(&get(&server, FILE.as_bytes(), &tags)?, &[200], "5,000 tags");
    Ok(())
}

#[test]
fn a_foreign_host_is_never_repeated() -> Result<()> {
    let (top, _) = hub()?;
    for number in 0..30 {
        let path = top.path().join(format!("root/models/lab/tiny/{number}"));
        fs::write(path, "x")?;
    }
    let server = Server::start(&top.path().join("root"))?;
    for path in [
        FILE,
        "/api/models/lab/tiny/tree/main?limit=2",
        "/api/models?limit=1",
        "/api/models/lab/tiny",
        "/lab/none/resolve/main/x",
        "/healthz",
    ] {
        for host in [
            "evil.example",
            "evil.example:1",
            "127.0.0.1@evil.example",
            "",
        ] {
            let request = format!(
                "GET {path} HTTP/1.1\r\nhost: {host}\r\nx-forwarded-host: evil.example\r\nconnection: close\r\n\r\n"
            );
            let answer = server.exchange(request.as_bytes())?;
            let text = String::from_utf8_lossy(&answer);
            assert!(!text.contains("evil"), "{path}: {text}");
        }
        let absolute = format!(
            "GET http://evil.example{path} HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n"
        );
        let answer = server.exchange(absolute.as_bytes())?;
        assert!(!String::from_utf8_lossy(&answer).contains("evil"), "{path}");
    }
    let page = get(&server, b"/api/models/lab/tiny/tree/main?limit=2", "")?;
    let link = page.header("link").unwrap_or_default();
    assert!(
        link.starts_with(&format!("<{}/", server.endpoint())),
        "{link}"
    );
    Ok(())
}

#[test]
fn a_storm_of_strangers_leaves_the_server_as_it_was() -> Result<()> {
    let (_served, server) = hub()?;
    let nonsense: [&[u8]; 6] = [
        b"",
        b"\0\0\0\0\0\0",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabc",
    ];
    let mut open = Vec::new();
    for number in 0..600 {
        let mut stream = server.connect()?;
        let _ = stream.write_all(nonsense[number % nonsense.len()]);
        open.push(stream);
    }
    assert_eq!(get(&server, FILE.as_bytes(), "")?.status, 200);
    for stream in &mut open {
        stream.set_nonblocking(true)?;
        let mut answer = [0; 64];
        if let Ok(length) = stream.read(&mut answer) {
            let text = String::from_utf8_lossy(&answer[..length]);
            assert!(!text.contains(" 200 ") && !text.contains(" 500 "), "{text}");
        }
    }
    drop(open);
    assert_eq!(get(&server, FILE.as_bytes(), "")?.status, 200);
    Ok(())
}
