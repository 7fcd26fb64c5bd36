//! `hubkit card eval`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use hubkit::CommitId;

use super::WhichCard;

/// Results of evaluations.
#[derive(Debug, Subcommand)]
pub enum CardEvalCommand {
    /// Add a result to `.eval_results/` beside a card, to its `model-index`, or to both
    Add(Box<CardEvalAdd>),
    /// List the results of a model: those of `.eval_results/` and those of `model-index`
    #[command(visible_alias = "ls")]
    List(CardEvalList),
}

/// Add a result to `.eval_results/` beside a card, to its `model-index`, or to both.
#[derive(Args, Debug)]
#[command(
    group = ArgGroup::new("to").args(["task", "metric"]).required(true).multiple(true),
    after_help = "`--task` names a task of a benchmark: the result goes into a file of `.eval_results/`, by which hubs rank models. `--metric`
and `--task-type` describe a result in `model-index`, in the card itself. With all three it goes into both.

What is there stays byte for byte. A result is there already when data set, revision, task and notes are the same; in
`model-index`, when task type, data set, configuration, split, revision, source and metric are. With another value it is
refused, and the command ends with 1, unless `--replace` is given. Another result for the same task is told apart by
`--notes`.

Examples:
  hubkit card eval add . --dataset cais/hle --task default --value 20.9 --date 2026-01-02
  hubkit card eval add . --dataset cais/hle --task default --value 21.4 --notes tools --source-url https://… --check
  hubkit card eval add . --dataset glue --dataset-config sst2 --dataset-split test \\
    --task-type text-classification --metric accuracy --value 0.91 --dry-run"
)]
pub struct CardEvalAdd {
    /// The folder of a model, or its README.md
    #[arg(value_name = "FILE|DIR")]
    pub card: String,
    /// What came out: a number; in `model-index` alone also a text such as `20.0 ± 1.2`
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    pub value: String,
    /// What it was measured on.
    #[command(flatten)]
    pub on: MeasuredOn,
    /// The task of the benchmark, as the `eval.yaml` of the data set names it: adds to `.eval_results/`
    #[arg(long, value_name = "ID")]
    pub task: Option<String>,
    /// When it was measured: a day or a moment in ISO 8601 [default: on a hub, when the file was committed]
    #[arg(long, value_name = "DATE", requires = "task")]
    pub date: Option<String>,
    /// How it was measured: `tools`, `no-tools`, `chain-of-thought`, …
    #[arg(long, value_name = "TEXT", requires = "task")]
    pub notes: Option<String>,
    /// Where the result is told, or its logs are
    #[arg(long, value_name = "URL")]
    pub source_url: Option<String>,
    /// What that is called
    #[arg(long, value_name = "NAME", requires = "source_url")]
    pub source_name: Option<String>,
    /// The account of the person who tells it
    #[arg(long, value_name = "USER", requires_all = ["source_url", "task"])]
    pub source_user: Option<String>,
    /// The account of the organisation that tells it
    #[arg(long, value_name = "ORGANISATION", requires_all = ["source_url", "task"])]
    pub source_org: Option<String>,
    /// A file with the signature of the result (`verifyToken`), `-` being standard input; it is shown nowhere
    #[arg(long, value_name = "FILE")]
    pub verify_token_file: Option<PathBuf>,
    /// The metric, as `accuracy`: adds to `model-index`
    #[arg(long, value_name = "METRIC", requires = "task_type")]
    pub metric: Option<String>,
    /// What the metric is called for people
    #[arg(long, value_name = "NAME", requires = "metric")]
    pub metric_name: Option<String>,
    /// The configuration of the metric
    #[arg(long, value_name = "CONFIG", requires = "metric")]
    pub metric_config: Option<String>,
    /// What the model does, as `text-classification`
    #[arg(long, value_name = "TASK", requires = "metric")]
    pub task_type: Option<String>,
    /// What that is called for people
    #[arg(long, value_name = "NAME", requires = "metric")]
    pub task_name: Option<String>,
    /// The model of `model-index` [default: the one that is there, or else the name of the folder]
    #[arg(long, value_name = "NAME", requires = "metric")]
    pub model_name: Option<String>,
    /// Put it in the place of the same result with another value
    #[arg(long)]
    pub replace: bool,
    /// Ask the hub whether the data set is a benchmark with this task
    #[arg(long, requires = "task", conflicts_with = "benchmark")]
    pub check: bool,
    /// The `eval.yaml` of the data set, or its folder: the task must be in it
    #[arg(long, value_name = "FILE|DIR", requires = "task")]
    pub benchmark: Option<PathBuf>,
    /// Print the difference and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// What a result was measured on.
#[derive(Args, Debug)]
pub struct MeasuredOn {
    /// The data set, as NAMESPACE/NAME; in `model-index` alone any name
    #[arg(long, value_name = "DATASET")]
    pub dataset: String,
    /// The commit of the data set
    #[arg(long, visible_alias = "revision", value_name = "COMMIT")]
    pub dataset_revision: Option<CommitId>,
    /// What the data set is called for people [default: its name]
    #[arg(long, value_name = "NAME", requires = "metric")]
    pub dataset_name: Option<String>,
    /// Its configuration
    #[arg(long, value_name = "CONFIG", requires = "metric")]
    pub dataset_config: Option<String>,
    /// The split
    #[arg(long, value_name = "SPLIT", requires = "metric")]
    pub dataset_split: Option<String>,
}

/// List the results of a model.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hubkit card eval list .
  hubkit card eval list openai-community/gpt2 --format json")]
pub struct CardEvalList {
    /// The card.
    #[command(flatten)]
    pub which: WhichCard,
}
