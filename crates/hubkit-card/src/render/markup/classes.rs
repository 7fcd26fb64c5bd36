//! The classes by which a style sheet knows what it sees.

use pulldown_cmark::{Alignment, BlockQuoteKind, CodeBlockKind};

/// The class of an alert.
pub(super) fn alert(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note => "alert note",
        BlockQuoteKind::Tip => "alert tip",
        BlockQuoteKind::Important => "alert important",
        BlockQuoteKind::Warning => "alert warning",
        BlockQuoteKind::Caution => "alert caution",
    }
}

/// The class of a column. A `style` would be refused by a strict policy.
pub(super) fn aligned(alignment: Alignment) -> Option<&'static str> {
    match alignment {
        Alignment::None => None,
        Alignment::Left => Some("left"),
        Alignment::Center => Some("center"),
        Alignment::Right => Some("right"),
    }
}

/// The class that names the language of a block of code, if it is a name.
pub(super) fn language(kind: &CodeBlockKind<'_>) -> Option<String> {
    const LONGEST: usize = 32;
    let CodeBlockKind::Fenced(info) = kind else {
        return None;
    };
    let name = info.split([' ', ',', '{', '\t']).next()?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '-' | '_' | '.');
    let is_language = !name.is_empty() && name.len() <= LONGEST && name.chars().all(is_name);
    is_language.then(|| format!("language-{name}"))
}
