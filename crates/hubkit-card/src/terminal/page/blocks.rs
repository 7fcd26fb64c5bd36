//! Headings, quotations, items, code and tables.

use pulldown_cmark::{BlockQuoteKind, HeadingLevel};

use super::{
    super::{
        Stress, columns, inline,
        style::{Colour, Style},
        table,
        wrap::{Line, LongWords, Run, wrap},
    },
    Page,
};
use crate::render::Resolver;

impl<R: Resolver> Page<'_, R> {
    pub(super) fn rule(&mut self) {
        self.flush();
        self.part();
        let text = "─".repeat(self.room());
        let style = Style::FAINT;
        self.line(&[Run { text, style }]);
        self.is_apart = true;
    }

    pub(super) fn write_heading(&mut self) {
        let Some(level) = self.heading.take() else {
            return;
        };
        let mut words = std::mem::take(&mut self.words);
        if words.iter().all(|run| run.text.trim().is_empty()) {
            return;
        }
        self.is_apart = true;
        self.part();
        for run in &mut words {
            run.style.bold = true;
            if level <= HeadingLevel::H2 {
                run.style.colour = Some(Colour::Magenta);
            }
        }
        if level > HeadingLevel::H2 && self.stress == Stress::Signs {
            let text = format!("{} ", "#".repeat(level as usize));
            let style = Style::default();
            words.insert(0, Run { text, style });
        }
        let lines = wrap(&words, self.room(), LongWords::Whole);
        let width = lines
            .iter()
            .map(|line| line.width)
            .max()
            .unwrap_or_default();
        for line in lines {
            self.line(&line.runs);
        }
        let sign = match level {
            HeadingLevel::H1 => "═",
            HeadingLevel::H2 => "─",
            _ => "",
        };
        if !sign.is_empty() {
            let text = sign.repeat(width.min(self.room()));
            let style = Style {
                colour: Some(Colour::Magenta),
                ..Style::default()
            };
            self.line(&[Run { text, style }]);
        }
        self.is_apart = level <= HeadingLevel::H2 || self.stress == Stress::Signs;
    }

    pub(super) fn quote(&mut self, kind: Option<BlockQuoteKind>) {
        self.part();
        let (name, colour) = match kind {
            None => ("", None),
            Some(BlockQuoteKind::Note) => ("Note", Some(Colour::Blue)),
            Some(BlockQuoteKind::Tip) => ("Tip", Some(Colour::Green)),
            Some(BlockQuoteKind::Important) => ("Important", Some(Colour::Magenta)),
            Some(BlockQuoteKind::Warning) => ("Warning", Some(Colour::Yellow)),
            Some(BlockQuoteKind::Caution) => ("Caution", Some(Colour::Red)),
        };
        let style = Style {
            faint: colour.is_none(),
            colour,
            ..Style::default()
        };
        self.prefixes.open(None, "│ ", style);
        if !name.is_empty() {
            let style = Style {
                bold: true,
                ..style
            };
            let text = name.to_owned();
            self.line(&[Run { text, style }]);
        }
    }

    pub(super) fn item(&mut self) {
        self.flush();
        self.part();
        let depth = self.lists.len();
        let number = self.lists.last_mut().and_then(|list| {
            let number = list.next;
            list.next = number.map(|number| number.saturating_add(1));
            number
        });
        let marker = match number {
            Some(number) => format!("{number}. "),
            None => ["• ", "◦ ", "▪ "][depth.saturating_sub(1) % 3].to_owned(),
        };
        let rest = " ".repeat(columns(&marker));
        let style = Style {
            colour: Some(Colour::Yellow),
            ..Style::default()
        };
        self.prefixes.open(Some(marker), &rest, style);
    }

    /// A footnote behind its name. A long name has a line of its own.
    pub(super) fn note(&mut self, label: &str) {
        const LONGEST: usize = 8;
        let name = format!("[^{}] ", inline::code(label));
        if columns(&name) <= LONGEST {
            let rest = " ".repeat(columns(&name));
            self.prefixes.open(Some(name), &rest, Style::FAINT);
        } else {
            let (text, style) = (name, Style::FAINT);
            for line in wrap(&[Run { text, style }], self.room(), LongWords::Whole) {
                self.line(&line.runs);
            }
            self.prefixes.open(None, "    ", Style::default());
        }
        self.is_apart = false;
    }

    pub(super) fn language(&mut self, info: &str) {
        const LONGEST: usize = 24;
        let name: String = info
            .chars()
            .take_while(|c| !matches!(c, ' ' | ',' | '{' | '\t'))
            .take(LONGEST)
            .collect();
        if !name.is_empty() {
            let text = format!("  {}:", inline::code(&name));
            let style = Style::FAINT;
            self.line(&[Run { text, style }]);
        }
    }

    pub(super) fn write_code(&mut self) {
        let code = self.code.take().unwrap_or_default();
        let style = Style {
            colour: Some(Colour::Cyan),
            ..Style::default()
        };
        let first = code.len() - code.trim_start_matches(['\n', '\r']).len();
        for line in code[first..].trim_end().split('\n') {
            let line = line.strip_suffix('\r').unwrap_or(line);
            let text = format!("    {}", inline::code(line));
            self.line(&[Run { text, style }]);
        }
        self.is_apart = true;
    }

    pub(super) fn write_table(&mut self) {
        let Some(table) = self.table.take() else {
            return;
        };
        self.part();
        let left = self.longest.saturating_sub(self.text.len());
        for Line { runs, .. } in table::lay_out(table, self.room(), left) {
            self.line(&runs);
        }
        self.is_apart = true;
    }
}
