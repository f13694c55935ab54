use densely_tensor::{Real, Scalar};

use crate::{Loss, Target, TargetKind};

/// Softmax cross-entropy: `L = −ln p_y`, with `pₖ = e^{sₖ} / Σⱼ e^{sⱼ}`.
///
/// The loss of the softmax classifier, and of most networks that classify: scores are
/// read as unnormalised log probabilities, and the loss is the negative log
/// likelihood of the right class `y`. An untrained classifier of `K` classes starts
/// near `ln K`.
///
/// `∂L/∂sₖ = pₖ − 1[k = y]`.
///
/// It is computed relative to the largest score, `L = ln Σⱼ e^{sⱼ − m} − (s_y − m)`, so
/// that nothing overflows; small losses keep their relative accuracy. Equal infinities
/// count as equal scores, so no NaN arises unless one is put in.
///
/// ```
/// use densely_loss::{Loss, SoftmaxCrossEntropy, Target};
///
/// let mut gradient = [0.0; 2];
/// let loss = SoftmaxCrossEntropy.example(&[0.0, 1000.0], Target::Label(0), &mut gradient);
/// assert_eq!((loss, gradient), (1000.0, [-1.0, 1.0]));
/// ```
///
/// CS231n, Linear classification, "Softmax classifier".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SoftmaxCrossEntropy;

impl<T: Scalar> Loss<T> for SoftmaxCrossEntropy {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn target_kind(&self) -> TargetKind {
        TargetKind::Labels
    }

    #[inline(always)]
    fn example(&self, scores: &[T], target: Target<'_, T>, dscores: &mut [T]) -> T {
        let Target::Label(label) = target else { unreachable!("targets are checked") };
        dscores.copy_from_slice(scores);
        let exponentials = exponentials(dscores);
        let loss = exponentials.others.ln_1p() - below(scores[label], exponentials.max);
        // p_y − 1 is minus the share of the others, which loses no digits to the 1.
        let total = T::ONE + exponentials.others;
        let wrong =
            if label == exponentials.argmax { exponentials.others } else { total - dscores[label] };
        let scale = T::ONE / total;
        for d in dscores.iter_mut() {
            *d *= scale;
        }
        dscores[label] = -wrong * scale;
        loss
    }

    fn probabilities(&self, scores: &mut [T]) -> bool {
        let total = T::ONE + exponentials(scores).others;
        for score in scores {
            *score /= total;
        }
        true
    }
}

struct Exponentials<T> {
    max: T,
    /// Position of the first largest score.
    argmax: usize,
    /// `Σ e^{sⱼ − m}` without the term of `argmax`, which is 1.
    others: T,
}

/// Replaces each score `sⱼ` by `e^{sⱼ − m}`, where `m` is the largest.
#[inline(always)]
fn exponentials<T: Scalar>(scores: &mut [T]) -> Exponentials<T> {
    let max = scores.iter().fold(-T::INFINITY, |max, &s| Real::max(max, s));
    let argmax = scores.iter().position(|&s| s == max).unwrap_or(0);
    for s in scores.iter_mut() {
        *s = below(*s, max).exp();
    }
    let mut others = T::ZERO;
    for (j, &e) in scores.iter().enumerate() {
        others += if j == argmax { T::ZERO } else { e };
    }
    // Where the largest score is NaN, every exponential is, and the sum has to be.
    let others = if Real::is_nan(max) { max } else { others };
    Exponentials { max, argmax, others }
}

/// `s − m`, which is 0 for equal scores even if they are infinite.
#[inline(always)]
fn below<T: Scalar>(s: T, max: T) -> T {
    let difference = s - max;
    if s == max { T::ZERO } else { difference }
}
