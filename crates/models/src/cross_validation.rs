use densely_data::Dataset;
use densely_layers::Kind;
use densely_preprocess::TransformKinds;
use densely_tensor::{Scalar, ShapeError, Threads};

use crate::metrics::{Sums, mean};
use crate::{Evaluation, IntoModel, ModelError, Predictor, Preparation, Trainer};

/// Cross-validation: each part of the data is held out once, while a model is trained on
/// the rest, and the scores of all parts say how good such a model is on new data, and how
/// much that depends on chance.
///
/// The folds have the same share of each class. **Nothing of a part that is held out
/// reaches its training**: preprocessing, and the scale of real targets, are fitted to the
/// rest of each fold anew. What is trained is up to a function, which is given the
/// prepared training data of a fold and returns a network and its trainer.
///
/// Folds (and candidates of a [`search`](Self::search)) are shared among threads; the
/// result does not depend on their number.
///
/// ```
/// use densely_data::{Dataset, digits};
/// use densely_models::{CrossValidation, Mlp, Trainer};
/// use densely_optim::Adam;
///
/// let scores = CrossValidation::new(5).scores(&digits(), |train: &Dataset<f32>| {
///     let mlp = Mlp::classifier(train.features(), train.outputs()).hidden([32]);
///     (mlp, Trainer::new(Adam::new(0.003)).epochs(5))
/// })?;
/// assert_eq!(scores.folds().len(), 5);
/// assert!(scores.mean() > 0.9 && scores.standard_deviation() < 0.05);
/// # Ok::<(), densely_models::ModelError>(())
/// ```
///
/// CS231n, Image classification, "Validation sets for hyperparameter tuning".
#[derive(Debug, Clone)]
pub struct CrossValidation {
    folds: usize,
    kinds: Vec<Kind>,
    known: TransformKinds,
    seed: u64,
    threads: Threads,
}

impl CrossValidation {
    /// With this many folds, at least 2; features are standardised, the seed is 0, and all
    /// is done on the calling thread.
    #[must_use]
    pub fn new(folds: usize) -> Self {
        let (kinds, known) = (vec![Kind::new("standardize")], TransformKinds::new());
        Self { folds, kinds, known, seed: 0, threads: Threads::single() }
    }

    /// What is done to the features, as kinds of transformations.
    #[must_use]
    pub fn preprocess(self, kinds: impl IntoIterator<Item: Into<Kind>>) -> Self {
        self.preprocess_with(kinds, &TransformKinds::new())
    }

    /// [`preprocess`](Self::preprocess), with transformations of your own among them: those of a
    /// [`Registry`](crate::Registry::transformations).
    #[must_use]
    pub fn preprocess_with(
        self,
        kinds: impl IntoIterator<Item: Into<Kind>>,
        known: &TransformKinds,
    ) -> Self {
        let kinds = kinds.into_iter().map(Into::into).collect();
        Self { kinds, known: known.clone(), ..self }
    }

    /// The seed of the folds.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The threads that share the trainings.
    #[must_use]
    pub fn threads(self, threads: Threads) -> Self {
        Self { threads, ..self }
    }

    /// The scores of one kind of network.
    ///
    /// # Errors
    /// If the data cannot be cut into folds or prepared, a training fails, or a loss on a part
    /// that was held out is infinite or NaN.
    pub fn scores<'a, T: Scalar, M: IntoModel<T>>(
        &self,
        data: &Dataset<f64>,
        build: impl Fn(&Dataset<T>) -> (M, Trainer<'a, T>) + Sync,
    ) -> Result<FoldScores, ModelError> {
        let mut trials = self.search(data, [()], |(), train| build(train))?.trials;
        trials.remove(0).scores
    }

    /// The scores of each candidate on the same folds. Candidates are values of any type,
    /// which `build` makes networks and trainers from: see [`grid`](crate::grid) and
    /// [`random_candidates`](crate::random_candidates).
    ///
    /// A candidate whose training fails, for instance by a learning rate that is too high, or
    /// whose loss on a part that was held out is infinite or NaN, has this as its result, and
    /// does not keep the others from theirs.
    ///
    /// ```
    /// use densely_data::{Dataset, digits};
    /// use densely_models::{CrossValidation, Mlp, Trainer, grid};
    /// use densely_optim::Sgd;
    ///
    /// let data = digits().subset(&(0..300).collect::<Vec<_>>())?;
    /// let candidates = grid(&[1e-4, 1e-2], &[8, 32]);
    /// let search = CrossValidation::new(3).search(&data, candidates, |&(rate, width), train: &Dataset<f32>| {
    ///     let mlp = Mlp::classifier(train.features(), train.outputs()).hidden([width]);
    ///     (mlp, Trainer::new(Sgd::new(rate).momentum(0.9)).epochs(10))
    /// })?;
    /// assert_eq!(search.best().unwrap().options, (1e-2, 32));
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    ///
    /// # Errors
    /// If there are no candidates, or the data cannot be cut into folds or prepared.
    pub fn search<'a, T: Scalar, O: Sync, M: IntoModel<T>>(
        &self,
        data: &Dataset<f64>,
        candidates: impl IntoIterator<Item = O>,
        build: impl Fn(&O, &Dataset<T>) -> (M, Trainer<'a, T>) + Sync,
    ) -> Result<Search<O>, ModelError> {
        let candidates: Vec<O> = candidates.into_iter().collect();
        ShapeError::expect_some("CrossValidation", "candidates", candidates.len())?;
        let parts = data.folds(self.folds, self.seed)?;
        let folds = self.threads.map(parts.len(), |index| Fold::<T>::new(&parts[index], self));
        let folds = folds.into_iter().collect::<Result<Vec<_>, _>>()?;

        let mut results = self
            .threads
            .map(candidates.len() * folds.len(), |index| {
                let fold = &folds[index % folds.len()];
                fold.score(build(&candidates[index / folds.len()], &fold.train))
            })
            .into_iter();
        let trial = |options| {
            let scores = results.by_ref().take(folds.len()).collect::<Vec<_>>().into_iter();
            let scores = scores.collect::<Result<_, _>>().map(|folds| FoldScores { folds });
            Trial { options, scores }
        };
        Ok(Search { trials: candidates.into_iter().map(trial).collect() })
    }
}

