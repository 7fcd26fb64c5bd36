//! `hubkit card`.

mod export;
mod lint;

use clap::{Args, Subcommand};
use hubkit::{RepoKind, Revision};

pub use export::{BillOfMaterials, CardBom, CardCroissant, CardImport, CardJsonld, WrittenTo};
pub use lint::{CardLint, FailOn};

/// Cards: what a model, a dataset or a Space says of itself.
#[derive(Debug, Subcommand)]
pub enum CardCommand {
    /// Print the metadata as one JSON value, as the hub reads it
    Json(CardJson),
    /// Say what hubs refuse in a card and what its readers will miss; ends with 1 where a hub refuses it
    Lint(CardLint),
    /// Print a model as JSON-LD, in the terms of FAIR4ML and schema.org
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
