//! The bytes of a pickle, read forwards, of which long contents are passed over.

use crate::view::{Step, View};

/// How many bytes are asked for where a long content was passed over.
const AFTER_A_JUMP: u64 = 16 << 10;

/// How many are asked for at most, unless more are needed in one piece. Each time the pickle is gone through again from its
/// start, so they double.
const AT_MOST: u64 = 32 << 20;

/// Where a pickle is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bytes<'bytes> {
    /// Somewhere in the file.
    File(&'bytes View),
    /// Here.
    Here(&'bytes [u8]),
}

impl Bytes<'_> {
    /// Up to where there are bytes.
    pub(crate) fn end(self) -> u64 {
        match self {
            Self::File(view) => view.size(),
            Self::Here(bytes) => bytes.len() as u64,
        }
    }
}

/// Reads forwards. Asks for more and more at once, and for little again behind a content that was passed over.
#[derive(Debug)]
pub(super) struct Source<'bytes> {
    bytes: Bytes<'bytes>,
    at: u64,
    window: &'bytes [u8],
    window_start: u64,
    ahead: u64,
}

impl<'bytes> Source<'bytes> {
    pub(super) fn new(bytes: Bytes<'bytes>, at: u64) -> Self {
        Self {
            bytes,
            at,
            window: &[],
            window_start: at,
            ahead: AFTER_A_JUMP / 2,
        }
    }

    /// Where the next byte is.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Where there are no more bytes.
    pub(super) fn end(&self) -> u64 {
        self.bytes.end()
    }

    /// So many bytes; `None` where there are fewer.
    pub(super) fn take(&mut self, length: u64) -> Step<Option<&'bytes [u8]>> {
        let Some(here) = self.here(length)? else {
            return Ok(None);
        };
        self.at += length;
        Ok(usize::try_from(length)
            .ok()
            .and_then(|length| here.get(..length)))
    }

    /// Passes over so many bytes; whether there are so many.
    pub(super) fn skip(&mut self, length: u64) -> bool {
        let end = self.at.checked_add(length);
        let end = end.filter(|end| *end <= self.bytes.end());
        self.at = end.unwrap_or(self.at);
        end.is_some()
    }

    /// What stands before the next end of a line, which is passed over; `None` where none is within `most` bytes.
    pub(super) fn line(&mut self, most: u64) -> Step<Option<&'bytes [u8]>> {
        let mut wanted = 1;
        loop {
            let rest = self.bytes.end().saturating_sub(self.at);
            let Some(here) = self.here(wanted)? else {
                return Ok(None);
            };
            if let Some(length) = here.iter().position(|byte| *byte == b'\n') {
                self.at += length as u64 + 1;
                return Ok(here.get(..length));
            }
            wanted = (here.len() as u64 * 2).min(rest);
            if here.len() as u64 >= rest.min(most) {
                return Ok(None);
            }
        }
    }

    /// What is here from the next byte on, at least so many bytes; `None` where there are fewer.
    fn here(&mut self, least: u64) -> Step<Option<&'bytes [u8]>> {
        let rest = self.bytes.end().saturating_sub(self.at);
        if least > rest {
            return Ok(None);
        }
        let window_end = self.window_start + self.window.len() as u64;
        if self.at + least > window_end {
            self.ahead = if self.at <= window_end {
                self.ahead.saturating_mul(2).min(AT_MOST)
            } else {
                AFTER_A_JUMP
            };
            let length = self.ahead.max(least).min(rest);
            self.window = match self.bytes {
                Bytes::File(view) => view.bytes(self.at, length)?,
                Bytes::Here(bytes) => usize::try_from(self.at)
                    .ok()
                    .and_then(|at| bytes.get(at..))
                    .unwrap_or_default(),
            };
            self.window_start = self.at;
        }
        let from = usize::try_from(self.at - self.window_start).unwrap_or(usize::MAX);
        Ok(self.window.get(from..))
    }
}
