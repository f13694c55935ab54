use densely_parts::{Described, Kind, Options, Spec};
use densely_tensor::kernels::{map, sum_of};
use densely_tensor::{Real, Scalar};

use crate::reference::mean_of;
use crate::values::mean_of_large;
use crate::{Loss, LossReference, Target, TargetKind};

/// The absolute error, averaged over the outputs: `L = (1/d) Σₖ |sₖ − tₖ|`.
///
/// For regression that a few wild targets must not dominate: it is minimal at the median
/// of the targets, where [`MeanSquaredError`](crate::MeanSquaredError) is at their mean.
///
/// `∂L/∂sₖ = ±1/d`, the sign that of `sₖ − tₖ`; it is 0 where they are equal.
///
/// ```
/// use densely_loss::{Loss, MeanAbsoluteError, Target};
///
/// let mut gradient = [0.0; 2];
/// let loss = MeanAbsoluteError.example(&[1.0, 5.0], Target::Values(&[4.0, 5.0]), &mut gradient);
/// assert_eq!((loss, gradient), (1.5, [-0.5, 0.0]));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MeanAbsoluteError;

impl Described for MeanAbsoluteError {
    const SPEC: Spec = Spec::new("mae", "the absolute error");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl<T: Scalar> Loss<T> for MeanAbsoluteError {
    fn kind(&self) -> Kind {
        self.described()
    }

    fn name(&self) -> &'static str {
        "mae"
    }

    fn target_kind(&self) -> TargetKind {
        TargetKind::Values
    }

    #[inline(always)]
    fn example(&self, scores: &[T], target: Target<'_, T>, dscores: &mut [T]) -> T {
        let values = target.values();
        let outputs = T::from_f64(scores.len() as f64);
        let slope = T::ONE / outputs;
        map(dscores, [scores, values], |[s, t]| s - t);
        let sum = sum_of(dscores, Real::abs);
        for error in dscores {
            let negative = if *error < T::ZERO { -slope } else { *error };
            *error = if *error > T::ZERO { slope } else { negative };
        }
        if sum == T::INFINITY {
            return mean_of_large(scores, values, |s, t| Real::abs(s / outputs - t / outputs));
        }
        sum / outputs
    }
}

/// `(1/d) Σₖ |sₖ − tₖ|`.
impl LossReference for MeanAbsoluteError {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        mean_of(scores, target, |s, t| (s - t).abs())
    }
}
