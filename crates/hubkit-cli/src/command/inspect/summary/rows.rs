//! What is said of a model, row by row.

use hubkit::{
    InspectedFile,
    inspect::{Amount, Memory, Slot},
};

use super::{
    super::{Told, shapes},
    bar::{bar, percent},
    sheet::Sheet,
};
use crate::ui::{brief, count, plain, shortened, size};

/// How wide the bar is.
const BAR: usize = 24;

pub(super) fn fill(told: &Told, sheet: &mut Sheet) {
    sheet.maybe("parameters", parameters(told));
    sheet.maybe("dtypes", dtypes(told));
    sheet.maybe("layers", layers(told));
    sheet.maybe("context", context(told));
    memory(&told.facts.memory, sheet);
    sheet.maybe("inputs", Some(slots(&told.facts.interface.inputs)));
    sheet.maybe("outputs", Some(slots(&told.facts.interface.outputs)));
    sheet.maybe("licence", Some(list(&told.card.licenses)));
    sheet.maybe("task", told.card.task.as_deref().map(plain));
    sheet.maybe("base model", Some(list(&told.card.base_models)));
    sheet.maybe("read by", Some(runners(told)));
    sheet.maybe("files", files(told));
    sheet.maybe("members", members(told));
}

fn parameters(told: &Told) -> Option<String> {
    let parameters = &told.facts.parameters;
    if parameters.total == 0 {
        return None;
    }
    let mut text = shapes::grouped(parameters.total);
    if let Some(experts) = told.facts.architecture.experts {
        let active = parameters
            .active(Some(experts))
            .filter(|_| shapes::is_counted(parameters.total))
            .map(|active| format!(", {} active", shapes::parameters(active)));
        let used = experts
            .active
            .map_or(String::new(), |used| format!(", {used} used"));
        text = format!(
            "{text}{} ({} experts{used})",
            active.unwrap_or_default(),
            experts.total
        );
    }
    let precision: Vec<String> = parameters
        .precision
        .iter()
        .filter(|(name, _)| !parameters.logical.contains_key(*name))
        .map(|(name, number)| format!("{} {}", shapes::parameters(*number), plain(name)))
        .collect();
    if !precision.is_empty() {
        text = format!("{text}, packed: {}", precision.join(", "));
    }
    Some(text)
}

/// The types by the bytes that they take; where those are not told, by elements.
fn dtypes(told: &Told) -> Option<String> {
    let stored = &told.facts.parameters.stored;
    let by_bytes = stored
        .values()
        .all(|stored| stored.bytes > 0 || stored.elements == 0);
    let mut shares: Vec<(&str, u64)> = stored
        .iter()
        .map(|(name, stored)| {
            (
                name.as_str(),
                if by_bytes {
                    stored.bytes
                } else {
                    stored.elements
                },
            )
        })
        .filter(|(_, amount)| *amount > 0)
        .collect();
    shares.sort_by(|one, other| (other.1, one.0).cmp(&(one.1, other.0)));
    let amounts: Vec<u64> = shares.iter().map(|(_, amount)| *amount).collect();
    let total = amounts
        .iter()
        .fold(0, |sum: u64, amount| sum.saturating_add(*amount));
    const MOST: usize = 4;
    let named = shares
        .iter()
        .take(MOST)
        .map(|(name, amount)| format!("{} {}", plain(name), percent(*amount, total)));
    let mut named: Vec<String> = named.collect();
    if shares.len() > MOST {
        named.push(format!("{} more", shares.len() - MOST));
    }
    (!shares.is_empty()).then(|| format!("{}  {}", bar(&amounts, BAR), named.join(", ")))
}

