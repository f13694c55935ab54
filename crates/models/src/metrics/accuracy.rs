use densely_tensor::{MatRef, Scalar};

use super::checks::{check_labels, check_scores};
use crate::ModelError;

/// The share of examples whose predicted class is their label.
///
/// ```
/// use densely_models::metrics::accuracy;
///
/// assert_eq!(accuracy(&[0, 1, 2, 2], &[0, 1, 2, 1])?, 0.75);
/// # Ok::<(), densely_models::ModelError>(())
/// ```
///
/// # Errors
/// If there are no examples, or another number of predictions than of labels.
pub fn accuracy(labels: &[usize], predicted: &[usize]) -> Result<f64, ModelError> {
    check_labels("accuracy", labels, usize::MAX, predicted.len())?;
    let right = labels.iter().zip(predicted).filter(|(label, class)| label == class).count();
    Ok(right as f64 / labels.len() as f64)
}

/// The share of examples whose label is among the `k` classes of highest score.
///
/// Of equal scores, that of the first class counts as the higher one, as in
/// [`Model::classify`](crate::Model::classify): so `k = 1` is the [`accuracy`].
///
/// # Shapes
/// `labels: n`, `scores: classes x n`.
///
/// ```
/// use densely_models::metrics::top_k_accuracy;
/// use densely_tensor::mat;
///
/// let scores = mat![[3.0, 1.0], [2.0, 3.0], [1.0, 2.0]];
/// let top = |k| top_k_accuracy(&[1, 0], scores.as_ref(), k);
/// assert_eq!((top(1)?, top(2)?, top(3)?), (0.0, 0.5, 1.0));
/// # Ok::<(), densely_models::ModelError>(())
/// ```
///
/// # Errors
/// If there are no examples, `k` is zero, a score is NaN, or the labels do not fit.
pub fn top_k_accuracy<T: Scalar>(
    labels: &[usize],
    scores: MatRef<'_, T>,
    k: usize,
) -> Result<f64, ModelError> {
    check_labels("top_k_accuracy", labels, scores.nrows(), scores.ncols())?;
    check_scores(scores)?;
    if k == 0 {
        return Err(ModelError::option("k", "at least 1", &k));
    }
    let is_higher = |i: usize, label: usize, j: usize| {
        let (score, own) = (scores[(i, j)], scores[(label, j)]);
        score > own || (score == own && i < label)
    };
    let is_among = |&(j, &label): &(usize, &usize)| {
        (0..scores.nrows()).filter(|&i| is_higher(i, label, j)).count() < k
    };
    let right = labels.iter().enumerate().filter(is_among).count();
    Ok(right as f64 / labels.len() as f64)
}
