use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use densely::formats::WholeFile;
use signal_hook::consts::{SIGHUP, SIGQUIT};
use signal_hook::iterator::Signals as Coming;
use signal_hook::low_level::exit;

use super::{ALL, Signal, Signals};

/// Signals that come so soon after the first are the same wish: a terminal sends one to all
/// programs in it, and one of these may hand it on.
const TOGETHER: Duration = Duration::from_millis(500);

impl Signals {
    /// Starts a thread that waits for them.
    pub(super) fn watch(&self) -> io::Result<()> {
        let (state, ignored) = (self.clone(), ignored());
        let numbers = ALL.iter().map(|signal| signal.0);
        let mut coming = Coming::new(numbers.filter(|number| ignored >> (number - 1) & 1 == 0))?;
        #[cfg(feature = "serve")]
        let _ = self.0.coming.set(coming.handle());
        let watch = move || {
            let mut first = None;
            for number in coming.forever() {
                let came = Instant::now();
                let Some(&signal) = ALL.iter().find(|signal| signal.0 == number) else { continue };
                match first {
                    // This one is for a program that is not to do anything else.
                    _ if number == SIGQUIT => state.end(signal),
                    _ if number == SIGHUP && state.tell(signal) => {}
                    None if state.tell(signal) => first = Some(came),
                    _ if !state.is_told() && !state.0.saves.load(Ordering::SeqCst) => {
                        state.end(signal)
                    }
                    None => {
                        first = Some(came);
                        state.0.which.store(number as usize, Ordering::SeqCst);
                        state.0.stop.store(true, Ordering::SeqCst);
                    }
                    Some(first) if came - first < TOGETHER => {}
                    Some(_) => state.end(signal),
                }
            }
        };
        thread::Builder::new().name("signals".to_owned()).spawn(watch).map(drop)
    }

    /// Ends the program at once, and leaves nothing half done.
    fn end(&self, signal: Signal) -> ! {
        let _until_the_end = WholeFile::abandon_all();
        if let Some(claim) = &*self.0.claim.lock().unwrap_or_else(PoisonError::into_inner) {
            claim.give_up();
        }
        exit(signal.status())
    }
}

/// A bit for each signal that is ignored, which stays so: of a program that `nohup` started, or
/// that runs in the background of a script. Where the system does not say, none.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
