//! The command line.

mod access;
mod cache;
mod card;
mod download;
mod find;
mod inspect;
mod lfs;
mod tensors;
mod token;

use std::{ffi::OsStr, net::IpAddr, path::PathBuf};

use clap::{
    Arg, Args, Error, Parser, Subcommand, ValueEnum, builder::TypedValueParser, error::ErrorKind,
};
use hubkit::{Endpoint, ParseEndpointError, RepoKind, Revision};

pub use cache::{Cache, Gc, Verify};
pub use card::{
    BillOfMaterials, CardBom, CardCommand, CardCroissant, CardDiff, CardEvalAdd, CardEvalCommand,
    CardEvalList, CardGet, CardHtml, CardImport, CardJson, CardJsonld, CardLint, CardMerge,
    CardNew, CardRemove, CardSet, CardShow, FailOn, MeasuredOn, WhichCard, WrittenTo,
};
pub use download::{Download, ShowProgress};
pub use inspect::Inspect;

pub use find::{Answer, Cat, Diff, Log, Order, RefsOf, Search, User};

pub use lfs::{Clean, Lfs, Pointers, Pull, Smudge, Track};

pub use access::{AccessCommand, Requester, WhichRepo};
pub use tensors::{
    Cast, Merge, Rename, SafetensorsCommand, Split, Target, TensorCommand, TensorGet, Width,
};
pub use token::{Role, TokenCommand, TokenNew};

/// Carries machine-learning assets between a hub and the programs that use them.
#[derive(Debug, Parser)]
#[command(
    name = "hubkit",
    version,
    arg_required_else_help = true,
    propagate_version = true
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Args, Clone, Debug)]
pub struct Global {
    /// How to print: for people, or one JSON value on standard output (and errors as JSON on standard error)
    #[arg(long, global = true, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    pub format: Format,
    /// Print nothing but the result
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// The address of the hub, instead of HF_ENDPOINT
    #[arg(long, global = true, value_name = "URL", value_parser = Address)]
    pub endpoint: Option<Endpoint>,
    /// The access token, instead of HF_TOKEN and the token file; sent to the hub's own origin only
    #[arg(long, global = true, value_name = "TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// The cache, instead of HF_HUB_CACHE
    #[arg(long, global = true, value_name = "FOLDER")]
    pub cache_dir: Option<PathBuf>,
    /// Send no request; use what the cache holds
    #[arg(long, global = true)]
    pub offline: bool,
    /// How many seconds the hub's limits may make a request wait before it fails
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 300)]
    pub max_wait: u64,
    /// Let a token travel over plain http to another machine
    #[arg(long, global = true)]
    pub allow_insecure: bool,
}

/// Reads the address of a hub. One that is refused is not repeated: it may hold a password.
#[derive(Clone, Copy, Debug)]
pub struct Address;

impl TypedValueParser for Address {
    type Value = Endpoint;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Endpoint, Error> {
        let text = value.to_str().unwrap_or_default();
        text.parse().map_err(|error: ParseEndpointError| {
            let name = argument.map_or_else(String::new, |argument| format!("`{argument}`: "));
            Error::raw(ErrorKind::ValueValidation, format!("{name}{error}\n")).with_cmd(command)
        })
    }
}

/// How to print.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    /// Text for people.
    Human,
    /// One JSON value.
    Json,
    /// A numpy file; for tensors alone.
    #[value(skip)]
    Npy,
    /// The bytes as they are stored; for tensors alone.
    #[value(skip)]
    Raw,
    /// SARIF 2.1.0; for findings alone.
    #[value(skip)]
    Sarif,
    /// Commands of GitHub's workflows; for findings alone.
    #[value(skip)]
    Github,
}

