use densely_data::{Dataset, Target};
use densely_tensor::{MatRef, Scalar};

use super::constant_prediction::{class_weights, means};
use super::losses::NOTHING;
use super::{Finding, Part};
use crate::Evaluation;

/// Examples from which on they say something of a model.
const EXAMPLES: usize = 10;

/// Whether a model, by its evaluation on new data, is no better on them than the most frequent class, or the mean, of the
/// training data would be; of a loss that is lowest elsewhere, by the share that is left of the loss of the one prediction
/// that was best for the training data. Where examples count differently, or classes do, more is asked of it than to be right often, and
/// nothing is said.
pub(crate) fn below_baseline<T: Scalar>(
    evaluation: Evaluation,
    train: &Dataset<T>,
    data: &Dataset<T>,
    part: Part,
    loss_left: Option<f64>,
) -> Option<Finding> {
    if train.weights().is_some() || data.len() < EXAMPLES {
        return None;
    }
    match (evaluation, train.target(), data.target()) {
        (
            Evaluation::Classification { accuracy, .. },
            Target::Classes { labels, names },
            Target::Classes { labels: new, .. },
        ) => {
            let counts = class_weights::<T>(labels, None, names.len());
            let most = (0..counts.len()).fold(0, |m, k| if counts[k] > counts[m] { k } else { m });
            let right = new.iter().filter(|&&label| label == most).count();
            let baseline = right as f64 / new.len() as f64;
            (accuracy <= baseline && baseline < 1.0).then(|| Finding::WorseThanMostFrequent {
                class: names[most].clone(),
                accuracy,
                baseline,
                part,
            })
        }
        (Evaluation::Regression { .. }, ..) if loss_left.is_some() => {
            let ratio = loss_left.filter(|&left| left > NOTHING)?;
            Some(Finding::WorseThanConstant { ratio, part })
        }
        (
            Evaluation::Regression { rmse, .. },
            Target::Values { values, .. },
            Target::Values { values: new, .. },
        ) => {
            let baseline = deviation(new.as_ref(), &means(values.as_ref(), None));
            let ratio = rmse / baseline;
            (ratio * ratio > NOTHING).then_some(Finding::WorseThanMean { ratio, part })
        }
        _ => None,
    }
}

/// The root of the mean squared distance from these values.
fn deviation<T: Scalar>(values: MatRef<'_, T>, from: &[T]) -> f64 {
    let entries = (values.nrows() * values.ncols()) as f64;
    let distance = |i: usize, j: usize| values[(i, j)].to_f64() - from[i].to_f64();
    let of = |j| (0..values.nrows()).map(|i| distance(i, j)).fold(0.0, f64::hypot);
    (0..values.ncols()).map(of).fold(0.0, f64::hypot) / entries.sqrt()
}
