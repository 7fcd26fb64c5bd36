//! `hubkit card lint`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use hubkit::{RepoKind, Revision};
use hubkit_card::{Level, Rule, Severity};

use super::super::Format;

/// Say what hubs refuse in a card and what its readers will miss.
#[derive(Args, Debug)]
#[command(
    after_help = "What is looked for stands in docs/reference/card-rules.md. Errors are what a hub refuses, and secrets. In a
card, `# hubkit: allow RULE` switches a rule off for a line of the metadata, and
`<!-- hubkit-lint-disable RULE -->` for the text below it; for many cards `hubkit.toml` does, which is looked for
from the folder of a card upwards:

  [card.lint]
  fail-on = \"warning\"
  ignore = [\"vendor/\"]
  rules = { missing-license = \"error\", unpinned-snippet = \"off\" }

Ends with 0 if nothing was found that is as severe as `--fail-on`, and with 1 otherwise. A card that can't be read at
all is told on standard error, the others are looked at, and the end is that of the first such failure.

Examples:
  hubkit card lint README.md
  hubkit card lint . --fix --dry-run
  hubkit card lint openai-community/gpt2 --fail-on never
  hubkit card lint cards/*.md --format sarif > cards.sarif"
)]
pub struct CardLint {
    /// Cards: files, `-` being standard input; folders with a README.md; or repositories, as NAMESPACE/NAME,
    /// NAMESPACE/NAME@REVISION or hf://…; what exists on this machine comes first
    #[arg(value_name = "FILE|DIR|REPO", required = true)]
    pub cards: Vec<String>,
    /// What kind of repository it is [default: what the card looks like; on a hub: model]
    #[arg(long, visible_alias = "type", value_name = "KIND", value_parser = super::super::parse_kind)]
    pub repo_type: Option<RepoKind>,
    /// A branch, a tag, a commit, or refs/pr/N [default: main]
    #[arg(long, value_name = "REVISION")]
    pub revision: Option<Revision>,
    /// Mend in the files what can be mended without a question; what is left is told
    #[arg(long)]
    pub fix: bool,
    /// Show what `--fix` would change, and change nothing
    #[arg(long, requires = "fix")]
    pub dry_run: bool,
    /// How severe a finding is that ends the command with 1 [default: error, or as hubkit.toml says]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,
    /// Says how much a rule counts: RULE=error, warning, note or off; may be given several times
    #[arg(long = "rule", value_name = "RULE=LEVEL", value_parser = parse_rule)]
    pub rules: Vec<(&'static Rule, Level)>,
    /// The file with settings, instead of the first hubkit.toml from the card's folder upwards
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How to print: for people, as JSON, as SARIF 2.1.0, or as commands of GitHub's workflows
    #[arg(long, id = "format", value_parser = parse_report_format, default_value = "human", value_name = "human|json|sarif|github")]
    pub format: Format,
}

/// How severe a finding is that ends the command with 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum FailOn {
    /// What a hub refuses.
    Error,
    /// What misleads readers, too.
    Warning,
    /// Anything.
    Note,
    /// Nothing.
    Never,
}

impl FailOn {
    /// Whether a finding so severe ends the command with 1.
    pub fn is_met_by(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Note => true,
            Self::Never => false,
        }
    }
}

fn parse_report_format(text: &str) -> Result<Format, String> {
    match text {
        "human" => Ok(Format::Human),
        "json" => Ok(Format::Json),
        "sarif" => Ok(Format::Sarif),
        "github" => Ok(Format::Github),
        _ => Err("expected human, json, sarif or github".to_owned()),
    }
}

fn parse_rule(text: &str) -> Result<(&'static Rule, Level), String> {
    let (name, level) = text
        .split_once('=')
        .ok_or("expected a rule and its level, as in missing-license=error")?;
    let rule = Rule::find(name).ok_or_else(|| {
        let known = hubkit_card::RULES.iter().map(|rule| rule.id);
        let nearest = hubkit_card::lists::nearest(known, name);
        let meant =
            nearest.map_or_else(String::new, |nearest| format!(": did you mean {nearest}?"));
        format!("there is no such rule{meant}")
    })?;
    let level = match level {
        "off" => Level::Off,
        "note" => Level::On(Severity::Note),
        "warning" => Level::On(Severity::Warning),
        "error" => Level::On(Severity::Error),
        _ => return Err("expected error, warning, note or off".to_owned()),
    };
    Ok((rule, level))
}
