//! What one form of a card can't say of another, told to whoever asked for it.

use std::io::Write as _;

use hubkit_card::Loss;
use serde_json::json;

use crate::{
    args::Global,
    ui::{Ui, count, plain},
};

/// So many are told to a person.
const MOST_LINES: usize = 40;

/// Lists what was left out on standard error: a line for each, or one JSON value.
pub(super) fn tell(global: &Global, losses: &[Loss]) {
    let ui = Ui::new(global);
    if losses.is_empty() {
        return;
    }
    if ui.json {
        let losses = losses
            .iter()
            .map(|loss| json!({ "what": loss.what, "why": loss.why }));
        let value = json!({ "left_out": losses.collect::<Vec<_>>() });
        let _ = writeln!(anstream::stderr(), "{value}");
        return;
    }
    for loss in losses.iter().take(MOST_LINES) {
        ui.remark(&format!(
            "left out: {}: {}",
            plain(&loss.what),
            plain(&loss.why)
        ));
    }
    let rest = losses.len().saturating_sub(MOST_LINES);
    if rest > 0 {
        let more = count(rest, "more thing", "more things");
        ui.remark(&format!("left out: {more}, which `--format json` lists"));
    }
}
