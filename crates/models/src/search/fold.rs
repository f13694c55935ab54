use densely_data::Dataset;
use densely_tensor::Scalar;

use crate::metrics::{Sums, mean};
use crate::{Evaluation, TargetUnits};

/// Data that are held out, and those that are learnt from meanwhile, as a network takes them:
/// whatever prepared them was fitted to `train` alone. See
/// [`CrossValidation::folds`](crate::CrossValidation::folds).
#[derive(Debug, Clone, PartialEq)]
pub struct Fold<T: Scalar> {
    /// What is learnt from.
    pub train: Dataset<T>,
    /// What is judged by.
    pub held_out: Dataset<T>,
    /// Of real targets, in which units they are learnt: the scores are in those of the data, then.
    pub units: Option<TargetUnits>,
}

/// How good models were, each on the part that was held out from its training.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldScores {
    pub(super) folds: Vec<Evaluation>,
    pub(super) epochs: Vec<usize>,
    /// Whether the loss says which are better.
    pub(super) by_loss: bool,
}

impl FoldScores {
    /// Of evaluations that are all of weights after this epoch.
    #[must_use]
    pub fn new(folds: Vec<Evaluation>, epoch: usize) -> Self {
        Self { epochs: vec![epoch; folds.len()], folds, by_loss: false }
    }

    /// The same, which are better than others if their mean loss is lower, whatever the score says: where what is asked
    /// for is not what the score measures, as a quantile, or where examples count differently.
    #[must_use]
    pub fn ranked_by_loss(self, by_loss: bool) -> Self {
        Self { by_loss, ..self }
    }

    /// The evaluation of each fold: of a cross-validation, real values in the units of the data; of a
    /// search by [`Halving`](crate::Halving), as its networks learn them.
    #[must_use]
    pub fn folds(&self) -> &[Evaluation] {
        &self.folds
    }

    /// After which epoch the weights of each fold's model were as they are judged.
    #[must_use]
    pub fn epochs(&self) -> &[usize] {
        &self.epochs
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
