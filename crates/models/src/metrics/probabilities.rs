use densely_tensor::{MatRef, Real, Scalar};

use super::checks::check_probabilities;
use crate::ModelError;

/// The mean of `−ln p` of each example's class: the cross-entropy.
///
/// 0 for a classifier that is certain and right, `ln K` for one that knows nothing, and
/// infinite if it is certain once and wrong. (scikit-learn moves probabilities away from
/// 0 by the precision of their type.)
///
/// # Shapes
/// `labels: n`, `probabilities: classes x n`.
///
/// ```
/// use densely_models::metrics::log_loss;
/// use densely_tensor::mat;
///
/// let loss = log_loss(&[0, 1], mat![[0.5, 0.75], [0.5, 0.25]].as_ref())?;
/// assert!((loss - (2_f64.ln() + 4_f64.ln()) / 2.0).abs() < 1e-15);
/// # Ok::<(), densely_models::ModelError>(())
/// ```
///
/// # Errors
/// If there are no examples, the labels do not fit, or a probability is not in `[0, 1]`.
pub fn log_loss<T: Scalar>(
    labels: &[usize],
    probabilities: MatRef<'_, T>,
) -> Result<f64, ModelError> {
    check_probabilities("log_loss", labels, probabilities)?;
    let terms = labels.iter().enumerate();
    let sum: f64 = terms.map(|(j, &label)| -Real::ln(probabilities[(label, j)].to_f64())).sum();
    Ok(sum / labels.len() as f64)
}

/// The mean of `Σₖ (pₖ − [k is the class])²` over the examples.
///
/// 0 for a classifier that is certain and right, 2 for one that is certain and wrong.
/// For two classes it is twice the mean of `(p₁ − y)²`, which scikit-learn's
/// `brier_score_loss` gives for two classes.
///
/// # Shapes
/// `labels: n`, `probabilities: classes x n`.
///
/// ```
/// use densely_models::metrics::brier_score;
/// use densely_tensor::mat;
///
/// assert_eq!(brier_score(&[0], mat![[0.5], [0.25], [0.25]].as_ref())?, 0.375);
/// # Ok::<(), densely_models::ModelError>(())
/// ```
///
/// G. Brier, "Verification of forecasts expressed in terms of probability" (1950).
///
/// # Errors
/// If there are no examples, the labels do not fit, or a probability is not in `[0, 1]`.
pub fn brier_score<T: Scalar>(
    labels: &[usize],
    probabilities: MatRef<'_, T>,
) -> Result<f64, ModelError> {
    check_probabilities("brier_score", labels, probabilities)?;
    let mut sum = 0.0;
    for (j, &label) in labels.iter().enumerate() {
        for k in 0..probabilities.nrows() {
            let error = probabilities[(k, j)].to_f64() - if k == label { 1.0 } else { 0.0 };
            sum += error * error;
        }
    }
    Ok(sum / labels.len() as f64)
}
