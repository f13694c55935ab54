use densely_loss::{Loss, Targets, mean};
use densely_tensor::{Mat, MatRef, Real, Scalar, column};

use crate::metrics::RegressionScores;
use crate::model::classify_columns;

/// How good a model is on a set of examples.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Evaluation {
    /// Of a classifier.
    Classification {
        /// The mean loss.
        loss: f64,
        /// The share of examples whose scores speak for their class; one that is NaN speaks for
        /// none.
        accuracy: f64,
    },
    /// Of a regression.
    Regression {
        /// The mean loss.
        loss: f64,
        /// The coefficient of determination, `R² = 1 − Σ(t − s)² / Σ(t − t̄)²`, averaged
        /// over the outputs: 1 is perfect, 0 no better than predicting the mean. For
        /// constant targets (but for rounding) it is 1 if they are met exactly, and 0 otherwise.
        r2: f64,
        /// The root of the mean squared error, over all examples and outputs.
        rmse: f64,
        /// The mean absolute error, over all examples and outputs.
        mae: f64,
    },
}

impl Evaluation {
    /// The metrics of `scores` against `targets`, which have been checked.
    pub(crate) fn new<T: Scalar>(
        loss: &dyn Loss<T>,
        scores: MatRef<'_, T>,
        targets: Targets<'_, T>,
    ) -> Self {
        let mean_loss = mean_loss(loss, scores, targets);
        match targets {
            Targets::Labels(labels) | Targets::WeightedLabels(labels, _) => {
                let is_number = |j: usize| !column(scores, j).iter().any(|s| Real::is_nan(*s));
                let right = labels.iter().zip(classify_columns(loss, scores)).enumerate();
                let right = right.filter(|&(j, (&label, class))| label == class && is_number(j));
                let accuracy = right.count() as f64 / labels.len().max(1) as f64;
                Self::Classification { loss: mean_loss, accuracy }
            }
            Targets::Values(values) | Targets::WeightedValues(values, _) => {
                regression(mean_loss, scores, values)
            }
        }
    }

    /// The mean loss.
    #[must_use]
    pub fn loss(&self) -> f64 {
        match self {
            Self::Classification { loss, .. } | Self::Regression { loss, .. } => *loss,
        }
    }

    /// The same metrics with another mean loss.
    pub(crate) fn with_loss(mut self, mean: f64) -> Self {
        let (Self::Classification { loss, .. } | Self::Regression { loss, .. }) = &mut self;
        *loss = mean;
        self
    }

    /// One number, the higher the better: the accuracy, or R².
    #[must_use]
    pub fn score(&self) -> f64 {
        match self {
            Self::Classification { accuracy, .. } => *accuracy,
            Self::Regression { r2, .. } => *r2,
        }
    }
}

/// The mean loss of `scores` against `targets`, which have been checked.
pub(crate) fn mean_loss<T: Scalar>(
    loss: &dyn Loss<T>,
    scores: MatRef<'_, T>,
    targets: Targets<'_, T>,
) -> f64 {
    mean(&losses(loss, scores, targets))
}

/// The loss of each example, of targets that have been checked.
pub(crate) fn losses<T: Scalar>(
    loss: &dyn Loss<T>,
    scores: MatRef<'_, T>,
    targets: Targets<'_, T>,
) -> Vec<T> {
    let n = scores.ncols();
    let mut losses = vec![T::ZERO; n];
    let mut dscores = Mat::zeros(scores.nrows(), n);
    loss.panel(scores, targets, n, &mut losses, dscores.as_mut());
    losses
}

/// The metrics of real values.
pub(crate) fn regression<T: Scalar>(
    loss: f64,
    scores: MatRef<'_, T>,
    values: MatRef<'_, T>,
) -> Evaluation {
    let of = RegressionScores::of(values, scores);
    Evaluation::Regression { loss, r2: of.r2(), rmse: of.rmse(), mae: of.mae() }
}
