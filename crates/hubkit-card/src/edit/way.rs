//! The ways to write a change, from the one that touches least on, until one is as it is meant.

use serde_yaml::Value;

use super::{EditError, gone::Gone, rewrite::Rewriter};
use crate::syntax::Document;

/// How a change is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) reach: Reach,
    pub(super) placement: Placement,
    /// Whether an empty line ends the document.
    ends_empty: bool,
}

/// What goes with an entry that is removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reach {
    /// Its lines, and the remarks below them that stand further to the right than its name.
    Lines,
    /// The blank lines and remarks up to the next entry as well.
    Blanks,
}

/// Where a new name goes in a mapping that ends the document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Placement {
    /// Below the last one.
    End,
    /// Above it: a text below a `|` that ends the document has a last line end to one reader and not to the other.
    AboveLast,
}

/// How much is asked of a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Demand {
    /// Python's client reads everything else as before.
    Strict,
    /// Where it reads something else otherwise than before, it now reads what a hub reads.
    HubOrBefore,
}

const WAYS: [Way; 4] = [
    Way {
        reach: Reach::Lines,
        placement: Placement::End,
        ends_empty: false,
    },
    Way {
        reach: Reach::Blanks,
        placement: Placement::End,
        ends_empty: false,
    },
    Way {
        reach: Reach::Lines,
        placement: Placement::AboveLast,
        ends_empty: false,
    },
    Way {
        reach: Reach::Lines,
        placement: Placement::End,
        ends_empty: true,
    },
];

/// The first text that is accepted.
pub(super) fn first(
    source: &str,
    line_end: &str,
    old: &Value,
    new: &Value,
    gone: &Gone,
    accept: impl Fn(&str, Demand) -> Option<String>,
) -> Result<String, EditError> {
    // With a line end after the last line no line is special.
    let is_open = !source.ends_with(['\n', '\r']);
    let end = if is_open { line_end } else { "" };
    let whole = format!("{source}{end}");
    let document = Document::read(&whole).ok_or(EditError::NotKept)?;
    let mut failure = EditError::NotKept;
    let mut tried: Vec<String> = Vec::new();
    for way in WAYS {
        let mut rewriter = Rewriter::new(&whole, &document, line_end, way, gone);
        rewriter.root(&document, old, new)?;
        if let Some(path) = rewriter.shared.take() {
            failure = EditError::Shared { path };
        }
        let mut changed = rewriter.finish();
        if is_open && let Some(one) = changed.strip_suffix('\n') {
            changed.truncate(one.strip_suffix('\r').unwrap_or(one).len());
        }
        if way.ends_empty {
            changed.push_str(line_end);
        }
        if let Some(accepted) = accept(&changed, Demand::Strict) {
            return Ok(accepted);
        }
        // A block of nothing is none where the text below has a line of dashes.
        if changed.is_empty()
            && let Some(accepted) = accept("{}", Demand::Strict)
        {
            return Ok(accepted);
        }
        tried.push(changed);
    }
    let second = |changed: &String| accept(changed, Demand::HubOrBefore);
    tried.iter().find_map(second).ok_or(failure)
}
