//! Signals that ask the program to end. It ends at once, unless a training has something to
//! save: then the first signal ends the training, and one that comes later the program.

#[cfg(unix)]
mod watch;

use std::io;
#[cfg(all(unix, feature = "serve"))]
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
#[cfg(feature = "serve")]
use std::sync::mpsc::{Receiver, Sender, channel};
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
    /// Who is told of each, if anybody is.
    #[cfg(feature = "serve")]
    told: Mutex<Option<Sender<Signal>>>,
    /// By which other signals can be waited for.
    #[cfg(all(unix, feature = "serve"))]
    coming: OnceLock<signal_hook::iterator::Handle>,
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

    /// From now on, signals come here: what asks for the end, once, and SIGHUP, which asks for none then. A second
    /// that asks for the end is not waited with. Where nobody waits for signals, none comes, and the first ends the
    /// program where it is.
    #[cfg(feature = "serve")]
    pub(crate) fn told(&self) -> Receiver<Signal> {
        let (told, coming) = channel();
        // Also where `nohup` let it be ignored: here it asks for no end.
        #[cfg(unix)]
        if let Some(others) = self.0.coming.get() {
            let _ = others.add_signal(signal_hook::consts::SIGHUP);
        }
        *self.0.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
        coming
    }

    /// Tells of a signal, if there is somebody to be told.
    #[cfg(all(unix, feature = "serve"))]
    fn tell(&self, signal: Signal) -> bool {
        let told = self.0.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.as_ref().is_some_and(|told| told.send(signal).is_ok())
    }

    /// Whether somebody is told.
    #[cfg(all(unix, feature = "serve"))]
    fn is_told(&self) -> bool {
        self.0.told.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    #[cfg(all(unix, not(feature = "serve")))]
    fn tell(&self, _: Signal) -> bool {
        false
    }

    #[cfg(all(unix, not(feature = "serve")))]
    fn is_told(&self) -> bool {
        false
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

    /// One has come, if not to this process, to another that it works with: which asks for the end.
    pub(crate) fn has_come(&self) {
        let none =
            self.0.which.compare_exchange(0, SIGTERM as usize, Ordering::SeqCst, Ordering::SeqCst);
        self.0.stop.fetch_or(none.is_ok(), Ordering::SeqCst);
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

    /// Whether it says that the program's terminal is gone, or, to one that serves, that its model is another.
    #[cfg(feature = "serve")]
    pub(crate) fn is_hangup(self) -> bool {
        self.1 == "SIGHUP"
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
