//! Reading a header out of a file that is elsewhere.

use hubkit_types::ByteRange;

use crate::{
    ForeignFormat, Header, HeaderError, Survey,
    header::{self, Extent},
};

/// Asks for the ranges of a file that its header takes, and reads the header from them.
///
/// Nearly all headers lie in the first 100,000 bytes, so that is the first request; a longer header takes one more.
/// Owns no connection: fetch [`Probe::need`], give it to [`Probe::feed`], until nothing is needed.
#[derive(Clone, Debug)]
pub struct Probe {
    file_size: Option<u64>,
    bytes: Vec<u8>,
    at_end: bool,
}

impl Probe {
    /// A probe of a file of this size. Without a size, the length of the data can't be checked.
    pub fn new(file_size: Option<u64>) -> Self {
        Self {
            file_size,
            bytes: Vec::new(),
            at_end: false,
        }
    }

    /// The bytes of the file that are wanted next; `None` when it is time to [finish](Probe::finish).
    pub fn need(&self) -> Option<ByteRange> {
        Survey::needs(&self.bytes, self.file_size).filter(|_| !self.at_end)
    }

    /// Takes bytes of the file, from the start of what [`Probe::need`] says.
    ///
    /// They may be fewer than were asked for: then the rest is needed next. No bytes at all say that the file has
    /// ended. Bytes behind what is needed are dropped.
    pub fn feed(&mut self, bytes: &[u8]) {
        let Some(range) = self.need() else {
            return;
        };
        self.at_end = bytes.is_empty();
        let wanted = usize::try_from(range.len()).unwrap_or(usize::MAX);
        self.bytes
            .extend_from_slice(&bytes[..bytes.len().min(wanted)]);
    }

    /// Reads the header from what was fed.
    ///
    /// # Errors
    ///
    /// What is wrong with the header; [`HeaderError::Foreign`] where the file is none of the format at all.
    pub fn finish(self) -> Result<Header, HeaderError> {
        self.survey().into_header()
    }

    /// Reads from what was fed all that can be read, and notes every fault; of a header that is cut off, its beginning.
    pub fn survey(self) -> Survey {
        Survey::of_start(&self.bytes, self.file_size)
    }
}

impl Survey {
    const FIRST: u64 = 100_000;

    /// The bytes that are wanted next of a file that starts with `start`, before [`Survey::of_start`] can read its header.
    /// For those who hold the bytes themselves; else [`Probe`] does.
    pub fn needs(start: &[u8], file_size: Option<u64>) -> Option<ByteRange> {
        let wanted = match header_end(start, file_size) {
            Some(Ok(end)) => end,
            Some(Err(_)) => return None,
            None => Self::FIRST,
        };
        let range = ByteRange::new(start.len() as u64, wanted)?;
        let range = file_size.map_or(range, |size| range.within(size));
        (!range.is_empty()).then_some(range)
    }

    /// Reads the header of a file that starts with `start`: all that can be read, and every fault. What lies behind the
    /// header in `start` is passed over.
    pub fn of_start(start: &[u8], file_size: Option<u64>) -> Self {
        let object_follows = start.get(8) == Some(&b'{');
        if !object_follows && let Some(format) = ForeignFormat::recognise(start) {
            return Self::nothing(HeaderError::Foreign(format));
        }
        let found = start.len() as u64;
        let end = match header_end(start, file_size) {
            Some(Ok(end)) => end,
            Some(Err(error @ HeaderError::Truncated { .. })) => return cut(start, error),
            Some(Err(error)) => return Self::nothing(error),
            None => return Self::nothing(HeaderError::Truncated { expected: 8, found }),
        };
        let expected = end;
        match usize::try_from(end).ok().and_then(|end| start.get(8..end)) {
            Some(json) => Header::survey(json, file_size.map(|size| size - end)),
            None => cut(start, HeaderError::Truncated { expected, found }),
        }
    }
}

/// Reads the beginning of a header that is cut off.
fn cut(start: &[u8], error: HeaderError) -> Survey {
    let json = start.get(8..).unwrap_or_default();
    if !json.starts_with(b"{") {
        return Survey::nothing(error);
    }
    let mut survey = header::read(json, None, Extent::Cut);
    survey.findings.cause(error);
    survey
}

