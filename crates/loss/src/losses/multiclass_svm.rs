use densely_parts::{Described, Kind, Opt, Options, Spec, Value};
use densely_tensor::kernels::{map, map_in_place, sum_of, weigh};
use densely_tensor::{Real, Scalar};

use crate::hinge::{MARGIN, excess, hinge, slope};
use crate::reference::squared_if;
use crate::{Loss, LossError, LossReference, Target, TargetKind, Targets};

/// The multiclass support vector machine loss of Weston and Watkins, a hinge for every
/// wrong class: `L = Σ_{k ≠ y} max(0, sₖ − s_y + Δ)`, or of the squares of the hinges.
///
/// The right class should score higher than each other class by a margin `Δ`, which is
/// 1: how large a margin is, relative to the scores, is up to the size of the weights.
/// An example that meets all margins has a loss of zero and no gradient.
///
/// `∂L/∂sₖ = 1[sₖ − s_y + Δ > 0]` for `k ≠ y`, and `∂L/∂s_y` is minus their sum. On the
/// margin itself, where both 0 and 1 are subgradients, it is 0. Squared, `∂L/∂sₖ` is twice
/// the hinge.
///
/// Summed over classes as in the notes; PyTorch's `MultiMarginLoss` divides by their
/// number.
///
/// ```
/// use densely_loss::{Loss, MulticlassSvm, Target};
///
/// // The example of the notes: scores 13, -7, 11, the first class right, Δ = 10.
/// let mut gradient = [0.0; 3];
/// let svm = MulticlassSvm::with_margin(10.0);
/// let loss = svm.example(&[13.0, -7.0, 11.0], Target::Label(0), &mut gradient);
/// assert_eq!((loss, gradient), (8.0, [-1.0, 0.0, 1.0]));
/// ```
///
/// CS231n, Linear classification, "Multiclass Support Vector Machine loss"; J. Weston and
/// C. Watkins, "Support vector machines for multi-class pattern recognition" (1999).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MulticlassSvm {
    margin: f64,
    squared: bool,
}

impl MulticlassSvm {
    /// With margin `Δ = 1`, not squared.
    #[must_use]
    pub fn new() -> Self {
        Self::with_margin(1.0)
    }

    /// With a margin of one's own.
    #[must_use]
    pub fn with_margin(margin: f64) -> Self {
        Self { margin, squared: false }
    }

    /// Whether the hinges are squared, which punishes large violations more and has no
    /// kink: the L2-SVM.
    #[must_use]
    pub fn squared(self, squared: bool) -> Self {
        Self { squared, ..self }
    }

    /// The margin `Δ`.
    #[must_use]
    pub fn margin(&self) -> f64 {
        self.margin
    }

    /// Whether the hinges are squared.
    #[must_use]
    pub fn is_squared(&self) -> bool {
        self.squared
    }
}

impl Default for MulticlassSvm {
    fn default() -> Self {
        Self::new()
    }
}

impl Described for MulticlassSvm {
    const SPEC: Spec =
        Spec::new("svm", "by how much wrong classes come within a margin of the right one")
            .options(&[MARGIN, Opt::flag("squared")])
            .also("squared-svm", "squared");

    fn from_options(options: &Options) -> Self {
        Self { margin: options.number("margin"), squared: options.flag("squared") }
    }

    fn values(&self) -> Vec<Value> {
        vec![self.margin.into(), self.squared.into()]
    }
}

impl<T: Scalar> Loss<T> for MulticlassSvm {
    fn kind(&self) -> Kind {
        self.described()
    }

    fn name(&self) -> &'static str {
        if self.squared { "squared-svm" } else { "svm" }
    }

    fn target_kind(&self) -> TargetKind {
        TargetKind::Labels
    }

    #[inline(always)]
    fn example(&self, scores: &[T], target: Target<'_, T>, dscores: &mut [T]) -> T {
        let label = target.label();
        let (right, margin) = (scores[label], T::from_f64(self.margin));
        map(dscores, [scores], |[s]| hinge(excess(s, right, margin)));
        dscores[label] = weigh(T::ZERO, right);
        let squared = self.squared;
        let loss = sum_of(dscores, |hinge| if squared { hinge * hinge } else { hinge });
        map_in_place([&mut *dscores], [], |[hinge], []| {
            [if squared { hinge + hinge } else { slope(hinge) }]
        });
        dscores[label] = -sum_of(dscores, |d| d);
        loss
    }

    fn check(
        &self,
        outputs: usize,
        examples: usize,
        targets: Targets<'_, T>,
    ) -> Result<(), LossError> {
        let name = Loss::<T>::name(self);
        Self::SPEC.check(&[self.margin.into(), self.squared.into()])?;
        targets.check(name, TargetKind::Labels, outputs, examples)
    }
}

/// `Σ_{k ≠ y} max(0, sₖ − s_y + Δ)`, or of its squares.
impl LossReference for MulticlassSvm {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        let label = target.label();
        let others = scores.iter().enumerate().filter(|&(k, _)| k != label);
        let margin = R::from_f64(self.margin());
        let hinge = |s: R| squared_if(self.is_squared(), R::ZERO.max(s - scores[label] + margin));
        others.fold(R::ZERO, |sum, (_, &s)| sum + hinge(s))
    }
}
