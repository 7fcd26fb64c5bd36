use std::{sync::LazyLock, time::SystemTime};

use http::{HeaderMap, StatusCode};

use super::*;

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, value.parse().expect("a value"));
    }
    headers
}

fn told(status: u16, pairs: &[(&'static str, &str)]) -> LimitsTold {
    let status = StatusCode::from_u16(status).expect("a status");
    LimitsTold::of(status, &headers(pairs), SystemTime::UNIX_EPOCH)
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Some time; only differences count.
fn start() -> Instant {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    *START
}

#[test]
fn the_headers_are_read_as_the_hub_writes_them() {
    let limit = |bucket: &str, remaining, resets_in| RateLimit {
        bucket: bucket.to_owned(),
        remaining,
        resets_in: seconds(resets_in),
    };
    for (value, wanted) in [
        ("\"api\";r=0;t=55", vec![limit("api", 0, 55)]),
        (
            " \"api\" ; r=7 ; t=55 , \"pages\";t=1;r=2",
            vec![limit("api", 7, 55), limit("pages", 2, 1)],
        ),
        ("api;r=1;t=2", vec![limit("api", 1, 2)]),
        ("\"api\";r=1", vec![]),
        ("\"api\";r=-1;t=2", vec![]),
        ("r=1;t=2", vec![]),
        ("", vec![]),
    ] {
        let found = RateLimit::all(&headers(&[("ratelimit", value)]));
        assert_eq!(found, wanted, "{value}");
    }
    let policy = |bucket: &str| RateLimitPolicy {
        bucket: bucket.to_owned(),
        quota: 500,
        window: seconds(300),
    };
    let value = "\"fixed window\";\"api\";q=500;w=300, \"pages\";q=500;w=300, x";
    let found = RateLimitPolicy::all(&headers(&[("ratelimit-policy", value)]));
    assert_eq!(found, [policy("api"), policy("pages")]);
    let many = "\"api\";r=0;t=55,".repeat(1000);
    assert!(RateLimit::all(&headers(&[("ratelimit", &many)])).len() < 100);
}

#[test]
fn a_time_to_come_back_is_read_in_both_forms() {
    let wait = |value: &str, now: u64| {
        let headers = headers(&[("retry-after", value)]);
        let now = SystemTime::UNIX_EPOCH + seconds(now);
        RetryAfter::of(&headers).map(|told| told.wait(now))
    };
    assert_eq!(wait("7", 0), Some(seconds(7)));
    assert_eq!(wait("99999999999999999999", 0), Some(seconds(u64::MAX)));
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    assert_eq!(wait(date, 784_111_770), Some(seconds(7)));
    assert_eq!(wait(date, 784_111_780), Some(seconds(0)));
    for wrong in ["", "soon", "-1", "1.5", "+3"] {
        assert_eq!(wait(wrong, 0), None, "{wrong}");
    }
}

#[test]
fn each_request_counts_in_one_bucket() {
    for (target, wanted) in [
        ("/api/models/a/b/tree/main?recursive=true", Bucket::Api),
        ("/api/models/a/b/tree/main/resolve/x", Bucket::Api),
        ("/api/resolve-cache/models/a/b/0/x", Bucket::Resolvers),
        ("/datasets/a/b/resolve/main/x", Bucket::Resolvers),
        ("/a/b/raw/main/x?y=/resolve/", Bucket::Pages),
        ("/a/b.git/info/lfs/objects/batch", Bucket::Pages),
    ] {
        assert_eq!(Bucket::of(target), wanted, "{target}");
    }
}

#[test]
fn where_nothing_is_known_nothing_waits() {
    let mut limits = Limits::default();
    for _ in 0..1000 {
        assert_eq!(limits.take(Bucket::Api, start()), Duration::ZERO);
    }
    limits.note(Bucket::Api, &told(200, &[]), start());
    limits.note(Bucket::Api, &told(429, &[]), start());
    assert_eq!(limits, Limits::default());
}

#[test]
fn an_empty_bucket_makes_its_requests_wait_and_no_others() {
    let mut limits = Limits::default();
    let empty = told(200, &[("ratelimit", "\"api\";r=0;t=55")]);
    limits.note(Bucket::Api, &empty, start());
    assert_eq!(limits.take(Bucket::Api, start()), seconds(55));
    assert_eq!(limits.take(Bucket::Api, start() + seconds(54)), seconds(1));
    assert_eq!(limits.take(Bucket::Resolvers, start()), Duration::ZERO);
    // What comes after is not known, so nothing waits.
    for _ in 0..100 {
        let then = start() + seconds(55);
        assert_eq!(limits.take(Bucket::Api, then), Duration::ZERO);
    }
}

#[test]
fn those_who_share_what_is_left_take_no_more_than_that() {
    let mut limits = Limits::default();
    let few = told(200, &[("ratelimit", "\"api\";r=3;t=55")]);
    limits.note(Bucket::Api, &few, start());
    let sent = (0..8)
        .filter(|_| limits.take(Bucket::Api, start()).is_zero())
        .count();
    assert_eq!(sent, 3);
    // The answer to the first of them knows nothing of the two others.
    let second = told(200, &[("ratelimit", "\"api\";r=2;t=54")]);
    limits.note(Bucket::Api, &second, start() + seconds(1));
    assert!(!limits.take(Bucket::Api, start() + seconds(1)).is_zero());
}

#[test]
fn a_new_window_brings_its_quota_where_that_is_known() {
    let mut limits = Limits::default();
    let headers = [
        ("ratelimit", "\"api\";r=0;t=10"),
        ("ratelimit-policy", "\"fixed window\";\"api\";q=2;w=300"),
    ];
    limits.note(Bucket::Api, &told(200, &headers), start());
    let then = start() + seconds(10);
    let waits = [(); 3].map(|()| limits.take(Bucket::Api, then));
    assert_eq!(waits, [seconds(0), seconds(0), seconds(300)]);
    // A server whose windows are others than it said is believed.
    let more = told(200, &[("ratelimit", "\"api\";r=5;t=900")]);
    limits.note(Bucket::Api, &more, then);
    assert_eq!(limits.take(Bucket::Api, then), Duration::ZERO);
}

#[test]
fn a_refusal_closes_the_bucket_of_its_request_for_as_long_as_it_says() {
    let mut limits = Limits::default();
    let refused = told(429, &[("retry-after", "7")]);
    limits.note(Bucket::Resolvers, &refused, start());
    assert_eq!(limits.take(Bucket::Resolvers, start()), seconds(7));
    // A server that is merely busy says nothing of limits.
    let mut limits = Limits::default();
    limits.note(Bucket::Api, &told(503, &[("retry-after", "7")]), start());
    assert_eq!(limits.take(Bucket::Api, start()), Duration::ZERO);
    // A wait beyond all clocks is none that could be kept.
    let endless = told(429, &[("retry-after", "99999999999999999999")]);
    limits.note(Bucket::Api, &endless, start());
    assert_eq!(limits.take(Bucket::Api, start()), Duration::ZERO);
}

#[test]
fn the_bucket_that_an_answer_names_counts() {
    let mut limits = Limits::default();
    let named = told(200, &[("ratelimit", "\"pages\";r=0;t=5")]);
    limits.note(Bucket::Api, &named, start());
    assert_eq!(limits.take(Bucket::Api, start()), Duration::ZERO);
    assert_eq!(limits.take(Bucket::Pages, start()), seconds(5));
    let odd = told(200, &[("ratelimit", "\"new\";r=0;t=5")]);
    limits.note(Bucket::Api, &odd, start());
    assert_eq!(limits.take(Bucket::Api, start()), seconds(5));
}
