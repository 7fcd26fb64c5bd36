//! The hub's limits, and who waits for them.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hubkit_client::{ErrorKind, Event, Silent, SnapshotRequest};
use tokio::time::Instant;

use crate::hub::{COMMIT, Hub, answer, repo};

const FILES: &[(&str, &[u8])] = &[
    ("a.txt", b"a"),
    ("b.txt", b"b"),
    ("c.txt", b"c"),
    ("d.txt", b"d"),
];

/// A hub that says, with its first answer of the kind that `counts` tells, that nothing remains for a minute.
fn exhausted(counts: fn(&str) -> bool, seconds: u64) -> Hub {
    let answers = AtomicUsize::new(0);
    Hub::new(FILES).with(move |request| {
        let path = request.uri().path();
        if !counts(path) || answers.fetch_add(1, Ordering::Relaxed) > 0 {
            return None;
        }
        let limit = format!("\"api\";r=0;t={seconds}");
        let body = format!(r#"{{"id":"a/b","sha":"{COMMIT}"}}"#);
        Some(answer(200, &[("ratelimit", &limit)], body.into_bytes()))
    })
}

fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

#[tokio::test(start_paused = true)]
async fn an_empty_bucket_makes_every_clone_wait_and_the_wait_is_announced() {
    let waits = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&waits);
    let hub = exhausted(is_api, 60);
    let client = hub
        .builder()
        .observer(move |event: &Event<'_>| {
            if let Event::Waiting { reason, delay } = event {
                heard
                    .lock()
                    .expect("no panic")
                    .push(((*reason).to_owned(), *delay));
            }
        })
        .build();
    let start = Instant::now();
    client
        .info(&repo(), None)
        .await
        .expect("the last one that is allowed");
    assert!(start.elapsed() < Duration::from_secs(1));
    let other = client.clone();
    other.info(&repo(), None).await.expect("after the wait");
    let waited = start.elapsed().as_secs();
    assert!((60..=62).contains(&waited), "{waited}");
    let waits = waits.lock().expect("no panic");
    assert_eq!(waits.len(), 1);
    assert_eq!(waits[0].0, "the hub's limit of requests is used up");
    assert!(waits[0].1 >= Duration::from_secs(59));
}

