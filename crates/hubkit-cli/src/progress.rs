//! Transfers as a bar on the terminal.

use std::time::Duration;

use hubkit::{Environment, Event, Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::ui::{Ui, size};

/// One bar for all files. Draws nothing where standard error is not a terminal.
pub(crate) struct Bar(ProgressBar);

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
        Self(bar)
    }

    /// Takes the bar off the screen.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn event(&self, event: &Event<'_>) {
        match *event {
            Event::Planned { missing, .. } => {
                self.0.set_length(missing);
                self.0.enable_steady_tick(Duration::from_millis(200));
            }
            Event::Started { path, size: bytes } => {
                self.0.set_message(format!("{path} ({})", size(bytes)));
            }
            Event::Received { bytes, .. } => self.0.inc(bytes),
            Event::Restarted { bytes, .. } => self.0.dec(bytes),
            Event::Waiting { reason, delay } => {
                let seconds = delay.as_secs_f32();
                self.0
                    .println(format!("{reason}; trying again in {seconds:.1} s"));
            }
            _ => {}
        }
    }
}
