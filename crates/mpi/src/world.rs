use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use densely_models::ExchangeError;
use thiserror::Error;

use crate::exchange::MpiExchange;
use crate::job::Job;
use crate::number::Number;
use crate::shared::{Shared, over};

/// The processes that a launcher such as `mpirun` has started together, of which this is one; without a launcher it is
/// alone.
///
/// MPI begins with it and ends with it, once in a process. Dropping it [finishes](Self::finish), but in a panic, in
/// which it [fails](Self::fail).
#[derive(Debug)]
pub struct World {
    rank: usize,
    ranks: usize,
    jobs: Sender<Job>,
    shared: Arc<Shared>,
    finished: bool,
}

/// Why MPI cannot begin.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MpiError {
    /// It has begun in this process before.
    #[error("MPI has begun in this process, which it does once only")]
    Begun,
    /// A number of processes that cannot share shards.
    #[error(
        "{ranks} processes were started, and they must be a power of two: start {}", below(*.ranks)
    )]
    Ranks {
        /// The number of this one.
        rank: usize,
        /// How many there are.
        ranks: usize,
    },
    /// A thread that cannot be started.
    #[error("the thread that calls MPI cannot be started: {0}")]
    Thread(String),
}

/// The power of two below.
fn below(ranks: usize) -> usize {
    ranks.next_power_of_two() / 2
}

impl World {
    /// Begins MPI, and waits until all processes have.
    ///
    /// # Errors
    /// If it has begun before, the number of processes is no power of two, or no thread can be started.
    pub fn join() -> Result<Self, MpiError> {
        let (jobs, asked) = channel();
        let (joined, answered) = channel();
        let shared = Arc::<Shared>::default();
        let with = shared.clone();
        thread::Builder::new()
            .name("mpi".to_owned())
            .spawn(move || crate::thread::run(asked, with, &joined))
            .map_err(|error| MpiError::Thread(error.to_string()))?;
        let ended = |_| MpiError::Thread("it has ended".to_owned());
        let (rank, ranks) = answered.recv().map_err(ended)??;
        Ok(Self { rank, ranks, jobs, shared, finished: false })
    }

    /// The number of this process, from 0.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// How many there are.
    #[must_use]
    pub fn ranks(&self) -> usize {
        self.ranks
    }

    /// What a training takes. Of several, all ranks must use the same ones in the same order.
    #[must_use]
    pub fn exchange<T: Number>(&self) -> MpiExchange<T> {
        MpiExchange::new(self.rank, self.ranks, self.jobs.clone(), self.shared.clone())
    }

    /// Ends MPI, once all ranks want that.
    ///
    /// # Errors
    /// If one has failed, or goes on.
    pub fn finish(mut self) -> Result<(), ExchangeError> {
        self.end()
    }

    /// Tells all ranks why this one fails, and ends all processes. That of rank 0 ends at once with status 1, and ends the
    /// others: it should have said why. If it does not come to that within five seconds, this rank says so and ends them.
    pub fn fail(&self, why: &str) -> ! {
        self.shared.fail(why);
        let _ = self.jobs.send(Job::Look);
        loop {
            // The other thread ends the process.
            thread::park();
        }
    }

    fn end(&mut self) -> Result<(), ExchangeError> {
        self.finished = true;
        let (answer, answered) = channel();
        self.jobs.send(Job::Finish(answer)).map_err(|_| over(self.rank))?;
        self.shared.answer(self.rank, &answered)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if thread::panicking() {
            self.fail("it has panicked");
        }
        if !self.finished {
            // Who wants to know of errors calls `finish`.
            let _ = self.end();
        }
    }
}
