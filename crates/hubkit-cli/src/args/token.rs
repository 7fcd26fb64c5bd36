//! The command line of `hubkit token`.

use clap::{Args, Subcommand, ValueEnum};

/// Tokens for the accounts of a mirror.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a fresh token, and the lines for the file of `serve --access`
    New(TokenNew),
    /// Read a token from standard input and print its hash
    Hash,
}

/// Make a fresh token.
#[derive(Args, Debug)]
pub struct TokenNew {
    /// The account it is for
    #[arg(long, value_name = "NAME", value_parser = parse_account)]
    pub user: String,
    /// What to call it
    #[arg(long, default_value = "token", value_name = "NAME", value_parser = parse_account)]
    pub name: String,
    /// What it is good for: read, or also to decide about requests for access
    #[arg(long, value_enum, default_value_t = Role::Read, value_name = "ROLE")]
    pub role: Role,
}

/// What a token is good for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Role {
    /// Reading.
    Read,
    /// Also deciding.
    Write,
}

impl Role {
    /// As it stands in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

fn parse_account(text: &str) -> Result<String, String> {
    let is_name = text.parse::<hubkit::RepoId>().is_ok() && !text.contains('/');
    let wanted = "expected letters, digits, `_`, `-` and `.`";
    is_name
        .then(|| text.to_owned())
        .ok_or_else(|| wanted.to_owned())
}
