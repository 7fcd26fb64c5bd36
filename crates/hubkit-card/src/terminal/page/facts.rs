//! What stands above a text: the name of a card and what it promises.

use super::{
    super::{
        contract, inline,
        style::{Colour, Style},
        table::Table,
        wrap::Run,
    },
    Page,
};
use crate::render::Resolver;

impl<R: Resolver> Page<'_, R> {
    /// The name of a card, and what else it is called.
    pub(in crate::terminal) fn head(&mut self, name: &str, other: &str) {
        let bold = Style {
            bold: true,
            colour: Some(Colour::Magenta),
            ..Style::default()
        };
        let mut runs = Vec::new();
        inline::push(&mut runs, name, bold);
        if name != other {
            inline::push(&mut runs, &format!(" ({other})"), Style::FAINT);
        }
        self.paragraph(runs);
        self.is_apart = true;
    }

    /// A field and its values, which stand in a column of their own; below the field where lines are too short for two.
    pub(in crate::terminal) fn fact(&mut self, label: &str, indent: usize, values: Vec<Run>) {
        self.part();
        let (mut first, style) = contract::label(label, indent);
        let mut rest = " ".repeat(indent);
        if 2 * indent > self.width {
            let mut runs = Vec::new();
            inline::push(&mut runs, first.trim_end(), style);
            self.paragraph(runs);
            rest.truncate(2);
            first.clone_from(&rest);
        }
        self.prefixes.open(Some(first), &rest, style);
        self.paragraph(values);
        self.prefixes.close();
        self.is_apart = false;
    }

    pub(in crate::terminal) fn paragraph(&mut self, words: Vec<Run>) {
        self.words = words;
        self.flush();
    }

    pub(in crate::terminal) fn results(&mut self, table: Table) {
        self.is_apart = true;
        self.table = Some(table);
        self.write_table();
        self.is_apart = false;
    }
}
