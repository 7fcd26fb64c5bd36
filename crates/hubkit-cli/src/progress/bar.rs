//! Transfers as a bar on the terminal.

use std::{fmt::Write, time::Duration};

use hubkit::{Environment, Event, Progress, Totals, Wait};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::{Remarks, Tallied};
use crate::ui::{Ui, plain, size, time};

/// One bar for all files. Draws nothing where standard error is not a terminal; what happened is told there all the same.
pub(crate) struct Bar {
    drawn: ProgressBar,
    tallied: Tallied,
    remarks: Remarks,
}

impl Bar {
    /// A bar, unless the person or the environment would rather have none. Somebody else keeps the tally.
    pub(crate) fn new(ui: &Ui, environment: &Environment, tallied: Tallied) -> Self {
        if ui.quiet || ui.json || !environment.progress_bars {
            Self::on(ProgressDrawTarget::hidden(), ui, tallied)
        } else {
            Self::wanted(ui, tallied)
        }
    }

    /// A bar that was asked for. Somebody else keeps the tally.
    pub(crate) fn wanted(ui: &Ui, tallied: Tallied) -> Self {
        Self::on(ProgressDrawTarget::stderr(), ui, tallied)
    }

    fn on(target: ProgressDrawTarget, ui: &Ui, tallied: Tallied) -> Self {
        let drawn = ProgressBar::with_draw_target(Some(0), target);
        let seen = tallied.clone();
        let tail = move |_: &ProgressState, text: &mut dyn Write| {
            let (totals, _) = seen.totals();
            let kept = seen.lock();
            let wait = kept.tally.waits().map(|(_, wait)| wait);
            // What draws this has nobody to tell of a fault.
            let _ = text.write_str(&words(&totals, wait));
        };
        let style = ProgressStyle::with_template("{bar:16} {tail}");
        let style = style.expect("the template is well-formed");
        drawn.set_style(style.with_key("tail", tail));
        let remarks = Remarks::new(ui.clone());
        Self {
            drawn,
            tallied,
            remarks,
        }
    }

    /// Takes the bar off the screen.
    pub(crate) fn finish(&self) {
        self.drawn.finish_and_clear();
    }
}

impl Progress for Bar {
    fn event(&self, event: &Event<'_>) {
        match *event {
            Event::Planned { missing, .. } if missing > 0 => {
                self.drawn.set_length(missing);
                self.drawn.enable_steady_tick(Duration::from_millis(100));
            }
            // The bar says it, and drawing once more for each event would cost more than moving small files does.
            Event::Busy { .. } if !self.drawn.is_hidden() => {}
            Event::Received { .. }
            | Event::Resumed { .. }
            | Event::Restarted { .. }
            | Event::Verified { .. }
            | Event::Reused { .. } => {
                if !self.drawn.is_hidden() {
                    self.drawn.set_position(self.tallied.totals().0.arrived);
                }
            }
            // A hidden bar would swallow the line.
            _ => {
                if let Some(line) = self.remarks.line(event) {
                    self.drawn.suspend(|| self.remarks.say(&line));
                }
            }
        }
    }
}

/// What stands behind the bar.
fn words(totals: &Totals, wait: Option<&Wait>) -> String {
    let mut words = format!("{} of {}", size(totals.arrived), size(totals.missing));
    if let Some(rate) = totals.rate.filter(|rate| *rate > 0) {
        let _ = write!(words, "  {}/s", size(rate));
        if let Some(left) = totals.left.filter(|left| !left.is_zero()) {
            let _ = write!(words, "  {} left", time(left));
        }
    }
    if totals.files > 1 {
        let _ = write!(words, "  {}/{} files", totals.files_done, totals.files);
    }
    if let Some(wait) = wait {
        let holder = plain(wait.holder.as_deref().unwrap_or("somebody else"));
        let _ = write!(words, "  waiting for {holder}");
        if let Some(percent) = wait.percent() {
            let _ = write!(words, ", {percent} %");
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use hubkit::Tally;

    use super::*;

    #[test]
    fn the_words_say_how_much_how_fast_how_long_and_what_is_waited_for() {
        let path = "model.safetensors".parse().expect("a path");
        let mut tally = Tally::new();
        let second = Duration::from_secs(1);
        let (bytes, missing) = (3_400_000_000, 1_000_000_000);
        let planned = Event::Planned {
            files: 12,
            bytes,
            missing,
        };
        tally.note(&planned, Duration::ZERO);
        let said = |tally: &Tally| {
            let wait = tally.waits().map(|(_, wait)| wait);
            words(&tally.totals(2 * second), wait)
        };
        assert_eq!(said(&tally), "0 B of 1.00 GB  0/12 files");
        let size = 200_000_000;
        let started = Event::Started { path: &path, size };
        tally.note(&started, Duration::ZERO);
        let received = Event::Received {
            path: &path,
            bytes: 50_000_000,
        };
        tally.note(&received, second);
        let moving = "50.00 MB of 1.00 GB  25.00 MB/s  38 s left  0/12 files";
        assert_eq!(said(&tally), moving);
        let busy = Event::Busy {
            path: &path,
            size,
            holder: Some("process 4711 (hf)"),
            held: Some(90_000_000),
        };
        tally.note(&busy, second);
        let waiting = format!("{moving}  waiting for process 4711 (hf), 45 %");
        assert_eq!(said(&tally), waiting);
    }
}