/// Where the header ends, as soon as its length is here.
fn header_end(start: &[u8], file_size: Option<u64>) -> Option<Result<u64, HeaderError>> {
    let length = u64::from_le_bytes(*start.first_chunk()?);
    if length > Header::LIMIT {
        return Some(Err(HeaderError::TooLong { length }));
    }
    let expected = 8 + length;
    Some(match file_size {
        Some(found) if found < expected => Err(HeaderError::Truncated { expected, found }),
        _ => Ok(expected),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(padding: usize) -> Vec<u8> {
        let json = r#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#;
        let json = format!("{json}{}", " ".repeat(padding));
        let mut file = (json.len() as u64).to_le_bytes().to_vec();
        file.extend(json.bytes().chain([1, 2, 3]));
        file
    }

    /// Serves the file in pieces of at most so many bytes, and counts them.
    fn probe(file: &[u8], size: Option<u64>, piece: usize) -> (Result<Header, HeaderError>, usize) {
        let mut probe = Probe::new(size);
        let mut requests = 0;
        while let Some(range) = probe.need() {
            let range = range.within(file.len() as u64).as_range();
            let start = usize::try_from(range.start).expect("small");
            let end = usize::try_from(range.end).expect("small");
            probe.feed(&file[start..end.min(start + piece)]);
            requests += 1;
        }
        (probe.finish(), requests)
    }

    #[test]
    fn a_small_header_takes_one_request_and_a_long_one_two() {
        for (padding, expected) in [(0, 1), (90_000, 1), (100_000, 2), (1_000_000, 2)] {
            let file = file(padding);
            let (header, requests) = probe(&file, Some(file.len() as u64), usize::MAX / 2);
            assert_eq!(
                (header.expect("a header").parameters(), requests),
                (3, expected)
            );
        }
    }

    #[test]
    fn pieces_of_any_length_and_an_unknown_size_lead_to_the_same_header() {
        let file = file(500);
        let (expected, _) = probe(&file, Some(file.len() as u64), 10_000);
        for piece in [1, 7, 300] {
            assert_eq!(probe(&file, None, piece).0, expected);
        }
    }

    #[test]
    fn a_length_that_lies_asks_for_nothing_more() {
        let mut long = file(0);
        long[..8].copy_from_slice(&u64::MAX.to_le_bytes());
        let (result, requests) = probe(&long, None, 100);
        assert_eq!(
            (result, requests),
            (Err(HeaderError::TooLong { length: u64::MAX }), 1)
        );
        let cut = &file(0)[..20];
        assert!(matches!(
            probe(cut, None, 100).0,
            Err(HeaderError::Truncated { found: 20, .. })
        ));
        assert!(matches!(
            probe(b"", Some(0), 100).0,
            Err(HeaderError::Truncated { found: 0, .. })
        ));
    }

    #[test]
    fn of_a_header_that_is_cut_off_the_beginning_is_read() {
        let json = r#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"X","shape":[],"data_offsets":[3,4]},"c":{"dt"#;
        let mut file = 1000_u64.to_le_bytes().to_vec();
        file.extend(json.bytes());
        for size in [Some(file.len() as u64), None] {
            let mut probe = Probe::new(size);
            while probe.need().is_some() {
                let fed = probe.bytes.len();
                probe.feed(&file[fed..]);
            }
            let survey = probe.survey();
            assert_eq!(survey.tensors().len(), 1);
            let [
                HeaderError::Truncated { expected: 1008, .. },
                HeaderError::Tensor { name, .. },
            ] = survey.findings()
            else {
                panic!("{:?}", survey.findings());
            };
            assert_eq!(name, "b");
        }
    }

    #[test]
    fn other_files_are_called_what_they_are() {
        for (start, expected) in [
            (
                &b"version https://git-lfs.github.com/spec/v1\noid sha256:"[..],
                ForeignFormat::LfsPointer,
            ),
            (b"\n<!DOCTYPE html><html>", ForeignFormat::Html),
            (b"<?xml version=\"1.0\"?>", ForeignFormat::Xml),
            (b"{\"error\":\"not found\"}", ForeignFormat::Json),
            (b"PK\x03\x04.........", ForeignFormat::Zip),
            (b"\x80\x04\x95.........", ForeignFormat::Pickle),
            (b"GGUF\x03\0\0\0........", ForeignFormat::Gguf),
            (&[0; 100], ForeignFormat::Zeros),
        ] {
            for size in [None, Some(start.len() as u64)] {
                let (result, _) = probe(start, size, 1000);
                assert_eq!(result, Err(HeaderError::Foreign(expected)));
            }
        }
    }
}
