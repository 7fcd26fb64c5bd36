//! `hubkit card jsonld`.

use hubkit::RepoKind;
use hubkit_card::model_jsonld;

use super::{
    croissant, document,
    model::{Described, kind_of},
    source::Source,
};
use crate::{
    args::{CardJsonld, Global},
    exit::Exit,
    failure::Failure,
};

pub(super) async fn run(global: &Global, arguments: &CardJsonld) -> Result<Exit, Failure> {
    let mut source = Source::read(global, &arguments.which).await?;
    let kind = kind_of(&source, &source.card()?);
    if kind == RepoKind::Dataset {
        source.kind = Some(kind);
        return croissant::describe(global, &source, &arguments.written).await;
    }
    let model = Described::of(source, &arguments.written).await?;
    let card = model.source.card()?;
    document::write(&model_jsonld(&model.sources(&card)), &arguments.written)?;
    Ok(Exit::Done)
}
