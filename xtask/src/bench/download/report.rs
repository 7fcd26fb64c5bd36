//! The tables.

use super::{
    goals::{Goal, LINK, MEMORY, OURS, Peer, Workload},
    results::{Runs, greatest, middle},
};

/// Others' share of the machine above which a figure is not to be trusted.
const BUSY: f64 = 0.1;

type Measured<'a> = [(&'a Workload, &'a Runs)];

/// Figures beside what they may be at most.
pub(super) struct Report {
    rows: Vec<String>,
    pub(super) all: usize,
    pub(super) missed: usize,
}

pub(super) fn goals(measured: &Measured<'_>) -> Report {
    let mut report = Report {
        rows: Vec::new(),
        all: 0,
        missed: 0,
    };
    for (workload, runs) in measured {
        for goal in workload.goals {
            let (figure, value, most) = figure(*goal, workload, runs);
            let digits = if matches!(goal, Goal::Requests(_)) {
                0
            } else {
                3
            };
            report.add(
                workload,
                &figure,
                [format!("{value:.digits$}"), format!("{most}")],
                value <= most,
            );
        }
        let memory = greatest(&runs.of(workload.name, OURS), |run| run.rss_mib);
        report.add(
            workload,
            "peak memory, highest of all rounds",
            [format!("{memory:.1} MiB"), format!("under {MEMORY} MiB")],
            memory < MEMORY,
        );
    }
    report
}

impl Report {
    pub(super) fn table(&self) -> String {
        let head = "| workload | figure | measured | at most | |\n|---|---|--:|--:|---|";
        format!("{head}\n{}", self.rows.join("\n"))
    }

    fn add(&mut self, workload: &Workload, figure: &str, values: [String; 2], met: bool) {
        let [value, most] = values;
        let verdict = if met { "met" } else { "**not met**" };
        let name = workload.name;
        self.rows.push(format!(
            "| {name} | {figure} | {value} | {most} | {verdict} |"
        ));
        self.all += 1;
        self.missed += usize::from(!met);
    }
}

/// What it is, what was measured, and what it may be at most.
fn figure(goal: Goal, workload: &Workload, runs: &Runs) -> (String, f64, f64) {
    let ours = runs.of(workload.name, OURS);
    let time = |workload: &str| middle(&runs.of(workload, OURS), |run| run.wall);
    match goal {
        Goal::Time(peer, most) => (
            format!("time, of {}'s", peer.title()),
            runs.ratio(workload.name, peer.name()),
            most,
        ),
        Goal::Link(most) => (
            "time, of the link's own".to_owned(),
            time(workload.name) / (runs.size / LINK),
            most,
        ),
        Goal::Requests(most) => (
            "requests".to_owned(),
            greatest(&ours, |run| run.requests),
            most,
        ),
        Goal::SentAgain(most) => {
            let stopped = middle(&ours, |run| run.first_pass.unwrap_or(f64::NAN));
            (
                format!(
                    "bytes sent after a stop at {:.0} %, of all",
                    stopped * 100.0
                ),
                runs.sent(workload.name),
                most,
            )
        }
        Goal::Before(most) => (
            "time, of a cold run's".to_owned(),
            time(workload.name) / time(workload.before.unwrap_or(workload.name)),
            most,
        ),
    }
}

/// The seconds behind the ratios.
pub(super) fn seconds(measured: &Measured<'_>) -> String {
    let mut lines = vec![
        "| workload | program | seconds (lowest to highest) | processor seconds | peak MiB | requests |"
            .to_owned(),
        "|---|---|--:|--:|--:|--:|".to_owned(),
    ];
    let mut busy = Vec::new();
    for (workload, runs) in measured {
        let before = workload.before.map(|before| (before, OURS, "hubkit"));
        let own = (workload.name, OURS, "hubkit");
        let programs = Peer::ALL.into_iter();
        let programs = programs.map(|peer| (workload.name, peer.name(), peer.title()));
        for (name, peer, title) in before.into_iter().chain([own]).chain(programs) {
            let runs = runs.of(name, peer);
            if runs.is_empty() {
                continue;
            }
            let wall = middle(&runs, |run| run.wall);
            let lowest = -greatest(&runs, |run| -run.wall);
            let highest = greatest(&runs, |run| run.wall);
            let cpu = middle(&runs, |run| run.cpu);
            let memory = greatest(&runs, |run| run.rss_mib);
            let requests = middle(&runs, |run| run.requests);
            lines.push(format!(
                "| {name} | {title} | {wall:.3} ({lowest:.3} to {highest:.3}) | {cpu:.3} | {memory:.0} | {requests:.0} |"
            ));
        }
        let foreign = greatest(&runs.all.iter().collect::<Vec<_>>(), |run| run.foreign);
        if foreign > BUSY {
            busy.push(format!(
                "{}: others used up to {:.0} % of the machine; do not trust its seconds.",
                workload.name,
                foreign * 100.0
            ));
        }
    }
    if !busy.is_empty() {
        lines.push(String::new());
        lines.append(&mut busy);
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use anyhow::{Context as _, Result};

    use super::*;
    use crate::bench::download::{goals::WORKLOADS, results::tests::line};

    fn table(name: &str, lines: &[String]) -> Result<Report> {
        let workload = WORKLOADS.iter().find(|workload| workload.name == name);
        let workload = workload.context("a workload")?;
        let lines = lines.join("\n").replace("\"W2\"", &format!("\"{name}\""));
        let runs = Runs::read(&lines, 800e6)?;
        Ok(goals(&[(workload, &runs)]))
    }

    #[test]
    fn each_figure_stands_beside_what_it_may_be() -> Result<()> {
        let lines = [
            line("hf", 0, 100.0, ""),
            line("hfhub", 0, 4.0, ""),
            line("ours", 0, 3.0, ""),
        ];
        let report = table("W2", &lines)?;
        assert_eq!((report.all, report.missed), (4, 1));
        for row in [
            "| W2 | time, of `hf`'s | 0.030 | 0.05 | met |",
            "| W2 | time, of hf-hub's | 0.750 | 0.7 | **not met** |",
            "| W2 | requests | 4003 | 4004 | met |",
            "| W2 | peak memory, highest of all rounds | 50.0 MiB | under 64 MiB | met |",
        ] {
            assert!(report.table().contains(row), "{}", report.table());
        }
        Ok(())
    }

    #[test]
    fn a_link_needs_its_own_time() -> Result<()> {
        let lines = ["hf", "aria2", "ours"].map(|peer| line(peer, 0, 2.2, ""));
        let report = table("W6a", &lines)?;
        let row = "| W6a | time, of the link's own | 1.100 | 1.08 | **not met** |";
        assert!(report.table().contains(row), "{}", report.table());
        Ok(())
    }

    #[test]
    fn a_resumed_run_is_measured_against_a_cold_one() -> Result<()> {
        let cold = line("ours", 0, 4.0, "").replace("\"W2\"", "\"W1\"");
        let again = line("ours", 0, 1.0, ",\"first_pass\":0.61")
            .replace("\"cdn_bytes\":500", "\"cdn_bytes\":320000000");
        let report = table("W7", &[cold, again])?;
        for row in [
            "| W7 | bytes sent after a stop at 61 %, of all | 0.400 | 0.41 | met |",
            "| W7 | time, of a cold run's | 0.250 | 0.5 | met |",
        ] {
            assert!(report.table().contains(row), "{}", report.table());
        }
        Ok(())
    }

    #[test]
    fn what_was_not_measured_is_not_met() -> Result<()> {
        let report = table("W1", &[])?;
        assert_eq!((report.all, report.missed), (4, 4));
        Ok(())
    }
}
