//! Lines as they are written, each behind what stands before it.

use super::{
    super::{
        Stress,
        wrap::{LongWords, Run, wrap},
    },
    Page,
};
use crate::render::Resolver;

impl<R: Resolver> Page<'_, R> {
    /// Begins a block: an empty line before it, unless nothing is above.
    pub(super) fn part(&mut self) {
        if std::mem::take(&mut self.is_apart) && !self.text.is_empty() {
            let mut line = String::new();
            for (text, style) in self.prefixes.between() {
                style.write(text, self.stress, &mut line);
            }
            if self.stress == Stress::Signs {
                line.truncate(line.trim_end().len());
            }
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    /// Writes the paragraph that was gathered.
    pub(super) fn flush(&mut self) {
        let words = std::mem::take(&mut self.words);
        if words.iter().all(|run| run.text.trim().is_empty()) {
            return;
        }
        self.part();
        for line in wrap(&words, self.room(), LongWords::Whole) {
            self.line(&line.runs);
        }
    }

    pub(super) fn room(&self) -> usize {
        self.width - self.prefixes.width()
    }

    pub(super) fn line(&mut self, runs: &[Run]) {
        if self.is_full() {
            return;
        }
        let begin = self.text.len();
        for (text, style) in self.prefixes.next() {
            style.write(&text, self.stress, &mut self.text);
        }
        for run in runs {
            run.style.write(&run.text, self.stress, &mut self.text);
        }
        let end = begin + self.text[begin..].trim_end().len();
        self.text.truncate(end);
        self.text.push('\n');
    }
}
