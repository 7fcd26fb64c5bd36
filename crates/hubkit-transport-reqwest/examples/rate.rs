//! Fetches addresses and throws away what comes: what the transport alone can do.
//!
//! `rate [--bulk] [--root PEM] [--in-flight N] [--part BYTES --of BYTES] [--list FILE | URL]`
//!
//! `--part` asks for one address in ranges; `--list` names a file with an address a line. Prints how many requests it sent,
//! how many bytes came, and within how many milliseconds.
#![expect(
    clippy::print_stdout,
    reason = "an example talks to whoever started it"
)]

use std::{error::Error, fs, sync::Arc, time::Instant};

use hubkit_transport::{Body, Bulk, Request, Transport as _};
use hubkit_transport_reqwest::Reqwest;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut builder = Reqwest::builder().without_proxy();
    let (mut bulk, mut in_flight, mut part, mut size) = (false, 1, None, 0);
    let mut urls = Vec::new();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "--bulk" => bulk = true,
            "--root" => builder = builder.extra_root_certificates(fs::read(value()?)?),
            "--in-flight" => in_flight = value()?.parse()?,
            "--part" => part = Some(value()?.parse::<u64>()?),
            "--of" => size = value()?.parse()?,
            "--list" => urls.extend(fs::read_to_string(value()?)?.lines().map(ToOwned::to_owned)),
            _ => urls.push(word),
        }
    }
    let mut requests = Vec::new();
    for url in &urls {
        let mut start = 0;
        loop {
            let mut request = Request::get(url);
            if bulk {
                request = request.extension(Bulk);
            }
            if let Some(part) = part {
                let end = size.min(start + part);
                request = request.header("range", format!("bytes={start}-{}", end - 1));
                start = end;
            }
            requests.push(request.body(Body::empty())?);
            if start >= size {
                break;
            }
        }
    }
    let count = requests.len();
    let transport = builder.build()?;
    let first = if part.is_none() && count > 1 {
        // As a client's first question does: it finds out what the server speaks.
        fetch(&transport, vec![requests.remove(0)], 1).await?
    } else {
        0
    };
    let started = Instant::now();
    let bytes = first + fetch(&transport, requests, in_flight).await?;
    let time = started.elapsed().as_millis();
    println!("{count} requests, {bytes} bytes, {time} ms");
    Ok(())
}

/// Sends all requests, so many at a time. Returns how many bytes came.
async fn fetch(
    transport: &Reqwest,
    requests: Vec<Request<Body>>,
    in_flight: usize,
) -> Result<u64, Failure> {
    let queue = Arc::new(std::sync::Mutex::new(requests.into_iter()));
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..in_flight {
        let (transport, queue) = (transport.clone(), Arc::clone(&queue));
        workers.spawn(async move {
            let mut bytes = 0;
            loop {
                let next = queue.lock().map_err(|_| "a worker panicked")?.next();
                let Some(request) = next else {
                    return Ok::<u64, Failure>(bytes);
                };
                let response = transport.send(request).await?;
                if !response.status().is_success() {
                    return Err(response.status().to_string().into());
                }
                let mut body = response.into_body();
                while let Some(chunk) = body.chunk().await {
                    bytes += chunk?.len() as u64;
                }
            }
        });
    }
    let mut bytes = 0;
    while let Some(worker) = workers.join_next().await {
        bytes += worker??;
    }
    Ok(bytes)
}
