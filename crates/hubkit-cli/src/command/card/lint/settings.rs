//! Which rules count: what `hubkit.toml` and the command line say.
//!
//! Only its table `card` is read: other tables belong to others.

use std::path::{Path, PathBuf};

use hubkit::{RepoPath, plan::Pattern};
use hubkit_card::{Level, LintSettings, RULES, Rule, Severity};

use super::super::source::Place;
use crate::{
    args::{CardLint, FailOn},
    exit::Exit,
    failure::Failure,
    strict_toml::{Fault, Item, Source, Table, meant, read_text, shown},
};

const NAME: &str = "hubkit.toml";
/// More than any such file needs, in bytes.
const LONGEST: u64 = 1 << 20;

const LEVELS: [(&str, Level); 4] = [
    ("error", Level::On(Severity::Error)),
    ("warning", Level::On(Severity::Warning)),
    ("note", Level::On(Severity::Note)),
    ("off", Level::Off),
];
const FAIL_ON: [(&str, FailOn); 4] = [
    ("error", FailOn::Error),
    ("warning", FailOn::Warning),
    ("note", FailOn::Note),
    ("never", FailOn::Never),
];

/// What counts for a card.
pub(super) struct Settings {
    pub(super) rules: LintSettings,
    pub(super) fail_on: FailOn,
    /// Cards that are left out, by their paths below the folder of the file.
    ignored: Vec<Pattern>,
    folder: PathBuf,
}

impl Settings {
    /// Reads the file that the command line names, or the first from the card's folder upwards. What the command line
    /// says comes first.
    pub(super) fn read(arguments: &CardLint, place: &Place) -> Result<Self, Failure> {
        let file = arguments.config.clone().or_else(|| find(place));
        let mut settings = Self {
            rules: LintSettings::default(),
            fail_on: FailOn::Error,
            ignored: Vec::new(),
            folder: PathBuf::new(),
        };
        if let Some(file) = file {
            file.parent()
                .unwrap_or(Path::new(""))
                .clone_into(&mut settings.folder);
            let read = read_text(&file, LONGEST);
            read.and_then(|text| settings.take(&file, &text))
                .map_err(|fault| failure(&fault))?;
        }
        for (rule, level) in &arguments.rules {
            settings.rules = settings.rules.with(rule, *level);
        }
        if let Some(fail_on) = arguments.fail_on {
            settings.fail_on = fail_on;
        }
        Ok(settings)
    }

    fn take(&mut self, path: &Path, text: &str) -> Result<(), Fault> {
        let source = Source { path, text };
        let document = source.parse()?;
        let top = Table::top(source, &document);
        let Some(card) = top.get("card") else {
            return Ok(());
        };
        let card = card.table()?;
        card.expect_keys(&["lint"])?;
        let Some(lint) = card.get("lint") else {
            return Ok(());
        };
        let lint = lint.table()?;
        lint.expect_keys(&["fail-on", "ignore", "rules"])?;
        if let Some(item) = lint.get("fail-on") {
            self.fail_on = item.one_of(&FAIL_ON)?;
        }
        if let Some(item) = lint.get("ignore") {
            for item in item.list()? {
                self.ignored.push(Pattern::new(item.text()?));
            }
        }
        if let Some(item) = lint.get("rules") {
            for (name, item) in item.table()?.entries() {
                let rule = rule(name, &item)?;
                let rules = std::mem::take(&mut self.rules);
                self.rules = rules.with(rule, item.one_of(&LEVELS)?);
            }
        }
        Ok(())
    }

    /// Whether a file of this machine is one that the settings leave out.
    pub(super) fn leaves_out(&self, file: &Path) -> bool {
        let folder = if self.folder == Path::new("") {
            Path::new(".")
        } else {
            &self.folder
        };
        let (Ok(file), Ok(folder)) = (file.canonicalize(), folder.canonicalize()) else {
            return false;
        };
        let below = file.strip_prefix(folder).ok().and_then(Path::to_str);
        let path: Option<RepoPath> = below.and_then(|path| path.replace('\\', "/").parse().ok());
        path.is_some_and(|path| self.ignored.iter().any(|pattern| pattern.matches(&path)))
    }
}

fn rule(name: &str, item: &Item<'_>) -> Result<&'static Rule, Fault> {
    Rule::find(name).ok_or_else(|| {
        let known: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        let meant = meant(name, &known);
        item.fault(format_args!(
            "names `{}`, which is no rule: {meant}",
            shown(name)
        ))
    })
}

/// The first file from the folder of a card upwards; of a card from elsewhere, from the current folder.
fn find(place: &Place) -> Option<PathBuf> {
    let folder = place.folder().unwrap_or(Path::new("."));
    let folder = folder.canonicalize().ok()?;
    let mut files = folder.ancestors().map(|folder| folder.join(NAME));
    files.find(|file| file.is_file())
}

fn failure(fault: &Fault) -> Failure {
    let exit = if fault.is_in_text() {
        Exit::Usage
    } else {
        Exit::Disk
    };
    Failure::new(exit, "settings", fault.to_string())
        .hint("the rules and their settings stand in docs/reference/card-rules.md")
}
