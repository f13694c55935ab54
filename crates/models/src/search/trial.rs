use std::cmp::Ordering;

use super::FoldScores;
use crate::ModelError;

/// A candidate of a search, and how good it was.
#[derive(Debug)]
pub struct Trial<O> {
    /// Its place among the candidates, from 0.
    pub number: usize,
    /// The candidate.
    pub options: O,
    /// How often it was [promoted](crate::Halving); 0 where none is.
    pub rung: usize,
    /// Its scores, or why there are none.
    pub scores: Result<FoldScores, ModelError>,
}

/// The outcome of a search.
#[derive(Debug)]
pub struct Search<O> {
    trials: Vec<Trial<O>>,
}

impl<O> Search<O> {
    /// Of trials that may be of several searches on the same folds, in the order of their numbers.
    ///
    /// # Panics
    /// If there are none.
    #[must_use]
    pub fn new(trials: Vec<Trial<O>>) -> Self {
        assert!(!trials.is_empty(), "Search::new: expected at least one trial");
        Self { trials }
    }

    /// Every candidate that was tried, in the order in which they were given.
    #[must_use]
    pub fn trials(&self) -> &[Trial<O>] {
        &self.trials
    }

    /// The same.
    #[must_use]
    pub fn into_trials(self) -> Vec<Trial<O>> {
        self.trials
    }

    /// All trials, the best first: those promoted most often, and of these the ones of the highest mean
    /// score, or of the lowest mean loss if they are [ranked by it](FoldScores::ranked_by_loss). Where scores are equal, the mean loss decides, and then which came first. Those that
    /// failed are last.
    #[must_use]
    pub fn ranking(&self) -> Vec<&Trial<O>> {
        let mut ranking: Vec<_> = self.trials.iter().collect();
        ranking.sort_by(|a, b| match (&a.scores, &b.scores) {
            (Ok(of_a), Ok(of_b)) => b.rung.cmp(&a.rung).then_with(|| better_first(of_a, of_b)),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => b.rung.cmp(&a.rung),
        });
        ranking
    }

    /// The first of the [ranking](Self::ranking).
    ///
    /// Its score is the best of many and so flatters it: measure it on data that took no
    /// part in the search.
    ///
    /// # Errors
    /// The first candidate's, if none could be trained.
    pub fn best(&self) -> Result<&Trial<O>, &ModelError> {
        let best = self.ranking()[0];
        match &self.trials[0].scores {
            Err(error) if best.scores.is_err() => Err(error),
            _ => Ok(best),
        }
    }
}

/// The order of two candidates that were trained as long: first the one of the higher mean score, or
/// of the lower mean loss, which alone counts where it is [asked for](FoldScores::ranked_by_loss). A score that is NaN is
/// the lowest.
pub(super) fn better_first(a: &FoldScores, b: &FoldScores) -> Ordering {
    let number = |value: f64| if value.is_nan() { f64::NEG_INFINITY } else { value };
    let higher = match a.by_loss || b.by_loss {
        true => Ordering::Equal,
        false => number(b.mean()).total_cmp(&number(a.mean())),
    };
    higher.then_with(|| number(-b.mean_loss()).total_cmp(&number(-a.mean_loss())))
}
