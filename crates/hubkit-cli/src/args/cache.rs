//! What is asked of the cache.

use std::time::Duration;

use clap::{Args, Subcommand};
use hubkit::RepoKind;

use super::parse_kind;

/// The cache on this machine.
#[derive(Debug, Subcommand)]
pub enum Cache {
    /// List the repositories in the cache
    Ls,
    /// Check that what is in the cache is what it should be; ends with 1 where something is wrong
    Verify(Verify),
    /// Remove what broken-off downloads left
    Gc(Gc),
}

/// Check that what is in the cache is what it should be.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  hubkit cache verify
  hubkit cache verify openai-community/gpt2 --repair
  hubkit cache verify --quick --format json")]
pub struct Verify {
    /// Only this repository: NAMESPACE/NAME, or an address such as hf://datasets/NAMESPACE/NAME
    #[arg(value_name = "REPO")]
    pub repo: Option<String>,
    /// What kind of repository it is [default: model]
    #[arg(long, visible_alias = "type", value_name = "KIND", value_parser = parse_kind, requires = "repo")]
    pub repo_type: Option<RepoKind>,
    /// Look at lengths and links alone; reading every byte takes about a second for each GB and core
    #[arg(long)]
    pub quick: bool,
    /// Remove what is wrong, so that the next download fetches it
    #[arg(long)]
    pub repair: bool,
}

/// Remove what broken-off downloads left.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  hubkit cache gc --dry-run
  hubkit cache gc --unreferenced --older-than 7days")]
pub struct Gc {
    /// Remove nothing, but show what would be removed
    #[arg(long)]
    pub dry_run: bool,
    /// How old must be what nobody can be asked about: blobs, and files of clients that lock none of theirs
    #[arg(long, value_name = "AGE", default_value = "24h", value_parser = humantime::parse_duration)]
    pub older_than: Duration,
    /// Remove also blobs that no commit in the cache refers to
    #[arg(long)]
    pub unreferenced: bool,
}