impl Format {
    /// Whether a program reads along.
    pub fn is_json(self) -> bool {
        self == Self::Json
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Fetch files of a repository, verified, and print where they are
    Download(Download),
    /// Find repositories by words and by what is known of them
    Search(Search),
    /// Show what the hub says of a repository
    Info(Info),
    /// List the files of a repository
    Ls(Ls),
    /// Write a file of a repository to standard output
    Cat(Cat),
    /// List the branches and tags of a repository
    Refs(RefsOf),
    /// Show the history of a repository, the newest commit first
    Log(Log),
    /// Show what changed between two revisions of a repository; ends with 1 where something did
    Diff(Diff),
    /// Show what the hub says of a user or an organisation
    User(User),
    /// Accounts and tokens
    #[command(subcommand)]
    Auth(Auth),
    /// Access to gated repositories: ask for it, or decide about it
    #[command(subcommand)]
    Access(AccessCommand),
    /// The cache on this machine
    #[command(subcommand)]
    Cache(Cache),
    /// Tell what is in a model: a file, a folder, or a repository, of which only headers are read
    Inspect(Inspect),
    /// Cards: what a model, a dataset or a Space says of itself
    #[command(subcommand)]
    Card(CardCommand),
    /// Large files that git has only pointers to: find the pointers, fetch the files
    #[command(subcommand)]
    Lfs(Lfs),
    /// Make safetensors files of others: merge, split, rename, cast
    #[command(subcommand)]
    Safetensors(SafetensorsCommand),
    /// Read tensors of a file, or of a repository without downloading its weights
    #[command(subcommand)]
    Tensor(TensorCommand),
    /// Serve a folder of repositories, or a cache, as a hub
    Serve(Serve),
    /// Tokens for the accounts of a mirror
    #[command(subcommand)]
    Token(TokenCommand),
    /// Show what the environment and the defaults come to
    Env,
    /// Show the whole way of an asset on a small hub inside this program
    Demo(Demo),
    /// Print the completion script of a shell
    Completions(Completions),
    /// Print a reference page as Markdown
    #[command(hide = true)]
    Reference(Reference),
}

impl Cli {
    /// Whether a program reads standard error.
    pub fn errors_as_json(&self) -> bool {
        self.global.format.is_json()
            || matches!(&self.command, Command::Download(download) if download.progress == ShowProgress::Json)
    }
}

impl Command {
    /// Whether the command listens itself for the signals that end it, to leave nothing unanswered.
    pub fn ends_by_itself(&self) -> bool {
        matches!(self, Self::Serve(_))
    }
}

/// Which repository, and which state of it.
#[derive(Args, Clone, Debug)]
pub struct Which {
    /// The repository: NAMESPACE/NAME, or an address such as hf://datasets/NAMESPACE/NAME@REVISION/PATH
    #[arg(value_name = "REPO")]
    pub repo: String,
    /// What kind of repository it is [default: model]
    #[arg(long, visible_alias = "type", value_name = "KIND", value_parser = parse_kind)]
    pub repo_type: Option<RepoKind>,
    /// A branch, a tag, a commit, or refs/pr/N [default: main]
    #[arg(long, value_name = "REVISION")]
    pub revision: Option<Revision>,
}

fn parse_kind(text: &str) -> Result<RepoKind, String> {
    text.parse()
        .map_err(|error: hubkit::ParseRepoKindError| error.to_string())
}

/// Show what the hub says of a repository.
#[derive(Args, Debug)]
pub struct Info {
    /// The repository.
    #[command(flatten)]
    pub which: Which,
}

/// List the files of a repository.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hubkit ls openai-community/gpt2
  hubkit ls openai-community/gpt2 onnx/ --tree
  hubkit ls hf://datasets/squad@main --format json")]
pub struct Ls {
    /// The repository.
    #[command(flatten)]
    pub which: Which,
    /// A folder or a file of it; everything when none is named
    #[arg(value_name = "PATH")]
    pub path: Option<String>,
    /// Draw the folders as a tree, each with the size of all that is in it
    #[arg(long)]
    pub tree: bool,
    /// Tell of each file the commit that changed it last and what the hub's scans say, which takes a hub longer
    #[arg(long, conflicts_with = "tree")]
    pub expand: bool,
}

/// Accounts and tokens.
#[derive(Debug, Subcommand)]
pub enum Auth {
    /// Show whose token is used
    Whoami,
}

/// Serve a folder of repositories, or a cache, as a hub.
#[derive(Args, Debug)]
pub struct Serve {
    /// Folders with models/NAMESPACE/NAME, datasets/…, spaces/… and kernels/… below them, plain or git repositories
    /// (NAME.git), and caches of hub clients; of repositories with one name the first is served
    #[arg(value_name = "ROOT", required = true)]
    pub roots: Vec<PathBuf>,
    /// The address to listen on; others than this machine can't reach the default
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    pub host: IpAddr,
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8080, value_name = "PORT")]
    pub port: u16,
    /// The address that clients use, where it is not the one listened on; a path before the hub's own is fine
    #[arg(long, value_name = "URL", value_parser = Address)]
    pub public_url: Option<Endpoint>,
    /// With a cache: take commits of which it has no listing for whole, as caches of older clients are
    #[arg(long)]
    pub assume_complete: bool,
    /// Who may read what: a file of accounts, tokens and rules; without one everyone may read everything
    #[arg(long, value_name = "FILE")]
    pub access: Option<PathBuf>,
    /// Append one line of JSON for each request to this file, `-` being standard output; SIGHUP opens it anew
    #[arg(long, value_name = "FILE")]
    pub access_log: Option<PathBuf>,
    /// How many connections may be open at a time; one more takes the place of one that is idle
    #[arg(long, default_value_t = 10_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_connections: u32,
    /// How many seconds answers under way may take to come to their end when the server is told to end
    #[arg(long, default_value_t = 30, value_name = "SECONDS")]
    pub shutdown_timeout: u32,
}

/// Show the whole way of an asset on a small hub inside this program.
#[derive(Args, Debug)]
pub struct Demo {
    /// Leave the hub running, and say how to point other programs at it
    #[arg(long)]
    pub keep: bool,
    /// The port of the hub on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    pub port: u16,
}

/// Print the completion script of a shell.
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Print a reference page as Markdown.
#[derive(Args, Debug)]
pub struct Reference {
    /// The page
    #[arg(value_enum)]
    pub page: Page,
}

/// A reference page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Page {
    /// Every command and option.
    Cli,
    /// How the command ends.
    ExitCodes,
    /// The variables that are read.
    Environment,
    /// What is looked for in cards.
    CardRules,
}
