//! A program that runs, and what it has said so far.

use std::{
    io::Read,
    process::Child,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::Outcome;

/// A program that was started. It is killed when this is dropped.
#[derive(Debug)]
pub struct Running {
    pub(crate) child: Child,
    pub(crate) called: String,
    pub(crate) stdout: Listener,
    pub(crate) stderr: Listener,
}

impl Running {
    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it, as no program can prevent, and waits until it is gone.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends it a signal: `STOP`, for example.
    pub fn signal(&self, name: &str) -> Result<()> {
        let mut kill = std::process::Command::new("kill");
        let sent = kill.args([&format!("-{name}"), &self.id().to_string()]);
        let status = sent.status().context("can't send a signal")?;
        if !status.success() {
            bail!("{} does not take the signal {name}", self.called);
        }
        Ok(())
    }

    /// Waits until it says this on standard error.
    pub fn says(&self, text: &str, longest: Duration) -> Result<()> {
        if self.stderr.wait(longest, |said| said.contains(text)) {
            return Ok(());
        }
        let (called, said) = (&self.called, self.stderr.said());
        bail!("{called} does not say `{text}` but:\n{said}");
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// Waits for its end, but not for longer than this; kills it and returns `None` when it has not ended by then.
    pub fn end_within(mut self, longest: Duration) -> Result<Option<Outcome>> {
        let deadline = Instant::now() + longest;
        let left = || deadline.saturating_duration_since(Instant::now());
        if !self.stdout.wait_for_end(left()) || !self.stderr.wait_for_end(left()) {
            return Ok(None);
        }
        let code = self.child.wait()?.code();
        Ok(Some(Outcome {
            called: self.called.clone(),
            code,
            stdout: self.stdout.said(),
            stderr: self.stderr.said(),
        }))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; there is nobody to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads a pipe to its end on a thread of its own.
#[derive(Debug)]
pub(crate) struct Listener(Arc<Heard>);

#[derive(Debug, Default)]
struct Heard {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    is_at_end: bool,
}

impl Heard {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    pub(crate) fn to(pipe: Option<impl Read + Send + 'static>) -> Self {
        let heard = Arc::<Heard>::default();
        let listener = Self(Arc::clone(&heard));
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // What came before a broken pipe is worth showing.
            if let Some(mut pipe) = pipe {
                while let Ok(length @ 1..) = pipe.read(&mut buffer) {
                    heard.lock().bytes.extend_from_slice(&buffer[..length]);
                    heard.changed.notify_all();
                }
            }
            heard.lock().is_at_end = true;
            heard.changed.notify_all();
        });
        listener
    }

    fn said(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().bytes).into_owned()
    }

    fn wait_for_end(&self, longest: Duration) -> bool {
        self.wait_while(longest, |state| !state.is_at_end).is_at_end
    }

    fn wait(&self, longest: Duration, holds: impl Fn(&str) -> bool) -> bool {
        let holds = |state: &State| holds(&String::from_utf8_lossy(&state.bytes));
        let state = self.wait_while(longest, |state| !state.is_at_end && !holds(state));
        holds(&state)
    }

    fn wait_while(
        &self,
        longest: Duration,
        mut condition: impl FnMut(&State) -> bool,
    ) -> MutexGuard<'_, State> {
        let state = self.0.lock();
        let waited = self
            .0
            .changed
            .wait_timeout_while(state, longest, |state| condition(state));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
