use densely_tensor::{
    LANES, MatMut, MatRef, Real, Scalar, Split, column, column_mut, map, map_in_place, max, sum_of,
    vectorize,
};

use crate::{Loss, Target, TargetKind, Targets};

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
        let (classes, mut loss) = (scores.len(), [T::ZERO]);
        self.examples(
            MatRef::from_column_major_slice(scores, classes, 1),
            Targets::Labels(&[label]),
            &mut loss,
            MatMut::from_column_major_slice_mut(dscores, classes, 1),
        );
        loss[0]
    }

    #[inline(always)]
    fn examples(
        &self,
        scores: MatRef<'_, T>,
        targets: Targets<'_, T>,
        losses: &mut [T],
        dscores: MatMut<'_, T>,
    ) {
        let Targets::Labels(labels) = targets else { unreachable!("targets are checked") };
        let mut rest = (scores, labels, losses, dscores);
        while let n @ 1.. = rest.columns() {
            let (block, later) = rest.split_at(LANES.min(n));
            let (scores, labels, losses, mut dscores) = block;
            let shares = if scores.nrows() <= FEW {
                Shares::of_few_classes(scores, labels, dscores.as_mut())
            } else {
                Shares::of_many_classes(scores, labels, dscores.as_mut())
            };
            shares.finish(labels, losses, dscores);
            rest = later;
        }
    }

    fn probabilities(&self, scores: &mut [T]) -> bool {
        vectorize(
            #[inline(always)]
            || {
                let max = max(scores);
                for score in scores.iter_mut() {
                    *score = below(*score, max).exp();
                }
                let total = sum_of(scores, |e| e);
                for score in scores {
                    *score /= total;
                }
            },
        );
        true
    }
}

/// Up to so many classes, examples are laid side by side: a loop over `LANES` examples
/// fills the registers where one over a few classes would not.
const FEW: usize = 16;

/// What the softmax of up to `LANES` examples comes down to.
struct Shares<T> {
    /// `Σ e^{sⱼ − m}` without the term of the largest score, which is 1.
    others: [T; LANES],
    /// `s_y − m`.
    right: [T; LANES],
    /// `e^{s_y − m}`.
    right_share: [T; LANES],
}

impl<T: Scalar> Shares<T> {
    /// Writes `pₖ` to `dscores`.
    #[inline(always)]
    fn of_few_classes(scores: MatRef<'_, T>, labels: &[usize], mut dscores: MatMut<'_, T>) -> Self {
        let classes = scores.nrows();
        let mut rows = [[T::ZERO; LANES]; FEW];
        for j in 0..labels.len() {
            for (row, &s) in rows.iter_mut().zip(column(scores, j)) {
                row[j] = s;
            }
        }
        let rows = &mut rows[..classes];
        let mut max = [-T::INFINITY; LANES];
        for row in rows.iter() {
            for l in 0..LANES {
                max[l] = Real::max(max[l], row[l]);
            }
        }
        let (mut ties, mut smaller) = ([T::ZERO; LANES], [T::ZERO; LANES]);
        for row in rows.iter_mut() {
            for l in 0..LANES {
                let largest = row[l] == max[l];
                row[l] = below(row[l], max[l]).exp();
                ties[l] += if largest { T::ONE } else { T::ZERO };
                smaller[l] += if largest { T::ZERO } else { row[l] };
            }
        }
        let (mut others, mut scale) = ([T::ZERO; LANES], [T::ZERO; LANES]);
        for l in 0..LANES {
            others[l] = smaller[l] + (ties[l] - T::ONE);
            scale[l] = T::ONE / (T::ONE + others[l]);
        }
        let (mut right, mut right_share) = ([T::ZERO; LANES], [T::ONE; LANES]);
        for (j, &label) in labels.iter().enumerate() {
            right[j] = below(column(scores, j)[label], max[j]);
            right_share[j] = rows[label][j];
        }
        for row in rows.iter_mut() {
            for l in 0..LANES {
                row[l] *= scale[l];
            }
        }
        for j in 0..labels.len() {
            for (d, row) in column_mut(dscores.as_mut(), j).iter_mut().zip(&*rows) {
                *d = row[j];
            }
        }
        Self { others, right, right_share }
    }

    /// Writes `pₖ` to `dscores`.
    #[inline(always)]
    fn of_many_classes(
        scores: MatRef<'_, T>,
        labels: &[usize],
        mut dscores: MatMut<'_, T>,
    ) -> Self {
        let (mut others, mut right, mut right_share) =
            ([T::ZERO; LANES], [T::ZERO; LANES], [T::ONE; LANES]);
        for (j, &label) in labels.iter().enumerate() {
            let (scores, d) = (column(scores, j), column_mut(dscores.as_mut(), j));
            let max = max(scores);
            map(d, [scores], |[s]| if s == max { T::ZERO } else { (s - max).exp() });
            let ties = sum_of(scores, |s| if s == max { T::ONE } else { T::ZERO });
            others[j] = sum_of(d, |smaller| smaller) + (ties - T::ONE);
            right[j] = below(scores[label], max);
            right_share[j] = d[label];
            let scale = T::ONE / (T::ONE + others[j]);
            map_in_place([d], [scores], |[e], [s]| {
                let share = if s == max { T::ONE } else { e };
                [share * scale]
            });
        }
        Self { others, right, right_share }
    }

    /// The losses `ln(1 + others) − (s_y − m)`, and the gradient of the right class.
    #[inline(always)]
    fn finish(&self, labels: &[usize], losses: &mut [T], mut dscores: MatMut<'_, T>) {
        let (mut loss, mut gradient) = ([T::ZERO; LANES], [T::ZERO; LANES]);
        for l in 0..LANES {
            let (others, right) = (self.others[l], self.right[l]);
            loss[l] = others.ln_1p() - right;
            // p_y − 1 is minus the share of the others, which loses no digits to the 1.
            let total = T::ONE + others;
            let wrong = if right == T::ZERO { others } else { total - self.right_share[l] };
            gradient[l] = -(wrong * (T::ONE / total));
        }
        losses.copy_from_slice(&loss[..losses.len()]);
        for (j, &label) in labels.iter().enumerate() {
            column_mut(dscores.as_mut(), j)[label] = gradient[j];
        }
    }
}

/// `s − m`, which is 0 for equal scores even if they are infinite.
#[inline(always)]
fn below<T: Scalar>(s: T, max: T) -> T {
    let difference = s - max;
    if s == max { T::ZERO } else { difference }
}
