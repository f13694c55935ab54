use std::fmt;

use densely_tensor::Scalar;
use thiserror::Error;

/// What joins the ranks that train one network together: processes, or threads, each with a number from 0.
///
/// Every rank calls the same methods in the same order, with the same lengths for sums. No method is called after one
/// has returned an error. There are as many sums in a training step as the network has layers with parameters, from the
/// last to the first: a layer's gradients are exchanged while those of the layers before it are computed.
///
/// Dropping it must not wait for others: a rank that has failed has told them, or is told of as
/// [`ExchangeError::Lost`].
pub trait Exchange<T: Scalar>: fmt::Debug + Send {
    /// The number of this rank, from 0.
    fn rank(&self) -> usize;

    /// How many there are: a power of two.
    fn ranks(&self) -> usize;

    /// Begins to add the `values` of all ranks, and returns before that is done. Sums end in the order in which they
    /// begin. The buffer comes back from [`end`](Self::end), so that one allocation serves a training.
    ///
    /// # Errors
    /// If a rank cannot be reached any more.
    fn begin(&mut self, values: Vec<T>) -> Result<(), ExchangeError>;

    /// Waits for the oldest of the sums that have begun: element by element, by the balanced binary tree over ranks,
    /// `((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7))` of eight. On every rank it has the same bits.
    ///
    /// # Errors
    /// If a rank cannot be reached any more.
    fn end(&mut self) -> Result<Vec<T>, ExchangeError>;

    /// The bytes of everyone, in the order of ranks; lengths may differ. It waits for all. No sum goes on then.
    ///
    /// # Errors
    /// If a rank cannot be reached any more.
    fn gather(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, ExchangeError>;
}

macro_rules! impl_exchange_behind {
    ($($pointer:ty),*) => { $(
        impl<T: Scalar, E: Exchange<T> + ?Sized> Exchange<T> for $pointer {
            fn rank(&self) -> usize {
                (**self).rank()
            }
            fn ranks(&self) -> usize {
                (**self).ranks()
            }
            fn begin(&mut self, values: Vec<T>) -> Result<(), ExchangeError> {
                (**self).begin(values)
            }
            fn end(&mut self) -> Result<Vec<T>, ExchangeError> {
                (**self).end()
            }
            fn gather(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, ExchangeError> {
                (**self).gather(bytes)
            }
        }
    )* };
}
impl_exchange_behind!(&mut E, Box<E>);

/// Why ranks cannot train together.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// Ranks that cannot share the shards of a batch.
    #[error(
        "{ranks} ranks cannot share {shards} shards: start a power of two of them, at most {shards}"
    )]
    Ranks {
        /// The number of ranks.
        ranks: usize,
        /// The number of shards.
        shards: usize,
    },
    /// A rank that has ended without a word, or cannot be reached.
    #[error("{} {why}", of_rank(*.rank))]
    Lost {
        /// Its number, if it is known.
        rank: Option<usize>,
        /// What is known of it, after `rank 3`: `"has ended"`.
        why: String,
    },
    /// A rank that cannot go on, and has told the others why.
    #[error("rank {rank} failed: {why}")]
    Failed {
        /// Its number.
        rank: usize,
        /// What it told.
        why: String,
    },
    /// Ranks that would not train the same network in the same way.
    #[error("ranks differ: {}", .differences.join("; "))]
    Differ {
        /// What differs, and on which ranks.
        differences: Vec<String>,
    },
}

fn of_rank(rank: Option<usize>) -> String {
    rank.map_or("one of the ranks".to_owned(), |rank| format!("rank {rank}"))
}
