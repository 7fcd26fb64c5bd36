//! Transfers as lines of JSON on standard error, for programs. `docs/guides/downloading.md` promises their fields.

use std::{
    collections::HashMap,
    io::{self, Write as _},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use hubkit::{Event, Progress, RepoPath, Totals, average};
use serde_json::{Value, json};

use super::Tallied;

/// So much time lies between two lines of bytes that came for one file, but for the last.
const BETWEEN: Duration = Duration::from_millis(100);

/// One line an event. Somebody else keeps the tally, before this hears of an event.
pub(crate) struct Lines {
    tallied: Tallied,
    /// When a line of bytes was written last, of each file under way.
    told: Mutex<HashMap<RepoPath, Duration>>,
}

impl Lines {
    pub(crate) fn new(tallied: Tallied) -> Self {
        let told = Mutex::default();
        Self { tallied, told }
    }

    /// The last line.
    pub(crate) fn done(&self) {
        let (totals, time) = self.tallied.totals();
        write(&json!({
            "event": "done", "files": totals.files, "bytes": totals.bytes,
            "received_bytes": totals.received, "resumed_bytes": totals.resumed,
            "seconds": seconds(time), "bytes_per_second": average(totals.received, time),
        }));
    }

    fn received(&self, path: &RepoPath, now: Duration) -> Option<Value> {
        let kept = self.tallied.lock();
        let file = kept.tally.file(path, now)?;
        let is_last = file.size.is_some_and(|size| file.held >= size);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        match told.get_mut(path) {
            Some(last) if now.saturating_sub(*last) < BETWEEN && !is_last => return None,
            Some(last) => *last = now,
            None => {
                told.insert(path.clone(), now);
            }
        }
        Some(json!({
            "event": "received", "path": path.as_str(), "held_bytes": file.held, "size": file.size,
            "bytes_per_second": file.rate, "seconds_left": file.left.map(seconds),
            "total": total(&kept.tally.totals(now)),
        }))
    }

    fn line(&self, event: &Event<'_>, now: Duration) -> Option<Value> {
        Some(match *event {
            Event::Resolved {
                repo,
                revision,
                commit,
            } => json!({
                "event": "resolved", "repo": repo.id.as_str(), "kind": repo.kind.as_str(), "revision": revision.to_string(),
                "commit": commit.to_string(),
            }),
            Event::Planned {
                files,
                bytes,
                missing,
            } => json!({
                "event": "planned", "files": files, "bytes": bytes, "missing_bytes": missing,
            }),
            Event::Reused { path, size } => {
                self.forget(path);
                json!({"event": "reused", "path": path.as_str(), "size": size})
            }
            Event::Started { path, size } => {
                json!({"event": "started", "path": path.as_str(), "size": size})
            }
            Event::Busy {
                path,
                size,
                holder,
                held,
            } => json!({
                "event": "busy", "path": path.as_str(), "size": size, "holder": holder, "held_bytes": held,
            }),
            Event::Resumed { path, bytes } => {
                json!({"event": "resumed", "path": path.as_str(), "bytes": bytes})
            }
            Event::Received { path, .. } => return self.received(path, now),
            Event::Restarted { path, bytes } => {
                json!({"event": "restarted", "path": path.as_str(), "bytes": bytes})
            }
            Event::Verified { path, size, blob } => {
                self.forget(path);
                json!({"event": "verified", "path": path.as_str(), "size": size, "digest": blob.to_string()})
            }
            Event::Renamed { repo, name } => json!({
                "event": "renamed", "repo": repo.id.as_str(), "kind": repo.kind.as_str(), "name": name.as_str(),
            }),
            Event::ListingBroken { repo, folders } => json!({
                "event": "listing_broken", "repo": repo.id.as_str(), "kind": repo.kind.as_str(), "folders": folders,
            }),
            Event::Waiting { reason, delay } => {
                json!({"event": "waiting", "reason": reason, "seconds": seconds(delay)})
            }
            _ => return None,
        })
    }

    fn forget(&self, path: &RepoPath) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.remove(path);
    }
}

impl Progress for Lines {
    fn event(&self, event: &Event<'_>) {
        if let Some(line) = self.line(event, self.tallied.now()) {
            write(&line);
        }
    }
}

fn total(totals: &Totals) -> Value {
    json!({
        "files": totals.files, "files_done": totals.files_done,
        "arrived_bytes": totals.arrived, "missing_bytes": totals.missing,
        "bytes_per_second": totals.rate, "seconds_left": totals.left.map(seconds),
    })
}

/// Seconds, to the millisecond.
fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).round() / 1000.0
}

fn write(line: &Value) {
    let mut text = line.to_string();
    text.push('\n');
    // Whoever no longer reads along does not want to know.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_ten_times_a_second_at_most_and_the_last_always() {
        let tallied = Tallied::new();
        let lines = Lines::new(tallied.clone());
        let path = "a".parse().expect("a path");
        let tell = |event: &Event<'_>, millis: u64| {
            tallied.note(event);
            lines.line(event, Duration::from_millis(millis))
        };
        let (path, size) = (&path, 10_000);
        let started = tell(&Event::Started { path, size }, 0).expect("a line");
        assert_eq!(
            started,
            json!({"event": "started", "path": "a", "size": 10_000})
        );
        let bytes = 1;
        let told = (0..1000).filter_map(|millis| tell(&Event::Received { path, bytes }, millis));
        let held: Vec<u64> = told
            .filter_map(|line| line["held_bytes"].as_u64())
            .collect();
        assert_eq!(held, [1, 101, 201, 301, 401, 501, 601, 701, 801, 901]);
        let bytes = 9000;
        let last = tell(&Event::Received { path, bytes }, 999).expect("the last");
        assert_eq!(last["held_bytes"], 10_000);
    }
}
