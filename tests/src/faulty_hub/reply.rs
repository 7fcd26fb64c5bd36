//! What is put on the wire, decent or not.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::Value;

use super::{Gate, Request, door::Wire};

/// How a body ends. Numbers count its bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// As it should.
    Whole,
    /// The connection is closed after so many.
    Cut(usize),
    /// The connection is reset after so many.
    Reset(usize),
    /// After so many nothing more comes, and the connection stays open.
    Stall(usize),
    /// After so many the rest comes one by one, with this pause after each.
    Trickle(usize, Duration),
    /// It starts over and over, until the client goes or 256 MiB have come.
    Endless,
}

/// How a body is told from what follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Framing {
    /// By its length, or what is given for it.
    Length(Option<u64>),
    /// In chunks.
    Chunked,
    /// By the end of the connection.
    Unsaid,
}

/// How many bytes at most pass a gate at a time.
const PIECE: usize = 16 << 10;

/// An answer, or what is sent in its place.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    framing: Framing,
    ending: Ending,
    raw: Option<Vec<u8>>,
    gate: Option<Arc<Gate>>,
}

impl Reply {
    /// An empty answer.
    pub fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            framing: Framing::Length(None),
            ending: Ending::Whole,
            raw: None,
            gate: None,
        }
    }

    /// A JSON value.
    pub fn json(value: &Value) -> Self {
        let reply = Self::new(200).with("content-type", "application/json");
        reply.body(value.to_string().into_bytes())
    }

    /// A redirect.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::new(status).with("location", location)
    }

    /// A text.
    pub fn text(status: u16, content_type: &str, text: &str) -> Self {
        let reply = Self::new(status).with("content-type", content_type);
        reply.body(text.as_bytes().to_vec())
    }

    /// These bytes, and then the end of the connection.
    pub fn raw(bytes: Vec<u8>) -> Self {
        let mut reply = Self::new(0);
        reply.raw = Some(bytes);
        reply
    }

    /// No byte at all; the connection stays open.
    pub fn silence() -> Self {
        let mut reply = Self::raw(Vec::new());
        reply.ending = Ending::Stall(0);
        reply
    }

    /// The same with another status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same with a header, in place of any of that name.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// The same with one more header.
    #[must_use]
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same without a header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(each, _)| each != name);
        self
    }

    /// The same with another body.
    #[must_use]
    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    /// The same with its body changed.
    #[must_use]
    pub fn map(mut self, change: impl FnOnce(&mut Vec<u8>)) -> Self {
        change(&mut self.body);
        self
    }

    /// The same with this said of its length.
    #[must_use]
    pub fn promising(mut self, length: u64) -> Self {
        self.framing = Framing::Length(Some(length));
        self
    }

    /// The same in chunks.
    #[must_use]
    pub fn chunked(mut self) -> Self {
        self.framing = Framing::Chunked;
        self
    }

    /// The same with nothing said of its length.
    #[must_use]
    pub fn unsaid(mut self) -> Self {
        self.framing = Framing::Unsaid;
        self
    }

    /// The same with another ending.
    #[must_use]
    pub fn ending(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }

    /// The same with its body sent through a gate, little by little.
    #[must_use]
    pub fn through(mut self, gate: &Arc<Gate>) -> Self {
        self.gate = Some(Arc::clone(gate));
        self
    }

    /// Sends it and counts the bytes of the body. Returns whether the connection can carry another one.
    pub(super) fn send(
        &self,
        client: &mut dyn Wire,
        request: &Request,
        sent: &AtomicU64,
    ) -> io::Result<bool> {
        match &self.raw {
            Some(raw) => client.write_all(raw)?,
            None => client.write_all(&self.head())?,
        }
        if request.method == "HEAD" && self.raw.is_none() {
            return Ok(true);
        }
        let write = |client: &mut dyn Wire, bytes: &[u8]| {
            if self.framing == Framing::Chunked && !bytes.is_empty() {
                write!(client, "{:x}\r\n", bytes.len())?;
                client.write_all(bytes)?;
                client.write_all(b"\r\n")?;
            } else {
                client.write_all(bytes)?;
            }
            sent.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            io::Result::Ok(())
        };
        let upto = |length: usize| &self.body[..length.min(self.body.len())];
        match self.ending {
            Ending::Whole => match &self.gate {
                None => write(client, &self.body)?,
                Some(gate) => {
                    // What waits in the system for a reader that is gone passed in vain.
                    let socket = socket2::SockRef::from(client.socket());
                    socket.set_send_buffer_size(PIECE)?;
                    let turn = gate.enter();
                    let mut rest = &self.body[..];
                    while !rest.is_empty() {
                        let length = gate.pass(turn, rest.len().min(PIECE))?;
                        write(client, &rest[..length])?;
                        gate.note(turn, length);
                        rest = &rest[length..];
                    }
                }
            },
            Ending::Cut(length) => {
                write(client, upto(length))?;
                return Ok(false);
            }
            Ending::Reset(length) => {
                write(client, upto(length))?;
                // Else what was sent before the reset may never be read.
                thread::sleep(Duration::from_millis(100));
                socket2::SockRef::from(client.socket()).set_linger(Some(Duration::ZERO))?;
                return Ok(false);
            }
            Ending::Stall(length) => {
                write(client, upto(length))?;
                wait_for_its_end(client);
                return Ok(false);
            }
            Ending::Trickle(length, pause) => {
                write(client, upto(length))?;
                for byte in self.body.iter().skip(length) {
                    thread::sleep(pause);
                    write(client, &[*byte])?;
                }
            }
            Ending::Endless => {
                const MOST: u64 = 256 << 20;
                while sent.load(Ordering::Relaxed) < MOST {
                    write(client, &self.body)?;
                }
                return Ok(false);
            }
        }
        if self.framing == Framing::Chunked {
            client.write_all(b"0\r\n\r\n")?;
        }
        Ok(self.raw.is_none() && self.framing != Framing::Unsaid)
    }

    fn head(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Said\r\n", self.status);
        let length = match self.framing {
            Framing::Length(length) => {
                let length = length.unwrap_or(self.body.len() as u64);
                format!("content-length: {length}\r\n")
            }
            Framing::Chunked => "transfer-encoding: chunked\r\n".to_owned(),
            Framing::Unsaid => "connection: close\r\n".to_owned(),
        };
        head.push_str(&length);
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str("\r\n");
        head.into_bytes()
    }
}

/// Returns when the client has gone.
fn wait_for_its_end(client: &mut dyn Wire) {
    let mut nothing = [0; 4096];
    while client.read(&mut nothing).is_ok_and(|length| length > 0) {}
}
