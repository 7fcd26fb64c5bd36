//! The commands, one file each.

mod access;
mod auth;
mod cache;
mod card;
mod cat;
mod demo;
mod diff;
mod download;
mod env;
mod info;
mod inspect;
mod lfs;
mod log;
mod ls;
mod refs;
mod safetensors;
mod search;
mod serve;
mod stoppable;
mod tensor;
mod token;
mod user;

use clap::CommandFactory as _;

use crate::{
    args::{Auth, Cli, Command},
    exit::Exit,
    failure::Failure,
    reference,
    ui::{Ui, data},
};

/// Does what the command line says.
///
/// # Errors
///
/// What kept it from being done, as the user should read it.
///
/// # Cancellation
///
/// Dropping the future stops the command; nothing half-done is published.
pub async fn run(cli: &Cli) -> Result<Exit, Failure> {
    let ui = Ui::new(&cli.global);
    match &cli.command {
        Command::Download(arguments) => download::run(&cli.global, arguments, &ui).await,
        Command::Info(arguments) => info::run(&cli.global, arguments, &ui).await,
        Command::Ls(arguments) => ls::run(&cli.global, arguments, &ui).await,
        Command::Search(arguments) => search::run(&cli.global, arguments, &ui).await,
        Command::Cat(arguments) => cat::run(&cli.global, arguments, &ui).await,
        Command::Refs(arguments) => refs::run(&cli.global, arguments, &ui).await,
        Command::Log(arguments) => log::run(&cli.global, arguments, &ui).await,
        Command::Diff(arguments) => diff::run(&cli.global, arguments, &ui).await,
        Command::User(arguments) => user::run(&cli.global, arguments, &ui).await,
        Command::Access(command) => access::run(&cli.global, command, &ui).await,
        Command::Auth(Auth::Whoami) => auth::run(&cli.global, &ui).await,
        Command::Cache(command) => cache::run(&cli.global, command, &ui).await,
        Command::Inspect(arguments) => inspect::run(&cli.global, arguments, &ui).await,
        Command::Card(command) => card::run(&cli.global, command).await,
        Command::Lfs(command) => lfs::run(&cli.global, command, &ui).await,
        Command::Safetensors(command) => safetensors::run(command, &ui).await,
        Command::Tensor(command) => tensor::run(&cli.global, command, &ui).await,
        Command::Serve(arguments) => serve::run(arguments, &ui).await,
        Command::Token(command) => token::run(command, &ui),
        Command::Env => env::run(&cli.global, &ui),
        Command::Demo(arguments) => demo::run(&cli.global, arguments).await,
        Command::Completions(arguments) => {
            let mut script = Vec::new();
            clap_complete::generate(arguments.shell, &mut Cli::command(), "hubkit", &mut script);
            data(String::from_utf8_lossy(&script).trim_end())?;
            Ok(Exit::Done)
        }
        Command::Reference(arguments) => {
            data(reference::page(arguments.page).trim_end())?;
            Ok(Exit::Done)
        }
    }
}
