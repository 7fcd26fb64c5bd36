//! How a model was trained, as training programs wrote it down.

use serde_json::Value as Json;

use super::{draft::Draft, text};

/// So many results are listed.
const MOST: usize = 40;

const ARGUMENTS: &str = "training_args.json";
const STATE: &str = "trainer_state.json";

/// Arguments of the trainer that its own cards list, with what they are called there.
const LISTED: &[(&str, &str)] = &[
    ("learning_rate", "Learning rate"),
    (
        "per_device_train_batch_size",
        "Batch size in training, a device",
    ),
    (
        "per_device_eval_batch_size",
        "Batch size in evaluation, a device",
    ),
    ("gradient_accumulation_steps", "Gradient accumulation steps"),
    ("num_train_epochs", "Epochs"),
    ("max_steps", "Steps at most"),
    ("optim", "Optimiser"),
    ("adam_beta1", "Adam beta 1"),
    ("adam_beta2", "Adam beta 2"),
    ("adam_epsilon", "Adam epsilon"),
    ("weight_decay", "Weight decay"),
    ("max_grad_norm", "Gradient norm at most"),
    ("lr_scheduler_type", "Learning rate schedule"),
    ("warmup_ratio", "Warm-up ratio"),
    ("warmup_steps", "Warm-up steps"),
    ("label_smoothing_factor", "Label smoothing"),
    ("seed", "Seed"),
];

/// Settings of an adapter.
const ADAPTER: &[(&str, &str)] = &[
    ("peft_type", "Kind of adapter"),
    ("r", "Rank"),
    ("lora_alpha", "Alpha"),
    ("lora_dropout", "Dropout"),
    ("bias", "Bias"),
    ("use_dora", "DoRA"),
    ("use_rslora", "Rank-stabilised"),
    ("num_virtual_tokens", "Virtual tokens"),
    ("target_modules", "Target modules"),
    ("modules_to_save", "Modules trained as a whole"),
];

type Rows = Vec<(String, String)>;

/// Writes the section about training.
pub(super) fn write(draft: &mut Draft<'_>) {
    draft.section("Training");
    draft.ask("on which data it was trained, as a text here and as `datasets` in the metadata");
    let settings = settings(draft);
    if !settings.is_empty() {
        let table = text::table("Setting", "Value", &settings);
        draft.write(&format!("\n{table}"));
    }
}

/// Writes the section about results.
pub(super) fn write_results(draft: &mut Draft<'_>) {
    draft.section("Evaluation");
    let results = results(draft);
    if results.is_empty() {
        draft.ask("how well it does, on what, and measured how; `hubkit card eval add` puts results into the metadata");
        return;
    }
    draft.ask(
        "on which data this was measured; `hubkit card eval add` puts results into the metadata",
    );
    let table = text::table("Result", "Value", &results);
    draft.write(&format!("\n{table}"));
}

fn settings(draft: &mut Draft<'_>) -> Rows {
    let mut rows = Rows::new();
    let mut told = Vec::new();
    for (path, names) in [("adapter_config.json", ADAPTER), (ARGUMENTS, LISTED)] {
        let before = rows.len();
        for (name, label) in names {
            let value = draft.documents.value(path, &[name]);
            if let Some(value) = value.filter(|value| is_set(name, value)).and_then(shown) {
                rows.push(((*label).to_owned(), value));
            }
        }
        if rows.len() > before {
            told.push(path);
        }
    }
    for (name, label) in [("fp16", "Mixed precision"), ("bf16", "Mixed precision")] {
        if draft.documents.value(ARGUMENTS, &[name]) == Some(&Json::Bool(true)) {
            rows.push((label.to_owned(), name.to_owned()));
        }
    }
    let has = |rows: &Rows, label: &str| rows.iter().any(|(known, _)| known == label);
    let before = rows.len();
    for (name, label) in [
        ("train_batch_size", "Batch size in training, a device"),
        ("num_train_epochs", "Epochs"),
        ("epoch", "Epochs done"),
        ("global_step", "Steps done"),
    ] {
        let value = draft.documents.value(STATE, &[name]);
        if !has(&rows, label)
            && let Some(value) = value.filter(|value| value.is_number()).and_then(shown)
        {
            rows.push((label.to_owned(), value));
        }
    }
    if rows.len() > before {
        told.push(STATE);
    }
    for path in told {
        draft.tell("training", false, path.to_owned());
    }
    rows
}

