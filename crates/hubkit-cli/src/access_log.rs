//! The access log: one line of JSON for each request.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    mem,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, SystemTime},
};

use serde_json::json;

use crate::server::{Observer, Seen};

/// Lines are written together: a server that answers tens of thousands of requests a second must not wait for a disk.
const GATHER: Duration = Duration::from_millis(20);
/// What may wait for a disk that does not take it, in bytes; what comes then is counted and lost.
const MOST_WAITING: usize = 8 << 20;

/// A log that is being written. Dropping it writes what is left.
pub(crate) struct AccessLog {
    waiting: Arc<Waiting>,
    writer: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Waiting {
    lines: Mutex<Lines>,
    changed: Condvar,
}

#[derive(Default)]
struct Lines {
    text: Vec<u8>,
    lost: u64,
    order: Order,
}

/// What the writer is to do besides.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Order {
    #[default]
    Nothing,
    Reopen,
    End,
}

impl AccessLog {
    /// Opens the file, to append to it; `-` is standard output.
    ///
    /// # Errors
    ///
    /// When the file can't be opened.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let target = if path.as_os_str() == "-" {
            Target::StandardOutput
        } else {
            Target::File(path.to_owned(), append(path)?)
        };
        let waiting = Arc::<Waiting>::default();
        let write = {
            let waiting = Arc::clone(&waiting);
            move || waiting.write_to(target)
        };
        let writer = thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(write)?;
        Ok(Self {
            waiting,
            writer: Some(writer),
        })
    }

    /// Logs what a server tells.
    pub(crate) fn observer(&self) -> Observer {
        let waiting = Arc::clone(&self.waiting);
        Arc::new(move |seen| {
            #[expect(clippy::disallowed_methods, reason = "a log tells the time")]
            let now = SystemTime::now();
            waiting.add(&line(seen, now));
        })
    }

    /// Opens the file anew, after another program moved it away.
    pub(crate) fn reopen(&self) {
        self.waiting.order(Order::Reopen);
    }
}

impl Drop for AccessLog {
    fn drop(&mut self) {
        self.waiting.order(Order::End);
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

fn line(seen: &Seen, now: SystemTime) -> String {
    let line = json!({
        "time": humantime::format_rfc3339_millis(now).to_string(),
        "remote": seen.remote.to_string(),
        "account": seen.account,
        "method": seen.method,
        "path": seen.path,
        "range": seen.range,
        "status": seen.status,
        "length": seen.length,
        "sent": seen.sent,
        "complete": seen.is_whole,
        "duration_ms": seen.duration.as_secs_f64() * 1e3,
        "user_agent": seen.user_agent,
    });
    format!("{line}\n")
}

enum Target {
    StandardOutput,
    File(PathBuf, File),
}

impl Target {
    // A log that can't be written any more must not stop the service: what goes wrong here has no consequence.

    fn write(&mut self, text: &[u8]) {
        let _ = match self {
            Self::StandardOutput => {
                let mut output = anstream::stdout().lock();
                output.write_all(text).and_then(|()| output.flush())
            }
            Self::File(_, file) => file.write_all(text),
        };
    }

    fn reopen(&mut self) {
        if let Self::File(path, file) = self
            && let Ok(anew) = append(path)
        {
            *file = anew;
        }
    }
}

impl Waiting {
    fn add(&self, line: &str) {
        let mut lines = self.lines();
        if lines.text.len() + line.len() > MOST_WAITING {
            lines.lost += 1;
            return;
        }
        let is_first = lines.text.is_empty();
        lines.text.extend_from_slice(line.as_bytes());
        drop(lines);
        if is_first {
            self.changed.notify_one();
        }
    }

    fn order(&self, order: Order) {
        self.lines().order = order;
        self.changed.notify_one();
    }

    fn write_to(&self, mut target: Target) {
        let mut text = Vec::new();
        loop {
            let idle = |lines: &mut Lines| lines.text.is_empty() && lines.order == Order::Nothing;
            let lines = self.changed.wait_while(self.lines(), idle);
            let order = lines.unwrap_or_else(PoisonError::into_inner).order;
            if order == Order::Nothing {
                thread::sleep(GATHER);
            }
            let mut lines = self.lines();
            let order = mem::take(&mut lines.order);
            let lost = mem::take(&mut lines.lost);
            mem::swap(&mut lines.text, &mut text);
            drop(lines);
            if lost > 0 {
                let note = json!({ "lost": lost });
                text.extend_from_slice(format!("{note}\n").as_bytes());
            }
            target.write(&text);
            text.clear();
            match order {
                Order::Nothing => {}
                Order::Reopen => target.reopen(),
                Order::End => return,
            }
        }
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::Value;

    use super::*;

    fn seen(path: &str) -> Seen {
        Seen::example(path)
    }

    fn lines(path: &Path) -> Vec<Value> {
        let text = fs::read_to_string(path).expect("a log");
        text.lines()
            .map(|line| line.parse().expect("JSON"))
            .collect()
    }

    #[test]
    fn every_request_is_a_line_when_the_log_is_closed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("access.jsonl");
        let log = AccessLog::open(&path).expect("a log");
        let observer = log.observer();
        for number in 0..1000 {
            observer(&seen(&format!("/{number}\n\"")));
        }
        drop(log);
        let lines = lines(&path);
        assert_eq!(lines.len(), 1000);
        assert_eq!(lines[999]["path"], "/999\n\"");
        assert_eq!(lines[0]["status"], 200);
        assert_eq!(lines[0]["sent"], 5);
        assert_eq!(lines[0]["complete"], true);
    }

    #[test]
    fn a_log_that_was_moved_away_is_opened_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, old) = (folder.path().join("log"), folder.path().join("old"));
        let log = AccessLog::open(&path).expect("a log");
        let observer = log.observer();
        observer(&seen("/first"));
        fs::rename(&path, &old).expect("it is moved");
        log.reopen();
        while !path.exists() {
            thread::yield_now();
        }
        observer(&seen("/second"));
        drop(log);
        assert_eq!(lines(&old)[0]["path"], "/first");
        assert_eq!(lines(&path)[0]["path"], "/second");
    }

    #[test]
    fn what_nobody_can_write_is_counted() {
        let waiting = Waiting::default();
        let line = "x".repeat(MOST_WAITING / 2);
        for _ in 0..5 {
            waiting.add(&line);
        }
        let lines = waiting.lines();
        assert_eq!(lines.text.len(), 2 * line.len());
        assert_eq!(lines.lost, 3);
    }
}
