use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use densely_data::Dataset;
use densely_tensor::{Scalar, ShapeError, Threads};

use super::{Fold, FoldScores, Search, Trial};
use crate::{IntoModel, ModelError, Trainer};
use climb::{Climb, Rung};
use promoted::Promoted;

mod climb;
mod promoted;

type OnResult<'a> = Box<dyn Fn(&HalvingResult<'_>) + Sync + 'a>;
type StopWhen<'a> = Box<dyn Fn() -> bool + Sync + 'a>;

/// Successive halving: all candidates are trained for a few epochs, the best third of them for three times as
/// many, the best third of those again, and so on up to all epochs. So most of the work goes to what
/// promises most.
///
/// With `η` = 3, `R` epochs and `n` candidates there are rungs `0..=s`, `s ≤ log_η n`. In rung `i`, the best
/// `⌊n / ηⁱ⌋` candidates are trained up to epoch `R / ηˢ⁻ⁱ`. One that is promoted goes on from where it was, from a
/// [`Checkpoint`](crate::Checkpoint) of each fold.
///
/// After each epoch, each fold's model is judged on the part that is held out. The score of a candidate
/// is the mean over the folds after the epoch in which their mean loss is lowest: the number of epochs is an
/// option like others, chosen by what is held out. A candidate whose mean loss has not fallen for
/// [so many epochs](Self::patience) is trained no further, and keeps its score. One that fails, for
/// instance by a learning rate that is too high, is worse than all others, and does not
/// keep these from their results.
///
/// Trainings are shared among threads, each on one; the result does not depend on their number.
///
/// ```
/// use densely_data::{Dataset, digits};
/// use densely_models::{CrossValidation, Halving, Mlp, NetworkOptions, SearchSpace};
///
/// let data = digits().subset(&(0..300).collect::<Vec<_>>())?;
/// let folds = CrossValidation::new(3).folds::<f32>(&data)?;
/// let candidates = SearchSpace::default().candidates(9, 7)?;
/// let search = Halving::new(18).least(2).search(&folds, candidates, |options, train| {
///     let mlp = options.mlp(Mlp::classifier(train.features(), train.outputs()));
///     (mlp, options.trainer())
/// })?;
/// // Nine for two epochs, the best three of them for six, and the best one for all.
/// let rungs: Vec<usize> = search.trials().iter().map(|trial| trial.rung).collect();
/// assert_eq!([0, 1, 2].map(|rung| rungs.iter().filter(|of| **of == rung).count()), [6, 2, 1]);
/// assert!(search.best().unwrap().scores.as_ref().unwrap().mean() > 0.8);
/// # Ok::<(), densely_models::ModelError>(())
/// ```
///
/// K. Jamieson and A. Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization"
/// (2016), and L. Li et al., "Hyperband" (2018), for which this is a bracket.
pub struct Halving<'a> {
    epochs: usize,
    eta: usize,
    least: usize,
    patience: usize,
    by_loss: bool,
    threads: Threads,
    known: BTreeMap<(usize, usize), (FoldScores, usize)>,
    on_result: OnResult<'a>,
    stop_when: StopWhen<'a>,
}

/// What came of a candidate in a rung.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct HalvingResult<'a> {
    /// The candidate's place, from 0.
    pub trial: usize,
    /// The rung, from 0.
    pub rung: usize,
    /// The epochs that it has been trained for, and 0 if that failed.
    pub epochs: usize,
    /// Its scores, or why there are none.
    pub scores: Result<&'a FoldScores, &'a ModelError>,
}

impl<'a> Halving<'a> {
    /// Up to so many epochs. Three go in for one that is promoted, the first rung has 5 epochs or more, the
    /// patience is 20, and all is done on the calling thread.
    #[must_use]
    pub fn new(epochs: usize) -> Self {
        Self {
            epochs,
            eta: 3,
            least: 5,
            patience: 20,
            by_loss: false,
            threads: Threads::single(),
            known: BTreeMap::new(),
            on_result: Box::new(|_| ()),
            stop_when: Box::new(|| false),
        }
    }

    /// How many candidates go in for one that is promoted, and by how much its epochs grow.
    #[must_use]
    pub fn eta(self, eta: usize) -> Self {
        Self { eta, ..self }
    }

    /// The epochs of the first rung, at least.
    #[must_use]
    pub fn least(self, epochs: usize) -> Self {
        Self { least: epochs, ..self }
    }

    /// For how many epochs a candidate's mean loss may not fall before it is trained no further.
    #[must_use]
    pub fn patience(self, epochs: usize) -> Self {
        Self { patience: epochs, ..self }
    }

    /// Whether the lower mean loss is better, instead of the higher score: for a loss that asks for something else than the
    /// score measures, as [`Quantile`](densely_loss::Quantile), and where examples count differently.
    #[must_use]
    pub fn rank_by_loss(self, by_loss: bool) -> Self {
        Self { by_loss, ..self }
    }

    /// The threads that share the trainings.
    #[must_use]
    pub fn threads(self, threads: Threads) -> Self {
        Self { threads, ..self }
    }

