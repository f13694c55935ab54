//! What is given to rayon. Its functions are compiled for each type that they are called with, so all work goes through
//! these, which have none: they were a sixth of the code of a crate that trains.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rayon::ThreadPool;

use super::parts::End;

/// How long a helper looks out for a part before it leaves: longer than what is between two parts of a step, and short
/// enough that a core that somebody else wants is not held in vain. While a helper spins, the system believes that both
/// cores are wanted, and leaves the thread that does the work where it is, even behind another program.
const PATIENCE: Duration = Duration::from_micros(100);

pub(super) fn enter(pool: &ThreadPool, work: &mut (dyn FnMut() + Send)) {
    pool.install(work);
}

pub(super) fn join(
    pool: &ThreadPool,
    left: &mut (dyn FnMut() + Send),
    right: &mut (dyn FnMut() + Send),
) {
    pool.install(|| rayon::join(left, right));
}

/// Calls `work` until it has no panel left, here and on as many other threads as there are panels for, as far as they
/// come.
pub(super) fn share(pool: &ThreadPool, panels: usize, work: &(dyn Fn(End) -> bool + Sync)) {
    pool.install(|| share_among(panels.min(pool.current_num_threads()) - 1, work));
}

fn share_among(helpers: usize, work: &(dyn Fn(End) -> bool + Sync)) {
    match helpers {
        0 => while work(End::Front) {},
        _ => {
            rayon::join(|| share_among(helpers - 1, work), || while work(End::Back) {});
        }
    }
}

/// Runs `work`, while up to `helpers` others look out for parts of it.
pub(super) fn attend(pool: &ThreadPool, helpers: usize, work: &mut (dyn FnMut() + Send)) {
    pool.install(|| {
        let helpers = helpers.min(pool.current_num_threads() - 1);
        attended(helpers, &AtomicBool::new(false), rayon::current_thread_index(), work);
    });
}

/// Runs `work` here, and `help` on `helpers` other threads until it is done.
fn attended(
    helpers: usize,
    done: &AtomicBool,
    worker: Option<usize>,
    work: &mut (dyn FnMut() + Send),
) {
    /// `work` is done even if it panics.
    struct Done<'a>(&'a AtomicBool);
    impl Drop for Done<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Release);
        }
    }
    if helpers == 0 {
        let _done = Done(done);
        return work();
    }
    rayon::join(|| attended(helpers - 1, done, worker, work), || help(done, worker));
}

/// Does what parts of the work there are, until all is done, or none has come for a while.
fn help(done: &AtomicBool, worker: Option<usize>) {
    // The thread that does the work would wait here for itself.
    if rayon::current_thread_index() == worker {
        return;
    }
    let mut last = Instant::now();
    while !done.load(Ordering::Acquire) {
        if rayon::yield_now() == Some(rayon::Yield::Executed) {
            last = Instant::now();
        } else if last.elapsed() > PATIENCE {
            return;
        } else {
            for _ in 0..16 {
                std::hint::spin_loop();
            }
        }
    }
}
