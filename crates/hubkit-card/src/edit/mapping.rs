//! The entries of a mapping, of lines or between brackets, and what becomes of each.

use std::collections::HashSet;

use serde_yaml::{Mapping, Value};

use super::{
    EditError,
    names::{is_merge, names, step, text},
    rewrite::{Rewriter, Slot},
};
use crate::syntax::Node;

pub(super) type Entry<'a> = (Node<'a>, Node<'a>);

/// A mapping as it is written, and what it is to become.
pub(super) struct Entries<'e> {
    pub(super) written: &'e [Entry<'e>],
    /// The name that each entry has in the value.
    names: Vec<Option<&'e Value>>,
    old: &'e Mapping,
    new: &'e Mapping,
}

impl<'e> Entries<'e> {
    pub(super) fn of(written: &'e [Entry<'e>], old: &'e Mapping, new: &'e Mapping) -> Self {
        Self {
            written,
            names: names(written, old),
            old,
            new,
        }
    }

    /// Whether an entry stays. One that is merged in, or that an alias names, does.
    pub(super) fn is_kept(&self, at: usize) -> bool {
        self.names[at].is_none_or(|name| self.new.contains_key(name))
    }

    pub(super) fn last_kept(&self) -> Option<usize> {
        (0..self.written.len()).rev().find(|at| self.is_kept(*at))
    }

    /// What no entry says yet.
    pub(super) fn added(&self) -> impl Iterator<Item = (&'e Value, &'e Value)> {
        // As text: all fractions have one hash in `serde_yaml`.
        let written: HashSet<String> = self.names.iter().flatten().map(|name| text(name)).collect();
        let (old, new) = (self.old, self.new);
        new.iter().filter(move |(name, value)| {
            !written.contains(&text(name)) && old.get(*name) != Some(*value)
        })
    }

    /// A name that is merged in can be written over, but not be taken away: the first that is to go.
    fn merged(&self) -> Option<&'e Value> {
        let has_merge = self.written.iter().any(|(key, _)| is_merge(key));
        if !has_merge {
            return None;
        }
        let written: HashSet<String> = self.names.iter().flatten().map(|name| text(name)).collect();
        let mut gone = self.old.keys().filter(|name| !self.new.contains_key(*name));
        gone.find(|name| !written.contains(&text(name)))
    }
}

impl Rewriter<'_> {
    /// Refuses to take away what is merged in.
    pub(super) fn check_merged(&mut self, entries: &Entries<'_>) -> Result<(), EditError> {
        match entries.merged() {
            None => Ok(()),
            Some(name) => {
                let path = self.below(step(name), |this| this.here());
                Err(EditError::Merged { path })
            }
        }
    }

    /// Makes the value of each entry that stays another one. `slot` says where the value of an entry stands, after a
    /// colon; `without_colon` makes room for one where there is none.
    pub(super) fn entries(
        &mut self,
        entries: &Entries<'_>,
        slot: impl Fn(&Self, usize, usize) -> Slot,
        without_colon: impl Fn(&mut Self, usize, &Node<'_>, &Value) -> Result<(), EditError>,
    ) -> Result<(), EditError> {
        for (at, (key, value)) in entries.written.iter().enumerate() {
            let Some(name) = entries.names[at] else {
                continue;
            };
            let Some(wanted) = entries.new.get(name) else {
                value.each(&mut |node| self.note(node));
                continue;
            };
            let before = entries.old.get(name).unwrap_or(&Value::Null);
            self.below(step(name), |this| match this.places.colon(key) {
                Some(colon) => this.value(slot(this, at, colon), value, before, wanted),
                None if before == wanted => Ok(()),
                None => without_colon(this, at, value, wanted),
            })?;
        }
        Ok(())
    }
}