/// The parts of a fold, and what prepares data for its model.
struct Fold<'a, T: Scalar> {
    train: Dataset<T>,
    held_out: &'a Dataset<f64>,
    preparation: Preparation,
}

impl<'a, T: Scalar> Fold<'a, T> {
    fn new(
        (train, held_out): &'a (Dataset<f64>, Dataset<f64>),
        validation: &CrossValidation,
    ) -> Result<Self, ModelError> {
        let preparation = Preparation::fit_with(&validation.kinds, train, &validation.known)?;
        Ok(Self { train: preparation.dataset(train)?, held_out, preparation })
    }

    fn score(
        &self,
        (model, trainer): (impl IntoModel<T>, Trainer<'_, T>),
    ) -> Result<Evaluation, ModelError> {
        let mut predictor = Predictor::new(self.preparation.clone(), model)?;
        trainer.fit(predictor.model_mut(), &self.train)?;
        let evaluation = predictor.evaluate(self.held_out, &Threads::single())?;
        // Scores that are NaN speak for the first class, and may be right more often than not.
        match evaluation.loss() {
            loss if loss.is_finite() => Ok(evaluation),
            loss => Err(ModelError::HeldOutLoss { loss }),
        }
    }
}

/// How good models were, each on the part that was held out from its training.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldScores {
    folds: Vec<Evaluation>,
}

impl FoldScores {
    /// The evaluation of each fold, real values in the units of the data.
    #[must_use]
    pub fn folds(&self) -> &[Evaluation] {
        &self.folds
    }

    /// The mean over the folds of the [score](Evaluation::score): the accuracy, or R².
    #[must_use]
    pub fn mean(&self) -> f64 {
        mean(&self.numbers(Evaluation::score))
    }

    /// The standard deviation of the score over the folds, `√(Σ(s − s̄)² / (k − 1))`. Folds
    /// share most of their training data, so it says little about that of the mean.
    #[must_use]
    pub fn standard_deviation(&self) -> f64 {
        let deviations = Sums::of_deviations(&self.numbers(Evaluation::score));
        deviations.root_mean_square((self.folds.len() - 1) as f64)
    }

    /// The mean over the folds of the mean loss.
    #[must_use]
    pub fn mean_loss(&self) -> f64 {
        mean(&self.numbers(Evaluation::loss))
    }

    fn numbers(&self, of: impl Fn(&Evaluation) -> f64) -> Vec<f64> {
        self.folds.iter().map(of).collect()
    }
}

/// A candidate of a search, and how good it was.
#[derive(Debug)]
pub struct Trial<O> {
    /// The candidate.
    pub options: O,
    /// Its scores, or why there are none.
    pub scores: Result<FoldScores, ModelError>,
}

/// The outcome of a search.
#[derive(Debug)]
pub struct Search<O> {
    trials: Vec<Trial<O>>,
}

impl<O> Search<O> {
    /// Every candidate, in the order in which they were given.
    #[must_use]
    pub fn trials(&self) -> &[Trial<O>] {
        &self.trials
    }

    /// The candidate with the highest mean score, the first if several are equal.
    ///
    /// Its score is the best of many and so flatters it: measure it on data that took no
    /// part in the search.
    ///
    /// # Errors
    /// The first candidate's, if none could be trained.
    pub fn best(&self) -> Result<&Trial<O>, &ModelError> {
        let mut best: Option<(&Trial<O>, f64)> = None;
        for trial in &self.trials {
            let Ok(scores) = &trial.scores else { continue };
            let mean = scores.mean();
            if best.is_none_or(|(_, highest)| mean > highest || highest.is_nan()) {
                best = Some((trial, mean));
            }
        }
        match (best, &self.trials[0].scores) {
            (Some((trial, _)), _) => Ok(trial),
            (None, Err(error)) => Err(error),
            (None, Ok(_)) => unreachable!("a candidate with scores is the best so far"),
        }
    }
}
