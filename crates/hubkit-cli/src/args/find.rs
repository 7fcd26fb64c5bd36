//! The arguments of the commands that find and read.

use clap::{Args, ValueEnum};
use hubkit::{PullRequests, RepoKind, RepoOrder, RepoPath, Revision, api::CompareSpec};

use super::{Which, parse_kind};

/// Find repositories by words and by what is known of them.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hubkit search bert --task fill-mask --license apache-2.0
  hubkit search --type dataset --language de --sort downloads
  hubkit search --author openai-community -q | xargs -n1 hubkit info")]
pub struct Search {
    /// Words that the names of the repositories hold
    #[arg(value_name = "WORDS")]
    pub words: Vec<String>,
    /// What kind of repositories
    #[arg(long = "type", visible_alias = "repo-type", value_name = "KIND", value_parser = parse_kind, default_value_t = RepoKind::Model)]
    pub kind: RepoKind,
    /// Only those of this user or organisation
    #[arg(long, value_name = "NAME")]
    pub author: Option<String>,
    /// Only those with this tag, as `dataset:squad` or `region:eu`. May be given several times
    #[arg(long, value_name = "TAG")]
    pub filter: Vec<String>,
    /// Only those for this task, as `text-generation`
    #[arg(long, value_name = "TASK")]
    pub task: Option<String>,
    /// Only those for this library, as `transformers`. May be given several times
    #[arg(long, value_name = "LIBRARY")]
    pub library: Vec<String>,
    /// Only those in this language, as `en`. May be given several times
    #[arg(long, value_name = "LANGUAGE")]
    pub language: Vec<String>,
    /// Only those under this licence, as `mit`
    #[arg(long, visible_alias = "licence", value_name = "LICENSE")]
    pub license: Option<String>,
    /// Only those that are gated, or that are not
    #[arg(long, value_enum, value_name = "YES|NO")]
    pub gated: Option<Answer>,
    /// What comes first [default: what the hub puts first]
    #[arg(long, value_enum, value_name = "ORDER")]
    pub sort: Option<Order>,
    /// How many at most
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub limit: u32,
}

/// Yes or no.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Answer {
    /// Yes.
    Yes,
    /// No.
    No,
}

/// What comes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Order {
    /// What is talked of now.
    Trending,
    /// What is fetched most.
    Downloads,
    /// What most people like.
    Likes,
    /// What changed last.
    Updated,
    /// What is newest.
    Created,
}

impl From<Order> for RepoOrder {
    fn from(order: Order) -> Self {
        match order {
            Order::Trending => Self::TrendingScore,
            Order::Downloads => Self::Downloads,
            Order::Likes => Self::Likes,
            Order::Updated => Self::LastModified,
            Order::Created => Self::CreatedAt,
        }
    }
}

/// List the branches and tags of a repository.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hubkit refs openai-community/gpt2
  hubkit refs openai-community/gpt2 --pull-requests --format json")]
pub struct RefsOf {
    /// The repository: NAMESPACE/NAME, or an address such as hf://datasets/NAMESPACE/NAME
    #[arg(value_name = "REPO")]
    pub repo: String,
    /// What kind of repository it is [default: model]
    #[arg(long, visible_alias = "type", value_name = "KIND", value_parser = parse_kind)]
    pub repo_type: Option<RepoKind>,
    /// Pull requests too
    #[arg(long)]
    pub pull_requests: bool,
}

impl RefsOf {
    /// Whether pull requests are asked for.
    pub(crate) fn pull_requests(&self) -> PullRequests {
        if self.pull_requests {
            PullRequests::Include
        } else {
            PullRequests::LeaveOut
        }
    }
}

/// Show the history of a repository, the newest commit first.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hubkit log openai-community/gpt2 --limit 5
  hubkit log hf://datasets/squad@refs/convert/parquet")]
pub struct Log {
    /// The repository.
    #[command(flatten)]
    pub which: Which,
    /// How many commits at most
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub limit: u32,
}

/// Write a file of a repository to standard output.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hubkit cat openai-community/gpt2/config.json
  hubkit cat openai-community/gpt2 config.json --revision refs/pr/1
  hubkit cat hf://openai-community/gpt2/model.safetensors > model.safetensors
  hubkit cat openai-community/gpt2/model.safetensors --raw")]
pub struct Cat {
    /// The file: NAMESPACE/NAME/PATH, the repository alone where PATH follows, or an address such as hf://NAMESPACE/NAME/PATH
    #[arg(value_name = "REPO/PATH")]
    pub file: String,
    /// The path, where it does not stand with the repository
    #[arg(value_name = "PATH")]
    pub path: Option<RepoPath>,
    /// What kind of repository it is [default: model]
    #[arg(long, visible_alias = "type", value_name = "KIND", value_parser = parse_kind)]
    pub repo_type: Option<RepoKind>,
    /// A branch, a tag, a commit, or refs/pr/N [default: main]
    #[arg(long, value_name = "REVISION")]
    pub revision: Option<Revision>,
    /// As git holds it, unverified: of a large file that is the pointer
    #[arg(long)]
    pub raw: bool,
}

/// Show what the hub says of a user or an organisation.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hubkit user openai-community")]
pub struct User {
    /// The name of the account
    #[arg(value_name = "NAME")]
    pub name: String,
}

/// Show what changed between two revisions of a repository; ends with 1 where something did.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hubkit diff openai-community/gpt2 refs/pr/1
  hubkit diff openai-community/gpt2 v1.0..main --files")]
pub struct Diff {
    /// The repository: NAMESPACE/NAME, or an address such as hf://datasets/NAMESPACE/NAME
    #[arg(value_name = "REPO")]
    pub repo: String,
    /// Which two states: BASE..HEAD, or a revision alone for what its commit changed
    #[arg(value_name = "BASE..HEAD")]
    pub spec: CompareSpec,
    /// What kind of repository it is [default: model]
    #[arg(long, visible_alias = "type", value_name = "KIND", value_parser = parse_kind)]
    pub repo_type: Option<RepoKind>,
    /// The files that changed, instead of how
    #[arg(long)]
    pub files: bool,
}
