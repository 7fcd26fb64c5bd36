//! `hubkit card new`.

use clap::Args;
use hubkit::{RepoId, RepoKind, Revision};

use super::WrittenTo;

/// Make a first card of what the files of a repository say.
#[derive(Args, Debug)]
#[command(
    after_help = "What files do not say is not said: no licence is guessed, no language by the looks of a name, and a path on
this machine is no base model. What only the author knows is asked for in comments that readers do not
see. Standard error tells which file said what, and what is still to be written.

A folder is read as a whole; of a repository on a hub small files and the headers of the weights are. Of a
file, such as a config.json, nothing but that file is read. A card that is there stays: without -o nothing is
written, and `hubkit card merge` puts a new card's metadata into one that is there.

Examples:
  hubkit card new my-model --name lab/my-model -o my-model/README.md
  hubkit card new --from config.json
  hubkit card new --from openai-community/gpt2 --license mit"
)]
pub struct CardNew {
    /// A folder, a repository as NAMESPACE/NAME, NAMESPACE/NAME@REVISION or hf://…, or a file: a config.json or one of
    /// weights; what exists on this machine comes first [default: the current folder]
    #[arg(value_name = "DIR|REPO|FILE")]
    pub place: Option<String>,
    /// The same
    #[arg(long, value_name = "DIR|REPO|FILE", conflicts_with = "place")]
    pub from: Option<String>,
    /// What to call it: a name, or the repository that it is to be, as NAMESPACE/NAME [default: the folder's name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// A licence, as the Hub lists it; may be given several times
    #[arg(long, value_name = "LICENSE")]
    pub license: Vec<String>,
    /// A language, as a code of ISO 639; may be given several times
    #[arg(long, value_name = "CODE")]
    pub language: Vec<String>,
    /// A model that this one came from; may be given several times
    #[arg(long, value_name = "REPO")]
    pub base_model: Vec<RepoId>,
    /// What kind of repository it is [default: what the files look like; on a hub: model]
    #[arg(long, visible_aliases = ["type", "kind"], value_name = "KIND", value_parser = crate::args::parse_kind)]
    pub repo_type: Option<RepoKind>,
    /// A branch, a tag, a commit, or refs/pr/N [default: main]
    #[arg(long, value_name = "REVISION")]
    pub revision: Option<Revision>,
    /// Where the card goes; into a folder as its README.md.
    #[command(flatten)]
    pub written: WrittenTo,
}
