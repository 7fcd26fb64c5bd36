//! `hubkit token`: tokens for the accounts of a mirror.

use std::{io::Read as _, time::SystemTime};

use hubkit::auth::Token;
use hubkit_mirror::TokenDigest;
use serde_json::json;

use crate::{
    args::{TokenCommand, TokenNew},
    exit::Exit,
    failure::Failure,
    ui::Ui,
};

/// How many random bytes a token has: more than anyone can try.
const RANDOM: usize = 20;

pub(crate) fn run(command: &TokenCommand, ui: &Ui) -> Result<Exit, Failure> {
    match command {
        TokenCommand::New(arguments) => new(arguments, ui),
        TokenCommand::Hash => hash(ui),
    }
}

fn new(arguments: &TokenNew, ui: &Ui) -> Result<Exit, Failure> {
    let mut random = [0; RANDOM];
    getrandom::fill(&mut random).map_err(|error| {
        let message = format!("the system gives no random numbers: {error}");
        Failure::new(Exit::Disk, "random", message)
    })?;
    // Clients of the Hub take a token for one by this start.
    let token = random
        .iter()
        .fold("hf_".to_owned(), |token, byte| format!("{token}{byte:02x}"));
    let digest = TokenDigest::of(&token);
    #[expect(clippy::disallowed_methods, reason = "a token tells when it was made")]
    let created = humantime::format_rfc3339_seconds(SystemTime::now());
    let (user, name, role) = (&arguments.user, &arguments.name, arguments.role.as_str());
    // Both go through a parser that allows no quotation mark.
    let lines = format!(
        "[[users.{}.tokens]]\nname = \"{name}\"\nhash = \"{digest}\"\nrole = \"{role}\"\ncreated = {created}",
        key(user)
    );
    ui.result(
        || format!("{token}\n\n{lines}"),
        || json!({ "token": token, "user": user, "name": name, "role": role, "hash": digest.to_string(), "toml": lines }),
    )?;
    ui.remark("the first line is the token; it is shown this once. The others belong into the file of `serve --access`");
    Ok(Exit::Done)
}

fn hash(ui: &Ui) -> Result<Exit, Failure> {
    let mut text = String::new();
    std::io::stdin().take(8192).read_to_string(&mut text)?;
    let token: Token = text.parse().map_err(|error| {
        Failure::usage(format!("standard input: {error}"))
            .hint("give the token alone, as in `hubkit token hash < FILE`")
    })?;
    let digest = TokenDigest::of(token.expose()).to_string();
    ui.result(|| digest.clone(), || json!({ "hash": digest }))?;
    Ok(Exit::Done)
}

/// A name as a key of TOML: bare where it can be.
fn key(name: &str) -> String {
    if name.contains('.') {
        format!("\"{name}\"")
    } else {
        name.to_owned()
    }
}
