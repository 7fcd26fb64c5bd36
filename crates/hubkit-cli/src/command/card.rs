//! `hubkit card`.

mod asset;
mod beside;
mod bom;
mod croissant;
mod diff;
mod difference;
mod document;
mod editable;
mod eval;
mod get;
mod html;
mod import;
mod input;
mod json;
mod jsonld;
mod lint;
mod losses;
pub(super) mod media;
mod merge;
mod model;
mod new;
mod no_card;
mod places;
mod remove;
mod replacement;
mod set;
mod show;
mod source;

use crate::{
    args::{CardCommand, Global},
    exit::Exit,
    failure::Failure,
};

pub(crate) async fn run(global: &Global, command: &CardCommand) -> Result<Exit, Failure> {
    match command {
        CardCommand::Show(arguments) => show::run(global, arguments).await,
        CardCommand::Html(arguments) => html::run(global, arguments).await,
        CardCommand::Json(arguments) => json::run(global, arguments).await,
        CardCommand::Lint(arguments) => lint::run(global, arguments).await,
        CardCommand::New(arguments) => new::run(global, arguments).await,
        CardCommand::Get(arguments) => get::run(global, arguments).await,
        CardCommand::Set(arguments) => set::run(global, arguments),
        CardCommand::Remove(arguments) => remove::run(global, arguments),
        CardCommand::Merge(arguments) => merge::run(global, arguments),
        CardCommand::Eval(command) => eval::run(global, command).await,
        CardCommand::Diff(arguments) => diff::run(global, arguments).await,
        CardCommand::Jsonld(arguments) => jsonld::run(global, arguments).await,
        CardCommand::Bom(arguments) => bom::run(global, arguments).await,
        CardCommand::Croissant(arguments) => croissant::run(global, arguments).await,
        CardCommand::Import(arguments) => import::run(global, arguments),
    }
}
