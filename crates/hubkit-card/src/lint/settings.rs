//! Which rules count, and how much.

use std::collections::BTreeMap;

use super::Rule;
use crate::Severity;

/// How much a rule counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// Not at all.
    Off,
    /// As much as this.
    On(Severity),
}

/// Which rules count, and how much: all of them as they are, unless something else is said.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LintSettings {
    levels: BTreeMap<&'static str, Level>,
}

impl LintSettings {
    /// Says how much a rule counts.
    #[must_use]
    pub fn with(mut self, rule: &'static Rule, level: Level) -> Self {
        self.levels.insert(rule.id, level);
        self
    }

    /// How much a rule counts; `None` if it does not.
    pub fn severity(&self, rule: &Rule) -> Option<Severity> {
        match self.levels.get(rule.id) {
            None => Some(rule.severity),
            Some(Level::On(severity)) => Some(*severity),
            Some(Level::Off) => None,
        }
    }
}
