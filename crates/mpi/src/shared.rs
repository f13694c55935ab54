use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// What the training and the thread that calls MPI know of each other.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// Whether the training waits.
    needed: AtomicBool,
    /// Whether it has failed, and why.
    failed: AtomicBool,
    reason: Mutex<String>,
}

impl Shared {
    /// Waits for what the thread has to bring.
    pub(crate) fn needing<R>(&self, wait: impl FnOnce() -> R) -> R {
        self.needed.store(true, Ordering::Relaxed);
        let result = wait();
        self.needed.store(false, Ordering::Relaxed);
        result
    }

    /// Whether somebody waits for it.
    pub(crate) fn is_needed(&self) -> bool {
        self.needed.load(Ordering::Relaxed)
    }

    /// This rank has failed.
    pub(crate) fn fail(&self, why: &str) {
        *self.reason.lock().unwrap_or_else(PoisonError::into_inner) = why.to_owned();
        self.failed.store(true, Ordering::Release);
    }

    /// Why it has, if it has.
    pub(crate) fn failed(&self) -> Option<String> {
        let failed = self.failed.load(Ordering::Acquire);
        failed.then(|| self.reason.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}
