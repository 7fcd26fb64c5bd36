//! Transfers as a bar on the terminal.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use hubkit::{Environment, Event, Progress, Repo};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::ui::{Ui, count, size};

/// One bar for all files. Draws nothing where standard error is not a terminal; what happened is told there all the same.
pub(crate) struct Bar {
    bar: ProgressBar,
    remarks: Remarks,
}

impl Bar {
    pub(crate) fn new(ui: &Ui, environment: &Environment) -> Self {
        let hidden = ui.quiet || ui.json || !environment.progress_bars;
        let target = if hidden {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let style = "{bar:30} {decimal_bytes:>9} of {decimal_total_bytes}  {decimal_bytes_per_sec}  {eta} left  {msg}";
        bar.set_style(ProgressStyle::with_template(style).expect("the template is well-formed"));
        let remarks = Remarks::new(ui.clone());
        Self { bar, remarks }
    }

    /// Takes the bar off the screen.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn event(&self, event: &Event<'_>) {
        match *event {
            Event::Planned { missing, .. } => {
                self.bar.set_length(missing);
                if missing > 0 {
                    self.bar.enable_steady_tick(Duration::from_millis(200));
                }
            }
            Event::Started { path, size: bytes } => {
                self.bar.set_message(format!("{path} ({})", size(bytes)));
            }
            Event::Received { bytes, .. } => self.bar.inc(bytes),
            Event::Restarted { bytes, .. } => self.bar.dec(bytes),
            // A hidden bar would swallow the line.
            _ => self.bar.suspend(|| self.remarks.event(event)),
        }
    }
}

/// Events of a command without a bar, as lines for people.
pub(crate) struct Remarks {
    ui: Ui,
    lines: Lines,
}

impl Remarks {
    pub(crate) fn new(ui: Ui) -> Self {
        let lines = Lines::default();
        Self { ui, lines }
    }
}

impl Progress for Remarks {
    fn event(&self, event: &Event<'_>) {
        if let Some(line) = self.lines.of(event) {
            self.ui.remark(&line);
        }
    }
}

/// Events as lines. A new name comes with every request and is said once.
#[derive(Default)]
struct Lines {
    renamed: Mutex<HashSet<Repo>>,
}

impl Lines {
    /// What a person should read of an event, if anything.
    fn of(&self, event: &Event<'_>) -> Option<String> {
        match *event {
            Event::Waiting { reason, delay } => {
                let seconds = delay.as_secs_f32();
                Some(format!("{reason}; trying again in {seconds:.1} s"))
            }
            Event::Renamed { repo, name } => {
                let renamed = self.renamed.lock();
                let mut renamed = renamed.unwrap_or_else(PoisonError::into_inner);
                let is_news = renamed.insert(repo.clone());
                is_news.then(|| format!("{repo} is called {name} now"))
            }
            Event::ListingBroken { repo, folders } => {
                let folders = count(folders, "folder", "folders");
                Some(format!(
                    "the listing of {repo} came without what is in {folders}; asking for each"
                ))
            }
            _ => None,
        }
    }
}
