//! The items of a list, of lines or between brackets, and what becomes of each.

use serde_yaml::Value;

use super::{
    EditError,
    align::{Alignment, align},
    rewrite::{Rewriter, Slot},
};
use crate::{Step, syntax::Node};

/// A list as it is written, and what it is to become.
pub(super) struct Items<'e> {
    pub(super) written: &'e [Node<'e>],
    alignment: Alignment,
    old: &'e [Value],
    new: &'e [Value],
}

impl<'e> Items<'e> {
    /// Where items were named to go, these do, and not others that are like them.
    pub(super) fn of(
        written: &'e [Node<'e>],
        old: &'e [Value],
        new: &'e [Value],
        gone: Option<&[usize]>,
    ) -> Self {
        let named = gone.and_then(|gone| Alignment::without(old, gone, new));
        Self {
            written,
            alignment: named.unwrap_or_else(|| align(old, new)),
            old,
            new,
        }
    }

    pub(super) fn is_kept(&self, at: usize) -> bool {
        self.alignment.kept[at].is_some()
    }

    pub(super) fn is_any_kept(&self) -> bool {
        self.alignment.kept.iter().any(Option::is_some)
    }

    /// The new items that stand before an old one, or after all.
    pub(super) fn added(&self, before: usize) -> impl Iterator<Item = &'e Value> {
        let added = self.alignment.before[before].iter();
        added.map(|item| &self.new[*item])
    }
}

impl Rewriter<'_> {
    /// Makes each item that stays another one. `slot` says where an item stands.
    pub(super) fn items(
        &mut self,
        items: &Items<'_>,
        slot: impl Fn(usize) -> Slot,
    ) -> Result<(), EditError> {
        for (at, item) in items.written.iter().enumerate() {
            let Some(wanted) = items.alignment.kept[at] else {
                item.each(&mut |node| self.note(node));
                continue;
            };
            self.below(Step::Index(at), |this| {
                this.value(slot(at), item, &items.old[at], &items.new[wanted])
            })?;
        }
        Ok(())
    }
}
