use densely_parts::{Described, Kind, Options, Spec};
use densely_tensor::{Real, Scalar};

use crate::reference::mean_of;
use crate::values::mean_of_large;
use crate::{Loss, LossReference, Target, TargetKind};

/// The squared error, averaged over the outputs: `L = (1/d) Σₖ (sₖ − tₖ)²`.
///
/// For regression. With one output (`d = 1`) it is `(s − t)²`. Errors count by their
/// square, so a few wild targets can dominate; scale targets to a variance of about 1.
///
/// `∂L/∂sₖ = (2/d) (sₖ − tₖ)`.
///
/// ```
/// use densely_loss::{Loss, MeanSquaredError, Target};
///
/// let mut gradient = [0.0; 2];
/// let loss = MeanSquaredError.example(&[1.0, 5.0], Target::Values(&[4.0, 5.0]), &mut gradient);
/// assert_eq!((loss, gradient), (4.5, [-3.0, 0.0]));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MeanSquaredError;

impl Described for MeanSquaredError {
    const SPEC: Spec = Spec::new("mse", "the square of the error");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl<T: Scalar> Loss<T> for MeanSquaredError {
    fn kind(&self) -> Kind {
        self.described()
    }

    fn name(&self) -> &'static str {
        "mse"
    }

    fn target_kind(&self) -> TargetKind {
        TargetKind::Values
    }

    #[inline(always)]
    fn example(&self, scores: &[T], target: Target<'_, T>, dscores: &mut [T]) -> T {
        let values = target.values();
        let outputs = T::from_f64(scores.len() as f64);
        let slope = T::from_f64(2.0) / outputs;
        let mut sum = T::ZERO;
        for ((&s, &t), ds) in scores.iter().zip(values).zip(dscores) {
            let error = s - t;
            sum += error * error;
            *ds = slope * error;
        }
        if sum == T::INFINITY {
            return mean_of_large(scores, values, |s, t| (s - t) * ((s - t) / outputs));
        }
        sum / outputs
    }
}

/// `(1/d) Σₖ (sₖ − tₖ)²`.
impl LossReference for MeanSquaredError {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        mean_of(scores, target, |s, t| (s - t) * (s - t))
    }
}
