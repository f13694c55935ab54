//! Work without the interpreter's lock.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;

use crate::failure::Failure;

/// How long a signal may wait before it is looked at.
const PATIENCE: Duration = Duration::from_millis(20);

/// Does short work while other threads of Python go on. A panic is an error.
pub(crate) fn detached<R: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<R, Failure> + Send,
) -> PyResult<R> {
    let done = py.detach(|| catch_unwind(AssertUnwindSafe(work)));
    Ok(done.unwrap_or_else(|panic| Err(of_panic(&*panic)))?)
}

/// Does long work on a thread of its own, while this one looks out for signals, as only Python's main
/// thread can, and hears what the work has to tell. At the first signal (or error of `hear`) the flag is
/// set; the work ends soon after, and its result comes with the error.
pub(crate) fn attended<M: Send, R: Send>(
    py: Python<'_>,
    work: impl FnOnce(&AtomicBool, Sender<M>) -> Result<R, Failure> + Send,
    mut hear: impl FnMut(Python<'_>, M) -> PyResult<()> + Send,
) -> PyResult<(R, Option<PyErr>)> {
    let (done, interrupt) = py.detach(move || {
        let stop = AtomicBool::new(false);
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| {
            let worker = scope.spawn(|| work(&stop, sender));
            let mut interrupt = None;
            let mut note = |heard: PyResult<()>| {
                if let Err(error) = heard {
                    stop.store(true, Ordering::Relaxed);
                    interrupt.get_or_insert(error);
                }
            };
            loop {
                match receiver.recv_timeout(PATIENCE) {
                    Ok(message) => note(Python::attach(|py| hear(py, message))),
                    Err(RecvTimeoutError::Timeout) => note(Python::attach(|py| py.check_signals())),
                    // It has ended, and dropped the sender.
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
            let done = worker.join().unwrap_or_else(|panic| Err(of_panic(&*panic)));
            (done, interrupt)
        })
    });
    match (done, interrupt) {
        (Ok(done), interrupt) => Ok((done, interrupt)),
        (Err(_), Some(interrupt)) => Err(interrupt),
        (Err(failure), None) => Err(failure.into()),
    }
}

fn of_panic(panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    Failure::Panic(text.unwrap_or("a panic").to_owned())
}
