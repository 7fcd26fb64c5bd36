//! `hubkit card get`.

use hubkit_card::{Value, value_to_json};

use super::source::Source;
use crate::{
    args::{CardGet, Global},
    exit::Exit,
    failure::Failure,
    ui::{Ui, data, plain},
};

pub(super) async fn run(global: &Global, arguments: &CardGet) -> Result<Exit, Failure> {
    let source = Source::read(global, &arguments.which).await?;
    let card = source.card()?;
    let ui = Ui::new(global);
    if card.block.is_none() {
        ui.remark(&format!(
            "{} has no metadata: none stands between two lines of `---` at its top",
            source.name
        ));
    }
    let Some(path) = &arguments.path else {
        data(&card.metadata.to_json().to_string())?;
        return Ok(Exit::Done);
    };
    let Some(value) = card.metadata.at(path) else {
        ui.remark(&format!(
            "{} says nothing at `{}`",
            source.name,
            plain(&path.to_string())
        ));
        if ui.json {
            data("null")?;
        }
        return Ok(Exit::No);
    };
    let lines = match value {
        Value::Sequence(items) => items.iter().map(text).collect(),
        single => vec![text(single)],
    };
    ui.lines(
        lines.is_empty(),
        || lines.join("\n"),
        || value_to_json(value),
    )?;
    Ok(Exit::Done)
}

/// A value as text: its lines as they are, and what is not shown escaped.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.split('\n').map(plain).collect::<Vec<_>>().join("\n"),
        other => plain(&value_to_json(other).to_string()),
    }
}
