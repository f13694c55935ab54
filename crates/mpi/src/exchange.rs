use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use densely_models::{Exchange, ExchangeError};

use crate::job::{Job, Values};
use crate::number::Number;
use crate::shared::{Shared, over};

/// A sum that has ended, or why it has not.
type Sum = Result<Values, ExchangeError>;

/// The exchange of a training among the processes of a [`World`](crate::World), which makes it.
///
/// Sums go on in a thread of their own while the training computes.
pub struct MpiExchange<T: Number> {
    rank: usize,
    ranks: usize,
    jobs: Sender<Job>,
    shared: Arc<Shared>,
    /// Sums that have begun and not ended.
    open: usize,
    sums: (Sender<Sum>, Receiver<Sum>),
    of: PhantomData<T>,
}

impl<T: Number> MpiExchange<T> {
    pub(crate) fn new(rank: usize, ranks: usize, jobs: Sender<Job>, shared: Arc<Shared>) -> Self {
        Self { rank, ranks, jobs, shared, open: 0, sums: channel(), of: PhantomData }
    }

    fn ask(&self, job: Job) -> Result<(), ExchangeError> {
        self.jobs.send(job).map_err(|_| over(self.rank))
    }
}

impl<T: Number> Exchange<T> for MpiExchange<T> {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        self.ranks
    }

    fn begin(&mut self, values: Vec<T>) -> Result<(), ExchangeError> {
        self.ask(Job::Sum(T::into_values(values), self.sums.0.clone()))?;
        self.open += 1;
        Ok(())
    }

    fn end(&mut self) -> Result<Vec<T>, ExchangeError> {
        assert!(self.open > 0, "no sum has begun");
        self.open -= 1;
        let sum = self.shared.answer(self.rank, &self.sums.1)?;
        T::of_values(sum).ok_or_else(|| over(self.rank))
    }

    fn gather(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, ExchangeError> {
        let (answer, answered) = channel();
        self.ask(Job::Gather(bytes.to_vec(), answer))?;
        self.shared.answer(self.rank, &answered)
    }
}

impl<T: Number> fmt::Debug for MpiExchange<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MpiExchange")
            .field("rank", &self.rank)
            .field("ranks", &self.ranks)
            .finish_non_exhaustive()
    }
}
