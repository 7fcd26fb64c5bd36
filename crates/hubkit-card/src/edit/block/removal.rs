//! Lines that go, and what goes with them.

use super::super::{rewrite::Rewriter, way::Reach};

impl Rewriter<'_> {
    /// Where the lines of an entry end, with the remarks that belong to it.
    pub(super) fn owned_end(&self, end: usize, column: usize) -> usize {
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
    pub(super) fn remove_runs(
        &mut self,
        starts: &[usize],
        ends: &[usize],
        is_kept: &dyn Fn(usize) -> bool,
    ) {
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
                let end = match self.way.reach {
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
                    self.places.line_start(*next) == end || self.way.reach == Reach::Blanks
                });
                starts[first]..close.unwrap_or_else(|| self.places.line_end(ends[at - 1]))
            };
            self.splice(range, String::new());
        }
    }
}
