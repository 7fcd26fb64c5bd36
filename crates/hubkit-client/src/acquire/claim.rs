//! Taking a file on, or waiting for whoever has taken it on.

use std::time::Duration;

use hubkit_store::{BlobKey, BlobStore as _, Contention, Holder, Stage, Staging};
use hubkit_types::{Repo, TreeFile};
use tokio::time::{Instant, sleep};

use crate::{Client, Error, Event, Progress};

/// What came of it.
pub(crate) enum Claimed {
    /// Room for the file.
    Stage(Stage),
    /// Somebody else brought the file meanwhile.
    There,
}

/// How often whoever has the file is looked at.
const FIRST_LOOK: Duration = Duration::from_millis(50);
const LOOK: Duration = Duration::from_millis(500);

impl Client {
    /// Takes a file on. Where somebody else is at it, waits for as long as they make progress.
    pub(crate) async fn claim(
        &self,
        repo: &Repo,
        file: &TreeFile,
        progress: &dyn Progress,
    ) -> Result<Claimed, Error> {
        let key = BlobKey::new(repo.clone(), file.blob());
        let mut contention = Contention::Yield;
        let mut watched: Option<(Holder, Instant)> = None;
        let mut look = FIRST_LOOK;
        loop {
            let staging = self
                .0
                .store
                .stage(key.clone(), file.size, contention)
                .await?;
            let holder = match staging {
                Staging::Ready(stage) => {
                    // Only now is it sure that nobody else finishes it.
                    if watched.is_some() && self.holds(repo, file).await? {
                        return Ok(Claimed::There);
                    }
                    return Ok(Claimed::Stage(stage));
                }
                Staging::Busy(holder) => holder,
            };
            progress.event(&Event::Busy {
                path: &file.path,
                size: file.size,
                holder: holder.name.as_deref(),
                held: holder.held,
            });
            watched = match watched {
                Some((before, since)) if before.mark == holder.mark => {
                    if since.elapsed() >= self.0.lock_timeout {
                        contention = Contention::Proceed;
                    }
                    Some((before, since))
                }
                _ => Some((holder, Instant::now())),
            };
            if contention == Contention::Proceed {
                continue;
            }
            sleep(look).await;
            look = (look * 2).min(LOOK);
            if self.holds(repo, file).await? {
                return Ok(Claimed::There);
            }
        }
    }
}
