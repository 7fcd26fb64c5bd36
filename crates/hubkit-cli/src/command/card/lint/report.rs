//! What was found in some cards.

use std::path::Path;

use hubkit::RepoKind;
use hubkit_card::{Finding, Location, Severity};

use super::{
    super::{
        beside::{Beside, folder},
        places::encoded,
        source::{Place, Source},
    },
    mend::Repair,
};
use crate::{
    args::FailOn,
    ui::{Ui, count, plain},
};

/// The card of a folder or a repository.
const NAME: &str = "README.md";

/// What was found in some cards.
#[derive(Default)]
pub(super) struct Report {
    pub(super) cards: Vec<Linted>,
}

/// What was found in a card.
pub(super) struct Linted {
    /// What people call it: a path, or a repository.
    pub(super) name: String,
    /// Its path as it was given, or its address on a hub; `None` for standard input.
    pub(super) address: Option<String>,
    pub(super) kind: RepoKind,
    /// Whether it is a file beside a card.
    is_beside: bool,
    pub(super) text: String,
    pub(super) findings: Vec<Finding>,
    /// What `--fix` mended, or would mend.
    pub(super) mended: Vec<Finding>,
    /// What `--fix --dry-run` would change.
    pub(super) diff: Option<String>,
    fail_on: FailOn,
}

impl Linted {
    pub(super) fn new(
        source: &Source,
        kind: RepoKind,
        findings: Vec<Finding>,
        fail_on: FailOn,
    ) -> Self {
        Self {
            name: source.name.clone(),
            address: address(&source.place, NAME),
            kind,
            is_beside: false,
            text: source.text.clone(),
            findings,
            mended: Vec::new(),
            diff: None,
            fail_on,
        }
    }

    /// What was found in a file beside a card.
    pub(super) fn beside(
        source: &Source,
        kind: RepoKind,
        file: Beside,
        findings: Vec<Finding>,
        fail_on: FailOn,
    ) -> Self {
        let name = match folder(&source.place) {
            Some(folder) => folder.join(&file.path).display().to_string(),
            None => format!("{}/{}", source.name, file.path),
        };
        Self {
            name: plain(&name),
            address: address(&source.place, &file.path),
            is_beside: true,
            text: file.text,
            ..Self::new(source, kind, findings, fail_on)
        }
    }

    pub(super) fn mended(source: &Source, kind: RepoKind, repair: Repair, fail_on: FailOn) -> Self {
        Self {
            text: repair.text,
            mended: repair.mended,
            diff: repair.diff,
            ..Self::new(source, kind, repair.left, fail_on)
        }
    }

    /// Says what was mended, or would be.
    pub(super) fn tell_mended(&self, is_dry: bool, ui: &Ui) {
        let did = if is_dry { "would mend" } else { "mended" };
        for finding in &self.mended {
            let told = plain(&finding.diagnostic.to_string());
            ui.remark(&format!("{did} {}:{told}", self.name));
        }
    }

    /// Whether something was found that ends the command with 1.
    pub(super) fn fails(&self) -> bool {
        let mut severities = self.findings.iter().map(|found| found.diagnostic.severity);
        severities.any(|severity| self.fail_on.is_met_by(severity))
    }

    /// Where a finding ends: behind its last character, if it is about some.
    pub(super) fn end(&self, finding: &Finding) -> Option<Location> {
        let span = finding.span.clone()?;
        let begin = finding.diagnostic.location?;
        let within = self.text.get(span)?;
        let mut end = begin;
        let mut rest = within.chars().peekable();
        while let Some(c) = rest.next() {
            let is_end = c == '\n' || c == '\r' && rest.peek() != Some(&'\n');
            if is_end {
                end.line += 1;
                end.column = 1;
            } else {
                end.column += 1;
            }
        }
        Some(end)
    }
}

impl Report {
    pub(super) fn count(&self, severity: Severity) -> usize {
        let findings = self.cards.iter().flat_map(|card| &card.findings);
        findings
            .filter(|finding| finding.diagnostic.severity == severity)
            .count()
    }

    /// All of it in a line.
    pub(super) fn summary(&self) -> String {
        let found: Vec<_> = [
            (Severity::Error, "error", "errors"),
            (Severity::Warning, "warning", "warnings"),
            (Severity::Note, "note", "notes"),
        ]
        .into_iter()
        .map(|(severity, one, many)| (self.count(severity), one, many))
        .filter(|(number, _, _)| *number > 0)
        .map(|(number, one, many)| count(number, one, many))
        .collect();
        let beside = self.cards.iter().filter(|card| card.is_beside).count();
        let mut cards = count(self.cards.len() - beside, "card", "cards");
        if beside > 0 {
            let files = count(beside, "file", "files");
            cards = format!("{cards} and {files} beside");
        }
        if found.is_empty() {
            return format!("nothing was found in {cards}");
        }
        let findings = self.cards.iter().flat_map(|card| &card.findings);
        let fixable = findings.filter(|finding| finding.is_fixable()).count();
        let fix = match fixable {
            0 => String::new(),
            number => format!("; `--fix` mends {number}"),
        };
        format!("{} in {cards}{fix}", found.join(", "))
    }
}

/// Where a file is: its path as it was given, or its address on a hub.
fn address(place: &Place, path: &str) -> Option<String> {
    match place {
        Place::Input => None,
        Place::File(file) if path == NAME => Some(relative(file)),
        Place::File(_) | Place::Folder(_) => {
            folder(place).map(|folder| relative(&folder.join(path)))
        }
        Place::Hub(found) => {
            let (repo, commit) = (&found.repo, found.commit);
            let (prefix, id) = (repo.kind.url_prefix(), &repo.id);
            let path = format!("/{prefix}{id}/blob/{commit}/{}", encoded(path));
            Some(found.hub.client().endpoint().url(&path))
        }
    }
}

/// A path with slashes, without `.` in front.
fn relative(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if std::path::MAIN_SEPARATOR == '\\' {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    };
    text.strip_prefix("./").map_or(text.clone(), str::to_owned)
}
