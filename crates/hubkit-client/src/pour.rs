//! One body's way into a stage.

use hubkit_lfs::{Pointer, recognise};
use hubkit_store::Stage;
use hubkit_transport::Body;
use hubkit_types::TreeFile;

use crate::{Error, ErrorKind, Event, Progress, pace::Paced};

/// Why a body did not come to its end.
pub(crate) enum Poured {
    /// The connection broke, or is not worth waiting for; what came is kept.
    Broken(Error),
    /// Going on makes no sense.
    Failed(Error),
}

/// Moves bodies of one file into its stage.
pub(crate) struct Pouring<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) file: &'a TreeFile,
    pub(crate) progress: &'a dyn Progress,
    /// The place behind the last byte that may come.
    pub(crate) most: u64,
    /// How the file begins, where that is of interest.
    pub(crate) beginning: Option<Vec<u8>>,
}

impl Pouring<'_> {
    /// Moves a body into the stage, its first byte to `offset`. Gives the place behind its last byte, and how it ended.
    pub(crate) async fn pour(
        &mut self,
        body: &mut Body,
        mut offset: u64,
        came: impl Fn(u64),
    ) -> (u64, Result<(), Poured>) {
        let mut paced = Paced::new(body);
        loop {
            let chunk = match paced.chunk().await {
                Ok(None) => return (offset, Ok(())),
                Ok(Some(chunk)) => chunk,
                Err(error) if error.may_retry() => {
                    return (offset, Err(Poured::Broken(error.into())));
                }
                Err(error) => return (offset, Err(Poured::Failed(error.into()))),
            };
            let bytes = chunk.len() as u64;
            if bytes > self.most - offset && self.most < self.file.size {
                let message = "the server sends more than the part that was asked for";
                let error = Error::new(ErrorKind::Protocol, message);
                return (offset, Err(Poured::Failed(error)));
            }
            self.look_at(offset, &chunk);
            if let Err(error) = self.stage.write(offset, chunk).await {
                return (offset, Err(Poured::Failed(error.into())));
            }
            offset += bytes;
            came(bytes);
            self.progress.event(&Event::Received {
                path: &self.file.path,
                bytes,
            });
        }
    }
}

impl Pouring<'_> {
    fn look_at(&mut self, offset: u64, chunk: &[u8]) {
        if let Some(beginning) = &mut self.beginning
            && beginning.len() as u64 == offset
        {
            // One byte more than a pointer has, to see that it is none.
            let room = (Pointer::LIMIT + 1).saturating_sub(beginning.len());
            beginning.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
    }

    /// What came, if it is a pointer to a large file.
    pub(crate) fn pointer(&self) -> Option<Pointer> {
        let beginning = self.beginning.as_deref()?;
        recognise(beginning).pointer().cloned()
    }
}

/// How often a file is asked for again without getting anywhere.
pub(crate) struct Patience {
    /// The byte up to which progress was counted: only what lies beyond is more.
    counted: u64,
    fruitless: u32,
}

impl Patience {
    /// Tries in a row that bring nothing new.
    pub(crate) const TRIES: u32 = 5;
    /// Fewer new bytes than this are nothing: else each could cost a request.
    pub(crate) const GAIN: u64 = 64 << 10;

    pub(crate) fn new() -> Self {
        Self {
            counted: 0,
            fruitless: 0,
        }
    }

    /// Takes note of a try that ended at this byte; `None` when it was one too many, else how many were in vain.
    pub(crate) fn after(&mut self, reached: u64) -> Option<u32> {
        if reached >= self.counted + Self::GAIN {
            (self.counted, self.fruitless) = (reached, 0);
        }
        self.fruitless += 1;
        (self.fruitless < Self::TRIES).then_some(self.fruitless)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_ends_unless_every_few_tries_bring_something_new() {
        let mut patience = Patience::new();
        let tries = (1..100)
            .take_while(|_| patience.after(1 << 20).is_some())
            .count();
        assert_eq!(tries, 4, "the same place again and again");
        let mut patience = Patience::new();
        let tries = (1..100_u64)
            .take_while(|byte| patience.after(*byte).is_some())
            .count();
        assert_eq!(tries, 4, "a byte at a time");
        let mut patience = Patience::new();
        assert!(
            (1..1000_u64).all(|step| patience.after(step * 57_390).is_some()),
            "little by little"
        );
        let mut patience = Patience::new();
        assert!(
            (1..1000_u64).all(|step| patience.after(step << 16).is_some()),
            "real progress"
        );
    }
}
