//! The result that the command line describes.

use hubkit_card::{
    EntrySource, EvalEntry, EvalResult, Metric, ResultDataset, ResultSource, ResultTask, Value,
    VerifyToken,
};

use super::super::input::Input;
use crate::{args::CardEvalAdd, failure::Failure, ui::plain};

/// How a signature is read.
const TOKEN: Input = Input {
    longest: 16 << 10,
    expected: "a signature of ",
    code: "malformed_token",
    check: "the file is to hold the signature and nothing else",
    name: "name a file that holds the signature, or `-` for standard input",
    piped: "`-` reads the signature from standard input",
};

/// The signature, where a file of one is named.
pub(super) fn token(arguments: &CardEvalAdd) -> Result<Option<VerifyToken>, Failure> {
    let Some(file) = &arguments.verify_token_file else {
        return Ok(None);
    };
    let bytes = if file.as_os_str() == "-" {
        TOKEN.piped()?
    } else {
        TOKEN.read(file)?
    };
    // What is no text is refused with what is no word.
    let text = String::from_utf8_lossy(&bytes);
    Ok(Some(VerifyToken::new(text.trim())))
}

/// The entry for `.eval_results/`, where a task is named.
pub(super) fn entry(
    arguments: &CardEvalAdd,
    token: Option<&VerifyToken>,
) -> Result<Option<EvalEntry>, Failure> {
    if arguments.task.is_none() {
        return Ok(None);
    }
    let on = &arguments.on;
    let dataset = on.dataset.parse().map_err(|error| {
        let name = plain(&on.dataset);
        Failure::usage(format!("`--dataset {name}`: {error}"))
            .hint("name the data set as on its hub: NAMESPACE/NAME")
    })?;
    let mut entry = EvalEntry::default();
    entry.dataset = Some(dataset);
    entry.task_id.clone_from(&arguments.task);
    entry.revision = on.dataset_revision.map(|commit| commit.to_string());
    entry.value = Some(value(&arguments.value));
    entry.verify_token = token.cloned();
    entry.date.clone_from(&arguments.date);
    entry.notes.clone_from(&arguments.notes);
    if arguments.source_url.is_some() {
        let mut source = EntrySource::default();
        source.url.clone_from(&arguments.source_url);
        source.name.clone_from(&arguments.source_name);
        source.user.clone_from(&arguments.source_user);
        source.org.clone_from(&arguments.source_org);
        entry.source = Some(source);
    }
    Ok(Some(entry))
}

/// The result for `model-index`, where a metric is named.
pub(super) fn result(arguments: &CardEvalAdd, token: Option<&VerifyToken>) -> Option<EvalResult> {
    arguments.metric.as_ref()?;
    let on = &arguments.on;
    let mut task = ResultTask::default();
    task.kind.clone_from(&arguments.task_type);
    task.name.clone_from(&arguments.task_name);
    let mut dataset = ResultDataset::default();
    dataset.kind = Some(on.dataset.clone());
    // Python's client can't load a card where the data set has no name.
    dataset.name = Some(on.dataset_name.as_ref().unwrap_or(&on.dataset).clone());
    dataset.config.clone_from(&on.dataset_config);
    dataset.split.clone_from(&on.dataset_split);
    dataset.revision = on.dataset_revision.map(|commit| commit.to_string());
    let mut metric = Metric::default();
    metric.kind.clone_from(&arguments.metric);
    metric.value = Some(value(&arguments.value));
    metric.name.clone_from(&arguments.metric_name);
    metric.config.clone_from(&arguments.metric_config);
    metric.verify_token = token.cloned();
    let mut result = EvalResult::default();
    result.task = Some(task);
    result.dataset = Some(dataset);
    result.metrics = vec![metric];
    if arguments.source_url.is_some() {
        let mut source = ResultSource::default();
        source.url.clone_from(&arguments.source_url);
        source.name.clone_from(&arguments.source_name);
        result.source = Some(source);
    }
    Some(result)
}

/// A number, or else a text.
fn value(text: &str) -> Value {
    let text = text.trim();
    let whole = text.parse::<i64>().map(Value::from);
    let float = || text.parse::<f64>().ok().filter(|number| number.is_finite());
    whole
        .ok()
        .or_else(|| float().map(Value::from))
        .unwrap_or_else(|| Value::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_a_number_where_it_can_be_one() {
        for (text, wanted) in [
            ("20.90", Value::from(20.9)),
            ("-1", Value::from(-1)),
            (" 7 ", Value::from(7)),
            ("1e-7", Value::from(1e-7)),
            ("20.0 ± 1.2", Value::from("20.0 ± 1.2")),
            ("inf", Value::from("inf")),
            ("NaN", Value::from("NaN")),
        ] {
            assert_eq!(value(text), wanted);
        }
    }
}
