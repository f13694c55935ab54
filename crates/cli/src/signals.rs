//! Signals that ask the program to end: the first lets it save what it has, the second ends it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// The signals that have come.
#[derive(Debug)]
pub(crate) struct Signals {
    stop: Arc<AtomicBool>,
    which: Arc<AtomicUsize>,
}

/// A signal, by number and name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Signal(i32, &'static str);

const ALL: &[Signal] = &[
    Signal(SIGINT, "SIGINT"),
    Signal(SIGTERM, "SIGTERM"),
    #[cfg(unix)]
    Signal(signal_hook::consts::SIGHUP, "SIGHUP"),
];

impl Signals {
    /// Catches them from now on.
    pub(crate) fn catch() -> io::Result<Self> {
        let caught = Self { stop: Arc::default(), which: Arc::default() };
        let ignored = ignored();
        for signal in ALL.iter().filter(|signal| !signal.is_in(ignored)) {
            // In this order: the second signal finds the flag that the first has set.
            flag::register_conditional_shutdown(signal.0, signal.status(), caught.stop.clone())?;
            flag::register_usize(signal.0, caught.which.clone(), signal.0 as usize)?;
            flag::register(signal.0, caught.stop.clone())?;
        }
        Ok(caught)
    }

    /// Set by the first signal.
    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.stop
    }

    /// The signal that came, if one did.
    pub(crate) fn caught(&self) -> Option<Signal> {
        let number = self.which.load(Ordering::Relaxed);
        ALL.iter().copied().find(|signal| signal.0 as usize == number)
    }
}

impl Signal {
    pub(crate) fn name(self) -> &'static str {
        self.1
    }

    /// The status of a program that it ends, as shells say it.
    pub(crate) fn status(self) -> i32 {
        128 + self.0
    }

    fn is_in(self, mask: u64) -> bool {
        mask >> (self.0 - 1) & 1 == 1
    }
}

/// A bit for each signal that is ignored, which stays so: of a program that `nohup` started, or
/// that runs in the background of a script. Where the system does not say, none.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// Lets a write beyond the allowed size of a file fail, with a message, and not end the program.
pub(crate) fn survive_file_size_limit() {
    // Where it cannot be caught, it ends the program as before.
    #[cfg(unix)]
    let _ = flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
}
