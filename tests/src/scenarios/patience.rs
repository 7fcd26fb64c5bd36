//! Hubs that make a client wait.

use std::time::Duration;

use crate::{
    Ending,
    Question::{self, Get, Head, Info},
    Reply, Scenario,
};

/// Too many requests, once: asks to wait for three seconds.
pub fn slow_down(question: Question) -> Scenario {
    let (name, about) = match question {
        Get => (
            "slow-down-get",
            "asked for the file, the hub asks to wait three seconds, once",
        ),
        _ => (
            "slow-down-head",
            "asked about the file, the hub asks to wait three seconds, once",
        ),
    };
    told(name, about, question, Some("3"))
}

/// Too many requests, once, with this for how long to wait.
pub fn told(
    name: &'static str,
    about: &'static str,
    question: Question,
    wait: Option<&'static str>,
) -> Scenario {
    Scenario::new(name, about, move |asked| {
        if !asked.is(question) || asked.nth > 1 {
            return asked.honest();
        }
        let reply = Reply::text(429, "text/plain", "too many requests");
        let reply = reply.with("date", "Thu, 01 Jan 2026 00:00:00 GMT");
        match wait {
            Some(wait) => reply.with("retry-after", wait),
            None => reply,
        }
    })
}

/// Too many requests, and a day to wait.
pub fn a_day(question: Question) -> Scenario {
    let (name, about) = match question {
        Get => (
            "a-day-get",
            "asked for the file, the hub asks to wait for a day",
        ),
        _ => (
            "a-day-info",
            "asked about the repository, the hub asks to wait for a day",
        ),
    };
    Scenario::new(name, about, move |asked| {
        asked.but(question, |_| {
            Reply::text(429, "text/plain", "too many requests").with("retry-after", "86400")
        })
    })
}

/// The hub fails three times, and then no more.
pub fn fails_three_times(question: Question) -> Scenario {
    let (name, about) = match question {
        Get => (
            "fails-three-times-get",
            "asked for the file, the hub fails three times with status 503",
        ),
        Head => (
            "fails-three-times-head",
            "asked about the file, the hub fails three times with status 503",
        ),
        _ => (
            "fails-three-times-info",
            "asked about the repository, the hub fails three times with status 503",
        ),
    };
    Scenario::new(name, about, move |asked| {
        if asked.is(question) && asked.nth <= 3 {
            return Reply::text(503, "text/plain", "busy");
        }
        asked.honest()
    })
}

/// One byte a second, every time.
pub fn a_byte_a_second() -> Scenario {
    let about = "the file comes at a byte a second";
    Scenario::new("a-byte-a-second", about, |asked| {
        asked.but(Get, |reply| {
            reply.ending(Ending::Trickle(1000, Duration::from_secs(1)))
        })
    })
}

/// One byte a second, the first time.
pub fn a_byte_a_second_once() -> Scenario {
    let about = "the file comes at a byte a second, the first time that it is asked for";
    Scenario::new("a-byte-a-second-once", about, |asked| {
        if asked.is(Get) && asked.nth == 1 {
            return asked
                .honest()
                .ending(Ending::Trickle(50_000, Duration::from_secs(1)));
        }
        asked.honest()
    })
}

/// Half of the file comes, and then nothing.
pub fn stalls(once: bool) -> Scenario {
    let (name, about) = if once {
        (
            "stalls-once",
            "half of the file comes and then nothing, the first time",
        )
    } else {
        (
            "stalls",
            "3 kB of the file come and then nothing, every time",
        )
    };
    Scenario::new(name, about, move |asked| {
        if asked.is(Get) && (asked.nth == 1 || !once) {
            let length = if once { 100_000 } else { 3_000 };
            return asked.honest().ending(Ending::Stall(length));
        }
        asked.honest()
    })
}

/// A question is never answered.
pub fn never_answers(question: Question) -> Scenario {
    let (name, about) = match question {
        Get => (
            "never-answers-get",
            "asked for the file, the hub says nothing",
        ),
        Head => (
            "never-answers-head",
            "asked about the file, the hub says nothing",
        ),
        _ => (
            "never-answers-info",
            "asked about the repository, the hub says nothing",
        ),
    };
    debug_assert!(matches!(question, Get | Head | Info));
    Scenario::new(name, about, move |asked| {
        asked.but(question, |_| Reply::silence())
    })
}
