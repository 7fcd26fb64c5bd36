//! Lists and mappings of lines.

use std::collections::HashSet;

use serde_yaml::{Mapping, Value};

use super::{
    EditError,
    align::{Alignment, align},
    emit,
    names::{is_merge, names, step},
    rewrite::{Kind, Reach, Rewriter, Slot},
};
use crate::{Step, syntax::Node};

type Entry<'a> = (Node<'a>, Node<'a>);

impl Rewriter<'_> {
    pub(super) fn block_mapping(
        &mut self,
        slot: Slot,
        entries: &[Entry<'_>],
        old: &Mapping,
        new: &Mapping,
    ) -> Result<bool, EditError> {
        let names = names(entries, old);
        self.check_merged(&names, entries, old, new)?;
        let is_kept = |at: usize| names[at].is_none_or(|name| new.contains_key(name));
        if !(0..entries.len()).any(is_kept) {
            return self.emptied(slot, entries, new);
        }
        let (starts, ends) = self.bounds(entries);
        let column = starts.first().map_or(0, |start| self.places.column(*start));
        for (at, (key, value)) in entries.iter().enumerate() {
            let Some(name) = names[at] else { continue };
            let Some(wanted) = new.get(name) else {
                value.each(&mut |node| self.note(node));
                continue;
            };
            let before = old.get(name).unwrap_or(&Value::Null);
            self.below(step(name), |this| match this.places.colon(key) {
                Some(colon) => {
                    let slot = Slot {
                        from: colon + 1,
                        kind: Kind::Entry(this.places.column(starts[at])),
                    };
                    this.value(slot, value, before, wanted)
                }
                None if before == wanted => Ok(()),
                // `? name` alone: the colon stands below the sign.
                None => {
                    let slot = Slot {
                        from: ends[at],
                        kind: Kind::Entry(column),
                    };
                    let colon = format!("{}{:column$}:", this.line_end, "");
                    this.splice(ends[at]..ends[at], colon);
                    this.value(slot, value, before, wanted)
                }
            })?;
        }
        self.remove_runs(&starts, &ends, &is_kept);
        let written: HashSet<&Value> = names.iter().flatten().copied().collect();
        let last = (0..entries.len())
            .rev()
            .find(|at| is_kept(*at))
            .unwrap_or_default();
        let mut lines = Vec::new();
        for (name, value) in new {
            if !written.contains(name) && old.get(name) != Some(value) {
                emit::entry(name, value, column, self.layout, &mut lines)
                    .map_err(|found| self.unwritable(found))?;
            }
        }
        if !lines.is_empty() {
            let at = self.owned_end(ends[last], column);
            let text = self.joined(&lines);
            self.splice(at..at, text);
        }
        Ok(true)
    }

    /// Where each entry begins, and where its value ends.
    fn bounds(&self, entries: &[Entry<'_>]) -> (Vec<usize>, Vec<usize>) {
        let bounds = entries.iter().map(|(key, value)| {
            let start = self.places.entry_start(key);
            (start, self.places.value_end(key, value))
        });
        bounds.unzip()
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
        let mut lines = Vec::new();
        let column = starts.first().map_or(0, |start| self.places.column(*start));
        for (name, value) in new {
            emit::entry(name, value, column, self.layout, &mut lines)
                .map_err(|found| self.unwritable(found))?;
        }
        let text = self.joined(&lines);
        self.insert_below(ends[ends.len() - 1], text);
        Ok(true)
    }

    /// A name that is merged in can be written over, but not be taken away.
    pub(super) fn check_merged(
        &mut self,
        names: &[Option<&Value>],
        entries: &[Entry<'_>],
        old: &Mapping,
        new: &Mapping,
    ) -> Result<(), EditError> {
        if names.len() == old.len() && names.iter().all(Option::is_some) {
            return Ok(());
        }
        let has_merge = entries.iter().any(|(key, _)| is_merge(key));
        let written: HashSet<&Value> = names.iter().flatten().copied().collect();
        for name in old.keys() {
            if has_merge && !written.contains(name) && !new.contains_key(name) {
                let path = self.below(step(name), |this| this.here());
                return Err(EditError::Merged { path });
            }
        }
        Ok(())
    }

    pub(super) fn block_list(
        &mut self,
        slot: Slot,
        node: &Node<'_>,
        items: &[Node<'_>],
        old: &[Value],
        new: &[Value],
    ) -> Result<bool, EditError> {
        let alignment = align(old, new);
        let is_kept = |at: usize| alignment.kept[at].is_some();
        if !(0..items.len()).any(is_kept) {
            return Ok(false);
        }
        let mut starts = Vec::new();
        let mut ends = Vec::new();
        let mut from = self.places.content(slot.from, node);
        for item in items {
            let dash = self.places.skip(from);
            if self.places.byte(dash) != Some(b'-') {
                return Err(EditError::NotKept);
            }
            from = self.places.end(item).max(dash + 1);
            starts.push(dash);
            ends.push(from);
        }
        let column = starts.first().map_or(0, |start| self.places.column(*start));
        for (at, item) in items.iter().enumerate() {
            self.insert_items(&alignment, at, new, column, &starts, &ends)?;
            let Some(wanted) = alignment.kept[at] else {
                item.each(&mut |node| self.note(node));
                continue;
            };
            let slot = Slot {
                from: starts[at] + 1,
                kind: Kind::Item(column),
            };
            self.below(Step::Index(at), |this| {
                this.value(slot, item, &old[at], &new[wanted])
            })?;
        }
        self.insert_items(&alignment, items.len(), new, column, &starts, &ends)?;
        self.remove_runs(&starts, &ends, &is_kept);
        Ok(true)
    }

    /// Writes the new items that stand before an old one.
    fn insert_items(
        &mut self,
        alignment: &Alignment,
        at: usize,
        new: &[Value],
        column: usize,
        starts: &[usize],
        ends: &[usize],
    ) -> Result<(), EditError> {
        let mut lines = Vec::new();
        for item in &alignment.before[at] {
            emit::item(&new[*item], column, self.layout, &mut lines)
                .map_err(|found| self.unwritable(found))?;
        }
        if lines.is_empty() {
            return Ok(());
        }
        let mut text = self.joined(&lines);
        match at.checked_sub(1).map(|before| ends[before]) {
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

    /// Where the lines of an entry end, with the remarks that belong to it.
    fn owned_end(&self, end: usize, column: usize) -> usize {
        let source = self.places.source;
        let mut next = self.places.next_line(end);
        while next < source.len() {
            let line = &source[next..self.places.line_end(next)];
            let remark = line.trim_start_matches([' ', '\t']);
            let is_owned = remark.starts_with('#') && line.len() - remark.len() > column;
            if !is_owned {
                break;
            }
            next = self.places.next_line(next);
        }
        next
    }

    /// Takes out the lines of entries that are not kept. One of them is.
    fn remove_runs(&mut self, starts: &[usize], ends: &[usize], is_kept: &dyn Fn(usize) -> bool) {
        let mut at = 0;
        while at < starts.len() {
            if is_kept(at) {
                at += 1;
                continue;
            }
            let first = at;
            while at < starts.len() && !is_kept(at) {
                at += 1;
            }
            let column = self.places.column(starts[first]);
            let end = self.owned_end(ends[at - 1], column);
            let next = starts.get(at).copied();
            let range = if self.places.is_first(starts[first]) {
                let end = match self.reach {
                    Reach::Lines => end,
                    Reach::Blanks => next
                        .map_or(self.places.line_start(self.places.skip(end)), |next| {
                            self.places.line_start(next)
                        }),
                };
                self.places.line_start(starts[first])..end.max(self.places.next_line(ends[at - 1]))
            } else {
                // In the line of a dash: the next entry takes the place, below remarks if there are any.
                let close = next.filter(|next| {
                    self.places.line_start(*next) == end || self.reach == Reach::Blanks
                });
                starts[first]..close.unwrap_or_else(|| self.places.line_end(ends[at - 1]))
            };
            self.splice(range, String::new());
        }
    }
}
