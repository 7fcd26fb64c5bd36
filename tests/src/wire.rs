//! An HTTP answer as it came over the wire.

use anyhow::{Context as _, Result};

/// One answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Names in lower case, and values, in their order.
    pub headers: Vec<(String, String)>,
    /// What follows the head.
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads what came up to the end of a connection, of which it was the only answer.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end
            .with_context(|| format!("no end of a head in {:?}", String::from_utf8_lossy(bytes)))?;
        let head = std::str::from_utf8(&bytes[..end])?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let headers = lines
            .map(|line| {
                let (name, value) = line.split_once(": ").context("a header has a value")?;
                Ok((name.to_ascii_lowercase(), value.to_owned()))
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            status: status.context("a status")?.parse()?,
            headers,
            body: bytes[end + 4..].to_vec(),
        })
    }

    /// Returns the value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(each, _)| each == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// Returns the headers but for the date, sorted.
    pub fn lasting_headers(&self) -> Vec<(String, String)> {
        let mut headers = self.headers.clone();
        headers.retain(|(name, _)| name != "date");
        headers.sort();
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_apart() -> Result<()> {
        let answer = Answer::read(b"HTTP/1.1 404 Not Found\r\nDate: now\r\nX-A: b: c\r\n\r\nbody")?;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.header("x-a"), Some("b: c"));
        assert_eq!(answer.lasting_headers().len(), 1);
        assert_eq!(answer.body, b"body");
        assert!(Answer::read(b"HTTP/1.1 200 OK\r\n").is_err());
        Ok(())
    }
}
