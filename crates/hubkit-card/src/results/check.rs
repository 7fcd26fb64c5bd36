//! What hubs ask of a result.

use hubkit_types::{CommitId, is_invisible};
use serde_yaml::Value;

use super::{AddResultError, error::value as told};
use crate::{
    EvalEntry, EvalResult, VerifyToken,
    moment::is_day_or_time,
    view::{is_finite, is_web},
};

type Checked = Result<(), AddResultError>;

/// An entry of a file below `.eval_results/`, as hub-docs' `eval_results.yaml` has it.
pub(super) fn entry(entry: &EvalEntry) -> Checked {
    if entry.dataset.is_none() {
        return Err(AddResultError::wrong(
            "dataset.id",
            "the name of a data set",
            None,
        ));
    }
    line("dataset.task_id", entry.task_id.as_deref(), true)?;
    revision("dataset.revision", entry.revision.as_deref())?;
    if !entry.value.as_ref().is_some_and(is_finite) {
        return Err(wrong_value("a number", entry.value.as_ref()));
    }
    token(entry.verify_token.as_ref())?;
    let date = entry.date.as_deref();
    if date.is_some_and(|date| !is_day_or_time(date)) {
        let expected = "a day or a moment of ISO 8601, as `2026-01-02`";
        return Err(AddResultError::wrong("date", expected, date));
    }
    if let Some(source) = &entry.source {
        address(source.url.as_deref())?;
        line("source.name", source.name.as_deref(), false)?;
        account("source.user", source.user.as_deref())?;
        account("source.org", source.org.as_deref())?;
    }
    let notes = entry.notes.as_deref();
    if notes.is_some_and(|notes| notes.trim().is_empty()) {
        return Err(AddResultError::wrong(
            "notes",
            "a text that says something",
            notes,
        ));
    }
    Ok(())
}

/// A result of `model-index`, as hub-docs' `modelcard.md` has it.
pub(super) fn result(result: &EvalResult) -> Checked {
    let task = result.task.as_ref();
    line(
        "task.type",
        task.and_then(|task| task.kind.as_deref()),
        true,
    )?;
    line(
        "task.name",
        task.and_then(|task| task.name.as_deref()),
        false,
    )?;
    let dataset = result.dataset.clone().unwrap_or_default();
    line("dataset.type", dataset.kind.as_deref(), true)?;
    line("dataset.name", dataset.name.as_deref(), true)?;
    line("dataset.config", dataset.config.as_deref(), false)?;
    line("dataset.split", dataset.split.as_deref(), false)?;
    revision("dataset.revision", dataset.revision.as_deref())?;
    let [metric] = &result.metrics[..] else {
        let expected = "one metric at a time";
        let found = result.metrics.len().to_string();
        return Err(AddResultError::wrong("metrics", expected, Some(&found)));
    };
    line("metrics.type", metric.kind.as_deref(), true)?;
    line("metrics.name", metric.name.as_deref(), false)?;
    line("metrics.config", metric.config.as_deref(), false)?;
    let is_told = match &metric.value {
        Some(Value::String(text)) => !text.trim().is_empty(),
        other => other.as_ref().is_some_and(is_finite),
    };
    if !is_told {
        let expected = "a number, or a text as `20.0 ± 1.2`";
        return Err(wrong_value(expected, metric.value.as_ref()));
    }
    token(metric.verify_token.as_ref())?;
    if let Some(source) = &result.source {
        address(source.url.as_deref())?;
        line("source.name", source.name.as_deref(), false)?;
    }
    Ok(())
}

fn wrong_value(expected: &'static str, found: Option<&Value>) -> AddResultError {
    AddResultError::Wrong {
        field: "value",
        expected,
        found: told(found),
    }
}

/// A text on one line.
fn line(field: &'static str, text: Option<&str>, is_needed: bool) -> Checked {
    let is_bad = text.map_or(is_needed, |text| {
        text.trim().is_empty() || text.trim() != text || text.chars().any(is_invisible)
    });
    let expected = "a text on one line";
    if is_bad {
        return Err(AddResultError::wrong(field, expected, text));
    }
    Ok(())
}

fn revision(field: &'static str, text: Option<&str>) -> Checked {
    if text.is_some_and(|text| text.parse::<CommitId>().is_err()) {
        let expected = "a commit of the data set, as 40 hexadecimal digits";
        return Err(AddResultError::wrong(field, expected, text));
    }
    Ok(())
}

fn address(url: Option<&str>) -> Checked {
    if !url.is_some_and(is_web) {
        let expected = "an address that begins with `https://` or `http://`";
        return Err(AddResultError::wrong("source.url", expected, url));
    }
    Ok(())
}

fn account(field: &'static str, name: Option<&str>) -> Checked {
    let is_named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_some_and(|name| name.is_empty() || !name.chars().all(is_named)) {
        return Err(AddResultError::wrong(field, "the name of an account", name));
    }
    Ok(())
}

/// A signature is one word. What was given for one is not repeated.
fn token(token: Option<&VerifyToken>) -> Checked {
    const LONGEST: usize = 16 << 10;
    let Some(token) = token.map(VerifyToken::expose) else {
        return Ok(());
    };
    if token.is_empty() || token.len() > LONGEST || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(AddResultError::Wrong {
            field: "verifyToken",
            expected: "one word of letters, digits and signs",
            found: "something else".to_owned(),
        });
    }
    Ok(())
}
