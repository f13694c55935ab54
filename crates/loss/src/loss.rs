use std::fmt::Debug;

use densely_parts::Kind;
use densely_tensor::kernels::{map_in_place, vectorize, weigh};
use densely_tensor::{MatMut, MatRef, Real, Scalar, column, column_mut};
use dyn_clone::DynClone;

use crate::{LossError, Target, TargetKind, Targets};

/// A loss: how far the scores of an example are from its target, and the gradient of
/// that with respect to the scores.
///
/// [`example`](Loss::example) is the whole definition; everything else follows. Write
/// one of your own the same way: no batch, no threads, no `1/n`.
///
/// ```
/// use densely_loss::{Loss, Target, TargetKind};
/// use densely_tensor::Scalar;
///
/// /// L = Σₖ ln cosh(sₖ − tₖ)
/// #[derive(Debug, Clone)]
/// struct LogCosh;
///
/// impl<T: Scalar> Loss<T> for LogCosh {
///     fn name(&self) -> &'static str {
///         "log-cosh"
///     }
///     fn target_kind(&self) -> TargetKind {
///         TargetKind::Values
///     }
///     fn example(&self, scores: &[T], target: Target<'_, T>, dscores: &mut [T]) -> T {
///         let values = target.values();
///         let mut loss = T::ZERO;
///         for ((&s, &t), ds) in scores.iter().zip(values).zip(dscores) {
///             let e = (s - t).abs();
///             loss += e + (T::from_f64(-2.0) * e).exp().ln_1p() - T::from_f64(2_f64.ln());
///             *ds = (s - t).tanh();
///         }
///         loss
///     }
/// }
/// let mut gradient = [0.0];
/// assert_eq!(LogCosh.example(&[1.0], Target::Values(&[1.0]), &mut gradient), 0.0);
/// assert_eq!(gradient, [0.0]);
/// ```
pub trait Loss<T: Scalar>: Debug + DynClone + Send + Sync {
    /// Its name, for messages and reports.
    fn name(&self) -> &'static str;

    /// What it is, as plain data: a kind, from which it can be made again
    /// ([`LossKinds`](crate::LossKinds)). A loss without fields is known by the name of its type;
    /// one with fields that does not say what it is can be used, and not be stored.
    fn kind(&self) -> Kind {
        Kind::of_type::<Self>(size_of_val(self))
    }

    /// Whether its targets are labels or values.
    fn target_kind(&self) -> TargetKind;

