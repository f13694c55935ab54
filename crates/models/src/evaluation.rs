use densely_loss::{Loss, LossKinds, Targets, mean};
use densely_tensor::kernels::vectorize;
use densely_tensor::{Buffer, Mat, MatRef, Real, Scalar, Threads, column, column_mut};

use crate::TargetUnits;
use crate::metrics::RegressionScores;
use crate::model::classify_columns;
use crate::plain::{Numbers, Plain};
use crate::spare::Spare;
use crate::target_units::exponentials;

/// Examples of which losses are computed together.
const PANEL: usize = 1024;

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
        /// over the outputs whose targets vary: 1 is perfect, 0 no better than predicting the mean. For
        /// constant targets (but for rounding) it is 1 if they are met exactly, and 0 otherwise; of one example, NaN.
        r2: f64,
        /// The root of the mean squared error, over all examples and outputs.
        rmse: f64,
        /// The mean absolute error, over all examples and outputs.
        mae: f64,
    },
}

impl Plain for Evaluation {
    fn write(&self, numbers: &mut Vec<f64>) {
        let (classification, values) = match self {
            Self::Classification { loss, accuracy } => (true, vec![loss, accuracy]),
            Self::Regression { loss, r2, rmse, mae } => (false, vec![loss, r2, rmse, mae]),
        };
        classification.write(numbers);
        numbers.extend(values);
    }
    fn read(numbers: &mut Numbers<'_>) -> Option<Self> {
        let classification = bool::read(numbers)?;
        let mut next = || f64::read(numbers);
        let loss = next()?;
        Some(match classification {
            true => Self::Classification { loss, accuracy: next()? },
            false => Self::Regression { loss, r2: next()?, rmse: next()?, mae: next()? },
        })
    }
}

impl Evaluation {
    /// The metrics of `scores` against `targets`, which have been checked: those of real values as
    /// [`regression_scores`] has them.
    pub(crate) fn new<T: Scalar>(
        loss: &dyn Loss<T>,
        scores: MatRef<'_, T>,
        targets: Targets<'_, T>,
        units: Option<&TargetUnits>,
        threads: &Threads,
    ) -> Self {
        let mean_loss = mean_loss(loss, scores, targets, threads);
        match targets {
            Targets::Labels(labels) | Targets::WeightedLabels(labels, _) => {
                let is_number = |j: usize| !column(scores, j).iter().any(|s| Real::is_nan(*s));
                let right = labels.iter().zip(classify_columns(loss, scores, threads)).enumerate();
                let right = right.filter(|&(j, (&label, class))| label == class && is_number(j));
                let accuracy = right.count() as f64 / labels.len().max(1) as f64;
                Self::Classification { loss: mean_loss, accuracy }
            }
            Targets::Values(values) | Targets::WeightedValues(values, _) => {
                regression(mean_loss, &regression_scores(loss, scores, values, units))
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

    /// One number, the higher the better: the accuracy, or R².
    #[must_use]
    pub fn score(&self) -> f64 {
        match self {
            Self::Classification { accuracy, .. } => *accuracy,
            Self::Regression { r2, .. } => *r2,
        }
    }
}

/// How well scores predict real values that were prepared: in the units of the data, if it is known how these become those
/// of the loss, in which they are otherwise.
pub(crate) fn regression_scores<T: Scalar>(
    loss: &dyn Loss<T>,
    scores: MatRef<'_, T>,
    values: MatRef<'_, T>,
    units: Option<&TargetUnits>,
) -> RegressionScores {
    // Of another loss, outputs are something else.
    if let Some(units) = units.filter(|units| units.log_link == loss.log_link()) {
        let raw = |values: Result<Mat<f64>, _>| values.expect("the outputs were counted");
        let targets = raw(units.raw_targets(widen(values).as_ref()));
        let predicted = raw(units.values(widen(scores).as_ref()));
        return RegressionScores::of(targets.as_ref(), predicted.as_ref());
    }
    let predicted = loss.log_link().then(|| exponentials(scores.to_owned()));
    RegressionScores::of(values, predicted.as_ref().map_or(scores, Mat::as_ref))
}

/// The mean loss of `scores` against `targets`, which have been checked.
pub(crate) fn mean_loss<T: Scalar>(
    loss: &dyn Loss<T>,
    scores: MatRef<'_, T>,
    targets: Targets<'_, T>,
    threads: &Threads,
) -> f64 {
    mean(&losses(loss, scores, targets, threads))
}

/// The loss of each example, of targets that have been checked. Where `f32` cannot hold one, as
/// the square of 1e20, all are computed in `f64` from the same scores, if the loss is one of ours.
pub(crate) fn losses<T: Scalar>(
    loss: &dyn Loss<T>,
    scores: MatRef<'_, T>,
    targets: Targets<'_, T>,
    threads: &Threads,
) -> Vec<f64> {
    let in_own = losses_in(loss, scores, targets, threads);
    if T::NAME == f64::NAME || in_own.iter().all(|loss| loss.is_finite()) {
        return in_own;
    }
    let Ok(loss) = LossKinds::<f64>::new().get(loss.kind()) else { return in_own };
    let values;
    let wide = match targets.unweighted() {
        Targets::Values(own) => {
            values = widen(own);
            Targets::Values(values.as_ref())
        }
        Targets::Labels(labels) => Targets::Labels(labels),
        _ => unreachable!("they have no weights"),
    };
    let weights: Option<Vec<f64>> =
        targets.weights().map(|weights| weights.iter().map(|weight| weight.to_f64()).collect());
    let wide = weights.as_ref().map_or(wide, |weights| wide.weighted(weights));
    losses_in(&*loss, widen(scores).as_ref(), wide, threads)
}

fn losses_in<T: Scalar>(
    loss: &dyn Loss<T>,
    scores: MatRef<'_, T>,
    targets: Targets<'_, T>,
    threads: &Threads,
) -> Vec<f64> {
    let n = scores.ncols();
    let mut losses = vec![T::ZERO; n];
    // Gradients come with the losses; those of a panel stay in the cache.
    let spare = Spare::<Buffer<T>>::new();
    let work = (scores, targets, losses.as_mut_slice());
    threads.panels(work, PANEL, |_, (scores, targets, losses)| {
        spare.lend(|dscores| {
            let dscores = dscores.view_mut(scores.nrows(), scores.ncols());
            loss.panel(scores, targets, n, losses, dscores);
        });
    });
    losses.iter().map(|loss| loss.to_f64()).collect()
}

/// The same numbers in `f64`.
pub(crate) fn widen<T: Scalar>(x: MatRef<'_, T>) -> Mat<f64> {
    if x.row_stride() != 1 {
        return Mat::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)].to_f64());
    }
    let mut wide = Mat::zeros(x.nrows(), x.ncols());
    for j in 0..x.ncols() {
        convert(column(x, j), column_mut(wide.as_mut(), j));
    }
    wide
}

/// The same numbers in another type.
pub(crate) fn convert<S: Scalar, T: Scalar>(from: &[S], to: &mut [T]) {
    vectorize(
        #[inline(always)]
        || to.iter_mut().zip(from).for_each(|(to, from)| *to = T::from_f64(from.to_f64())),
    );
}

/// The metrics of real values.
pub(crate) fn regression(loss: f64, of: &RegressionScores) -> Evaluation {
    Evaluation::Regression { loss, r2: of.r2(), rmse: of.rmse(), mae: of.mae() }
}
