use densely_parts::{Described, Kind, Options, Spec, Value};
use densely_tensor::kernels::weigh;
use densely_tensor::{Real, Scalar};

use crate::hinge::{MARGIN, excess, hinge, slope};
use crate::{Loss, LossError, LossReference, Target, TargetKind, Targets};

/// The multiclass support vector machine loss of Crammer and Singer, a hinge for the best
/// wrong class: `L = max(0, max_{k ≠ y} sₖ − s_y + Δ)`.
///
/// Only the strongest rival of the right class counts, where
/// [`MulticlassSvm`](crate::MulticlassSvm) adds the hinges of all; for two classes they
/// are the same.
///
/// `∂L/∂sᵣ = 1` and `∂L/∂s_y = −1` if `L > 0`, where `r` is the best wrong class: the first
/// of them at a tie, which is a subgradient. On the margin it is 0.
///
/// ```
/// use densely_loss::{CrammerSingerSvm, Loss, Target};
///
/// let mut gradient = [0.0; 3];
/// let svm = CrammerSingerSvm::with_margin(10.0);
/// let loss = svm.example(&[13.0, 9.0, 11.0], Target::Label(0), &mut gradient);
/// assert_eq!((loss, gradient), (8.0, [-1.0, 0.0, 1.0]));
/// ```
///
/// CS231n, Linear classification, "Other multiclass SVM formulations"; K. Crammer and
/// Y. Singer, "On the algorithmic implementation of multiclass kernel-based vector
/// machines" (2001).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrammerSingerSvm {
    margin: f64,
}

impl CrammerSingerSvm {
    /// With margin `Δ = 1`.
    #[must_use]
    pub fn new() -> Self {
        Self::with_margin(1.0)
    }

    /// With a margin of one's own.
    #[must_use]
    pub fn with_margin(margin: f64) -> Self {
        Self { margin }
    }

    /// The margin `Δ`.
    #[must_use]
    pub fn margin(&self) -> f64 {
        self.margin
    }
}

impl Default for CrammerSingerSvm {
    fn default() -> Self {
        Self::new()
    }
}

impl Described for CrammerSingerSvm {
    const SPEC: Spec = Spec::new(
        "crammer-singer",
        "by how much the best wrong class comes within a margin of the right one",
    )
    .options(&[MARGIN]);

    fn from_options(options: &Options) -> Self {
        Self { margin: options.number("margin") }
    }

    fn values(&self) -> Vec<Value> {
        vec![self.margin.into()]
    }
}

impl<T: Scalar> Loss<T> for CrammerSingerSvm {
    fn kind(&self) -> Kind {
        self.described()
    }

    fn name(&self) -> &'static str {
        "crammer-singer"
    }

    fn target_kind(&self) -> TargetKind {
        TargetKind::Labels
    }

    #[inline(always)]
    fn example(&self, scores: &[T], target: Target<'_, T>, dscores: &mut [T]) -> T {
        let label = target.label();
        dscores.fill(T::ZERO);
        let Some(rival) = best_other(scores, label) else {
            // The only class is right; a NaN is still NaN.
            dscores[label] = weigh(T::ZERO, scores[label]);
            return dscores[label];
        };
        let hinge = hinge(excess(scores[rival], scores[label], T::from_f64(self.margin)));
        dscores[rival] = slope(hinge);
        dscores[label] = -slope(hinge);
        hinge
    }

    fn check(
        &self,
        outputs: usize,
        examples: usize,
        targets: Targets<'_, T>,
    ) -> Result<(), LossError> {
        Self::SPEC.check(&[self.margin.into()])?;
        targets.check("crammer-singer", TargetKind::Labels, outputs, examples)
    }
}

/// The first largest score but for that of `label`, or the first that is NaN; `None` if
/// there is no other.
#[inline(always)]
fn best_other<T: Scalar>(scores: &[T], label: usize) -> Option<usize> {
    let others = (0..scores.len()).filter(|&k| k != label);
    others.reduce(|best, k| {
        let better = scores[k] > scores[best] || Real::is_nan(scores[k]);
        if better && !Real::is_nan(scores[best]) { k } else { best }
    })
}

/// `max(0, max_{k ≠ y} sₖ − s_y + Δ)`.
impl LossReference for CrammerSingerSvm {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        let label = target.label();
        let margin = R::from_f64(self.margin());
        let others = scores.iter().enumerate().filter(|&(k, _)| k != label);
        others.fold(R::ZERO, |max, (_, &s)| max.max(s - scores[label] + margin))
    }
}