#[tokio::test(start_paused = true)]
async fn another_bucket_does_not_wait() {
    let hub = exhausted(|path| path == "/api/models/a/b", 60);
    let client = hub.client();
    client.info(&repo(), None).await.expect("the last one");
    let start = Instant::now();
    let path = "a.txt".parse().expect("a path");
    let main = "main".parse().expect("a revision");
    assert!(
        client
            .file_exists(&repo(), &main, &path)
            .await
            .expect("a file")
    );
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn requests_on_their_way_count_before_they_are_answered() {
    // Two are left when the first answer comes: of five workers two may go, the others wait for the next window.
    let sent = Arc::new(Mutex::new(Vec::new()));
    let times = Arc::clone(&sent);
    let start = Instant::now();
    let hub = Hub::new(FILES).with(move |request| {
        let mut times = times.lock().expect("no panic");
        times.push(start.elapsed().as_secs());
        let response = Hub::new(FILES).plain(request);
        let left = 3_usize.saturating_sub(times.len());
        (times.len() <= 3).then(|| {
            let (mut parts, body) = response.into_parts();
            let limit = format!("\"api\";r={left};t=60");
            parts
                .headers
                .insert("ratelimit", limit.parse().expect("a value"));
            hubkit_transport::Response::from_parts(parts, body)
        })
    });
    let client = hub.client();
    client.info(&repo(), None).await.expect("the first");
    let repo = repo();
    let all = (0..5).map(|_| client.info(&repo, None));
    for answer in futures_util::future::join_all(all).await {
        answer.expect("sooner or later");
    }
    let sent = sent.lock().expect("no panic");
    assert_eq!(sent[..3], [0, 0, 0]);
    assert!(sent[3..].iter().all(|seconds| *seconds >= 60), "{sent:?}");
    assert_eq!(sent.len(), 6, "nothing was refused, nothing sent twice");
}

#[tokio::test(start_paused = true)]
async fn a_date_to_come_back_counts_from_the_date_of_the_answer() {
    let asked = AtomicUsize::new(0);
    let hub = Hub::new(FILES).with(move |_| {
        let headers = [
            ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT"),
        ];
        let first = asked.fetch_add(1, Ordering::Relaxed) == 0;
        first.then(|| answer(503, &headers, ""))
    });
    let start = Instant::now();
    hub.client()
        .info(&repo(), None)
        .await
        .expect("after a minute");
    let waited = start.elapsed().as_secs();
    assert!((60..=61).contains(&waited), "{waited}");
}

#[tokio::test(start_paused = true)]
async fn all_workers_stop_when_one_is_told_to() {
    let told = AtomicUsize::new(0);
    let sent = Arc::new(Mutex::new(Vec::new()));
    let times = Arc::clone(&sent);
    let start = Instant::now();
    let hub = Hub::new(FILES).with(move |request| {
        if !request.uri().path().contains("/resolve/") {
            return None;
        }
        times
            .lock()
            .expect("no panic")
            .push(start.elapsed().as_secs());
        let first = told.fetch_add(1, Ordering::Relaxed) == 0;
        first.then(|| answer(429, &[("retry-after", "30")], ""))
    });
    let client = hub.builder().max_workers(1).build();
    client
        .snapshot(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect("a snapshot");
    let sent = sent.lock().expect("no panic");
    assert_eq!(sent.len(), 1 + FILES.len());
    assert_eq!(sent[0], 0);
    assert!(sent[1..].iter().all(|seconds| *seconds >= 30), "{sent:?}");
}

#[tokio::test(start_paused = true)]
async fn beyond_the_bound_it_is_an_error_that_says_when_and_no_request() {
    let hub = exhausted(is_api, 600);
    let client = hub.builder().max_wait(Duration::from_secs(90)).build();
    client.info(&repo(), None).await.expect("the last one");
    let start = Instant::now();
    let error = client.info(&repo(), None).await.expect_err("too long");
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(Duration::from_mins(10)));
    assert_eq!(
        error.to_string(),
        "a/b: https://hub.test takes no more requests for 600 seconds, longer than the 90 that may be waited"
    );
    assert_eq!((start.elapsed(), hub.lines().len()), (Duration::ZERO, 1));
    tokio::time::advance(Duration::from_secs(601)).await;
    client.info(&repo(), None).await.expect("the limit is over");
}

#[tokio::test(start_paused = true)]
async fn waits_of_one_request_add_up() {
    // Again and again a little: together it would be longer than anyone allowed.
    let hub = Hub::new(FILES).with(|_| Some(answer(429, &[("retry-after", "40")], "")));
    let client = hub.builder().max_wait(Duration::from_secs(100)).build();
    let start = Instant::now();
    let error = client.info(&repo(), None).await.expect_err("never");
    assert_eq!(error.kind(), ErrorKind::RateLimited, "{error}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(40)));
    assert!(
        start.elapsed() <= Duration::from_secs(100),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(hub.lines().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_file_server_s_limit_is_not_the_hub_s() {
    let hub = Hub::new(FILES).with(|request| match request.uri().host() {
        Some("cdn.test") => {
            let mut response = Hub::new(FILES).plain(request);
            let limit = "\"x\";r=0;t=299".parse().expect("a value");
            response.headers_mut().insert("ratelimit", limit);
            Some(response)
        }
        _ if request.uri().path().contains("/resolve/") => {
            let target = format!("https://cdn.test{}", request.uri().path());
            Some(answer(302, &[("location", &target)], ""))
        }
        _ => None,
    });
    let start = Instant::now();
    let client = hub.builder().max_workers(1).build();
    client
        .snapshot(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect("a snapshot");
    assert!(start.elapsed() < Duration::from_secs(1));
}
