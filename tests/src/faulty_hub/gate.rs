//! How many bytes of bodies may pass.

use std::{
    io,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Result, ensure};

/// What stands in the way of the bodies that a hub sends, all of them together: it lets so many bytes through and then no
/// more, until it is told otherwise. Somebody else sees how many went through, and does something at the right moment.
#[derive(Debug, Default)]
pub struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// How many may be sent, or were.
    granted: u64,
    /// How many were sent.
    passed: u64,
    most: u64,
    /// How often everybody was sent away.
    turn: u64,
}

/// Nothing in a trial takes longer.
const PATIENCE: Duration = Duration::from_mins(2);

impl Gate {
    /// A gate that lets so many bytes through.
    pub fn after(bytes: u64) -> Self {
        let gate = Self::default();
        gate.lock().most = bytes;
        gate
    }

    /// Lets so many bytes through, those that passed already among them.
    pub fn open_to(&self, bytes: u64) {
        self.lock().most = bytes;
        self.changed.notify_all();
    }

    /// Lets everything through.
    pub fn open(&self) {
        self.open_to(u64::MAX);
    }

    /// Ends the connections of all whose bodies are under way, and lets so many bytes through to those who come now.
    pub fn turn(&self, bytes: u64) {
        let mut state = self.lock();
        *state = State {
            most: bytes,
            turn: state.turn + 1,
            ..State::default()
        };
        drop(state);
        self.changed.notify_all();
    }

    /// How many bytes passed.
    pub fn passed(&self) -> u64 {
        self.lock().passed
    }

    /// Waits until so many bytes passed.
    pub fn wait_for(&self, bytes: u64) -> Result<()> {
        let came = self.wait(bytes, PATIENCE);
        ensure!(came, "{} of {bytes} bytes passed", self.passed());
        Ok(())
    }

    /// Waits until so many bytes passed, but not for longer than this. Returns whether they did.
    pub fn wait(&self, bytes: u64, longest: Duration) -> bool {
        let state = self.lock();
        let waited = self
            .changed
            .wait_timeout_while(state, longest, |state| state.passed < bytes);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.passed >= bytes
    }

    /// For a body that is about to be sent: whose turn it is.
    pub(super) fn enter(&self) -> u64 {
        self.lock().turn
    }

    /// Waits until one of so many bytes or more may pass. Returns how many.
    pub(super) fn pass(&self, turn: u64, bytes: usize) -> io::Result<usize> {
        let state = self.lock();
        let waited = self.changed.wait_while(state, |state| {
            state.granted >= state.most && state.turn == turn
        });
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        if state.turn != turn {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        let room = usize::try_from(state.most - state.granted).unwrap_or(usize::MAX);
        let granted = bytes.min(room);
        state.granted += granted as u64;
        Ok(granted)
    }

    /// Takes note that so many bytes passed.
    pub(super) fn note(&self, turn: u64, bytes: usize) {
        let mut state = self.lock();
        if state.turn == turn {
            state.passed += bytes as u64;
        }
        drop(state);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
