//! What is wrong with a card, and what its readers will miss.

mod advice;
mod beside;
mod draft;
mod fix;
mod hub;
mod known;
mod place;
mod rule;
mod settings;
mod silence;
mod text;
mod validate;

use std::ops::Range;

use hubkit_types::{RepoId, RepoKind};
use serde_json::Value as Json;

use self::{draft::Drafts, fix::Fix};
use crate::{Card, Diagnostic, FieldPath};

pub use beside::{lint_benchmark, lint_results};
pub use fix::{Mended, mend};
pub use rule::{RULES, Rule};
pub use settings::{Level, LintSettings};
pub use validate::{Validation, validate};

/// What is known of the repository that a card is of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Surroundings<'a> {
    /// What it is called, where it has a name.
    pub repo: Option<&'a RepoId>,
    /// The paths of its files, sorted; `None` where they are not known.
    pub files: Option<&'a [&'a str]>,
    /// Its `config.json`, where it is JSON.
    pub config: Option<&'a Json>,
    /// Its `adapter_config.json`, likewise.
    pub adapter: Option<&'a Json>,
}

/// One thing that was found in a card.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub diagnostic: Diagnostic,
    /// The bytes of the card it is about, where it is about some.
    pub span: Option<Range<usize>>,
    fix: Option<Fix>,
}

impl Finding {
    /// Whether it can be mended without a question.
    pub fn is_fixable(&self) -> bool {
        self.fix.is_some()
    }
}

/// Says where a card is no UTF-8, which no hub reads. There is no use in looking for more in such a card.
pub fn not_utf8(bytes: &[u8]) -> Option<Finding> {
    let valid = std::str::from_utf8(bytes).err()?.valid_up_to();
    let before = String::from_utf8_lossy(bytes.get(..valid)?);
    let byte = bytes.get(valid)?;
    let message = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "expected UTF-8, found UTF-16".to_owned(),
        _ => format!("expected UTF-8, found the byte {byte:#04x}"),
    };
    let rule = &rule::NOT_UTF8;
    let diagnostic = Diagnostic::new(rule.severity, rule.id, FieldPath::root(), message);
    Some(Finding {
        diagnostic: diagnostic.at(Some(place::Lines::new(&before).location(&before, valid))),
        span: None,
        fix: None,
    })
}

/// Says what is wrong with a card of a repository, and what its readers will miss, in the order of the text.
///
/// What a hub refuses is an error, as is a secret. No more than 500 things are told of a card. Takes time in proportion to
/// the card.
pub fn lint(
    kind: RepoKind,
    card: &Card<'_>,
    around: &Surroundings<'_>,
    settings: &LintSettings,
) -> Vec<Finding> {
    let mut drafts = Drafts::default();
    hub::check(kind, card, &mut drafts);
    advice::check(kind, card, around, &mut drafts);
    text::check(card, around, &mut drafts);
    place::findings(card, drafts.finish(), settings)
}
