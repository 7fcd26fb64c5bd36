//! What is known of a file's bytes.

use std::{any::Any, collections::BTreeMap};

use hubkit_types::ByteRange;

use crate::InspectError;

/// A file of which some parts are here.
///
/// Whoever reads from it is stopped where bytes are missing, and started again from its beginning when they are here. So
/// what reads is a plain function, and must ask for the same bytes in the same order each time.
#[derive(Debug)]
pub(crate) struct View {
    size: u64,
    /// By where they start; none touches the next.
    parts: BTreeMap<u64, Vec<u8>>,
    held: u64,
    requests: u32,
    progress: Option<Box<dyn Any + Send + Sync>>,
}

/// Why reading went no further.
#[derive(Debug)]
pub(crate) enum Stop {
    /// These bytes are missing. Never empty, never beyond the end of the file, and none of them is here.
    Need(ByteRange),
    /// There is no use in reading further.
    Fault(InspectError),
}

impl From<InspectError> for Stop {
    fn from(fault: InspectError) -> Self {
        Self::Fault(fault)
    }
}

pub(crate) type Step<T> = Result<T, Stop>;

/// The most bytes that are kept of a file: a header of safetensors may take 100 MB.
const MOST: u64 = 160_000_000;

/// How often a file may be asked for bytes: what skips over weights takes a request for each of them.
const MOST_REQUESTS: u32 = 20_000;

impl View {
    pub(crate) fn new(size: u64) -> Self {
        Self {
            size,
            parts: BTreeMap::new(),
            held: 0,
            requests: 0,
            progress: None,
        }
    }

    /// The length of the file.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// How many bytes are here.
    pub(crate) fn held(&self) -> u64 {
        self.held
    }

    /// Exactly these bytes. Where they are missing, no more than they are asked for.
    ///
    /// A file that ends before is a fault.
    pub(crate) fn bytes(&self, start: u64, length: u64) -> Step<&[u8]> {
        self.bytes_ahead(start, length, length)
    }

    /// Exactly these bytes. Where they are missing, so many are asked for, from `start` on, since what is read next likely
    /// lies there.
    ///
    /// A file that ends before is a fault.
    pub(crate) fn bytes_ahead(&self, start: u64, length: u64, ahead: u64) -> Step<&[u8]> {
        let end = start.checked_add(length).filter(|end| *end <= self.size);
        let Some(end) = end else {
            return Err(Stop::Fault(InspectError::Truncated {
                expected: start.saturating_add(length),
                found: self.size,
            }));
        };
        if length == 0 {
            return Ok(&[]);
        }
        let held = self.part_at(start);
        let here = usize::try_from(length)
            .ok()
            .and_then(|length| held.get(..length));
        here.ok_or_else(|| {
            let missing = start + held.len() as u64;
            let wanted = start.saturating_add(ahead).clamp(end, self.size);
            // Up to where bytes are here again.
            let next = self.parts.range(missing..).next();
            let wanted = next.map_or(wanted, |(next, _)| wanted.min(*next));
            Stop::Need(
                ByteRange::new(missing, wanted).expect("a part that is missing has a length"),
            )
        })
    }

    /// These bytes, or fewer where the file ends before.
    pub(crate) fn up_to(&self, start: u64, length: u64) -> Step<&[u8]> {
        let start = start.min(self.size);
        self.bytes(start, length.min(self.size - start))
    }

    /// What is here from this byte on, without asking for more.
    pub(crate) fn part_at(&self, start: u64) -> &[u8] {
        let part = self.parts.range(..=start).next_back();
        part.and_then(|(from, bytes)| bytes.get(usize::try_from(start - from).ok()?..))
            .unwrap_or_default()
    }

    /// How many bytes are here right before this one, in one run.
    pub(crate) fn run_before(&self, position: u64) -> u64 {
        let part = self.parts.range(..position).next_back();
        part.filter(|(from, bytes)| *from + bytes.len() as u64 >= position)
            .map_or(0, |(from, _)| position - from)
    }

    /// What a format noted of how far it came when it was stopped, if it notes anything: whoever starts again from the
    /// beginning for each of many requests takes time without need.
    pub(crate) fn take_progress<T: Any>(&mut self) -> Option<T> {
        let progress = self.progress.take()?;
        progress.downcast().ok().map(|progress| *progress)
    }

    /// Notes how far a format came.
    pub(crate) fn keep_progress(&mut self, progress: impl Any + Send + Sync) {
        self.progress = Some(Box::new(progress));
    }

    /// Whether another range may be asked for.
    pub(crate) fn admit(&mut self, range: ByteRange) -> Result<(), InspectError> {
        self.requests += 1;
        let wanted = self.held.saturating_add(range.len());
        if wanted > MOST || self.requests > MOST_REQUESTS {
            return Err(InspectError::TooLarge { wanted, most: MOST });
        }
        Ok(())
    }

    /// Takes bytes that were missing.
    pub(crate) fn insert(&mut self, start: u64, bytes: &[u8]) {
        self.held += bytes.len() as u64;
        let end = start + bytes.len() as u64;
        let behind = self.parts.remove(&end);
        let before = self.parts.range_mut(..start).next_back();
        let part = match before {
            Some((from, part)) if from + part.len() as u64 == start => part,
            _ => self.parts.entry(start).or_default(),
        };
        part.extend_from_slice(bytes);
        if let Some(behind) = behind {
            part.extend_from_slice(&behind);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u64, end: u64) -> ByteRange {
        ByteRange::new(start, end).expect("forward")
    }

    #[track_caller]
    fn needs<T: std::fmt::Debug>(step: Step<T>) -> ByteRange {
        match step {
            Err(Stop::Need(range)) => range,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_missing_is_asked_for_and_nothing_else() {
        let mut view = View::new(100);
        assert_eq!(needs(view.bytes(10, 20)), range(10, 30));
        assert_eq!(needs(view.bytes_ahead(10, 20, 500)), range(10, 100));
        view.insert(20, &[1; 10]);
        assert_eq!(needs(view.bytes(10, 20)), range(10, 20));
        view.insert(10, &[2; 10]);
        let bytes = view.bytes(10, 20).expect("here");
        assert_eq!((bytes.len(), bytes[9], bytes[10]), (20, 2, 1));
        assert_eq!(needs(view.bytes(25, 10)), range(30, 35));
        assert_eq!((view.held(), view.parts.len()), (20, 1));
        assert_eq!(view.bytes(99, 0).expect("nothing").len(), 0);
    }

    #[test]
    fn a_file_that_ends_before_is_a_fault() {
        let view = View::new(100);
        for (start, length) in [(90, 11), (u64::MAX, 1), (1, u64::MAX)] {
            let Err(Stop::Fault(InspectError::Truncated { found: 100, .. })) =
                view.bytes(start, length)
            else {
                panic!("{start} {length}");
            };
        }
        assert_eq!(needs(view.up_to(90, u64::MAX)), range(90, 100));
        assert_eq!(view.up_to(200, 5).expect("nothing").len(), 0);
    }

    #[test]
    fn there_is_an_end_to_asking() {
        let mut view = View::new(u64::MAX);
        assert!(view.admit(range(0, MOST)).is_ok());
        assert!(view.admit(range(0, MOST + 1)).is_err());
    }
}
