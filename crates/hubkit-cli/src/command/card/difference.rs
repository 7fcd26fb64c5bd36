//! What changes between two texts, by lines.

use std::time::Duration;

use similar::TextDiff;

/// How long two texts may take to compare before the rest is taken to be different: where every line of a long card
/// changes, the shortest difference would take as long as comparing each with each.
const PATIENCE: Duration = Duration::from_millis(500);

pub(super) fn between<'t>(old: &'t str, new: &'t str) -> TextDiff<'t, 't, 't, str> {
    TextDiff::configure().timeout(PATIENCE).diff_lines(old, new)
}
