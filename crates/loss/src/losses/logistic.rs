use densely_parts::{Described, Kind, Options, Spec};
use densely_tensor::{MatMut, MatRef, Real, Scalar};

use crate::binary::{check_binary, class_of_score, example_of_margin, examples_of_margins};
use crate::reference::sign;
use crate::{Loss, LossError, LossReference, Target, TargetKind, Targets};

/// The logistic loss, or binary cross-entropy, from one score: `L = ln(1 + e^(−t s))`,
/// where `t` is `1` for label 1 and `−1` for label 0.
///
/// The single neuron as a classifier: its sigmoid `σ(s)` is the probability of class 1,
/// and the loss is minus the logarithm of the probability of the right class. The
/// decision is class 1 for `σ(s) > ½`, which is `s > 0`.
///
/// `∂L/∂s = σ(s) − label = −t σ(−t s)`.
///
/// It is computed as `max(−z, 0) + ln(1 + e^(−|z|))` with `z = t s`: nothing overflows,
/// and small losses and gradients keep all their digits.
///
/// Two classes with [`SoftmaxCrossEntropy`](crate::SoftmaxCrossEntropy) are the same model
/// with twice as many outputs: only the difference of their scores matters, and that is
/// `s` here.
///
/// ```
/// use densely_loss::{Logistic, Loss, Target};
///
/// let mut gradient = [0.0];
/// let loss = Logistic.example(&[0.0], Target::Label(1), &mut gradient);
/// assert_eq!((loss, gradient), (2_f64.ln(), [-0.5]));
/// let mut probabilities = [0.0; 2];
/// assert!(Logistic.probabilities(&[1000.0], &mut probabilities));
/// assert_eq!(probabilities, [0.0, 1.0]);
/// ```
///
/// CS231n, Neural Networks 1, "Single neuron as a linear classifier".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Logistic;

/// The loss as a function of `z = t s`, and its derivative `−σ(−z)`.
#[inline(always)]
fn of_margin<T: Scalar>(z: T) -> (T, T) {
    let linear = if z > T::ZERO { T::ZERO } else { -z };
    let e = (-Real::abs(z)).exp();
    (linear + e.ln_1p(), -(-z).sigmoid())
}

impl Described for Logistic {
    const SPEC: Spec = Spec::new(
        "logistic",
        "the logarithm of the probability of the right of two classes, by one score",
    );

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl<T: Scalar> Loss<T> for Logistic {
    fn kind(&self) -> Kind {
        self.described()
    }

    fn name(&self) -> &'static str {
        "logistic"
    }

    fn target_kind(&self) -> TargetKind {
        TargetKind::Labels
    }

    #[inline(always)]
    fn example(&self, scores: &[T], target: Target<'_, T>, dscores: &mut [T]) -> T {
        example_of_margin(scores, target, dscores, of_margin)
    }

    #[inline(always)]
    fn examples(
        &self,
        scores: MatRef<'_, T>,
        targets: Targets<'_, T>,
        losses: &mut [T],
        dscores: MatMut<'_, T>,
    ) {
        examples_of_margins(scores, targets, losses, dscores, of_margin);
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

    fn probabilities(&self, scores: &[T], probabilities: &mut [T]) -> bool {
        // Each from its own side, so that the small one keeps its digits.
        probabilities[0] = (-scores[0]).sigmoid();
        probabilities[1] = scores[0].sigmoid();
        true
    }

    fn log_odds(&self, scores: &[T], log_odds: &mut [f64]) -> bool {
        let score = scores[0].to_f64();
        log_odds.copy_from_slice(&[-score, score]);
        true
    }

    fn check(
        &self,
        outputs: usize,
        examples: usize,
        targets: Targets<'_, T>,
    ) -> Result<(), LossError> {
        check_binary("logistic", outputs, examples, targets)
    }
}

/// `ln(1 + e^(−t s))`.
impl LossReference for Logistic {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        let wrong = -(sign::<R>(target.label()) * scores[0]);
        // ln(1 + eᶻ) = z + ln(1 + e⁻ᶻ).
        if wrong > R::ZERO { wrong + (-wrong).exp().ln_1p() } else { wrong.exp().ln_1p() }
    }
}
