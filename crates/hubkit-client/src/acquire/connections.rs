//! How many requests for files are under way at once.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

/// The budget of a client for requests that bring files, shared by all that it fetches.
///
/// Small files and parts of large ones have lanes of their own, so that neither waits for the other. Each lane begins with
/// a few requests and gets more for as long as more come to something: the lane of small files with every one that went
/// well, that of large ones while bytes come faster for it. Where the hub asks to slow down both are halved.
#[derive(Debug)]
pub(crate) struct Connections {
    small: Lane,
    large: Lane,
    all: Arc<Semaphore>,
    pace: Mutex<Pace>,
}

/// A semaphore whose size changes.
#[derive(Debug)]
struct Lane {
    permits: Arc<Semaphore>,
    size: Mutex<Size>,
    most: usize,
}

#[derive(Debug)]
struct Size {
    now: usize,
    /// How many permits go out of use when they come back.
    surplus: usize,
}

/// Which files a request is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Traffic {
    /// Whole small files, of which there are many.
    Small,
    /// Parts of large ones.
    Large,
}

/// A request that may be sent. Dropping it makes room for the next.
#[derive(Debug)]
pub(crate) struct Permit {
    _of_lane: Option<OwnedSemaphorePermit>,
    _of_all: Option<OwnedSemaphorePermit>,
}

/// What a link is like, before anything came over it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Link {
    /// Answers come at once, so that a second request gains little.
    Short,
    /// Most of the time is spent waiting for answers.
    Long,
}

/// An answer that takes longer than this comes over a long link.
const LONG: Duration = Duration::from_millis(5);

/// The most parts of large files that are under way: what is gained beyond goes to whoever asks a server for less.
const MOST_LARGE: usize = 16;

/// The lanes' first sizes.
const FIRST_SMALL: usize = 32;
const FIRST_LARGE: usize = 2;
const FIRST_LARGE_LONG: usize = 8;

impl Connections {
    pub(crate) fn new(most: usize) -> Self {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        let most_large = MOST_LARGE.min(most.div_ceil(2));
        Self {
            small: Lane::new(FIRST_SMALL, most - most_large),
            large: Lane::new(FIRST_LARGE, most_large),
            all: Arc::new(Semaphore::new(most)),
            pace: Mutex::new(Pace::default()),
        }
    }

    /// Waits for a request's turn.
    pub(crate) async fn permit(&self, traffic: Traffic) -> Permit {
        let of_lane = self.lane(traffic).permit().await;
        // Nobody closes it.
        let of_all = self.all.clone().acquire_owned().await.ok();
        Permit {
            _of_lane: of_lane,
            _of_all: of_all,
        }
    }

    /// How many requests for parts of one file are worth their while now: one where it is near and fast, so that its bytes
    /// come in the order in which they are hashed with the least work.
    pub(crate) fn of_one_file(&self) -> usize {
        let pace = self.pace();
        if pace.link == Some(Link::Short) && pace.fast {
            1
        } else {
            usize::MAX
        }
    }

    /// How many requests for parts of large files may be under way now.
    pub(crate) fn large_size(&self) -> usize {
        self.large.size()
    }

    /// Makes use of how long the first answer of all took.
    pub(crate) fn note_answer(&self, time: Duration) {
        let mut pace = self.pace();
        if pace.link.is_none() {
            let link = if time > LONG { Link::Long } else { Link::Short };
            pace.link = Some(link);
            if link == Link::Long {
                self.large.resize(FIRST_LARGE_LONG);
            }
        }
    }

    /// Takes note that a small file came whole.
    pub(crate) fn small_came(&self) {
        let most = match self.pace().link {
            // Nobody waits for answers, so more requests only cost more.
            Some(Link::Short) => FIRST_SMALL,
            _ => usize::MAX,
        };
        let size = self.small.size();
        if size < most {
            self.small.resize(size + 1);
        }
    }

