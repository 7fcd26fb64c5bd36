//! Lists and mappings of lines.

mod removal;

use serde_yaml::{Mapping, Value};

use super::{
    EditError, emit,
    list::Items,
    mapping::{Entries, Entry},
    rewrite::{Kind, Rewriter, Slot},
    way::Placement,
};
use crate::syntax::Node;

impl Rewriter<'_> {
    pub(super) fn block_mapping(
        &mut self,
        slot: Slot,
        written: &[Entry<'_>],
        old: &Mapping,
        new: &Mapping,
    ) -> Result<bool, EditError> {
        let entries = Entries::of(written, old, new);
        self.check_merged(&entries)?;
        let Some(last) = entries.last_kept() else {
            return self.emptied(slot, written, new);
        };
        let (starts, ends) = self.bounds(written);
        let column = starts.first().map_or(0, |start| self.places.column(*start));
        self.entries(
            &entries,
            |this, at, colon| Slot {
                from: colon + 1,
                kind: Kind::Entry(this.places.column(starts[at])),
            },
            // `? name` alone: the colon stands below the sign.
            |this, at, value, wanted| {
                let slot = Slot {
                    from: ends[at],
                    kind: Kind::Entry(column),
                };
                let colon = format!("{}{:column$}:", this.line_end, "");
                this.splice(ends[at]..ends[at], colon);
                this.value(slot, value, &Value::Null, wanted)
            },
        )?;
        self.remove_runs(&starts, &ends, &|at| entries.is_kept(at));
        let text = self.entry_lines(entries.added(), column)?;
        if !text.is_empty() {
            let at = self.place_of_added(&entries, last, &starts, &ends, column);
            self.splice(at..at, text);
        }
        Ok(true)
    }

    /// Where the lines of new entries go: below the last one that stays, or above it where it is to stay the last.
    fn place_of_added(
        &self,
        entries: &Entries<'_>,
        last: usize,
        starts: &[usize],
        ends: &[usize],
        column: usize,
    ) -> usize {
        let end = self.owned_end(ends[last], column);
        let is_at_the_end = self.places.skip(end) >= self.places.source.len();
        if self.way.placement == Placement::End || !is_at_the_end {
            return end;
        }
        match (0..last).rev().find(|at| entries.is_kept(*at)) {
            Some(before) => self.owned_end(ends[before], column),
            None if self.places.is_first(starts[last]) => self.places.line_start(starts[last]),
            None => end,
        }
    }

    /// Where each entry begins, and where its value ends.
    fn bounds(&self, entries: &[Entry<'_>]) -> (Vec<usize>, Vec<usize>) {
        let bounds = entries.iter().map(|(key, value)| {
            let start = self.places.entry_start(key);
            (start, self.places.value_end(key, value))
        });
        bounds.unzip()
    }

    /// New entries as whole lines.
    fn entry_lines<'v>(
        &self,
        entries: impl Iterator<Item = (&'v Value, &'v Value)>,
        column: usize,
    ) -> Result<String, EditError> {
        let mut lines = Vec::new();
        for (name, value) in entries {
            emit::entry(name, value, column, self.layout, &mut lines)
                .map_err(|found| self.unwritable(found))?;
        }
        Ok(self.joined(&lines))
    }

    /// At the top remarks stay when all names go.
    fn emptied(
        &mut self,
        slot: Slot,
        entries: &[Entry<'_>],
        new: &Mapping,
    ) -> Result<bool, EditError> {
        if slot.kind != Kind::Root {
            return Ok(false);
        }
        let (starts, ends) = self.bounds(entries);
        for (_, value) in entries {
            value.each(&mut |node| self.note(node));
        }
        self.remove_runs(&starts, &ends, &|_| false);
        let column = starts.first().map_or(0, |start| self.places.column(*start));
        let text = self.entry_lines(new.iter(), column)?;
        self.insert_below(ends[ends.len() - 1], text);
        Ok(true)
    }

    pub(super) fn block_list(
        &mut self,
        slot: Slot,
        node: &Node<'_>,
        written: &[Node<'_>],
        old: &[Value],
        new: &[Value],
    ) -> Result<bool, EditError> {
        let items = Items::of(written, old, new, self.gone.at(&self.here()));
        if !items.is_any_kept() {
            return Ok(false);
        }
        let mut starts = Vec::new();
        let mut ends = Vec::new();
        let mut from = self.places.content(slot.from, node);
        for item in written {
            let dash = self.places.skip(from);
            if self.places.byte(dash) != Some(b'-') {
                return Err(EditError::NotKept);
            }
            from = self.places.end(item).max(dash + 1);
            starts.push(dash);
            ends.push(from);
        }
        let column = starts.first().map_or(0, |start| self.places.column(*start));
        self.items(&items, |at| Slot {
            from: starts[at] + 1,
            kind: Kind::Item(column),
        })?;
        // Below the lines that an item before them was given.
        for before in 0..=written.len() {
            self.insert_items(&items, before, column, &starts, &ends)?;
        }
        self.remove_runs(&starts, &ends, &|at| items.is_kept(at));
        Ok(true)
    }

    /// Writes the new items that stand before an old one, or after all.
    fn insert_items(
        &mut self,
        items: &Items<'_>,
        before: usize,
        column: usize,
        starts: &[usize],
        ends: &[usize],
    ) -> Result<(), EditError> {
        let mut lines = Vec::new();
        for item in items.added(before) {
            emit::item(item, column, self.layout, &mut lines)
                .map_err(|found| self.unwritable(found))?;
        }
        if lines.is_empty() {
            return Ok(());
        }
        let mut text = self.joined(&lines);
        match before.checked_sub(1).map(|before| ends[before]) {
            Some(end) => {
                let at = self.owned_end(end, column);
                self.splice(at..at, text);
            }
            None if self.places.is_first(starts[0]) => {
                let line = self.places.line_start(starts[0]);
                self.splice(line..line, text);
            }
            // In the line of another dash the first one takes the place of the old.
            None => {
                text.drain(..column);
                self.splice(starts[0]..starts[0], format!("{text}{:column$}", ""));
            }
        }
        Ok(())
    }
}
