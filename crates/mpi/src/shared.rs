use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Mutex, PoisonError};

use densely_models::ExchangeError;

/// What the training and the thread that calls MPI know of each other.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// Whether the training has been told that a rank has failed.
    told: AtomicBool,
    /// Whether this rank has failed, and why.
    failed: AtomicBool,
    reason: Mutex<String>,
}

impl Shared {
    /// Waits for what the thread of this `rank` has to bring.
    pub(crate) fn answer<R>(
        &self,
        rank: usize,
        from: &Receiver<Result<R, ExchangeError>>,
    ) -> Result<R, ExchangeError> {
        let answer = from.recv().unwrap_or_else(|_| Err(over(rank)));
        self.told.fetch_or(answer.is_err(), Ordering::Relaxed);
        answer
    }

    /// Whether the training knows that a rank has failed.
    pub(crate) fn is_told(&self) -> bool {
        self.told.load(Ordering::Relaxed)
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

/// What there is after the end of MPI.
pub(crate) fn over(rank: usize) -> ExchangeError {
    ExchangeError::Lost { rank: Some(rank), why: "has ended MPI".to_owned() }
}