    /// The loss of one example. Overwrites `dscores` with its gradient with respect to
    /// the scores. The target has been [checked](Loss::check).
    fn example(&self, scores: &[T], target: Target<'_, T>, dscores: &mut [T]) -> T;

    /// Whether its scores are logarithms of what they predict. Its targets are not negative then, and a model's
    /// preparation divides them by their mean, where it would standardise others.
    fn log_link(&self) -> bool {
        false
    }

    /// The lowest that the loss of an example comes down to, whatever its scores: zero, but for a loss
    /// with something left where nothing is wrong, as label smoothing leaves. How much was learnt is
    /// measured from there.
    fn least(&self, outputs: usize, target: Target<'_, T>) -> f64 {
        let _ = (outputs, target);
        0.0
    }

    /// The number of classes that `outputs` scores tell apart: as many, but for a loss of
    /// one score for two classes.
    fn classes(&self, outputs: usize) -> usize {
        outputs
    }

    /// The number of scores that tell `classes` classes apart: as many, but for a loss of one
    /// score for two classes.
    fn outputs(&self, classes: usize) -> usize {
        classes
    }

    /// The class that the scores of one example speak for: that of the highest score, and
    /// the first of them if several are equal.
    fn classify(&self, scores: &[T]) -> usize {
        argmax(scores)
    }

    /// Writes the probability of each class, given the scores of one example. A loss that
    /// defines none returns `false` and leaves `probabilities`.
    ///
    /// # Shapes
    /// `probabilities` has [`classes`](Loss::classes) entries.
    fn probabilities(&self, scores: &[T], probabilities: &mut [T]) -> bool {
        let _ = (scores, probabilities);
        false
    }

    /// Writes the log-odds `ln(pₖ / (1 − pₖ))` of each class, given the scores of one example: a
    /// probability that is 0 or 1 but for less than its type can tell still has its own. A loss
    /// that defines no probabilities returns `false` and leaves `log_odds`.
    ///
    /// Those that follow from [`probabilities`](Loss::probabilities), unless a loss knows better.
    ///
    /// # Shapes
    /// `log_odds` has [`classes`](Loss::classes) entries.
    fn log_odds(&self, scores: &[T], log_odds: &mut [f64]) -> bool {
        let mut probabilities = vec![T::ZERO; log_odds.len()];
        let defined = self.probabilities(scores, &mut probabilities);
        if defined {
            for (k, odds) in log_odds.iter_mut().enumerate() {
                let others = probabilities.iter().enumerate().filter(|&(j, _)| j != k);
                let others: f64 = others.map(|(_, p)| p.to_f64()).sum();
                *odds = Real::ln(probabilities[k].to_f64()) - Real::ln(others);
            }
        }
        defined
    }

    /// Whether the targets fit scores of shape `outputs x examples`, and the options of
    /// the loss are in their range.
    ///
    /// # Errors
    /// As [`Targets::check`], and [`LossError::Option`].
    fn check(
        &self,
        outputs: usize,
        examples: usize,
        targets: Targets<'_, T>,
    ) -> Result<(), LossError> {
        targets.check(self.name(), self.target_kind(), outputs, examples)
    }

    /// [`example`](Loss::example) for every column. A loss that is faster on several
    /// examples together overrides this, with the same result.
    #[inline(always)]
    fn examples(
        &self,
        scores: MatRef<'_, T>,
        targets: Targets<'_, T>,
        losses: &mut [T],
        mut dscores: MatMut<'_, T>,
    ) {
        for (j, loss) in losses.iter_mut().enumerate() {
            let dscores = column_mut(dscores.as_mut(), j);
            *loss = self.example(column(scores, j), targets.example(j), dscores);
        }
    }

    /// The losses of a panel of examples, and the gradient of the **mean** loss over the
    /// whole mini-batch of `n` examples: `dscores[:, j] = (1/n) ∂Lⱼ/∂scores[:, j]`. If the
    /// targets are [weighted](Targets::weighted), `Lⱼ` is `wⱼ` times the loss of the example.
    ///
    /// # Shapes
    /// `scores, dscores: outputs x m`, `targets, losses: m`, where `m ≤ n`.
    ///
    /// # Panics
    /// If the shapes do not agree, or the targets were not [checked](Loss::check).
    fn panel(
        &self,
        scores: MatRef<'_, T>,
        targets: Targets<'_, T>,
        n: usize,
        losses: &mut [T],
        mut dscores: MatMut<'_, T>,
    ) {
        let shape = (scores.nrows(), scores.ncols());
        assert_eq!(shape, (dscores.nrows(), dscores.ncols()), "shapes of scores and dscores");
        assert_eq!(shape.1, losses.len(), "number of losses");
        let scale = T::ONE / T::from_f64(n as f64);
        vectorize(
            #[inline(always)]
            || {
                self.examples(scores, targets.unweighted(), losses, dscores.as_mut());
                if let Some(weights) = targets.weights() {
                    apply_weights(weights, losses, dscores.as_mut());
                }
                for j in 0..dscores.ncols() {
                    map_in_place([column_mut(dscores.as_mut(), j)], [], |[d], []| [d * scale]);
                }
            },
        );
    }
}

dyn_clone::clone_trait_object!(<T: Scalar> Loss<T>);

/// A loss chosen at run time.
impl<T: Scalar> Loss<T> for Box<dyn Loss<T>> {
    fn name(&self) -> &'static str {
        (**self).name()
    }
    fn kind(&self) -> Kind {
        (**self).kind()
    }
    fn target_kind(&self) -> TargetKind {
        (**self).target_kind()
    }
    fn log_link(&self) -> bool {
        (**self).log_link()
    }
    fn example(&self, scores: &[T], target: Target<'_, T>, dscores: &mut [T]) -> T {
        (**self).example(scores, target, dscores)
    }
    fn least(&self, outputs: usize, target: Target<'_, T>) -> f64 {
        (**self).least(outputs, target)
    }
    fn classes(&self, outputs: usize) -> usize {
        (**self).classes(outputs)
    }
    fn outputs(&self, classes: usize) -> usize {
        (**self).outputs(classes)
    }
    fn classify(&self, scores: &[T]) -> usize {
        (**self).classify(scores)
    }
    fn probabilities(&self, scores: &[T], probabilities: &mut [T]) -> bool {
        (**self).probabilities(scores, probabilities)
    }
    fn log_odds(&self, scores: &[T], log_odds: &mut [f64]) -> bool {
        (**self).log_odds(scores, log_odds)
    }
    fn check(
        &self,
        outputs: usize,
        examples: usize,
        targets: Targets<'_, T>,
    ) -> Result<(), LossError> {
        (**self).check(outputs, examples, targets)
    }
    fn examples(
        &self,
        scores: MatRef<'_, T>,
        targets: Targets<'_, T>,
        losses: &mut [T],
        dscores: MatMut<'_, T>,
    ) {
        (**self).examples(scores, targets, losses, dscores);
    }
    fn panel(
        &self,
        scores: MatRef<'_, T>,
        targets: Targets<'_, T>,
        n: usize,
        losses: &mut [T],
        dscores: MatMut<'_, T>,
    ) {
        (**self).panel(scores, targets, n, losses, dscores);
    }
}

/// Multiplies the loss and the gradient of each example by its weight.
#[inline(always)]
fn apply_weights<T: Scalar>(weights: &[T], losses: &mut [T], mut dscores: MatMut<'_, T>) {
    for (j, (&weight, loss)) in weights.iter().zip(losses).enumerate() {
        *loss = weigh(weight, *loss);
        map_in_place([column_mut(dscores.as_mut(), j)], [], |[d], []| [weigh(weight, d)]);
    }
}

/// The position of the largest value, and of the first of them if several are equal; 0 if
/// there are none.
#[must_use]
pub fn argmax<T: Scalar>(values: &[T]) -> usize {
    let mut best = 0;
    for (i, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = i;
        }
    }
    best
}

/// The mean of the losses of a mini-batch, `(1/n) Σⱼ Lⱼ`, summed in `f64` in their order;
/// 0 if there are none.
#[must_use]
pub fn mean<T: Scalar>(losses: &[T]) -> f64 {
    let n = losses.len().max(1) as f64;
    let sum: f64 = losses.iter().map(|&loss| loss.to_f64()).sum();
    if sum == f64::INFINITY {
        // A mean may be finite where the sum is not.
        return losses.iter().map(|&loss| loss.to_f64() / n).sum();
    }
    sum / n
}
