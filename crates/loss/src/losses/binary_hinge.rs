use densely_parts::{Described, Kind, Opt, Options, Spec, Value};
use densely_tensor::{MatMut, MatRef, Real, Scalar};

use crate::binary::{check_binary, class_of_score, example_of_margin, examples_of_margins};
use crate::hinge::{MARGIN, hinge};
use crate::reference::{sign, squared_if};
use crate::{Loss, LossError, LossReference, Target, TargetKind, Targets};

/// The loss of the binary support vector machine, from one score:
/// `L = max(0, Δ − t s)`, where `t` is `1` for label 1 and `−1` for label 0; or its square.
///
/// The single neuron as a classifier by margins: class 1 should score above `Δ`, class 0
/// below `−Δ`. An example beyond its margin has a loss of zero and no gradient. The
/// decision is class 1 for `s > 0`.
///
/// `∂L/∂s = −t` for `t s < Δ` and `0` for `t s ≥ Δ`; squared, `−2 t max(0, Δ − t s)`.
///
/// ```
/// use densely_loss::{BinaryHinge, Loss, Target};
///
/// let (hinge, mut gradient) = (BinaryHinge::new(), [0.0]);
/// assert_eq!(hinge.example(&[0.25], Target::Label(1), &mut gradient), 0.75);
/// assert_eq!(gradient, [-1.0]);
/// assert_eq!(hinge.example(&[0.25], Target::Label(0), &mut gradient), 1.25);
/// assert_eq!(gradient, [1.0]);
/// ```
///
/// CS231n, Neural Networks 1, "Single neuron as a linear classifier"; C. Cortes and
/// V. Vapnik, "Support-vector networks" (1995).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BinaryHinge {
    margin: f64,
    squared: bool,
}

impl BinaryHinge {
    /// With margin `Δ = 1`, not squared.
    #[must_use]
    pub fn new() -> Self {
        Self { margin: 1.0, squared: false }
    }

    /// With a margin of one's own.
    #[must_use]
    pub fn with_margin(margin: f64) -> Self {
        Self { margin, ..Self::new() }
    }

    /// Whether the hinge is squared, which punishes large violations more and has no kink.
    #[must_use]
    pub fn squared(self, squared: bool) -> Self {
        Self { squared, ..self }
    }

    /// The margin `Δ`.
    #[must_use]
    pub fn margin(&self) -> f64 {
        self.margin
    }

    /// Whether the hinge is squared.
    #[must_use]
    pub fn is_squared(&self) -> bool {
        self.squared
    }

    /// The loss as a function of `z = t s`, and its derivative.
    #[inline(always)]
    fn of_margin<T: Scalar>(self, z: T) -> (T, T) {
        let hinge = hinge(T::from_f64(self.margin) - z);
        let slope = if hinge > T::ZERO { -T::ONE } else { hinge };
        if self.squared { (hinge * hinge, -(hinge + hinge)) } else { (hinge, slope) }
    }
}

impl Default for BinaryHinge {
    fn default() -> Self {
        Self::new()
    }
}

impl Described for BinaryHinge {
    const SPEC: Spec =
        Spec::new("hinge", "by how much the score of two classes comes within a margin of 0")
            .options(&[MARGIN, Opt::flag("squared")])
            .also("squared-hinge", "squared");

    fn from_options(options: &Options) -> Self {
        Self { margin: options.number("margin"), squared: options.flag("squared") }
    }

    fn values(&self) -> Vec<Value> {
        vec![self.margin.into(), self.squared.into()]
    }
}

impl<T: Scalar> Loss<T> for BinaryHinge {
    fn kind(&self) -> Kind {
        self.described()
    }

    fn name(&self) -> &'static str {
        if self.squared { "squared-hinge" } else { "hinge" }
    }

    fn target_kind(&self) -> TargetKind {
        TargetKind::Labels
    }

    #[inline(always)]
    fn example(&self, scores: &[T], target: Target<'_, T>, dscores: &mut [T]) -> T {
        example_of_margin(scores, target, dscores, |z| self.of_margin(z))
    }

    #[inline(always)]
    fn examples(
        &self,
        scores: MatRef<'_, T>,
        targets: Targets<'_, T>,
        losses: &mut [T],
        dscores: MatMut<'_, T>,
    ) {
        examples_of_margins(scores, targets, losses, dscores, |z| self.of_margin(z));
    }

    fn classes(&self, _outputs: usize) -> usize {
        2
    }

    fn outputs(&self, _classes: usize) -> usize {
        1
    }

    fn classify(&self, scores: &[T]) -> usize {
        class_of_score(scores)
    }

    fn check(
        &self,
        outputs: usize,
        examples: usize,
        targets: Targets<'_, T>,
    ) -> Result<(), LossError> {
        let name = Loss::<T>::name(self);
        Self::SPEC.check(&[self.margin.into(), self.squared.into()])?;
        check_binary(name, outputs, examples, targets)
    }
}

/// `max(0, Δ − t s)`, or its square.
impl LossReference for BinaryHinge {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        let hinge = R::from_f64(self.margin()) - sign::<R>(target.label()) * scores[0];
        squared_if(self.is_squared(), R::ZERO.max(hinge))
    }
}
