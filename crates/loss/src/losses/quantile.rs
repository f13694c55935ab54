use densely_parts::{Described, Kind, Opt, Options, Range, Spec, Value};
use densely_tensor::kernels::{map, sum_of};
use densely_tensor::{Real, Scalar};

use crate::reference::mean_of;
use crate::values::mean_of_large;
use crate::{Loss, LossError, LossReference, Target, TargetKind, Targets};

/// The quantile loss, averaged over the outputs: `L = (1/d) Σₖ p(tₖ − sₖ)`, where
/// `p(e) = τ e` for `e ≥ 0` and `(τ − 1) e` below. Also called the pinball loss.
///
/// It is minimal at the quantile `τ` of the targets: with `τ = 0.9`, nine of ten targets are
/// below the prediction. With `τ = ½` it is half of
/// [`MeanAbsoluteError`](crate::MeanAbsoluteError). Two networks, of 0.05 and 0.95, give an interval
/// for nine of ten targets.
///
/// `∂L/∂sₖ = (1 − τ)/d` where `sₖ > tₖ`, `−τ/d` where `sₖ < tₖ`, and 0 where they are equal.
///
/// ```
/// use densely_loss::{Loss, Quantile, Target};
///
/// let mut gradient = [0.0; 2];
/// let loss = Quantile::new(0.75).example(&[1.0, 5.0], Target::Values(&[3.0, 4.0]), &mut gradient);
/// assert_eq!((loss, gradient), (0.5 * (0.75 * 2.0 + 0.25 * 1.0), [-0.375, 0.125]));
/// ```
///
/// R. Koenker and G. Bassett, "Regression quantiles" (1978).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    level: f64,
}

impl Quantile {
    /// Of the quantile `τ`, in `(0, 1)`.
    #[must_use]
    pub fn new(level: f64) -> Self {
        Self { level }
    }

    /// `τ`.
    #[must_use]
    pub fn level(&self) -> f64 {
        self.level
    }
}

impl Described for Quantile {
    const SPEC: Spec = Spec::new("quantile", "errors below a quantile weigh more than those above")
        .options(&[Opt::number("level", Range::new(0.0, 1.0).above().below())
            .default_number(0.5)
            .typical(0.05, 0.95)]);

    fn from_options(options: &Options) -> Self {
        Self { level: options.number("level") }
    }

    fn values(&self) -> Vec<Value> {
        vec![self.level.into()]
    }
}

impl<T: Scalar> Loss<T> for Quantile {
    fn kind(&self) -> Kind {
        self.described()
    }

    fn name(&self) -> &'static str {
        "quantile"
    }

    fn target_kind(&self) -> TargetKind {
        TargetKind::Values
    }

    #[inline(always)]
    fn example(&self, scores: &[T], target: Target<'_, T>, dscores: &mut [T]) -> T {
        let values = target.values();
        let outputs = T::from_f64(scores.len() as f64);
        let (below, above) = (T::from_f64(self.level), T::from_f64(1.0 - self.level));
        let [down, up] = [below, above].map(|slope| slope / outputs);
        map(dscores, [scores, values], |[s, t]| s - t);
        let loss = |e: T| if e < T::ZERO { -(below * e) } else { above * e };
        let sum = sum_of(dscores, loss);
        for error in dscores {
            let negative = if *error < T::ZERO { -down } else { *error };
            *error = if *error > T::ZERO { up } else { negative };
        }
        if sum == T::INFINITY {
            return mean_of_large(scores, values, |s, t| loss(s / outputs - t / outputs));
        }
        sum / outputs
    }

    fn check(
        &self,
        outputs: usize,
        examples: usize,
        targets: Targets<'_, T>,
    ) -> Result<(), LossError> {
        Self::SPEC.check(&[self.level.into()])?;
        targets.check("quantile", TargetKind::Values, outputs, examples)
    }
}

/// `(1/d) Σₖ p(tₖ − sₖ)`, with `p(e) = τ e` for `e > 0` and `(τ − 1) e` below.
impl LossReference for Quantile {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        let [above, below] = [self.level, self.level - 1.0].map(R::from_f64);
        mean_of(scores, target, |s, t| {
            let slope = if t > s { above } else { below };
            if t == s { R::ZERO } else { slope * (t - s) }
        })
    }
}
