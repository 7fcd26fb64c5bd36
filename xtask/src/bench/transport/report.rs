//! The table.

use super::runs::{Run, Version};
use crate::bench::median;

/// All runs of one case with one version.
pub(super) struct Row {
    name: String,
    pub(super) version: Version,
    pub(super) runs: Vec<Run>,
    pub(super) connections: Vec<usize>,
}

impl Row {
    pub(super) fn new(name: &str, version: Version) -> Self {
        Self {
            name: name.to_owned(),
            version,
            runs: Vec::new(),
            connections: Vec::new(),
        }
    }
}

pub(super) fn table(rows: &[Row]) -> String {
    let mut lines = vec![
        "| what | by | seconds | MB/s | processor seconds | a GiB | peak MiB | connections |"
            .to_owned(),
        "|---|---|--:|--:|--:|--:|--:|--:|".to_owned(),
    ];
    for row in rows {
        let middle = |figure: &dyn Fn(&Run) -> f64| median(row.runs.iter().map(figure).collect());
        let mut connections = row.connections.clone();
        connections.sort_unstable();
        let connections = match connections.get(connections.len() / 2) {
            // Not nginx's: the rig's own server does not tell.
            None | Some(0) => String::new(),
            Some(connections) => connections.to_string(),
        };
        lines.push(format!(
            "| {} | {} | {:.2} | {:.0} | {:.2} | {:.2} | {:.0} | {connections} |",
            row.name,
            row.version.title(),
            middle(&|run| run.seconds),
            middle(&|run| run.bytes / run.seconds / 1e6),
            middle(&|run| run.cpu),
            middle(&|run| run.cpu / run.bytes * f64::from(1 << 30)),
            middle(&|run| run.rss_mib),
        ));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_all_rounds_is_shown() {
        let mut row = Row::new("a file", Version::Two);
        for seconds in [4.0, 1.0, 2.0] {
            row.runs.push(Run {
                seconds,
                bytes: 1e9,
                cpu: seconds / 2.0,
                rss_mib: 10.0,
            });
            row.connections.push(3);
        }
        let table = table(&[row]);
        let expected = "| a file | HTTP/2 | 2.00 | 500 | 1.00 | 1.07 | 10 | 3 |";
        assert!(table.ends_with(expected), "{table}");
    }
}
