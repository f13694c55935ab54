use densely_parts::{Described, Kind, Opt, Options, Range, Spec, Value};
use densely_tensor::kernels::{map, map_in_place, sum_of};
use densely_tensor::{Real, Scalar};

use crate::reference::mean_of;
use crate::values::mean_of_large;
use crate::{Loss, LossError, LossReference, Target, TargetKind, Targets};

/// The loss of Huber, averaged over the outputs: `L = (1/d) Σₖ h(sₖ − tₖ)`, where
/// `h(e) = ½ e²` for `|e| ≤ δ` and `δ (|e| − ½ δ)` beyond.
///
/// The squared error for small errors and the absolute error for large ones: smooth, and
/// a few wild targets do not dominate.
///
/// `∂L/∂sₖ = (1/d) max(−δ, min(δ, sₖ − tₖ))`.
///
/// With a large `δ` it is half of [`MeanSquaredError`](crate::MeanSquaredError).
///
/// ```
/// use densely_loss::{Huber, Loss, Target};
///
/// let mut gradient = [0.0; 2];
/// let loss = Huber::new(1.0).example(&[0.5, 5.0], Target::Values(&[0.0, 1.0]), &mut gradient);
/// assert_eq!((loss, gradient), (0.5 * (0.125 + 3.5), [0.25, 0.5]));
/// ```
///
/// P. Huber, "Robust estimation of a location parameter" (1964).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Huber {
    delta: f64,
}

impl Huber {
    /// With `δ`, which has to be positive: larger errors count by their absolute value,
    /// smaller ones by their square.
    #[must_use]
    pub fn new(delta: f64) -> Self {
        Self { delta }
    }

    /// `δ`.
    #[must_use]
    pub fn delta(&self) -> f64 {
        self.delta
    }
}

impl Default for Huber {
    /// `δ = 1`.
    fn default() -> Self {
        Self::new(1.0)
    }
}

impl Described for Huber {
    const SPEC: Spec =
        Spec::new("huber", "the square of small errors, the absolute value of large ones").options(
            &[Opt::number("delta", Range::POSITIVE).default_number(1.0).typical(0.1, 2.0)],
        );

    fn from_options(options: &Options) -> Self {
        Self { delta: options.number("delta") }
    }

    fn values(&self) -> Vec<Value> {
        vec![self.delta.into()]
    }
}

impl<T: Scalar> Loss<T> for Huber {
    fn kind(&self) -> Kind {
        self.described()
    }

    fn name(&self) -> &'static str {
        "huber"
    }

    fn target_kind(&self) -> TargetKind {
        TargetKind::Values
    }

    #[inline(always)]
    fn example(&self, scores: &[T], target: Target<'_, T>, dscores: &mut [T]) -> T {
        let values = target.values();
        let (outputs, delta) = (T::from_f64(scores.len() as f64), T::from_f64(self.delta));
        let half = T::from_f64(0.5);
        map(dscores, [scores, values], |[s, t]| s - t);
        // With c = min(|e|, δ), both cases are c (|e| − ½ c).
        let sum = sum_of(dscores, |e| {
            let size = Real::abs(e);
            let c = if size > delta { delta } else { size };
            let rest = half * c;
            c * if size > delta { size - rest } else { rest }
        });
        let scale = T::ONE / outputs;
        map_in_place([dscores], [], |[e], []| {
            let raised = if e < -delta { -delta } else { e };
            [scale * if e > delta { delta } else { raised }]
        });
        if sum == T::INFINITY {
            return mean_of_large(scores, values, |s, t| {
                let (size, share) = (Real::abs(s - t), Real::abs(s / outputs - t / outputs));
                let c = if size > delta { delta } else { size };
                let rest = half * (c / outputs);
                c * if size > delta { share - rest } else { rest }
            });
        }
        sum / outputs
    }

    fn check(
        &self,
        outputs: usize,
        examples: usize,
        targets: Targets<'_, T>,
    ) -> Result<(), LossError> {
        Self::SPEC.check(&[self.delta.into()])?;
        targets.check("huber", TargetKind::Values, outputs, examples)
    }
}

/// `(1/d) Σₖ h(sₖ − tₖ)`, with `h(e) = ½ e²` for `|e| ≤ δ` and `δ (|e| − ½ δ)` beyond.
impl LossReference for Huber {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        let (delta, half) = (R::from_f64(self.delta()), R::from_f64(0.5));
        mean_of(scores, target, |s, t| {
            let e = s - t;
            if e.abs() > delta { delta * (e.abs() - half * delta) } else { half * e * e }
        })
    }
}
