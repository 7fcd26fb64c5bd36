//! The one way to inspect a file, whatever its format.

use hubkit_types::ByteRange;

use crate::{
    InspectError, Inspection, format,
    view::{Stop, View},
};

/// Asks for the ranges of a file that tell what is in it, and tells.
///
/// Owns no connection: fetch what [`need`](Self::need) says, give it to [`feed`](Self::feed), until nothing is needed.
/// Weights are passed over where the format lets them be. Keeps what was fed, at most 160 MB.
#[derive(Debug)]
pub struct Inspector {
    view: View,
    state: State,
}

#[derive(Debug)]
enum State {
    Needs(ByteRange),
    Done(Box<Result<Inspection, InspectError>>),
}

impl Inspector {
    /// Inspects a file of so many bytes.
    pub fn new(size: u64) -> Self {
        let mut view = View::new(size);
        let state = State::of(&mut view);
        Self { view, state }
    }

    /// The bytes of the file that are wanted next; `None` when it is time to [finish](Self::finish).
    pub fn need(&self) -> Option<ByteRange> {
        match self.state {
            State::Needs(range) => Some(range),
            State::Done(_) => None,
        }
    }

    /// Takes bytes of the file, from the start of what [`need`](Self::need) says.
    ///
    /// They may be fewer than were asked for: then the rest is needed next, if it still is. No bytes at all say that the
    /// file has ended. Bytes behind what is needed are dropped.
    pub fn feed(&mut self, bytes: &[u8]) {
        let State::Needs(range) = self.state else {
            return;
        };
        if bytes.is_empty() {
            self.state = State::failed(InspectError::Truncated {
                expected: range.end(),
                found: range.start(),
            });
            return;
        }
        let wanted = usize::try_from(range.len()).unwrap_or(usize::MAX);
        self.view
            .insert(range.start(), &bytes[..bytes.len().min(wanted)]);
        self.state = State::of(&mut self.view);
    }

    /// Tells what is in the file.
    ///
    /// # Errors
    ///
    /// When nothing can be told: [`InspectError`] says why. [`InspectError::Truncated`] also when bytes are still needed.
    pub fn finish(self) -> Result<Inspection, InspectError> {
        match self.state {
            State::Needs(range) => Err(InspectError::Truncated {
                expected: range.end(),
                found: range.start(),
            }),
            State::Done(outcome) => *outcome,
        }
    }
}

impl State {
    /// How far what is here of a file leads.
    fn of(view: &mut View) -> Self {
        match format::inspect(view) {
            Ok(mut inspection) => {
                inspection.size = view.size();
                inspection.bytes_read = view.held();
                Self::Done(Box::new(Ok(inspection)))
            }
            Err(Stop::Need(range)) => match view.admit(range) {
                Ok(()) => Self::Needs(range),
                Err(fault) => Self::failed(fault),
            },
            Err(Stop::Fault(fault)) => Self::failed(fault),
        }
    }

    fn failed(fault: InspectError) -> Self {
        Self::Done(Box::new(Err(fault)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Verdict, inspect_reader};

    fn file(padding: usize) -> Vec<u8> {
        let json = r#"{"a":{"dtype":"F4","shape":[6],"data_offsets":[0,3]}}"#;
        let json = format!("{json}{}", " ".repeat(padding));
        let mut file = (json.len() as u64).to_le_bytes().to_vec();
        file.extend(json.bytes().chain([1, 2, 3]));
        file
    }

    fn by_pieces(file: &[u8], piece: usize) -> (Result<Inspection, InspectError>, usize) {
        let mut inspector = Inspector::new(file.len() as u64);
        let mut requests = 0;
        while let Some(range) = inspector.need() {
            let start = usize::try_from(range.start()).expect("small");
            let end = usize::try_from(range.end()).expect("small");
            inspector.feed(&file[start..end.min(start + piece)]);
            requests += 1;
        }
        (inspector.finish(), requests)
    }

    #[test]
    fn however_the_bytes_come_the_same_is_told() {
        for padding in [0, 150_000] {
            let file = file(padding);
            let (whole, requests) = by_pieces(&file, usize::MAX / 2);
            let whole = whole.expect("a sound file");
            assert_eq!(requests, if padding == 0 { 1 } else { 2 });
            assert_eq!(whole.tensors[0].bytes, Some(3));
            assert_eq!(whole.verdict(), Verdict::Sound);
            let (pieces, _) = by_pieces(&file, 777);
            assert_eq!(pieces.expect("the same"), whole);
            let read = inspect_reader(&mut std::io::Cursor::new(&file)).expect("the same");
            assert_eq!(read, whole);
        }
    }

    #[test]
    fn what_is_no_model_is_called_what_it_is() {
        let told = |bytes: &[u8]| {
            let (outcome, _) = by_pieces(bytes, usize::MAX / 2);
            outcome.expect_err("no model").to_string()
        };
        let page = told(b"<!doctype html><title>no</title>");
        assert_eq!(page, "expected a model file, found a web page");
        let pointer = format!(
            "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 5\n",
            "ab".repeat(32)
        );
        let pointer = told(pointer.as_bytes());
        assert!(pointer.starts_with("a Git LFS pointer to 5 bytes (sha256 abab"));
        assert!(told(&file(0)[..30]).starts_with("the file is cut off"));
        assert!(told(b"").starts_with("the file is cut off"));
    }

    #[test]
    fn a_file_that_ends_early_while_it_is_read_is_cut_off() {
        let mut inspector = Inspector::new(1 << 40);
        inspector.feed(&[]);
        assert_eq!(
            inspector.finish(),
            Err(InspectError::Truncated {
                expected: 100_000,
                found: 0
            })
        );
    }
}
