//! Lists and mappings between brackets.

use std::{collections::HashSet, ops::Range};

use serde_yaml::{Mapping, Value};

use super::{
    EditError,
    align::align,
    emit,
    names::{names, step},
    rewrite::{Kind, Rewriter, Slot},
    scalar::Within,
};
use crate::{Step, syntax::Node};

impl Rewriter<'_> {
    pub(super) fn flow_mapping(
        &mut self,
        node: &Node<'_>,
        entries: &[(Node<'_>, Node<'_>)],
        old: &Mapping,
        new: &Mapping,
    ) -> Result<bool, EditError> {
        let names = names(entries, old);
        self.check_merged(&names, entries, old, new)?;
        let is_kept = |at: usize| names[at].is_none_or(|name| new.contains_key(name));
        let written: HashSet<&Value> = names.iter().flatten().copied().collect();
        let mut added = Vec::new();
        for (name, value) in new {
            if !written.contains(name) && old.get(name) != Some(value) {
                let key = emit::key(name, Within::Flow).map_err(|found| self.unwritable(found))?;
                added.push(format!("{key}: {}", self.inline(value, Within::Flow)?));
            }
        }
        let is_all_kept = (0..entries.len()).all(is_kept);
        // A pair in a list needs no braces: `[a: b]`.
        let has_braces = self.places.byte(node.span.start) == Some(b'{');
        if !(0..entries.len()).any(is_kept) || !has_braces && (!is_all_kept || !added.is_empty()) {
            return Ok(false);
        }
        let mut spans = Vec::new();
        for (at, (key, value)) in entries.iter().enumerate() {
            let end = self.places.value_end(key, value);
            spans.push(self.places.entry_start(key)..end);
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
                        kind: Kind::FlowEntry,
                    };
                    this.value(slot, value, before, wanted)
                }
                None if before == wanted => Ok(()),
                None => {
                    let text = this.inline(wanted, Within::Flow)?;
                    this.splice(end..end, format!(": {text}"));
                    Ok(())
                }
            })?;
        }
        self.add_after(node, &spans, &is_kept, &added);
        self.remove_between(&spans, &is_kept);
        Ok(true)
    }

    pub(super) fn flow_list(
        &mut self,
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
        let mut spans: Vec<Range<usize>> = Vec::new();
        for item in items {
            let after = spans.last().map_or(node.span.start + 1, |span| span.end);
            let mut begin = self.places.skip(after);
            if !spans.is_empty() && self.places.byte(begin) == Some(b',') {
                begin = self.places.skip(begin + 1);
            }
            let end = self.places.end(item).max(begin);
            spans.push(begin..end);
        }
        for (at, item) in items.iter().enumerate() {
            let mut text = String::new();
            for added in &alignment.before[at] {
                text.push_str(&self.inline(&new[*added], Within::Flow)?);
                text.push_str(", ");
            }
            if !text.is_empty() {
                self.splice(spans[at].start..spans[at].start, text);
            }
            let Some(wanted) = alignment.kept[at] else {
                item.each(&mut |node| self.note(node));
                continue;
            };
            let slot = Slot {
                from: spans[at].start,
                kind: Kind::FlowItem,
            };
            self.below(Step::Index(at), |this| {
                this.value(slot, item, &old[at], &new[wanted])
            })?;
        }
        let mut added = Vec::new();
        for item in &alignment.before[items.len()] {
            added.push(self.inline(&new[*item], Within::Flow)?);
        }
        self.add_after(node, &spans, &is_kept, &added);
        self.remove_between(&spans, &is_kept);
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
