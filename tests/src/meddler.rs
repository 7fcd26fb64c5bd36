//! Somebody between a client and its hub, and a server that is no hub: for trials of what must not be believed.

use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};

/// What is done to the bytes on their way from the hub.
#[derive(Clone, Debug)]
pub enum Meddling {
    /// The first byte behind each occurrence of this text is turned over.
    FlipBehind(Vec<u8>),
    /// After this many bytes, nothing more comes; the connection stays open.
    StallAfter(u64),
}

/// A listener on a free port of 127.0.0.1. Its threads end with the process.
#[derive(Debug)]
pub struct Meddler {
    endpoint: String,
    passed: Arc<Passed>,
}

/// How many bytes went to clients, for somebody who waits for it.
#[derive(Debug, Default)]
struct Passed {
    bytes: Mutex<u64>,
    grew: Condvar,
}

impl Passed {
    fn bytes(&self) -> u64 {
        *self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, length: usize) {
        *self.bytes.lock().unwrap_or_else(PoisonError::into_inner) += length as u64;
        self.grew.notify_all();
    }
}

impl Meddler {
    /// Stands before a hub and meddles.
    pub fn before(endpoint: &str, meddling: Meddling) -> Result<Self> {
        let hub = endpoint
            .strip_prefix("http://")
            .context("a hub on loopback")?
            .to_owned();
        let passed = Arc::<Passed>::default();
        let counter = Arc::clone(&passed);
        let endpoint = listen(move |client| {
            let (meddling, counter) = (meddling.clone(), Arc::clone(&counter));
            let server = TcpStream::connect(&hub)?;
            let (mut up_from, mut up_to) = (client.try_clone()?, server.try_clone()?);
            thread::spawn(move || {
                let _ = io::copy(&mut up_from, &mut up_to);
                let _ = up_to.shutdown(Shutdown::Write);
            });
            pass(server, client, &meddling, &counter)
        })?;
        Ok(Self { endpoint, passed })
    }

    /// Answers everything with a page of HTML, as the login page of a network does.
    pub fn login_page() -> Result<Self> {
        let endpoint = listen(|mut client| {
            let mut request = [0; 4096];
            while client.read(&mut request)? > 0 {
                let page = "<html><body>Log in to the network</body></html>";
                write!(
                    client,
                    "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{page}",
                    page.len()
                )?;
            }
            Ok(())
        })?;
        Ok(Self {
            endpoint,
            passed: Arc::default(),
        })
    }

    /// Returns the address, for `HF_ENDPOINT`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Waits until more than this many bytes went to clients.
    pub fn wait_for(&self, bytes: u64) -> Result<()> {
        let held = self
            .passed
            .bytes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let patience = Duration::from_mins(1);
        let (held, waited) = self
            .passed
            .grew
            .wait_timeout_while(held, patience, |passed| *passed <= bytes)
            .unwrap_or_else(PoisonError::into_inner);
        drop(held);
        if waited.timed_out() {
            bail!("{bytes} bytes did not pass within {patience:?}");
        }
        Ok(())
    }
}

fn listen(serve: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for client in listener.incoming().map_while(io::Result::ok) {
            let serve = Arc::clone(&serve);
            // A connection that breaks is part of the trial.
            thread::spawn(move || serve(client));
        }
    });
    Ok(endpoint)
}

fn pass(
    mut from: TcpStream,
    mut to: TcpStream,
    meddling: &Meddling,
    passed: &Passed,
) -> io::Result<()> {
    let mut buffer = vec![0; 16 << 10];
    loop {
        let length = from.read(&mut buffer)?;
        if length == 0 {
            return to.shutdown(Shutdown::Write);
        }
        let bytes = &mut buffer[..length];
        match meddling {
            Meddling::FlipBehind(text) => flip_behind(bytes, text),
            Meddling::StallAfter(limit) => {
                if passed.bytes() > *limit {
                    // Swallow the rest; the client waits.
                    continue;
                }
            }
        }
        to.write_all(bytes)?;
        passed.add(length);
    }
}

fn flip_behind(bytes: &mut [u8], text: &[u8]) {
    let starts: Vec<usize> = bytes
        .windows(text.len())
        .enumerate()
        .filter(|(_, window)| *window == text)
        .map(|(start, _)| start)
        .collect();
    for start in starts {
        if let Some(byte) = bytes.get_mut(start + text.len()) {
            *byte = !*byte;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_byte_behind_the_text_is_turned_over() {
        let mut bytes = *b"a-mark-b-mark";
        flip_behind(&mut bytes, b"mark");
        assert_eq!(bytes, *b"a-mark\xd2b-mark");
    }
}
