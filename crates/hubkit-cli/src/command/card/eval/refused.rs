//! What a user hears of a result that is not added.

use hubkit_card::AddResultError;

use super::super::editable;
use crate::{exit::Exit, failure::Failure, ui::plain};

pub(super) fn refused(name: &str, error: &AddResultError) -> Failure {
    let (exit, code, hint) = match error {
        AddResultError::Wrong { .. } => (
            Exit::Usage,
            "wrong_result",
            "`hubkit card eval add --help` says what each part is; nothing was written",
        ),
        AddResultError::Exists { .. } => (
            Exit::No,
            "result_exists",
            "`--replace` puts the new one in its place; `--notes` tells another way to measure apart",
        ),
        AddResultError::Repeated { .. } => (
            Exit::Usage,
            "result_repeated",
            "take all but one out by hand; nothing was written",
        ),
        AddResultError::NotResults | AddResultError::Unreadable(_) => (
            Exit::Integrity,
            "malformed_results",
            "`hubkit card lint` says what is wrong with it; nothing was written",
        ),
        AddResultError::Model { .. } => (
            Exit::Usage,
            "unknown_model",
            "name one of them with `--model-name`; nothing was written",
        ),
        AddResultError::Edit(error) => return editable::refused(name, error),
        _ => (
            Exit::Usage,
            "not_kept",
            "add it by hand; nothing was written",
        ),
    };
    Failure::new(exit, code, format!("{name}: {}", plain(&error.to_string())))
        .caused_by_chain(error)
        .hint(hint)
}