    /// Takes note of bytes of a large file, which says now and then whether more requests bring more.
    pub(crate) fn large_came(&self, bytes: u64) {
        let now = Instant::now();
        let mut pace = self.pace();
        let in_use = self.large.in_use();
        if let Some(size) = pace.came(bytes, now, self.large.size(), in_use, self.large.most) {
            self.large.resize(size);
        }
    }

    /// Takes note that the hub, or whoever keeps its files, has too much to do.
    pub(crate) fn slow_down(&self) {
        self.small.resize(self.small.size() / 2);
        self.large.resize(self.large.size() / 2);
        self.pace().hold(Instant::now());
    }

    fn lane(&self, traffic: Traffic) -> &Lane {
        match traffic {
            Traffic::Small => &self.small,
            Traffic::Large => &self.large,
        }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lane {
    fn new(first: usize, most: usize) -> Self {
        let most = most.max(1);
        let now = first.min(most);
        Self {
            permits: Arc::new(Semaphore::new(now)),
            size: Mutex::new(Size { now, surplus: 0 }),
            most,
        }
    }

    async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        loop {
            // Nobody closes it.
            let permit = self.permits.clone().acquire_owned().await.ok();
            let mut size = self.lock();
            if size.surplus == 0 {
                return permit;
            }
            if let Some(permit) = permit {
                permit.forget();
                size.surplus -= 1;
            }
        }
    }

    fn size(&self) -> usize {
        self.lock().now
    }

    fn in_use(&self) -> usize {
        let size = self.lock();
        (size.now + size.surplus).saturating_sub(self.permits.available_permits())
    }

    fn resize(&self, wanted: usize) {
        let wanted = wanted.clamp(1, self.most);
        let mut size = self.lock();
        if wanted > size.now {
            let mut more = wanted - size.now;
            let kept = more.min(size.surplus);
            size.surplus -= kept;
            more -= kept;
            self.permits.add_permits(more);
        } else {
            size.surplus += size.now - wanted;
        }
        size.now = wanted;
    }

    fn lock(&self) -> MutexGuard<'_, Size> {
        self.size.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How fast large files come, and whether that is worth more requests.
#[derive(Debug)]
struct Pace {
    link: Option<Link>,
    /// Whether each request brings as much as this machine takes, as far as is known.
    fast: bool,
    window: Option<Window>,
    /// The rate before the last change, and how many requests there were then.
    before: Option<(f64, usize)>,
    /// No change before this.
    held: Option<Instant>,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            link: None,
            fast: true,
            window: None,
            before: None,
            held: None,
        }
    }
}

#[derive(Debug)]
struct Window {
    start: Instant,
    bytes: u64,
}

impl Pace {
    /// How long is measured, and how long nothing is measured after a change: new connections have to come about.
    const WINDOW: Duration = Duration::from_millis(150);
    const SETTLE: Duration = Duration::from_millis(150);
    /// For how long what did not pay is not tried again.
    const HOLD: Duration = Duration::from_secs(5);
    /// How much more must come for more requests to have paid.
    const GAIN: f64 = 1.1;
    /// A request over a short link that brings so many bytes a second is held up by this machine, not by the server.
    const FAST: f64 = 400e6;

