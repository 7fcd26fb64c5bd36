//! `hubkit card jsonld`, `hubkit card bom`, `hubkit card croissant` and `hubkit card import`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::WhichCard;

/// Where a document is written.
#[derive(Args, Clone, Debug)]
pub struct WrittenTo {
    /// The file to write instead of standard output; it is there as a whole or not at all
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long, requires = "output")]
    pub force: bool,
}

/// Print a model as JSON-LD, in the terms of FAIR4ML and schema.org; a dataset in those of Croissant.
#[derive(Args, Debug)]
#[command(
    after_help = "The document holds what the card and the files say: licences, languages, task, base models,
data sets, results, emissions, and every file with its address at the commit, its size and its SHA-256.
The same commit gives the same document.

Examples:
  hubkit card jsonld openai-community/gpt2
  hubkit card jsonld ./my-model -o my-model/model.jsonld"
)]
pub struct CardJsonld {
    /// The card.
    #[command(flatten)]
    pub which: WhichCard,
    /// Where the document goes.
    #[command(flatten)]
    pub written: WrittenTo,
}

/// Print the bill of materials of a model: CycloneDX or SPDX.
#[derive(Args, Debug)]
#[command(
    after_help = "The model with its model card, its files with their SHA-256, the data sets it was trained and measured
on, its licences and the models it came from. No random number and no clock is in it: the same commit
gives the same document. SPDX asks for a time; that of the commit is taken unless --created gives one.

Examples:
  hubkit card bom openai-community/gpt2
  hubkit card bom openai-community/gpt2 --spec cyclonedx-1.7 -o gpt2.cdx.json
  hubkit card bom ./my-model --spec spdx --created 2026-11-27T08:00:00Z"
)]
pub struct CardBom {
    /// The card.
    #[command(flatten)]
    pub which: WhichCard,
    /// The specification to go by; `cyclonedx` is 1.6 and `spdx` is 3.0.1
    #[arg(long, value_name = "SPEC", default_value = "cyclonedx")]
    pub spec: BillOfMaterials,
    /// The time that an SPDX document tells, in RFC 3339 and UTC [default: when the repository changed last]
    #[arg(long, value_name = "TIME")]
    pub created: Option<String>,
    /// Where the document goes.
    #[command(flatten)]
    pub written: WrittenTo,
}

/// A specification of bills of materials.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum BillOfMaterials {
    /// CycloneDX 1.6
    #[value(name = "cyclonedx-1.6", alias = "cyclonedx")]
    CycloneDx16,
    /// CycloneDX 1.7
    #[value(name = "cyclonedx-1.7")]
    CycloneDx17,
    /// SPDX 3.0.1
    #[value(name = "spdx-3.0.1", alias = "spdx")]
    Spdx,
}

/// Print the description of a data set in Croissant 1.1.
#[derive(Args, Debug)]
#[command(
    after_help = "Files are listed with their SHA-256, at their addresses at the commit. Each split of each configuration is a
set of records, with the columns that dataset_info tells of, or that the first bytes of the files show.
What can't be described is listed on standard error.

Of a folder, files are listed by their paths: the document is to lie in that folder.

Examples:
  hubkit card croissant rajpurkar/squad -o squad.json
  hubkit card croissant ./my-data -o my-data/croissant.json"
)]
pub struct CardCroissant {
    /// The card; a repository is a dataset unless `--repo-type` says otherwise.
    #[command(flatten)]
    pub which: WhichCard,
    /// Where the document goes.
    #[command(flatten)]
    pub written: WrittenTo,
}

/// Make a card of a description in Croissant or CycloneDX.
#[derive(Args, Debug)]
#[command(
    after_help = "The card is printed, or what it lacks is added to one that is there: each byte of that one stays, and where
it says something else it wins. What a card has no words for is listed on standard error.

Examples:
  hubkit card import croissant.json > README.md
  hubkit card import model.cdx.json --into my-model/README.md
  hubkit card import croissant.json --into my-data/README.md"
)]
pub struct CardImport {
    /// The description: JSON-LD or JSON, `-` being standard input
    #[arg(value_name = "FILE")]
    pub description: String,
    /// The card to add to; it is made if it is not there
    #[arg(long, value_name = "README.md")]
    pub into: Option<PathBuf>,
}
