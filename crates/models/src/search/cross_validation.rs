use densely_data::Dataset;
use densely_layers::Kind;
use densely_preprocess::TransformKinds;
use densely_tensor::{Scalar, ShapeError, Threads};

use super::{Fold, FoldScores, Search, Trial};
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
        let search = self.search(data, [()], |(), train| build(train))?;
        search.into_trials().swap_remove(0).scores
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
        let folds = self.threads.map(parts.len(), |index| Part::<T>::new(&parts[index], self));
        let folds = folds.into_iter().collect::<Result<Vec<_>, _>>()?;

        let mut results = self
            .threads
            .map(candidates.len() * folds.len(), |index| {
                let fold = &folds[index % folds.len()];
                fold.score(build(&candidates[index / folds.len()], &fold.train))
            })
            .into_iter();
        let trial = |(number, options)| {
            let of_folds = results.by_ref().take(folds.len()).collect::<Vec<_>>().into_iter();
            let scores = of_folds.collect::<Result<Vec<_>, _>>();
            let scores = scores.map(|folds| {
                let (folds, epochs) = folds.into_iter().unzip();
                FoldScores { folds, epochs, by_loss: false }
            });
            Trial { number, options, rung: 0, scores }
        };
        Ok(Search::new(candidates.into_iter().enumerate().map(trial).collect()))
    }

    /// The folds as a network takes them, for a search by [`Halving`](crate::Halving).
    ///
    /// # Errors
    /// If the data cannot be cut into folds or prepared.
    pub fn folds<T: Scalar>(&self, data: &Dataset<f64>) -> Result<Vec<Fold<T>>, ModelError> {
        let parts = data.folds(self.folds, self.seed)?;
        let fold = |index: usize| {
            let Part { train, held_out, preparation, .. } = Part::new(&parts[index], self)?;
            let units = preparation.target_units().cloned();
            Ok(Fold { train, held_out: preparation.dataset(held_out)?, units })
        };
        self.threads.map(parts.len(), fold).into_iter().collect()
    }
}

/// The parts of a fold, and what prepares data for its model.
struct Part<'a, T: Scalar> {
    train: Dataset<T>,
    raw: &'a Dataset<f64>,
    held_out: &'a Dataset<f64>,
    preparation: Preparation,
}

impl<'a, T: Scalar> Part<'a, T> {
    fn new(
        (train, held_out): &'a (Dataset<f64>, Dataset<f64>),
        validation: &CrossValidation,
    ) -> Result<Self, ModelError> {
        let preparation = Preparation::fit_with(&validation.kinds, train, &validation.known)?;
        Ok(Self { train: preparation.dataset(train)?, raw: train, held_out, preparation })
    }

    /// How good the model is, and the epoch of its weights.
    fn score(
        &self,
        (model, trainer): (impl IntoModel<T>, Trainer<'_, T>),
    ) -> Result<(Evaluation, usize), ModelError> {
        let mut predictor = Predictor::new(self.preparation.clone(), model)?;
        let train = match predictor.preparation().log_link() {
            true => &predictor.preparation().dataset(self.raw)?,
            false => &self.train,
        };
        let history = trainer.fit(predictor.model_mut(), train)?;
        let evaluation = predictor.evaluate(self.held_out, &Threads::single())?;
        // Scores that are NaN speak for the first class, and may be right more often than not.
        match evaluation.loss() {
            loss if loss.is_finite() => Ok((evaluation, history.kept_epoch)),
            loss => Err(ModelError::HeldOutLoss { loss }),
        }
    }
}
