//! How much processor time a server used, read from `/proc`: it stays true on a machine that does other things besides.

use std::{fs, time::Duration};

/// Linux counts in hundredths of a second, whatever the kernel's own clock is.
const TICK: Duration = Duration::from_millis(10);

/// The processor time of a process and of those that it started; `None` where there is no `/proc`.
pub(super) fn processor_time(process: u32) -> Option<Duration> {
    let own = ticks(process)?;
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children"));
    let children = children.unwrap_or_default();
    let children = children.split_whitespace().filter_map(|id| id.parse().ok());
    let total = own + children.filter_map(ticks).sum::<u32>();
    Some(TICK * total)
}

fn ticks(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    read_ticks(&stat)
}

/// User and system time. The name of the program, in front, may hold anything but ends at the last parenthesis.
fn read_ticks(stat: &str) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(')')?;
    let times = fields.split_whitespace().skip(11).take(2);
    times.map(|field| field.parse::<u32>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_may_have_any_name() {
        let stat = "17 (a) 1 2 (b) S 1 17 17 0 -1 4194560 500 0 3 0 250 50 0 0 20 0 3 0 9 9 9";
        assert_eq!(read_ticks(stat), Some(300));
        assert_eq!(read_ticks("17 (a) S 1"), Some(0));
        assert_eq!(read_ticks("nonsense"), None);
    }
}
