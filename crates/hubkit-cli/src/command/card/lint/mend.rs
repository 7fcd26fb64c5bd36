//! `--fix`: cards that are mended where they lie.

use hubkit::RepoKind;
use hubkit_card::{Finding, LintSettings, Mended, Surroundings, mend};

use super::{
    super::{difference::between, replacement::replace, source::Source},
    around::Around,
};
use crate::{args::CardLint, failure::Failure, ui::plain};

/// What `--fix` did to a card, or would do.
pub(super) struct Repair {
    pub(super) text: String,
    pub(super) mended: Vec<Finding>,
    pub(super) left: Vec<Finding>,
    /// What would change, where nothing was changed.
    pub(super) diff: Option<String>,
}

/// Mends a card in its file, which is there as it was or as it is to be.
pub(super) fn repair(
    arguments: &CardLint,
    source: &Source,
    kind: RepoKind,
    around: &Around,
    rules: &LintSettings,
) -> Result<Repair, Failure> {
    let file = source.place.file();
    if file.is_none() && !arguments.dry_run {
        let message = format!(
            "{} is no file of this machine, so nothing can be mended in it",
            source.name
        );
        return Err(Failure::usage(message).hint("`--fix --dry-run` shows what would be mended"));
    }
    let Mended {
        text, mended, left, ..
    } = around.with(|around: &Surroundings<'_>| mend(kind, &source.text, around, rules));
    let is_changed = text != source.text;
    let mut diff = None;
    if arguments.dry_run {
        diff = is_changed.then(|| difference(&source.name, &source.text, &text, &left));
    } else if let Some(file) = file.filter(|_| is_changed) {
        replace(&file, &source.name, &source.text, &text)?;
    }
    Ok(Repair {
        text,
        mended,
        left,
        diff,
    })
}

/// What looks like a secret stays out of it: output ends up in logs.
fn difference(name: &str, old: &str, new: &str, left: &[Finding]) -> String {
    let diff = between(old, new);
    let mut text = diff.unified_diff().header(name, name).to_string();
    let secrets = left
        .iter()
        .filter(|finding| finding.diagnostic.rule == "secret");
    for secret in secrets.filter_map(|finding| new.get(finding.span.clone()?)) {
        text = text.replace(secret, "********");
    }
    let lines: Vec<_> = text.lines().map(plain).collect();
    lines.join("\n")
}
