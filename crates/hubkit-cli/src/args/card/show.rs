//! `hubkit card show` and `hubkit card html`.

use clap::Args;

use super::{WhichCard, WrittenTo};

/// Show a card: what it promises, then its text.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hubkit card show README.md
  hubkit card show openai-community/gpt2 --section usage
  hubkit card show squad --type dataset --metadata-only
  hubkit card show . --format json")]
pub struct CardShow {
    /// The card.
    #[command(flatten)]
    pub which: WhichCard,
    /// How many columns a line has [default: those of the terminal, at most 100; 80 without one]
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(20..=1000))]
    pub width: Option<u16>,
    /// Show one section of the text: its heading, the beginning of it, or its #anchor
    #[arg(long, value_name = "NAME", conflicts_with = "metadata_only")]
    pub section: Option<String>,
    /// Show what the card promises and not its text
    #[arg(long)]
    pub metadata_only: bool,
    /// Cut no long list of tags, languages or results short
    #[arg(long)]
    pub full: bool,
}

/// Write a card as one page of HTML that runs nothing and fetches nothing.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hubkit card html README.md -o card.html
  hubkit card html openai-community/gpt2 --remote-images > gpt2.html")]
pub struct CardHtml {
    /// The card.
    #[command(flatten)]
    pub which: WhichCard,
    /// Where the page goes.
    #[command(flatten)]
    pub written: WrittenTo,
    /// Show images that lie on the hub or elsewhere, and not links to them: who serves one learns who reads the page
    #[arg(long)]
    pub remote_images: bool,
}