    /// The size that the lane should have, where that changes.
    fn came(
        &mut self,
        bytes: u64,
        now: Instant,
        size: usize,
        in_use: usize,
        most: usize,
    ) -> Option<usize> {
        if self.held.is_some_and(|held| now < held) {
            self.window = None;
            return None;
        }
        self.held = None;
        let window = self.window.get_or_insert(Window {
            start: now,
            bytes: 0,
        });
        window.bytes += bytes;
        let time = now.duration_since(window.start);
        if time < Self::WINDOW {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate need not be exact")]
        let rate = window.bytes as f64 / time.as_secs_f64();
        self.window = None;
        #[expect(clippy::cast_precision_loss, reason = "a rate need not be exact")]
        let each = rate / in_use.max(1) as f64;
        self.fast = self.link == Some(Link::Short) && each > Self::FAST;
        // Where not all that may be asked is asked, more would change nothing.
        if in_use < size {
            return None;
        }
        match self.before.take() {
            None if self.fast => {
                self.hold(now);
                None
            }
            Some((slower, fewer)) if rate < slower * Self::GAIN => {
                self.hold(now);
                Some(fewer)
            }
            _ if size >= most => {
                self.hold(now);
                None
            }
            _ => {
                self.before = Some((rate, size));
                self.held = Some(now + Self::SETTLE);
                Some((size * 2).min(most))
            }
        }
    }

    fn hold(&mut self, now: Instant) {
        self.before = None;
        self.held = Some(now + Self::HOLD);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A link that gives each request so much, and so much to all together. Returns the sizes that the lane had.
    fn sizes(each: u64, all: u64, first: usize) -> Vec<usize> {
        let (mut pace, mut now, mut sizes) = (Pace::default(), Instant::now(), vec![first]);
        for _ in 0..200 {
            now += Duration::from_millis(10);
            let size = sizes[sizes.len() - 1];
            let bytes = (each * size as u64).min(all) / 100;
            sizes.extend(pace.came(bytes, now, size, size, 16));
        }
        sizes
    }

    #[test]
    fn more_are_asked_for_as_long_as_more_comes() {
        assert_eq!(sizes(50_000_000, 400_000_000, 2), [2, 4, 8, 16, 8]);
        assert_eq!(sizes(50_000_000, u64::MAX, 2), [2, 4, 8, 16]);
        assert_eq!(sizes(1_000_000_000, 1_000_000_000, 2), [2, 4, 2]);
    }

    #[test]
    fn one_that_is_near_and_fast_is_enough() {
        let (mut pace, mut now) = (Pace::default(), Instant::now());
        pace.link = Some(Link::Short);
        for _ in 0..100 {
            now += Duration::from_millis(10);
            assert_eq!(pace.came(10_000_000, now, 1, 1, 16), None);
        }
        pace.hold(now);
        now += Pace::HOLD;
        let sizes: Vec<usize> = (0..20)
            .filter_map(|_| {
                now += Duration::from_millis(10);
                pace.came(1_000_000, now, 1, 1, 16)
            })
            .collect();
        assert_eq!(sizes, [2], "a slow one is not");
    }

    #[test]
    fn what_is_not_used_is_not_made_larger() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        for step in 0..100 {
            let now = start + Duration::from_millis(10) * step;
            assert_eq!(pace.came(1_000_000, now, 4, 3, 16), None);
        }
    }

    #[tokio::test]
    async fn a_lane_shrinks_as_its_requests_end_and_grows_again() {
        let lane = Lane::new(4, 8);
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(lane.permit().await);
        }
        assert_eq!(lane.in_use(), 4);
        lane.resize(1);
        held.truncate(1);
        let mut next = Box::pin(lane.permit());
        let waits = tokio::time::timeout(Duration::from_millis(1), &mut next).await;
        assert!(waits.is_err(), "one is under way and one is allowed");
        lane.resize(100);
        assert_eq!(lane.size(), 8);
        next.await;
        for _ in 0..7 {
            held.push(lane.permit().await);
        }
        assert_eq!(lane.in_use(), 8);
    }

    #[tokio::test]
    async fn a_client_that_may_send_one_request_sends_one() {
        let connections = Connections::new(1);
        connections.small_came();
        connections.note_answer(Duration::from_secs(1));
        connections.slow_down();
        assert_eq!((connections.small.size(), connections.large.size()), (1, 1));
        let one = connections.permit(Traffic::Large).await;
        let mut other = Box::pin(connections.permit(Traffic::Small));
        let waits = tokio::time::timeout(Duration::from_millis(1), &mut other).await;
        assert!(waits.is_err());
        drop(one);
        other.await;
    }
}