    /// A result of a search with the same options that was stopped: it is not computed again. If its
    /// candidate is promoted beyond what is known, it is trained anew up to there.
    #[must_use]
    pub fn known(mut self, trial: usize, rung: usize, scores: FoldScores, epochs: usize) -> Self {
        self.known.insert((trial, rung), (scores, epochs));
        self
    }

    /// Calls `callback` with each result that is not [known](Self::known), as it comes, on whatever thread.
    #[must_use]
    pub fn on_result(self, callback: impl Fn(&HalvingResult<'_>) + Sync + 'a) -> Self {
        Self { on_result: Box::new(callback), ..self }
    }

    /// Ends the search early, after a step of each training, when `stop` says so.
    #[must_use]
    pub fn stop_when(self, stop: impl Fn() -> bool + Sync + 'a) -> Self {
        Self { stop_when: Box::new(stop), ..self }
    }

    /// The epochs up to which candidates are trained in each rung, of so many candidates.
    ///
    /// ```
    /// use densely_models::Halving;
    ///
    /// assert_eq!(Halving::new(200).rungs(81), [7, 22, 67, 200]);
    /// assert_eq!(Halving::new(200).rungs(9), [22, 67, 200]);
    /// assert_eq!(Halving::new(200).rungs(1), [200]);
    /// ```
    #[must_use]
    pub fn rungs(&self, candidates: usize) -> Vec<usize> {
        let (mut rungs, mut left, mut divisor) = (vec![self.epochs], candidates / self.eta, 1);
        while left > 0 {
            divisor *= self.eta;
            // The nearest whole number.
            let epochs = (2 * self.epochs + divisor) / (2 * divisor);
            if epochs < self.least.max(1) {
                break;
            }
            rungs.insert(0, epochs);
            left /= self.eta;
        }
        rungs
    }

    /// The scores of the candidates, by what `build` makes of them: networks and trainers, whose epochs
    /// and validation data are those of the search. Of a search that was
    /// [stopped](Self::stop_when) there are those that have a result.
    ///
    /// # Errors
    /// If there are no candidates or no folds, an option is out of its range, or the search was stopped
    /// before there was a result.
    pub fn search<'t, T: Scalar, O: Sync, M: IntoModel<T>>(
        &self,
        folds: &[Fold<T>],
        candidates: impl IntoIterator<Item = O>,
        build: impl Fn(&O, &Dataset<T>) -> (M, Trainer<'t, T>) + Sync,
    ) -> Result<Search<O>, ModelError> {
        self.check()?;
        let candidates: Vec<O> = candidates.into_iter().collect();
        ShapeError::expect_some("Halving", "candidates", candidates.len())?;
        ShapeError::expect_some("Halving", "folds", folds.len())?;
        let climbs: Vec<_> =
            candidates.iter().map(|_| Mutex::new(Climb::new(folds.len()))).collect();
        let mut in_rung: Vec<usize> = (0..candidates.len()).collect();
        for (rung, &epochs) in self.rungs(candidates.len()).iter().enumerate() {
            let promoted = Mutex::new(Promoted::new(in_rung.len() / self.eta));
            self.threads.map(in_rung.len(), |place| {
                let trial = in_rung[place];
                let rung = Rung { halving: self, trial, rung, epochs, folds };
                let mut climb = lock(&climbs[trial]);
                rung.reach(&mut climb, &|data| build(&candidates[trial], data));
                let scores = climb.scores_in(rung.rung).cloned();
                // It may be this one, and will be locked again.
                drop(climb);
                if let Some(out) = lock(&promoted).insert(trial, scores) {
                    lock(&climbs[out]).forget();
                }
            });
            if in_rung.iter().any(|&trial| !lock(&climbs[trial]).is_judged_in(rung)) {
                break;
            }
            in_rung = lock(&promoted).trials();
        }
        let trial = |(number, (options, climb)): (usize, (O, Mutex<Climb<T>>))| {
            let climb = climb.into_inner().unwrap_or_else(PoisonError::into_inner);
            let (rung, scores) = climb.into_result()?;
            Some(Trial { number, options, rung, scores })
        };
        let trials: Vec<_> =
            candidates.into_iter().zip(climbs).enumerate().filter_map(trial).collect();
        if trials.is_empty() { Err(ModelError::Stopped) } else { Ok(Search::new(trials)) }
    }

    fn check(&self) -> Result<(), ModelError> {
        if self.eta < 2 {
            return Err(ModelError::option("eta", "at least 2", &self.eta));
        }
        for (option, value) in [("epochs", self.epochs), ("the patience", self.patience)] {
            if value == 0 {
                return Err(ModelError::option(option, "at least 1", &value));
            }
        }
        Ok(())
    }
}

/// A lock of what no panic leaves half done.
fn lock<V>(of: &Mutex<V>) -> MutexGuard<'_, V> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Halving<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Halving")
            .field("epochs", &self.epochs)
            .field("eta", &self.eta)
            .field("least", &self.least)
            .field("patience", &self.patience)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}
