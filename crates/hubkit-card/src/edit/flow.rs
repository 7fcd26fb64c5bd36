//! Lists and mappings between brackets.

use std::ops::Range;

use serde_yaml::{Mapping, Value};

use super::{
    EditError, emit,
    list::Items,
    mapping::{Entries, Entry},
    rewrite::{Kind, Rewriter, Slot},
    scalar::Within,
};
use crate::syntax::Node;

impl Rewriter<'_> {
    pub(super) fn flow_mapping(
        &mut self,
        node: &Node<'_>,
        written: &[Entry<'_>],
        old: &Mapping,
        new: &Mapping,
    ) -> Result<bool, EditError> {
        let entries = Entries::of(written, old, new);
        self.check_merged(&entries)?;
        let mut added = Vec::new();
        for (name, value) in entries.added() {
            let key = emit::key(name, Within::Flow).map_err(|found| self.unwritable(found))?;
            added.push(format!("{key}: {}", self.inline(value, Within::Flow)?));
        }
        let is_all_kept = (0..written.len()).all(|at| entries.is_kept(at));
        // A pair in a list needs no braces: `[a: b]`.
        let has_braces = self.places.byte(node.span.start) == Some(b'{');
        if entries.last_kept().is_none() || !has_braces && (!is_all_kept || !added.is_empty()) {
            return Ok(false);
        }
        let spans: Vec<_> = written
            .iter()
            .map(|(key, value)| self.places.entry_start(key)..self.places.value_end(key, value))
            .collect();
        self.entries(
            &entries,
            |_, _, colon| Slot {
                from: colon + 1,
                kind: Kind::FlowEntry,
            },
            |this, at, _, wanted| {
                let text = this.inline(wanted, Within::Flow)?;
                this.splice(spans[at].end..spans[at].end, format!(": {text}"));
                Ok(())
            },
        )?;
        self.add_after(node, &spans, &|at| entries.is_kept(at), &added);
        self.remove_between(&spans, &|at| entries.is_kept(at));
        Ok(true)
    }

    pub(super) fn flow_list(
        &mut self,
        node: &Node<'_>,
        written: &[Node<'_>],
        old: &[Value],
        new: &[Value],
    ) -> Result<bool, EditError> {
        let items = Items::of(written, old, new, self.gone.at(&self.here()));
        if !items.is_any_kept() {
            return Ok(false);
        }
        let mut spans: Vec<Range<usize>> = Vec::new();
        for item in written {
            let after = spans.last().map_or(node.span.start + 1, |span| span.end);
            let mut begin = self.places.skip(after);
            if !spans.is_empty() && self.places.byte(begin) == Some(b',') {
                begin = self.places.skip(begin + 1);
            }
            let end = self.places.end(item).max(begin);
            spans.push(begin..end);
        }
        for (at, span) in spans.iter().enumerate() {
            let mut text = String::new();
            for item in items.added(at) {
                text.push_str(&self.inline(item, Within::Flow)?);
                text.push_str(", ");
            }
            if !text.is_empty() {
                self.splice(span.start..span.start, text);
            }
        }
        self.items(&items, |at| Slot {
            from: spans[at].start,
            kind: Kind::FlowItem,
        })?;
        let mut added = Vec::new();
        for item in items.added(written.len()) {
            added.push(self.inline(item, Within::Flow)?);
        }
        self.add_after(node, &spans, &|at| items.is_kept(at), &added);
        self.remove_between(&spans, &|at| items.is_kept(at));
        Ok(true)
    }

    /// Writes what is new after the last that is kept.
    fn add_after(
        &mut self,
        node: &Node<'_>,
        spans: &[Range<usize>],
        is_kept: &dyn Fn(usize) -> bool,
        added: &[String],
    ) {
        let Some(last) = (0..spans.len()).rev().find(|at| is_kept(*at)) else {
            return;
        };
        if added.is_empty() {
            return;
        }
        let Range { start, end } = spans[last].clone();
        let next = self.places.next_line(end);
        // One a line goes on as one a line.
        if !self.places.is_first(start) || next >= node.span.end || last + 1 < spans.len() {
            self.splice(end..end, format!(", {}", added.join(", ")));
            return;
        }
        let indent = self.places.column(start);
        let comma = self.places.skip(end);
        let has_comma = self.places.byte(comma) == Some(b',');
        if !has_comma {
            self.splice(end..end, ",".to_owned());
        }
        let lines: Vec<String> = added
            .iter()
            .enumerate()
            .map(|(at, text)| {
                let is_last = at + 1 == added.len();
                let comma = if is_last && !has_comma { "" } else { "," };
                format!("{:indent$}{text}{comma}", "")
            })
            .collect();
        let text = self.joined(&lines);
        self.insert_below(if has_comma { comma } else { end }, text);
    }

    /// Takes out what is not kept, with its commas. Something is kept.
    fn remove_between(&mut self, spans: &[Range<usize>], is_kept: &dyn Fn(usize) -> bool) {
        let mut at = 0;
        while at < spans.len() {
            if is_kept(at) {
                at += 1;
                continue;
            }
            let first = at;
            while at < spans.len() && !is_kept(at) {
                at += 1;
            }
            let start = spans[first].start;
            let end = spans[at - 1].end;
            let comma = self.places.skip(end);
            let after = if self.places.byte(comma) == Some(b',') {
                comma + 1
            } else {
                end
            };
            let next = self.places.next_line(after);
            let rest = &self.places.source[after..self.places.line_end(after)];
            let is_alone = self.places.is_first(start)
                && (rest.trim().is_empty() || self.places.remark(after).is_some());
            let range = if is_alone {
                self.places.line_start(start)..next
            } else if let Some(next) = spans.get(at) {
                start..next.start
            } else {
                spans[first.saturating_sub(1)].end..end
            };
            self.splice(range, String::new());
        }
    }
}
