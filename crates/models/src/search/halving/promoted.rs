use std::cmp::Ordering;

use crate::search::FoldScores;
use crate::search::trial::better_first;

/// The best so far of the candidates in a rung, as many as may be promoted.
pub(super) struct Promoted {
    most: usize,
    /// The best first.
    best: Vec<(usize, FoldScores)>,
}

impl Promoted {
    pub(super) fn new(most: usize) -> Self {
        Self { most, best: Vec::new() }
    }

    /// Takes a candidate in, and returns the one that is out of the race now, if there is one: it may be
    /// the same, and is if it failed. In whatever order they come, the same ones remain.
    pub(super) fn insert(&mut self, trial: usize, scores: Option<FoldScores>) -> Option<usize> {
        let Some(scores) = scores else { return Some(trial) };
        let is_before = |(other, of): &(usize, FoldScores)| {
            better_first(of, &scores).then(other.cmp(&trial)) == Ordering::Less
        };
        let place = self.best.partition_point(is_before);
        self.best.insert(place, (trial, scores));
        if self.best.len() > self.most { self.best.pop().map(|(trial, _)| trial) } else { None }
    }

    /// In ascending order.
    pub(super) fn trials(&self) -> Vec<usize> {
        let mut trials: Vec<usize> = self.best.iter().map(|&(trial, _)| trial).collect();
        trials.sort_unstable();
        trials
    }
}
