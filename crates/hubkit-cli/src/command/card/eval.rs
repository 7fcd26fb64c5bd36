//! `hubkit card eval`.

mod add;
mod benchmark;
mod given;
mod list;
mod refused;
mod rewritten;

use crate::{
    args::{CardEvalCommand, Global},
    exit::Exit,
    failure::Failure,
};

pub(super) async fn run(global: &Global, command: &CardEvalCommand) -> Result<Exit, Failure> {
    match command {
        CardEvalCommand::Add(arguments) => add::run(global, arguments).await,
        CardEvalCommand::List(arguments) => list::run(global, arguments).await,
    }
}