/// Whether an argument was given a value that says something: the trainer writes `-1` and `0` for what is not in force.
fn is_set(name: &str, value: &Json) -> bool {
    match (name, value) {
        (_, Json::Null | Json::Bool(false)) => false,
        ("max_steps", value) => value.as_i64().is_some_and(|steps| steps > 0),
        ("bias", value) => value != "none",
        ("warmup_ratio" | "warmup_steps" | "weight_decay" | "label_smoothing_factor", value) => {
            value.as_f64() != Some(0.0)
        }
        _ => true,
    }
}

/// What programs measured at the end, each once: from the files of results, then from the log.
fn results(draft: &mut Draft<'_>) -> Rows {
    let mut rows = Rows::new();
    let mut told = Vec::new();
    for path in [
        "eval_results.json",
        "predict_results.json",
        "train_results.json",
        "all_results.json",
    ] {
        let before = rows.len();
        if let Some(found) = draft.documents.json(path) {
            add(&mut rows, found);
        }
        if rows.len() > before {
            told.push(path);
        }
    }
    let before = rows.len();
    let log = draft.documents.value(STATE, &["log_history"]);
    for kind in ["eval_loss", "train_loss"] {
        let log = log.and_then(Json::as_array).into_iter().flatten().rev();
        if let Some(last) = log.into_iter().find(|entry| entry.get(kind).is_some()) {
            add(&mut rows, last);
        }
    }
    if rows.len() > before {
        told.push(STATE);
    }
    if let Some(Json::Object(_)) = draft.documents.value("meta.json", &["performance"]) {
        let before = rows.len();
        let measured = draft.documents.value("meta.json", &["performance"]);
        for (name, value) in measured.and_then(Json::as_object).into_iter().flatten() {
            push(&mut rows, name, value);
        }
        if rows.len() > before {
            told.push("meta.json");
        }
    }
    for path in told {
        draft.tell("results", false, path.to_owned());
    }
    rows
}

/// The results among what was written down at the end, without how long it took.
fn add(rows: &mut Rows, found: &Json) {
    const BEGINNINGS: [&str; 4] = ["eval_", "test_", "predict_", "train_loss"];
    const ENDINGS: [&str; 6] = [
        "_runtime",
        "_per_second",
        "_samples",
        "_mem",
        "_time",
        "_delta",
    ];
    for (name, value) in found.as_object().into_iter().flatten() {
        let is_result = BEGINNINGS.iter().any(|start| name.starts_with(start))
            && !ENDINGS.iter().any(|end| name.ends_with(end));
        if is_result {
            push(rows, name, value);
        }
    }
}

fn push(rows: &mut Rows, name: &str, value: &Json) {
    let name = text::code(name);
    let is_new = !rows.iter().any(|(known, _)| *known == name);
    if rows.len() < MOST
        && is_new
        && value.is_number()
        && let Some(value) = shown(value)
    {
        rows.push((name, value));
    }
}

/// A number, a word or a list of words.
pub(super) fn shown(value: &Json) -> Option<String> {
    Some(match value {
        Json::Bool(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Json::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => decimal(float),
            _ => number.to_string(),
        },
        Json::String(word) if !word.trim().is_empty() => text::code(word),
        Json::Array(items) => {
            let words = items.iter().filter_map(Json::as_str);
            let words: Vec<_> = words.take(MOST).map(text::code).collect();
            (!words.is_empty()).then(|| words.join(", "))?
        }
        _ => return None,
    })
}

/// A number as a card has it: four digits behind the point, and small ones with an exponent.
fn decimal(float: f64) -> String {
    if float != 0.0 && !(1e-3..1e9).contains(&float.abs()) {
        return format!("{float:e}");
    }
    let text = format!("{float:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (number, expected) in [
            (0.912_345, "0.9123"),
            (2e-5, "2e-5"),
            (3.0, "3"),
            (0.0, "0"),
            (12.5, "12.5"),
        ] {
            assert_eq!(decimal(number), expected);
        }
    }
}
