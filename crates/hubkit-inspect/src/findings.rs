//! Collecting what is wrong with a file, without end only in number.

use std::collections::BTreeMap;

use crate::{Finding, Severity};

/// So many findings of one code are told; of the others how many they are.
const TOLD: u64 = 20;

/// The findings of one file.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    told: Vec<Finding>,
    found: BTreeMap<&'static str, (Severity, u64)>,
}

impl Findings {
    /// Adds a finding. The message is made only if it is told.
    pub(crate) fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        message: impl FnOnce() -> String,
    ) {
        let (worst, found) = self.found.entry(code).or_insert((severity, 0));
        *worst = severity.max(*worst);
        *found += 1;
        if *found <= TOLD {
            self.told.push(Finding::new(severity, code, message()));
        }
    }

    pub(crate) fn note(&mut self, code: &'static str, message: impl Into<String>) {
        self.add(Severity::Note, code, || message.into());
    }

    pub(crate) fn warning(&mut self, code: &'static str, message: impl Into<String>) {
        self.add(Severity::Warning, code, || message.into());
    }

    pub(crate) fn danger(&mut self, code: &'static str, message: impl Into<String>) {
        self.add(Severity::Danger, code, || message.into());
    }

    pub(crate) fn fault(&mut self, code: &'static str, message: impl Into<String>) {
        self.add(Severity::Fault, code, || message.into());
    }

    /// Takes over those of another.
    pub(crate) fn append(&mut self, other: Self) {
        for finding in other.told {
            self.add(finding.severity, finding.code, || finding.message);
        }
        for (code, (severity, found)) in other.found {
            let (worst, all) = self.found.entry(code).or_insert((severity, 0));
            *worst = severity.max(*worst);
            *all += found.saturating_sub(TOLD);
        }
    }

    /// All that are told, in the order in which they were found.
    pub(crate) fn finish(mut self) -> Vec<Finding> {
        for (code, (severity, found)) in self.found {
            if found > TOLD {
                let message = format!("{} more of these", found - TOLD);
                self.told.push(Finding::new(severity, code, message));
            }
        }
        self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_findings_are_few() {
        let mut findings = Findings::default();
        for number in 0..1_000_000 {
            findings.add(Severity::Warning, "a", || format!("{number}"));
        }
        findings.add(Severity::Note, "b", || "once".to_owned());
        let mut all = Findings::default();
        all.append(findings);
        let findings = all.finish();
        assert_eq!(findings.len(), 22);
        assert_eq!(findings[19].message, "19");
        let last = findings.last().expect("there are some");
        assert_eq!(
            (last.severity, last.message.as_str()),
            (Severity::Warning, "999980 more of these")
        );
    }
}
