//! `hubkit card diff`.

use hubkit_card::{Difference, Value, diff_with_entries, value_to_json};
use serde_json::json;

use super::{beside, source::Source};
use crate::{
    args::{CardDiff, Global, WhichCard},
    exit::Exit,
    failure::Failure,
    ui::{Ui, brief, plain},
};

pub(super) async fn run(global: &Global, arguments: &CardDiff) -> Result<Exit, Failure> {
    if arguments.before == "-" && arguments.after == "-" {
        return Err(Failure::usage("both cards can't come from standard input")
            .hint("name a file for one of them"));
    }
    let which = |card: &String| WhichCard {
        card: card.clone(),
        repo_type: arguments.repo_type,
        revision: None,
    };
    let before = Source::read(global, &which(&arguments.before)).await?;
    let after = Source::read(global, &which(&arguments.after)).await?;
    let entries = (
        beside::entries(&before).await?,
        beside::entries(&after).await?,
    );
    let differences = diff_with_entries(
        (&before.card()?.metadata, &entries.0),
        (&after.card()?.metadata, &entries.1),
    );
    Ui::new(global).lines(
        differences.is_empty(),
        || text(&differences),
        || differences.iter().map(value).collect(),
    )?;
    Ok(if differences.is_empty() {
        Exit::Done
    } else {
        Exit::No
    })
}

/// The differences, those of one aspect together.
fn text(differences: &[Difference]) -> String {
    let mut lines = Vec::new();
    let mut aspect = None;
    for difference in differences {
        if aspect != Some(difference.aspect) {
            aspect = Some(difference.aspect);
            lines.push(difference.aspect.as_str().to_owned());
        }
        // The library has escaped it; it is cut where it is longer than anyone reads.
        let subject = brief(&difference.subject);
        lines.push(match (&difference.old, &difference.new) {
            (Some(old), Some(new)) => format!("  {subject}: {} → {}", shown(old), shown(new)),
            (Some(old), None) => format!("  {subject}: - {}", shown(old)),
            (None, Some(new)) => format!("  {subject}: + {}", shown(new)),
            (None, None) => format!("  {subject}"),
        });
    }
    lines.join("\n")
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => brief(text),
        other => brief(&plain(&value_to_json(other).to_string())),
    }
}

fn value(difference: &Difference) -> serde_json::Value {
    json!({
        "aspect": difference.aspect.as_str(),
        "subject": difference.subject,
        "before": difference.old.as_ref().map(value_to_json),
        "after": difference.new.as_ref().map(value_to_json),
    })
}
