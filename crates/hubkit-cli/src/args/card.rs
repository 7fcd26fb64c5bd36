//! `hubkit card`.

mod edit;
mod eval;
mod export;
mod lint;
mod new;
mod show;

use clap::{Args, Subcommand};
use hubkit::{RepoKind, Revision};

pub use edit::{CardGet, CardMerge, CardRemove, CardSet};
pub use eval::{CardEvalAdd, CardEvalCommand, CardEvalList, MeasuredOn};
pub use export::{BillOfMaterials, CardBom, CardCroissant, CardImport, CardJsonld, WrittenTo};
pub use lint::{CardLint, FailOn};
pub use new::CardNew;
pub use show::{CardHtml, CardShow};

/// Cards: what a model, a dataset or a Space says of itself.
#[derive(Debug, Subcommand)]
pub enum CardCommand {
    /// Show what a card promises, and its text, on the terminal
    Show(CardShow),
    /// Write a card as one page of HTML that runs nothing and fetches nothing
    Html(CardHtml),
    /// Print the metadata as one JSON value, as the hub reads it
    Json(CardJson),
    /// Say what hubs refuse in a card and what its readers will miss; ends with 1 where a hub refuses it
    Lint(CardLint),
    /// Make a first card of what the files of a repository say
    New(CardNew),
    /// Print what the metadata says at a path
    Get(CardGet),
    /// Change the metadata, and nothing else
    Set(CardSet),
    /// Take names or items out of the metadata
    Remove(CardRemove),
    /// Put the metadata of another card, or of a YAML or JSON file, into a card; ends with 1 where the two disagree
    Merge(CardMerge),
    /// Results of evaluations: list them, and add one
    #[command(subcommand)]
    Eval(CardEvalCommand),
    /// Show what two cards promise differently; ends with 1 where they do
    Diff(CardDiff),
    /// Print a model as JSON-LD, in the terms of FAIR4ML and schema.org; a dataset in those of Croissant
    Jsonld(CardJsonld),
    /// Print the bill of materials of a model: CycloneDX or SPDX
    Bom(CardBom),
    /// Print the description of a data set in Croissant 1.1
    Croissant(CardCroissant),
    /// Make a card of a description in Croissant or CycloneDX
    Import(CardImport),
}

/// Which card.
#[derive(Args, Clone, Debug)]
pub struct WhichCard {
    /// A card's file, `-` being standard input; a folder with a README.md; or a repository, as NAMESPACE/NAME,
    /// NAMESPACE/NAME@REVISION or hf://…; what exists on this machine comes first
    #[arg(value_name = "FILE|DIR|REPO")]
    pub card: String,
    /// What kind of repository it is [default: what the card looks like; on a hub: model]
    #[arg(long, visible_alias = "type", value_name = "KIND", value_parser = super::parse_kind)]
    pub repo_type: Option<RepoKind>,
    /// A branch, a tag, a commit, or refs/pr/N [default: main]
    #[arg(long, value_name = "REVISION")]
    pub revision: Option<Revision>,
}

/// Print the metadata as one JSON value, as the hub reads it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hubkit card json README.md
  hubkit card json openai-community/gpt2
  hubkit card json squad --type dataset")]
pub struct CardJson {
    /// The card.
    #[command(flatten)]
    pub which: WhichCard,
}

/// Show what two cards promise differently: licence, gating, base model, data, results, and not their prose.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hubkit card diff before.md after.md
  hubkit card diff openai-community/gpt2@main ./gpt2 --format json")]
pub struct CardDiff {
    /// The card before: a file, a folder, or a repository as NAMESPACE/NAME@REVISION
    #[arg(value_name = "FILE|DIR|REPO")]
    pub before: String,
    /// The card after
    #[arg(value_name = "FILE|DIR|REPO")]
    pub after: String,
    /// What kind of repository they are on a hub [default: model]
    #[arg(long, visible_alias = "type", value_name = "KIND", value_parser = super::parse_kind)]
    pub repo_type: Option<RepoKind>,
}
