//! `hubkit card get`, `set`, `remove` and `merge`.

use clap::Args;
use hubkit_card::FieldPath;

use super::WhichCard;

/// Print what the metadata says at a path.
#[derive(Args, Debug)]
#[command(
    after_help = "A list is printed one item a line, and what holds names as JSON. Where nothing is, nothing is printed, and
the command ends with 1.

Examples:
  hubkit card get README.md license
  hubkit card get squad --type dataset 'task_categories[0]'
  hubkit card get . --format json"
)]
pub struct CardGet {
    /// The card.
    #[command(flatten)]
    pub which: WhichCard,
    /// The path, as `license` or `model-index[0].name` [default: all of it]
    #[arg(value_name = "PATH")]
    pub path: Option<FieldPath>,
}

/// Change the metadata of a card, and nothing else of it.
#[derive(Args, Debug)]
#[command(
    after_help = "PATH=VALUE sets a value, PATH+=ITEM puts an item into a list unless it is there, PATH-=ITEM takes it out. A VALUE is
a text, but for true, false, null and numbers such as 1.5 or 7; 1.10 and 010 are texts. With a colon before the sign
VALUE is YAML or JSON: PATH:=VALUE, PATH+:=ITEM, PATH-:=ITEM.

Examples:
  hubkit card set . license=apache-2.0 tags+=rust
  hubkit card set README.md co2_eq_emissions.emissions=1.5 tags-=old --dry-run
  hubkit card set README.md 'language:=[en, no]' 'sdk_version:=\"4.0\"'"
)]
pub struct CardSet {
    /// A card's file, a folder with a README.md, or `-` to read standard input and print the result
    #[arg(value_name = "FILE|DIR")]
    pub card: String,
    /// What changes
    #[arg(value_name = "PATH=VALUE", required = true)]
    pub changes: Vec<String>,
    /// Print the difference and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Take names or items out of the metadata of a card.
#[derive(Args, Debug)]
#[command(
    after_help = "A remark on the line of a name goes with it, and so do remarks right below that stand further to the right; all others
stay.

Examples:
  hubkit card remove README.md widget 'tags[0]'"
)]
pub struct CardRemove {
    /// A card's file, a folder with a README.md, or `-` to read standard input and print the result
    #[arg(value_name = "FILE|DIR")]
    pub card: String,
    /// The paths, as `license` or `model-index[0].name`; each counts after the ones before it
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<FieldPath>,
    /// Print the difference and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Put the metadata of another card, or of a YAML or JSON file, into a card.
#[derive(Args, Debug)]
#[command(
    after_help = "Names that are missing are added, and mappings are merged name by name. A list such as `tags` gets what it lacks. Results in
`model-index` are merged by model, task, data and metric. Where both have a value and it differs, nothing is written and
the command ends with 1, unless --overwrite is given. `null` says nothing. The text of the cards plays no part.

Examples:
  hubkit card merge README.md metadata.yaml
  hubkit card merge . ../base/README.md --overwrite --dry-run
  jq '{tags, license}' info.json | hubkit card merge . -"
)]
pub struct CardMerge {
    /// The card that changes: its file, a folder with a README.md, or `-` to read standard input and print the result
    #[arg(value_name = "FILE|DIR")]
    pub card: String,
    /// What is put into it: another card, of which its metadata counts, or a file of YAML or JSON; `-` reads standard input
    #[arg(value_name = "FROM", required = true)]
    pub from: Vec<String>,
    /// Write over values that differ
    #[arg(long)]
    pub overwrite: bool,
    /// Lists of single values, such as tags, become those given instead of getting what they lack
    #[arg(long)]
    pub replace_lists: bool,
    /// Print the difference and write nothing
    #[arg(long)]
    pub dry_run: bool,
}
