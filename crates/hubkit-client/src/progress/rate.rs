//! How fast bytes come.

use std::{collections::VecDeque, time::Duration};

/// The pace of the last seconds.
///
/// Knows no clock: every moment is given, counted from whatever start the caller likes, and none may lie before another
/// that was given earlier. Remembers two dozen numbers, however much comes.
#[derive(Clone, Debug)]
pub struct Rate {
    since: Duration,
    /// When a slot began, and the bytes of it.
    slots: VecDeque<(Duration, u64)>,
}

impl Rate {
    /// What is older is forgotten.
    const WINDOW: Duration = Duration::from_secs(5);
    const SLOT: Duration = Duration::from_millis(250);

    /// Counts from a moment on.
    pub fn since(moment: Duration) -> Self {
        Self {
            since: moment,
            slots: VecDeque::new(),
        }
    }

    /// Takes note of bytes that came.
    pub fn add(&mut self, now: Duration, bytes: u64) {
        self.forget(now);
        match self.slots.back_mut() {
            Some((begun, sum)) if now.saturating_sub(*begun) < Self::SLOT => {
                *sum = sum.saturating_add(bytes);
            }
            _ => self.slots.push_back((now, bytes)),
        }
    }

    /// Bytes a second over the last five seconds, or since the start where that is later; `None` within the first quarter
    /// of a second, of which nothing can be said.
    pub fn per_second(&self, now: Duration) -> Option<u64> {
        let span = now.saturating_sub(self.since).min(Self::WINDOW);
        let oldest = now.saturating_sub(Self::WINDOW);
        let recent = self.slots.iter().filter(|(begun, _)| *begun >= oldest);
        let bytes = recent.fold(0_u64, |sum, (_, bytes)| sum.saturating_add(*bytes));
        (span >= Self::SLOT).then(|| average(bytes, span)).flatten()
    }

    fn forget(&mut self, now: Duration) {
        let oldest = now.saturating_sub(Self::WINDOW);
        while self.slots.front().is_some_and(|(begun, _)| *begun < oldest) {
            self.slots.pop_front();
        }
    }
}

/// Bytes a second over a time; `None` over none.
pub fn average(bytes: u64, time: Duration) -> Option<u64> {
    let second = Duration::from_secs(1).as_nanos();
    let rate = (u128::from(bytes) * second).checked_div(time.as_nanos())?;
    Some(u64::try_from(rate).unwrap_or(u64::MAX))
}

/// How long so many bytes take at a pace; `None` where nothing moves.
pub(super) fn time_for(bytes: u64, per_second: u64) -> Option<Duration> {
    let millis = (u128::from(bytes) * 1000).checked_div(u128::from(per_second))?;
    Some(Duration::from_millis(
        u64::try_from(millis).unwrap_or(u64::MAX),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn an_even_stream_has_its_own_pace_at_every_moment() {
        let mut rate = Rate::since(at(700));
        for step in 1..=1000 {
            rate.add(at(700 + step * 10), 1000);
        }
        let found = rate.per_second(at(10_700)).expect("a pace");
        assert!((95_000..=105_000).contains(&found), "{found}");
        assert!(rate.slots.len() <= 21, "{}", rate.slots.len());
    }

    #[test]
    fn what_is_long_ago_no_longer_counts() {
        let mut rate = Rate::since(at(0));
        rate.add(at(100), 1 << 40);
        rate.add(at(9_000), 500);
        assert_eq!(rate.per_second(at(10_000)), Some(100));
        assert_eq!(rate.per_second(at(60_000)), Some(0), "nothing comes");
    }

    #[test]
    fn no_time_and_no_bytes_are_no_division() {
        let mut rate = Rate::since(at(5));
        assert_eq!(rate.per_second(at(5)), None);
        assert_eq!(rate.per_second(at(0)), None, "before the start");
        rate.add(at(5), u64::MAX);
        rate.add(at(6), u64::MAX);
        assert_eq!(rate.per_second(at(6)), None);
        assert_eq!(rate.per_second(at(5_005)), Some(u64::MAX / 5));
        assert_eq!(average(7, Duration::ZERO), None);
        assert_eq!(average(u64::MAX, Duration::from_nanos(1)), Some(u64::MAX));
        assert_eq!(time_for(7, 0), None);
        assert_eq!(time_for(0, 7), Some(Duration::ZERO));
        assert_eq!(time_for(1500, 1000), Some(at(1500)));
    }

    #[test]
    fn a_young_stream_is_judged_by_the_time_it_had() {
        let mut rate = Rate::since(at(0));
        rate.add(at(400), 1000);
        assert_eq!(rate.per_second(at(500)), Some(2000));
    }
}
