//! What is told of transfers while they run: a bar on a terminal, lines for programs, remarks for people.

mod bar;
mod lines;
mod remarks;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use hubkit::{Environment, Event, Progress, Tally, Totals};

use crate::{args::ShowProgress, ui::Ui};

pub(crate) use {bar::Bar, remarks::Remarks};

use lines::Lines;

/// What a command tells of its transfers, and what they come to.
pub(crate) struct Report {
    tallied: Tallied,
    shown: Shown,
}

enum Shown {
    Bar(Bar),
    Lines(Lines),
    Remarks(Remarks),
}

impl Report {
    pub(crate) fn new(show: ShowProgress, ui: &Ui, environment: &Environment) -> Self {
        let tallied = Tallied::new();
        let shown = match show {
            ShowProgress::Auto => Shown::Bar(Bar::new(ui, environment, tallied.clone())),
            ShowProgress::Bar => Shown::Bar(Bar::wanted(ui, tallied.clone())),
            ShowProgress::Json => Shown::Lines(Lines::new(tallied.clone())),
            ShowProgress::None => Shown::Remarks(Remarks::new(ui.clone())),
        };
        Self { tallied, shown }
    }

    /// Takes a bar off the screen. What was told stays.
    pub(crate) fn finish(&self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish();
        }
    }

    /// Tells programs that all is well, and what it came to.
    pub(crate) fn done(&self) {
        if let Shown::Lines(lines) = &self.shown {
            lines.done();
        }
    }

    /// What the events came to, and how long that took since the plan was known.
    pub(crate) fn totals(&self) -> (Totals, Duration) {
        self.tallied.totals()
    }
}

impl Progress for Report {
    fn event(&self, event: &Event<'_>) {
        self.tallied.note(event);
        match &self.shown {
            Shown::Bar(bar) => bar.event(event),
            Shown::Lines(lines) => lines.event(event),
            Shown::Remarks(remarks) => remarks.event(event),
        }
    }
}

/// Events added up, by the clock of this process. Clones share them.
#[derive(Clone)]
pub(crate) struct Tallied {
    tally: Arc<Mutex<Kept>>,
    start: Instant,
}

struct Kept {
    tally: Tally,
    planned: Duration,
}

impl Tallied {
    pub(crate) fn new() -> Self {
        let kept = Kept {
            tally: Tally::new(),
            planned: Duration::ZERO,
        };
        Self {
            tally: Arc::new(Mutex::new(kept)),
            start: Instant::now(),
        }
    }

    fn note(&self, event: &Event<'_>) {
        let now = self.now();
        let mut kept = self.lock();
        if let Event::Planned { .. } = event {
            kept.planned = now;
        }
        kept.tally.note(event, now);
    }

    fn totals(&self) -> (Totals, Duration) {
        let now = self.now();
        let kept = self.lock();
        (kept.tally.totals(now), now.saturating_sub(kept.planned))
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
