//! Signals that ask the program to end. It ends at once, unless a training has something to
//! save: then the first signal ends the training, and one that comes later the program.

#[cfg(unix)]
mod watch;

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::run_folder::Claim;

/// The signals that have come, and what the program does then.
#[derive(Debug, Clone)]
pub(crate) struct Signals(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// Whether the program saves something before it ends.
    saves: AtomicBool,
    stop: Arc<AtomicBool>,
    which: Arc<AtomicUsize>,
    claim: Mutex<Option<Claim>>,
}

/// A signal, by number and name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Signal(i32, &'static str);

const ALL: &[Signal] = &[
    Signal(SIGINT, "SIGINT"),
    Signal(SIGTERM, "SIGTERM"),
    #[cfg(unix)]
    Signal(signal_hook::consts::SIGHUP, "SIGHUP"),
    #[cfg(unix)]
    Signal(signal_hook::consts::SIGQUIT, "SIGQUIT"),
];

impl Signals {
    /// Catches them from now on.
    pub(crate) fn catch() -> io::Result<Self> {
        let caught = Self(Arc::default());
        #[cfg(unix)]
        caught.watch()?;
        Ok(caught)
    }

    /// From now on there is something to save.
    pub(crate) fn wait_for_saving(&self) -> io::Result<()> {
        self.0.saves.store(true, Ordering::SeqCst);
        // Where nobody waits for signals, the second ends the program where it is.
        #[cfg(not(unix))]
        for signal in ALL {
            let (number, State { stop, which, .. }) = (signal.0, &*self.0);
            flag::register_conditional_shutdown(number, signal.status(), stop.clone())?;
            flag::register_usize(number, which.clone(), number as usize)?;
            flag::register(number, stop.clone())?;
        }
        Ok(())
    }

    /// From now on there is nothing to save.
    pub(crate) fn all_is_saved(&self) {
        self.0.saves.store(false, Ordering::SeqCst);
    }

    /// Makes a folder that is given up if the program ends at once and nothing is in it. A signal
    /// that comes meanwhile waits until it is known what was made.
    pub(crate) fn claim(&self, make: impl FnOnce() -> io::Result<Claim>) -> io::Result<Claim> {
        let mut slot = self.0.claim.lock().unwrap_or_else(PoisonError::into_inner);
        let claim = make()?;
        *slot = Some(claim.clone());
        Ok(claim)
    }

    /// A folder that is given up if the program ends at once and nothing is in it.
    pub(crate) fn gives_up(&self, claim: Option<Claim>) {
        *self.0.claim.lock().unwrap_or_else(PoisonError::into_inner) = claim;
    }

    /// Whether a signal has come.
    pub(crate) fn is_caught(&self) -> bool {
        self.0.stop.load(Ordering::Relaxed)
    }

    /// The signal that came, if one did.
    pub(crate) fn caught(&self) -> Option<Signal> {
        let number = self.0.which.load(Ordering::SeqCst);
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
}

/// Lets a write beyond the allowed size of a file fail, with a message, and not end the program.
pub(crate) fn survive_file_size_limit() {
    // Where it cannot be caught, it ends the program as before.
    #[cfg(unix)]
    let _ = flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
}
