//! What the losses of one score for two classes have in common: they are functions of the
//! margin `z = t s`, where `t` is `1` for label 1 and `−1` for label 0.

use densely_tensor::kernels::LANES;
use densely_tensor::{MatMut, MatRef, Scalar, ShapeError, Split, column, column_mut};

use crate::{LossError, Target, TargetKind, Targets};

/// `t`.
#[inline(always)]
fn sign<T: Scalar>(label: usize) -> T {
    if label == 0 { -T::ONE } else { T::ONE }
}

/// One example, of a loss that `of_margin` gives with its derivative.
#[inline(always)]
pub(crate) fn example_of_margin<T: Scalar>(
    scores: &[T],
    target: Target<'_, T>,
    dscores: &mut [T],
    of_margin: impl Fn(T) -> (T, T),
) -> T {
    let label = target.label();
    let t = sign::<T>(label);
    let (loss, slope) = of_margin(t * scores[0]);
    dscores[0] = t * slope;
    loss
}

/// Many examples, laid side by side: one score would not fill a register.
#[inline(always)]
pub(crate) fn examples_of_margins<T: Scalar>(
    scores: MatRef<'_, T>,
    targets: Targets<'_, T>,
    losses: &mut [T],
    dscores: MatMut<'_, T>,
    of_margin: impl Fn(T) -> (T, T),
) {
    let Targets::Labels(labels) = targets else { unreachable!("targets are checked") };
    let mut rest = (scores, labels, losses, dscores);
    while let n @ 1.. = rest.columns() {
        let (block, later) = rest.split_at(LANES.min(n));
        let (scores, labels, losses, mut dscores) = block;
        let (mut t, mut z) = ([T::ONE; LANES], [T::ZERO; LANES]);
        for (j, &label) in labels.iter().enumerate() {
            t[j] = sign(label);
            z[j] = t[j] * column(scores, j)[0];
        }
        let (mut loss, mut d) = ([T::ZERO; LANES], [T::ZERO; LANES]);
        for l in 0..LANES {
            let (value, slope) = of_margin(z[l]);
            loss[l] = value;
            d[l] = t[l] * slope;
        }
        losses.copy_from_slice(&loss[..losses.len()]);
        for (j, &d) in d[..labels.len()].iter().enumerate() {
            column_mut(dscores.as_mut(), j)[0] = d;
        }
        rest = later;
    }
}

/// The decision: class 1 for a positive score.
pub(crate) fn class_of_score<T: Scalar>(scores: &[T]) -> usize {
    usize::from(scores[0] > T::ZERO)
}

/// Whether there is one score, and a label of 0 or 1 for each example.
pub(crate) fn check_binary<T: Scalar>(
    loss: &'static str,
    outputs: usize,
    examples: usize,
    targets: Targets<'_, T>,
) -> Result<(), LossError> {
    ShapeError::expect(loss, "outputs", 1, outputs)?;
    targets.check(loss, TargetKind::Labels, 2, examples)
}
