//! `hubkit download`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, value_parser};
use hubkit::CommitId;

use super::Which;

/// Fetch files of a repository, verified, and print where they are.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hubkit download openai-community/gpt2
  hubkit download openai-community/gpt2 config.json
  hubkit download openai-community/gpt2 --include '*.safetensors' --dry-run
  hubkit download hf://datasets/squad@main --local-dir squad
  hubkit download openai-community/gpt2 --progress json 2> events.jsonl

docs/guides/downloading.md tells more.")]
pub struct Download {
    /// The repository.
    #[command(flatten)]
    pub which: Which,
    /// Files to fetch; all when none is named. A name that ends with a slash is a folder
    #[arg(value_name = "FILES")]
    pub files: Vec<String>,
    /// Fetch only what matches a pattern; `*` also stands for slashes. May be given several times
    #[arg(long, value_name = "PATTERN", num_args = 1..)]
    pub include: Vec<String>,
    /// Leave out what matches a pattern. May be given several times
    #[arg(long, value_name = "PATTERN", num_args = 1..)]
    pub exclude: Vec<String>,
    /// Put the files into this folder instead of the cache
    #[arg(long, value_name = "FOLDER")]
    pub local_dir: Option<PathBuf>,
    /// With `--local-dir`: replace files of yours that stand in the way
    #[arg(long, requires = "local_dir")]
    pub force: bool,
    /// With `--local-dir`: give large files that the cache has a second name, read-only, instead of copying them. Who
    /// changes them all the same changes the cache
    #[arg(long, requires = "local_dir")]
    pub hard_links: bool,
    /// Read what is there already too, and fetch anew what is not what it should be; else only lengths are looked at
    #[arg(long)]
    pub verify: bool,
    /// Only tell what would be fetched, what is there and what stands in the way; move and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Fetch only if the revision is this commit, all 40 digits of it; else end with 1 and write nothing
    #[arg(long, value_name = "SHA")]
    pub expect_commit: Option<CommitId>,
    /// How many large files move at the same time, each in several parts [default: 8]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024))]
    pub max_workers: Option<u16>,
    /// How many requests for files may be under way at the same time, all together; fewer are where more bring nothing
    /// [default: 128]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024))]
    pub max_connections: Option<u16>,
    /// How many seconds another process that fetches the same file, and gets nowhere, is waited for before the file is
    /// fetched beside it [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u32))]
    pub lock_timeout: Option<u32>,
    /// How to show what happens, on standard error
    #[arg(long, value_enum, default_value_t = ShowProgress::Auto, value_name = "HOW")]
    pub progress: ShowProgress,
}

/// How to show what happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum ShowProgress {
    /// A bar on a terminal, unless `--quiet`, `--format json` or HF_HUB_DISABLE_PROGRESS_BARS say otherwise
    Auto,
    /// A bar on a terminal
    Bar,
    /// One line of JSON for each event, and errors as JSON
    Json,
    /// No bar
    None,
}
