use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// By when something has to happen on a connection. It is put off with each request and each answer; so a
/// client that sends nothing, or takes nothing, holds no place for long.
pub(crate) struct Deadline {
    start: Instant,
    limit: Duration,
    /// In nanoseconds since the start; the largest for none.
    at: AtomicU64,
}

impl Deadline {
    pub(crate) fn new(limit: Duration) -> Self {
        let deadline = Self { start: Instant::now(), limit, at: AtomicU64::new(0) };
        deadline.put_off();
        deadline
    }

    /// By the limit from now.
    pub(crate) fn put_off(&self) {
        let at = (self.start.elapsed() + self.limit).as_nanos();
        self.at.store(u64::try_from(at).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// As long as a request is in work, which has a limit of its own.
    pub(crate) fn suspend(&self) {
        self.at.store(u64::MAX, Ordering::Relaxed);
    }

    pub(crate) async fn passed(&self) {
        loop {
            let (at, now) = (self.at.load(Ordering::Relaxed), Instant::now());
            let at = self.start + Duration::from_nanos(at).min(now - self.start + self.limit);
            if at <= now {
                return;
            }
            sleep_until(at).await;
        }
    }
}
