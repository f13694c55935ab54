use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};

use densely_tensor::Scalar;

use crate::{Exchange, ExchangeError};

/// An [`Exchange`] between the threads of one process: to try out what trains on several ranks, or to compare another
/// exchange with. [Threads](densely_tensor::Threads) are the faster way to use the cores of one machine.
///
/// ```
/// use densely_models::{Exchange, LocalExchange};
///
/// let sums = std::thread::scope(|scope| {
///     let ranks = LocalExchange::<f64>::group(2).into_iter();
///     let threads: Vec<_> = ranks.map(|mut rank| scope.spawn(move || {
///         let own = vec![rank.rank() as f64, 10.0];
///         rank.begin(own)?;
///         rank.end()
///     })).collect();
///     threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Result<Vec<_>, _>>()
/// })?;
/// assert_eq!(sums, [[1.0, 20.0], [1.0, 20.0]]);
/// # Ok::<(), densely_models::ExchangeError>(())
/// ```
#[derive(Debug)]
pub struct LocalExchange<T> {
    rank: usize,
    /// To and from each of all ranks, this one too.
    to: Vec<Sender<Message<T>>>,
    from: Vec<Receiver<Message<T>>>,
    begun: VecDeque<Vec<T>>,
}

#[derive(Debug, Clone)]
enum Message<T> {
    Values(Vec<T>),
    Bytes(Vec<u8>),
    /// Its sender has ended for want of this rank.
    Lost(usize),
}

impl<T: Scalar> LocalExchange<T> {
    /// As many as there are ranks, in their order: one for each thread.
    #[must_use]
    pub fn group(ranks: usize) -> Vec<Self> {
        let mut to: Vec<Vec<_>> = (0..ranks).map(|_| Vec::new()).collect();
        let mut from: Vec<Vec<_>> = (0..ranks).map(|_| Vec::new()).collect();
        for to in &mut to {
            for from in &mut from {
                let (sender, receiver) = channel();
                to.push(sender);
                from.push(receiver);
            }
        }
        let ends = to.into_iter().zip(from).enumerate();
        ends.map(|(rank, (to, from))| Self { rank, to, from, begun: VecDeque::new() }).collect()
    }

    /// If nobody takes it any more, what that rank has sent before says why.
    fn send(&self, rank: usize, message: Message<T>) {
        let _ = self.to[rank].send(message);
    }

    fn receive(&self, rank: usize) -> Result<Message<T>, ExchangeError> {
        match self.from[rank].recv() {
            Ok(Message::Lost(lost)) => Err(self.lost(lost)),
            Ok(message) => Ok(message),
            Err(_) => Err(self.lost(rank)),
        }
    }

    /// Tells all that a rank has ended, since those who wait for this one wait for that.
    fn lost(&self, rank: usize) -> ExchangeError {
        for to in &self.to {
            let _ = to.send(Message::Lost(rank));
        }
        ExchangeError::Lost { rank: Some(rank), why: "has ended".to_owned() }
    }

    fn other(&self, rank: usize) -> ExchangeError {
        let why = "does something else at the same time".to_owned();
        ExchangeError::Lost { rank: Some(rank), why }
    }
}

impl<T: Scalar> Exchange<T> for LocalExchange<T> {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        self.to.len()
    }

    fn begin(&mut self, values: Vec<T>) -> Result<(), ExchangeError> {
        self.begun.push_back(values);
        Ok(())
    }

    /// Pairs, pairs of pairs, and so on: each adds what the other has of its subtree.
    fn end(&mut self) -> Result<Vec<T>, ExchangeError> {
        let mut values = self.begun.pop_front().unwrap_or_default();
        let mut distance = 1;
        while distance < self.to.len() {
            let other = self.rank ^ distance;
            self.send(other, Message::Values(values.clone()));
            match self.receive(other)? {
                Message::Values(more) if more.len() == values.len() => {
                    values.iter_mut().zip(more).for_each(|(sum, value)| *sum += value);
                }
                _ => return Err(self.other(other)),
            }
            distance *= 2;
        }
        Ok(values)
    }

    fn gather(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, ExchangeError> {
        for rank in 0..self.to.len() {
            self.send(rank, Message::Bytes(bytes.to_vec()));
        }
        let receive = |rank| match self.receive(rank)? {
            Message::Bytes(bytes) => Ok(bytes),
            _ => Err(self.other(rank)),
        };
        (0..self.from.len()).map(receive).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each rank's result of this work.
    fn on_ranks<R: Send>(ranks: usize, work: impl Fn(LocalExchange<f32>) -> R + Sync) -> Vec<R> {
        let work = &work;
        std::thread::scope(|scope| {
            let group = LocalExchange::group(ranks).into_iter();
            let threads: Vec<_> = group.map(|rank| scope.spawn(move || work(rank))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    }

    #[test]
    fn sums_have_the_bits_of_the_tree() {
        let value = |rank: usize| [1e8_f32, 1.0, -1e8, 3.7, 0.1, 1e-7, 5e7, -3.3][rank];
        let sums = on_ranks(8, |mut rank| {
            for shift in 0..3 {
                rank.begin(vec![value((rank.rank() + shift) % 8); 2]).unwrap();
            }
            [0, 1, 2].map(|_| rank.end().unwrap())
        });
        for of_rank in sums {
            for (shift, sum) in of_rank.iter().enumerate() {
                let v = |rank| value((rank + shift) % 8);
                let expected = ((v(0) + v(1)) + (v(2) + v(3))) + ((v(4) + v(5)) + (v(6) + v(7)));
                assert_eq!(sum, &[expected; 2]);
            }
        }
    }

    #[test]
    fn bytes_come_in_the_order_of_ranks() {
        let all = on_ranks(4, |mut rank| {
            let own = vec![rank.rank() as u8; rank.rank()];
            rank.gather(&own).unwrap()
        });
        assert!(all.iter().all(|of| *of == [vec![], vec![1], vec![2; 2], vec![3; 3]]));
    }

    #[test]
    fn all_know_which_rank_has_ended() {
        for sum in [true, false] {
            let errors = on_ranks(8, |mut rank| {
                if rank.rank() == 5 {
                    return None;
                }
                if sum {
                    rank.begin(vec![1.0]).unwrap();
                    return rank.end().err();
                }
                rank.gather(&[1]).err()
            });
            let expected = ExchangeError::Lost { rank: Some(5), why: "has ended".to_owned() };
            let lost = errors.iter().flatten();
            assert!(lost.clone().all(|error| *error == expected), "{errors:?}");
            assert_eq!(lost.count(), 7, "{errors:?}");
        }
    }
}
