//! `hubkit card`.

mod asset;
mod bom;
mod croissant;
mod document;
mod import;
mod json;
mod jsonld;
mod lint;
mod losses;
mod model;
mod source;

use crate::{
    args::{CardCommand, Global},
    exit::Exit,
    failure::Failure,
};

pub(crate) async fn run(global: &Global, command: &CardCommand) -> Result<Exit, Failure> {
    match command {
        CardCommand::Json(arguments) => json::run(global, arguments).await,
        CardCommand::Lint(arguments) => lint::run(global, arguments).await,
        CardCommand::Jsonld(arguments) => jsonld::run(global, arguments).await,
        CardCommand::Bom(arguments) => bom::run(global, arguments).await,
        CardCommand::Croissant(arguments) => croissant::run(global, arguments).await,
        CardCommand::Import(arguments) => import::run(global, arguments),
    }
}
