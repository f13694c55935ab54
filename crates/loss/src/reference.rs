use densely_tensor::Real;

use crate::Target;

/// A loss, written once more for any [`Real`]: its equation and nothing else, which dual numbers
/// differentiate in its proof.
///
/// ```
/// use densely_loss::{LossReference, MeanSquaredError, Target};
///
/// let loss = MeanSquaredError.value(&[1.0, 5.0], Target::Values(&[4.0, 5.0]));
/// assert_eq!(loss, 4.5);
/// ```
pub trait LossReference {
    /// The loss of one example.
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R;
}

/// `t`: 1 for label 1, −1 for label 0.
pub(crate) fn sign<R: Real>(label: usize) -> R {
    if label == 1 { R::ONE } else { -R::ONE }
}

pub(crate) fn squared_if<R: Real>(squared: bool, hinge: R) -> R {
    if squared { hinge * hinge } else { hinge }
}

/// `(1/d) Σₖ f(sₖ, tₖ)`.
pub(crate) fn mean_of<R: Real>(scores: &[R], target: Target<'_, R>, f: impl Fn(R, R) -> R) -> R {
    let values = target.values();
    let losses = scores.iter().zip(values).map(|(&s, &t)| f(s, t));
    losses.fold(R::ZERO, |sum, loss| sum + loss) / R::from_f64(scores.len() as f64)
}
