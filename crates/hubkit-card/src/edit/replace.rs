//! A value written in the place of another.

use serde_yaml::Value;

use super::{
    EditError,
    emit::{self, Written},
    rewrite::{Kind, Rewriter, Slot},
    scalar::Within,
};
use crate::syntax::{Content, Layout as Brackets, Node, ScalarStyle};

impl<'a> Rewriter<'a> {
    /// Writes another value in the place of one.
    pub(super) fn replace(
        &mut self,
        slot: Slot,
        node: &Node<'_>,
        new: &Value,
    ) -> Result<(), EditError> {
        node.each(&mut |node| self.note(node));
        let from = slot.from;
        let end = self.places.end(node).max(from);
        match slot.kind {
            Kind::FlowItem => {
                let text = self.inline(new, Within::Flow)?;
                self.splice(from..end, text);
            }
            Kind::FlowEntry => {
                let text = self.inline(new, Within::Flow)?;
                let is_nothing = self.places.content(from, node) >= end && node.span.is_empty();
                let begin = if is_nothing {
                    end
                } else {
                    self.places.skip(from).min(end)
                };
                let blank = if begin == from { " " } else { "" };
                self.splice(begin..end, format!("{blank}{text}"));
            }
            Kind::Root => {
                let begin = self.places.content(from, node).min(end);
                let lines = self.lines_of(new, 0)?;
                let text = lines.strip_suffix(self.line_end).unwrap_or(&lines);
                self.splice(begin..end, text.to_owned());
            }
            Kind::Entry(column) | Kind::Item(column) => {
                self.replace_on_lines(slot, column, end, node, new)?;
            }
        }
        Ok(())
    }

    fn replace_on_lines(
        &mut self,
        slot: Slot,
        column: usize,
        end: usize,
        node: &Node<'_>,
        new: &Value,
    ) -> Result<(), EditError> {
        let from = slot.from;
        let is_item = matches!(slot.kind, Kind::Item(_));
        // Blanks at the end of the line go with the value.
        let close = self.places.line_end(end);
        let ends_line = self.places.source[end..close].trim().is_empty();
        let end = if ends_line { close } else { end };
        let is_brackets = matches!(
            &node.content,
            Content::Sequence {
                layout: Brackets::Flow,
                ..
            } | Content::Mapping {
                layout: Brackets::Flow,
                ..
            }
        );
        if is_brackets && is_filled(new) && !is_empty(node) {
            let text = self.inline(new, Within::Flow)?;
            let begin = self.places.skip(from).min(end);
            let blank = if begin == from { " " } else { "" };
            self.splice(begin..end, format!("{blank}{text}"));
            return Ok(());
        }
        // The remark of the first line stays there, and so does the one after the last.
        let head = self.head_remark(from, end, node);
        let head_text = head.map(|remark| format!(" {remark}")).unwrap_or_default();
        match self.written(new)? {
            Written::Inline(text) => self.splice(from..end, format!(" {text}{head_text}")),
            Written::Literal(sign, texts) => {
                self.splice(from..end, format!(" {sign}{head_text}"));
                let indent = column + if is_item { 2 } else { self.layout.step };
                let mut lines = Vec::new();
                emit::literal(&texts, indent, &mut lines);
                let text = self.joined(&lines);
                self.insert_below(end, text);
            }
            Written::Lines => {
                let has_remark = head.is_some() || self.places.remark(end).is_some();
                let is_list = new.is_sequence();
                let indent = column
                    + match (is_item, is_list) {
                        (true, _) => 2,
                        (false, true) => self.layout.dash,
                        (false, false) => self.layout.step,
                    };
                let text = self.lines_of(new, indent)?;
                if is_item && !has_remark {
                    let text = text.strip_suffix(self.line_end).unwrap_or(&text);
                    self.splice(from..end, format!(" {}", text.trim_start_matches(' ')));
                } else {
                    self.splice(from..end, head_text);
                    self.insert_below(end, text);
                }
            }
        }
        Ok(())
    }

    /// The remark of the line of a colon or a dash whose value stands below it.
    fn head_remark(&self, from: usize, end: usize, node: &Node<'_>) -> Option<&'a str> {
        let line_end = self.places.line_end(from);
        if end <= line_end {
            return None;
        }
        let line = &self.places.source[from..line_end];
        match &node.content {
            // Between brackets, and between quotes, a sharp means what it means there.
            Content::Scalar { style, .. }
                if !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) =>
            {
                return None;
            }
            Content::Sequence {
                layout: Brackets::Flow,
                ..
            }
            | Content::Mapping {
                layout: Brackets::Flow,
                ..
            } => return None,
            Content::Mapping { .. } | Content::Sequence { .. } if node.span.start < line_end => {
                return None;
            }
            _ => {}
        }
        let at = line.find(" #").or_else(|| line.find("\t#"))?;
        Some(&line[at + 1..])
    }
}

fn is_filled(value: &Value) -> bool {
    match value {
        Value::Sequence(items) => !items.is_empty(),
        Value::Mapping(entries) => !entries.is_empty(),
        _ => false,
    }
}

fn is_empty(node: &Node<'_>) -> bool {
    match &node.content {
        Content::Sequence { items, .. } => items.is_empty(),
        Content::Mapping { entries, .. } => entries.is_empty(),
        _ => false,
    }
}
