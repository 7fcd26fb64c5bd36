//! `hubkit card json`.

use super::source::Source;
use crate::{
    args::{CardJson, Global},
    exit::Exit,
    failure::Failure,
    ui::data,
};

pub(super) async fn run(global: &Global, arguments: &CardJson) -> Result<Exit, Failure> {
    let source = Source::read(global, &arguments.which).await?;
    let card = source.card()?;
    data(&card.metadata.to_json().to_string())?;
    Ok(Exit::Done)
}
