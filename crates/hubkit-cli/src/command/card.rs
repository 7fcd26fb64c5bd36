//! `hubkit card`.

#[expect(dead_code, reason = "exports go by it")]
mod asset;
mod json;
mod source;

use crate::{
    args::{CardCommand, Global},
    exit::Exit,
    failure::Failure,
};

pub(crate) async fn run(global: &Global, command: &CardCommand) -> Result<Exit, Failure> {
    match command {
        CardCommand::Json(arguments) => json::run(global, arguments).await,
    }
}
