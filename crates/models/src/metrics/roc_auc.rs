use densely_tensor::{MatRef, Scalar};

use super::checks::{check_labels, check_scores};
use crate::ModelError;

/// The area under the ROC curve: the probability that a positive example has a higher
/// score than a negative one, where equal scores count half.
///
/// `AUC = Σ_p Σ_n ([s_p > s_n] + ½ [s_p = s_n]) / (P N)`
///
/// 1 if scores separate the classes, ½ if they know nothing. It is computed from ranks,
/// in integers, and rounded once: ties are exact.
///
/// ```
/// use densely_models::metrics::roc_auc;
///
/// assert_eq!(roc_auc(&[false, false, true, true], &[0.1, 0.4, 0.35, 0.8])?, 0.75);
/// assert_eq!(roc_auc(&[false, true], &[0.5, 0.5])?, 0.5);
/// # Ok::<(), densely_models::ModelError>(())
/// ```
///
/// T. Fawcett, "An introduction to ROC analysis" (2006).
///
/// # Errors
/// If the lengths differ, a score is NaN, or there is no example of one of the classes.
pub fn roc_auc<T: Scalar>(positive: &[bool], scores: &[T]) -> Result<f64, ModelError> {
    let labels: Vec<usize> = positive.iter().map(|&positive| usize::from(positive)).collect();
    check_labels("roc_auc", &labels, 2, scores.len())?;
    check_scores(MatRef::from_row_major_slice(scores, 1, scores.len()))?;
    let score = |j: usize| scores[j].to_f64();
    let of = |kind| (0..scores.len()).filter(move |&j| positive[j] == kind).map(score);
    let positives = of(true).count();
    let negatives = scores.len() - positives;
    if positives == 0 || negatives == 0 {
        let expected = "some that are positive and some that are not";
        return Err(ModelError::option("the examples of an ROC curve", expected, &"one kind"));
    }
    // The fewer are sorted, and the others find their places among them: of many classes, each
    // has few examples.
    let few = positives <= negatives;
    let mut sorted: Vec<f64> = of(few).collect();
    sorted.sort_by(|a, b| a.partial_cmp(b).expect("no score is NaN"));
    // Twice the number of pairs in the right order; equal scores make a pair each half.
    let twice: u128 = of(!few)
        .map(|score| {
            let below = sorted.partition_point(|&other| other < score);
            let equal = sorted[below..].partition_point(|&other| other == score);
            let right = if few { sorted.len() - below - equal } else { below };
            (2 * right + equal) as u128
        })
        .sum();
    Ok(twice as f64 / (2 * positives as u128 * negatives as u128) as f64)
}

/// The area under the ROC curve of each class against all others. Their mean is what
/// scikit-learn calls the macro-averaged one-vs-rest area.
///
/// # Shapes
/// `labels: n`, `scores: classes x n`.
///
/// ```
/// use densely_models::metrics::roc_auc_one_vs_rest;
/// use densely_tensor::mat;
///
/// let scores = mat![[0.9, 0.2, 0.3], [0.1, 0.8, 0.7]];
/// assert_eq!(roc_auc_one_vs_rest(&[0, 1, 0], scores.as_ref())?, [1.0, 1.0]);
/// # Ok::<(), densely_models::ModelError>(())
/// ```
///
/// # Errors
/// If the labels do not fit, a score is NaN, or a class has no examples or all.
pub fn roc_auc_one_vs_rest<T: Scalar>(
    labels: &[usize],
    scores: MatRef<'_, T>,
) -> Result<Vec<f64>, ModelError> {
    check_labels("roc_auc_one_vs_rest", labels, scores.nrows(), scores.ncols())?;
    (0..scores.nrows()).map(|class| roc_auc_against_rest(labels, scores, class)).collect()
}

/// The area under the ROC curve of one class against all others.
///
/// # Shapes
/// `labels: n`, `scores: classes x n`.
///
/// ```
/// use densely_models::metrics::roc_auc_against_rest;
/// use densely_tensor::mat;
///
/// // There are no examples of class 2.
/// let scores = mat![[0.9, 0.2, 0.3], [0.1, 0.8, 0.7], [0.0, 0.0, 0.0]];
/// assert_eq!(roc_auc_against_rest(&[0, 1, 0], scores.as_ref(), 1)?, 1.0);
/// assert!(roc_auc_against_rest(&[0, 1, 0], scores.as_ref(), 2).is_err());
/// # Ok::<(), densely_models::ModelError>(())
/// ```
///
/// # Errors
/// If the labels do not fit, there is no such class, a score is NaN, or the class has no
/// examples or all.
pub fn roc_auc_against_rest<T: Scalar>(
    labels: &[usize],
    scores: MatRef<'_, T>,
    class: usize,
) -> Result<f64, ModelError> {
    check_labels("roc_auc_against_rest", labels, scores.nrows(), scores.ncols())?;
    if class >= scores.nrows() {
        return Err(ModelError::option("the class", "below the number of classes", &class));
    }
    let positive: Vec<bool> = labels.iter().map(|&label| label == class).collect();
    let scores: Vec<T> = (0..scores.ncols()).map(|j| scores[(class, j)]).collect();
    roc_auc(&positive, &scores)
}
