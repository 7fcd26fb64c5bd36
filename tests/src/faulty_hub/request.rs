//! A request as it came over the wire.

use std::io::{self, Read};

/// One request; names of headers in lower case.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Reads the next one; `None` when the client has gone.
    pub(super) fn read(client: &mut impl Read) -> io::Result<Option<Self>> {
        const LONGEST: usize = 1 << 20;
        let mut bytes = Vec::new();
        let mut buffer = [0; 16 << 10];
        let mut more = |bytes: &mut Vec<u8>| -> io::Result<bool> {
            let length = client.read(&mut buffer)?;
            bytes.extend_from_slice(&buffer[..length]);
            Ok(length > 0 && bytes.len() <= LONGEST)
        };
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            if !more(&mut bytes)? {
                return Ok(None);
            }
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (method, target) = (words.next(), words.next());
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers =
            headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
        let mut request = Self {
            method: method.unwrap_or_default().to_owned(),
            target: target.unwrap_or_default().to_owned(),
            headers: headers.collect(),
            body: Vec::new(),
        };
        let length = request.header("content-length").unwrap_or("0");
        let length: usize = length.parse().unwrap_or(0);
        while bytes.len() < end + 4 + length {
            if !more(&mut bytes)? {
                return Ok(None);
            }
        }
        request.body = bytes[end + 4..].to_vec();
        Ok(Some(request))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(each, _)| each == name);
        found.next().map(|(_, value)| value.as_str())
    }
}
