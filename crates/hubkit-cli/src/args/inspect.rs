//! What `hubkit inspect` takes.

use clap::Args;
use hubkit::{RepoKind, RepoPath, Revision};

/// Tell what is in a model: a file, a folder, or a repository, of which only headers are read.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hubkit inspect meta-llama/Llama-3.1-8B --context 8192
  hubkit inspect openai-community/gpt2@main/model.safetensors --tensors
  hubkit inspect ./model-Q4_K_M.gguf --tree
  hubkit inspect --compare ./before ./after")]
pub struct Inspect {
    /// A file or a folder; or a repository, as NAMESPACE/NAME, NAMESPACE/NAME@REVISION, NAMESPACE/NAME/FILE, or hf://…; what
    /// exists on this machine comes first
    #[arg(value_name = "PATH|REPO")]
    pub target: String,
    /// Files in it, instead of those that hubkit chooses; with `--compare` the other model
    #[arg(value_name = "FILE|OTHER")]
    pub more: Vec<String>,
    /// What kind of repository it is [default: model]
    #[arg(long, visible_alias = "type", value_name = "KIND", value_parser = super::parse_kind)]
    pub repo_type: Option<RepoKind>,
    /// A branch, a tag, a commit, or refs/pr/N [default: main]
    #[arg(long, value_name = "REVISION")]
    pub revision: Option<Revision>,
    /// List the tensors: name, type, shape and size of each
    #[arg(long, conflicts_with_all = ["tree", "compare"])]
    pub tensors: bool,
    /// Draw the modules, with layers that are alike folded into one
    #[arg(long, conflicts_with = "compare")]
    pub tree: bool,
    /// Read the weights' headers and nothing else, in the fewest requests: no configuration, no card
    #[arg(long)]
    pub weights_only: bool,
    /// How many tokens to estimate the memory for [default: what the model was made for]
    #[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u64).range(1..))]
    pub context: Option<u64>,
    /// How many sequences to estimate the memory for
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub batch: u64,
    /// Tell which tensors of two models differ; ends with 1 where some do
    #[arg(long)]
    pub compare: bool,
    /// With `--compare`: read the weights where that is the only way to tell, be they gigabytes on a hub
    #[arg(long, requires = "compare")]
    pub bytes: bool,
}

impl Inspect {
    /// The files that are named behind the target.
    ///
    /// # Errors
    ///
    /// Says which is no path of a file.
    pub fn files(&self) -> Result<Vec<RepoPath>, String> {
        let files = self.more.iter();
        files
            .map(|file| file.parse().map_err(|error| format!("{error}")))
            .collect()
    }
}
