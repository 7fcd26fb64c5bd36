//! The load generator wrk.

use std::{process::Command, time::Duration};

use anyhow::{Context as _, Result, bail};

use crate::process::ask;

/// What one run measured.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Load {
    pub(super) requests_per_second: f64,
    pub(super) bytes_per_second: f64,
}

/// Asks for one address over and over. Fails when any answer was not a success, or any connection broke.
pub(super) fn load(url: &str, connections: usize, time: Duration) -> Result<Load> {
    let mut wrk = Command::new("wrk");
    wrk.args(["--threads=1", "--timeout=60s"])
        .arg(format!("--connections={connections}"))
        .arg(format!("--duration={}s", time.as_secs()))
        .arg(url);
    let report = ask(&mut wrk)?;
    read(&report).with_context(|| format!("wrk of {url} said:\n{report}"))
}

fn read(report: &str) -> Result<Load> {
    for trouble in ["Socket errors", "Non-2xx or 3xx"] {
        if report.contains(trouble) {
            bail!("not every request was answered well");
        }
    }
    let value = |name: &str| {
        let mut values = report.lines().filter_map(|line| line.strip_prefix(name));
        let value = values.next().map(str::trim);
        value.with_context(|| format!("there is no line {name}"))
    };
    Ok(Load {
        requests_per_second: value("Requests/sec:")?.parse()?,
        bytes_per_second: read_size(value("Transfer/sec:")?)?,
    })
}

/// wrk's units are powers of 1024.
fn read_size(text: &str) -> Result<f64> {
    let units = [("KB", 10), ("MB", 20), ("GB", 30), ("TB", 40), ("B", 0)];
    let found = units
        .iter()
        .find_map(|(unit, power)| Some((text.strip_suffix(unit)?, power)));
    let (number, power) = found.with_context(|| format!("{text} is no size"))?;
    Ok(number.parse::<f64>()? * f64::from(2_u8).powi(*power))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "\
Running 1s test @ http://127.0.0.1:8080/
  1 threads and 32 connections
  3000 requests in 1.00s, 3.00MB read
Requests/sec:   3000.25
Transfer/sec:      1.50MB
";

    #[test]
    fn the_figures_are_read() -> Result<()> {
        let load = read(REPORT)?;
        assert!((load.requests_per_second - 3000.25).abs() < 1e-9);
        assert!((load.bytes_per_second - 1_572_864.0).abs() < 1e-9);
        Ok(())
    }

    #[test]
    fn a_run_with_failures_measures_nothing() {
        let failed = format!("{REPORT}  Non-2xx or 3xx responses: 3000\n");
        assert!(read(&failed).is_err());
        assert!(read("").is_err());
    }
}