fn layers(told: &Told) -> Option<String> {
    let facts = &told.facts.architecture;
    let number =
        |number: Option<u64>, what: &str| Some(format!("{} {what}", shapes::grouped(number?)));
    let heads = facts.heads.map(|heads| match facts.kv_heads {
        Some(kept) if kept != heads => format!("{heads} heads, {kept} for keys and values"),
        _ => format!("{heads} heads"),
    });
    let layers = match (facts.layers, facts.hidden) {
        (Some(layers), Some(hidden)) => {
            Some(format!("{layers} × {} hidden", shapes::grouped(hidden)))
        }
        (Some(layers), None) => Some(layers.to_string()),
        (None, hidden) => number(hidden, "hidden"),
    };
    let parts = [
        layers,
        heads,
        number(facts.vocabulary, "tokens in the vocabulary"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn context(told: &Told) -> Option<String> {
    let facts = &told.facts.architecture;
    let mut text = format!("{} tokens", shapes::grouped(facts.context?));
    if let Some(window) = facts.sliding_window {
        text = format!(
            "{text}, a window of {} in some layers",
            shapes::grouped(window)
        );
    }
    if let Some(scaling) = &facts.position_scaling {
        text = format!("{text}, positions scaled by {}", plain(scaling));
    }
    Some(text)
}

fn memory(memory: &Memory, sheet: &mut Sheet) {
    let Some(weights) = &memory.weights else {
        return;
    };
    if !shapes::is_counted(weights.bytes) {
        return;
    }
    let mut text = format!("{} weights", size(weights.bytes));
    let is_counted = |amount: &&Amount| shapes::is_counted(amount.bytes);
    let all = memory.inference.as_ref().filter(is_counted);
    if let (Some(cache), Some(all)) = (&memory.cache, all) {
        let sequences = match cache.batch {
            1 => String::new(),
            batch => format!(" × {batch} sequences"),
        };
        text = format!(
            "{text} + {} cache for {} tokens{sequences} = {}",
            size(cache.total.bytes),
            shapes::grouped(cache.context),
            size(all.bytes)
        );
    }
    sheet.row("memory", text);
    if let Some(training) = &memory.training {
        let (full, mixed) = (&training.full.total, &training.mixed.total);
        if !is_counted(&full) || !is_counted(&mixed) {
            return;
        }
        let text = format!(
            "{} with Adam in F32, {} mixed",
            size(full.bytes),
            size(mixed.bytes)
        );
        sheet.row("training", text);
    }
}

fn slots(slots: &[Slot]) -> String {
    const MOST: usize = 4;
    let shown = slots.iter().take(MOST).map(|slot| {
        let port = shapes::port(&slot.port);
        match slot.about.as_str() {
            "" => port,
            about => format!("{port} ({})", plain(about)),
        }
    });
    let mut shown: Vec<String> = shown.collect();
    if slots.len() > MOST {
        shown.push(format!("{} more", slots.len() - MOST));
    }
    shown.join("; ")
}

fn list(texts: &[String]) -> String {
    const MOST: usize = 4;
    let shown: Vec<String> = texts
        .iter()
        .take(MOST)
        .map(|text| shortened(&plain(text), 60))
        .collect();
    shown.join(", ")
}

fn runners(told: &Told) -> String {
    let names = told.facts.runners.iter().map(|runner| {
        // What it takes is worth a word; what it is concluded from is in the JSON.
        if runner.reason.contains("code") || runner.reason.contains("refuses") {
            format!("{} ({})", runner.name, runner.reason)
        } else {
            runner.name.to_owned()
        }
    });
    names.collect::<Vec<_>>().join(", ")
}

fn files(told: &Told) -> Option<String> {
    let model = &told.model;
    let mut text = match &model.files[..] {
        [file] if model.paths.is_empty() && model.commit.is_none() => {
            let beside = (!file.external.is_empty()).then(|| beside(file));
            return beside.or_else(|| also(told).filter(|_| file.size > 0));
        }
        [file] => beside(file),
        files => {
            let (first, last) = (files.first()?, files.last()?);
            let number = count(files.len(), "file", "files");
            format!("{number}, {} … {}", plain(&first.name), plain(&last.name))
        }
    };
    if let Some(also) = also(told) {
        text = format!("{text}; {also}");
    }
    Some(text)
}

/// The file, with those that hold its weights.
fn beside(file: &InspectedFile) -> String {
    const MOST: usize = 3;
    let named = file.external.iter().take(MOST).map(|external| {
        let size = external.size.map_or("not there".to_owned(), size);
        format!(", {} ({size})", brief(&external.name))
    });
    let mut text = plain(&file.name);
    text.extend(named);
    if file.external.len() > MOST {
        text = format!("{text} and {} more", file.external.len() - MOST);
    }
    text
}

/// Other files of weights.
fn also(told: &Told) -> Option<String> {
    let others = &told.model.others;
    let first = others.first()?;
    Some(match others.len() {
        1 => format!("not looked at: {first}"),
        number => format!("not looked at: {first} and {} more", number - 1),
    })
}

fn members(told: &Told) -> Option<String> {
    let members = told
        .model
        .inspections()
        .map(|(_, inspection)| inspection.members.len());
    let number: usize = members.sum();
    (number > 0).then(|| count(number, "file in the archive", "files in the archive"))
}
