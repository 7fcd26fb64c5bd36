//! A model in a screenful.

mod bar;
mod rows;
mod sheet;

use std::cmp::Reverse;

use hubkit::inspect::Severity;

use super::{Told, shapes};
use crate::ui::{plain, size};

use self::sheet::Sheet;

pub(super) fn text(told: &Told) -> String {
    let mut sheet = Sheet::default();
    rows::fill(told, &mut sheet);
    findings(told, &mut sheet);
    sheet.row("read", reading(told));
    format!("{}\n{}\n\n{}", title(told), headline(told), sheet.text())
}

fn title(told: &Told) -> String {
    let commit = told.model.commit.map(|commit| {
        let commit = commit.to_string();
        format!(" at {}", &commit[..12])
    });
    let at = commit.filter(|commit| !told.target.contains(&commit[4..]));
    format!("{}{}", plain(&told.target), at.unwrap_or_default())
}

/// What it is, in one line.
fn headline(told: &Told) -> String {
    let (model, facts) = (&told.model, &told.facts);
    let architecture = &facts.architecture;
    let named = architecture
        .names
        .first()
        .or(architecture.model_type.as_ref());
    let formats = formats(told);
    let parameters = facts.parameters.total;
    let parts = [
        named.map(|name| plain(name)),
        (parameters > 0 && shapes::is_counted(parameters))
            .then(|| format!("{} parameters", shapes::parameters(parameters))),
        facts.parameters.scheme.as_deref().map(plain),
        Some(formats).filter(|formats| !formats.is_empty()),
        Some(size(model.reading.of)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn formats(told: &Told) -> String {
    let mut formats: Vec<String> = Vec::new();
    for (_, inspection) in told.model.inspections() {
        let format = match inspection.variant.as_str() {
            "" => inspection.format.to_string(),
            variant => format!("{} {}", inspection.format, plain(variant)),
        };
        if !formats.contains(&format) {
            formats.push(format);
        }
    }
    formats.truncate(3);
    formats.join(", ")
}

/// The worst come first, and no more than fit a screen.
fn findings(told: &Told, sheet: &mut Sheet) {
    const MOST: usize = 8;
    let model = &told.model;
    let several = model.files.len() > 1;
    let mut found: Vec<(Severity, String)> = Vec::new();
    for file in &model.files {
        let name = if several {
            format!("{}: ", plain(&file.name))
        } else {
            String::new()
        };
        match &file.outcome {
            Ok(inspection) => found.extend(
                inspection
                    .findings
                    .iter()
                    .map(|finding| (finding.severity, format!("{name}{}", finding.message))),
            ),
            Err(error) => found.push((Severity::Fault, format!("{}: {error}", plain(&file.name)))),
        }
    }
    found.extend(
        model
            .findings
            .iter()
            .map(|finding| (finding.severity, finding.message.clone())),
    );
    let unreadable = told.facts.unreadable.iter();
    found.extend(
        unreadable.map(|(name, why)| (Severity::Warning, format!("{name}: {}", plain(why)))),
    );
    found.sort_by_key(|(severity, _)| Reverse(*severity));
    let more = found.len().saturating_sub(MOST);
    for (severity, message) in found.into_iter().take(MOST) {
        sheet.row(word(severity), message);
    }
    if more > 0 {
        sheet.row("", format!("and {more} more; `--format json` has all"));
    }
}

/// As programs are told, too.
pub(super) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Danger => "DANGER",
        Severity::Fault => "FAULT",
    }
}

fn reading(told: &Told) -> String {
    let reading = told.model.reading;
    let (bytes, of) = (size(reading.bytes), size(reading.of));
    match reading.requests {
        0 => format!("{bytes} of {of}, on this machine"),
        1 => format!("{bytes} of {of}, in 1 request"),
        requests => format!("{bytes} of {of}, in {requests} requests"),
    }
}
