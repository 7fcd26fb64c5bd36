//! What a card promises, as lines for a terminal.

use super::{
    Layout, Lines, columns, inline,
    page::Page,
    style::{Colour, Style},
    table::Table,
    wrap::Run,
};
use crate::{Contract, Reference, Resolver};

/// So many values of a field are shown in brief, and so many results.
const MOST_VALUES: usize = 12;
const MOST_RESULTS: usize = 24;

/// How much of long lists is shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Extent {
    /// The beginning, and how much more there is.
    #[default]
    Brief,
    /// Everything.
    Whole,
}

impl Contract {
    /// Lays it out as lines for a terminal, below the name of the card.
    pub fn lay_out(&self, name: &str, layout: &Layout, extent: Extent) -> Lines {
        let (most_values, most_results) = match extent {
            Extent::Brief => (MOST_VALUES, MOST_RESULTS),
            Extent::Whole => (usize::MAX, usize::MAX),
        };
        let mut page = Page::new(&Nowhere, layout);
        page.head(self.name.as_deref().unwrap_or(name), name);
        let widest = self.facts.iter().map(|fact| columns(fact.label)).max();
        let indent = widest.unwrap_or_default() + 2;
        for fact in &self.facts {
            let mut runs = Vec::new();
            for (number, worth) in fact.values.iter().take(most_values).enumerate() {
                if number > 0 {
                    inline::push(&mut runs, ", ", Style::default());
                }
                inline::push(&mut runs, worth.text.trim(), Style::default());
            }
            more(&mut runs, fact.values.len(), most_values);
            page.fact(fact.label, indent, runs);
        }
        if !self.results.is_empty() {
            page.results(self.table(most_results));
            let mut runs = Vec::new();
            more(&mut runs, self.results.len(), most_results);
            page.paragraph(runs);
        }
        page.finish()
    }

    fn table(&self, most: usize) -> Table {
        let cell = |text: &str, bold: bool| {
            let style = Style {
                bold,
                ..Style::default()
            };
            let mut runs = Vec::new();
            inline::push(&mut runs, text.trim(), style);
            runs
        };
        let names = ["Task", "Dataset", "Metric", "Value"];
        let mut rows = vec![names.map(|name| cell(name, true)).to_vec()];
        for row in self.results.iter().take(most) {
            let texts = [&row.task, &row.dataset, &row.metric, &row.value];
            rows.push(texts.map(|text| cell(text, false)).to_vec());
        }
        Table {
            alignments: Vec::new(),
            rows,
        }
    }
}

fn more(runs: &mut Vec<Run>, count: usize, most: usize) {
    if count > most {
        let text = format!(" … and {} more", count - most);
        inline::push(runs, &text, Style::FAINT);
    }
}

/// The label of a field.
pub(super) fn label(label: &str, indent: usize) -> (String, Style) {
    let style = Style {
        colour: Some(Colour::Green),
        ..Style::default()
    };
    let blanks = " ".repeat(indent - columns(label));
    (format!("{label}{blanks}"), style)
}

struct Nowhere;

impl Resolver for Nowhere {
    fn link(&self, _: &Reference<'_>) -> Option<String> {
        None
    }

    fn image(&self, _: &Reference<'_>) -> Option<String> {
        None
    }
}
