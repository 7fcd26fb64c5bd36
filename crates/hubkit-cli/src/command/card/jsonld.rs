//! `hubkit card jsonld`.

use hubkit_card::model_jsonld;

use super::{document, model::Described};
use crate::{
    args::{CardJsonld, Global},
    exit::Exit,
    failure::Failure,
};

pub(super) async fn run(global: &Global, arguments: &CardJsonld) -> Result<Exit, Failure> {
    let model = Described::read(global, &arguments.which).await?;
    let card = model.source.card()?;
    document::write(&model_jsonld(&model.sources(&card)), &arguments.written)?;
    Ok(Exit::Done)
}
