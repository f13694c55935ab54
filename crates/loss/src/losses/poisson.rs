use densely_parts::{Described, Kind, Options, Range, Spec};
use densely_tensor::kernels::weigh;
use densely_tensor::{Real, Scalar, column};

use crate::reference::mean_of;
use crate::values::mean_of_large;
use crate::{Loss, LossError, LossReference, Target, TargetKind, Targets};

/// The Poisson loss, averaged over the outputs: `L = (1/d) Σₖ (e^{sₖ} − tₖ sₖ)`.
///
/// For counts, and other targets that are not negative and vary more where they are larger. A score is the
/// logarithm of what it predicts, so predictions are above 0, and what features do to them are factors. Up to terms
/// without scores, it is the negative log likelihood of a Poisson distribution of mean `e^s`. It may be
/// negative, and its [least](Loss::least) is `t − t ln t`.
///
/// `∂L/∂sₖ = (1/d) (e^{sₖ} − tₖ)`.
///
/// ```
/// use densely_loss::{Loss, Poisson, Target};
///
/// let mut gradient = [0.0; 2];
/// let loss = Poisson.example(&[0.0, 2_f64.ln()], Target::Values(&[3.0, 2.0]), &mut gradient);
/// assert_eq!((loss, gradient), (0.5 * (1.0 + 2.0 - 2.0 * 2_f64.ln()), [-1.0, 0.0]));
/// ```
///
/// P. McCullagh and J. Nelder, *Generalized Linear Models*, 2nd ed. (1989), chapter 6.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Poisson;

/// `e^s − t s`, of which each has this share.
#[inline(always)]
fn of_score<T: Scalar>(s: T, t: T, mean: T, outputs: T) -> T {
    // An infinite mean is more than any product that is taken from it.
    if mean == T::INFINITY { mean } else { mean / outputs - weigh(t / outputs, s) }
}

impl Described for Poisson {
    const SPEC: Spec = Spec::new("poisson", "of counts, whose mean is e to the power of the score");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl<T: Scalar> Loss<T> for Poisson {
    fn kind(&self) -> Kind {
        self.described()
    }

    fn name(&self) -> &'static str {
        "poisson"
    }

    fn target_kind(&self) -> TargetKind {
        TargetKind::Values
    }

    fn log_link(&self) -> bool {
        true
    }

    #[inline(always)]
    fn example(&self, scores: &[T], target: Target<'_, T>, dscores: &mut [T]) -> T {
        let values = target.values();
        let outputs = T::from_f64(scores.len() as f64);
        let mut sum = T::ZERO;
        for ((&s, &t), ds) in scores.iter().zip(values).zip(dscores) {
            let mean = Real::exp(s);
            sum += of_score(s, t, mean, T::ONE);
            *ds = (mean - t) / outputs;
        }
        if Real::abs(sum) == T::INFINITY {
            return mean_of_large(scores, values, |s, t| of_score(s, t, Real::exp(s), outputs));
        }
        sum / outputs
    }

    fn least(&self, outputs: usize, target: Target<'_, T>) -> f64 {
        let values = target.values();
        let least = |t: f64| t - weigh(t, Real::ln(t));
        values.iter().map(|t| least(t.to_f64())).sum::<f64>() / outputs as f64
    }

    fn check(
        &self,
        outputs: usize,
        examples: usize,
        targets: Targets<'_, T>,
    ) -> Result<(), LossError> {
        targets.check("poisson", TargetKind::Values, outputs, examples)?;
        if let Targets::Values(values) = targets.unweighted() {
            for t in (0..examples).flat_map(|j| column(values, j)) {
                Range::NOT_NEGATIVE.check("poisson", "target", t.to_f64())?;
            }
        }
        Ok(())
    }
}

/// `(1/d) Σₖ (e^{sₖ} − tₖ sₖ)`.
impl LossReference for Poisson {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        mean_of(scores, target, |s, t| s.exp() - t * s)
    }
}
