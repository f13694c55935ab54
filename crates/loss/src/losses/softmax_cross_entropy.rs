use densely_parts::{Described, Kind, Opt, Options, Range, Spec, Value};
use densely_tensor::kernels::{LANES, map, map_in_place, max, sum_of, vectorize, weigh};
use densely_tensor::{MatMut, MatRef, Real, Scalar, ShapeError, Split, column, column_mut};

use crate::{Loss, LossError, LossReference, Target, TargetKind, Targets};

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
/// that nothing overflows; small losses and probabilities keep their relative accuracy. Equal infinities
/// count as equal scores, so no NaN arises unless one is put in.
///
/// # Options
///
/// With label smoothing `ε` and class weights `w`, the loss is `L = −Σₖ wₖ qₖ ln pₖ` with
/// `qₖ = (1 − ε) 1[k = y] + ε/K`, and `∂L/∂sₖ = (Σⱼ wⱼ qⱼ) pₖ − wₖ qₖ`. Both are those of
/// PyTorch, which however divides the sum over a batch by that of the `w_y`; here it is
/// divided by the number of examples.
///
/// ```
/// use densely_loss::{Loss, SoftmaxCrossEntropy, Target};
///
/// let softmax = SoftmaxCrossEntropy::new();
/// let mut gradient = [0.0; 2];
/// let loss = softmax.example(&[0.0, 1000.0], Target::Label(0), &mut gradient);
/// assert_eq!((loss, gradient), (1000.0, [-1.0, 1.0]));
///
/// // A target of 0.9 and 0.1.
/// let smoothed = softmax.clone().label_smoothing(0.2);
/// assert_eq!(smoothed.example(&[0.0, 1000.0], Target::Label(0), &mut gradient), 900.0);
/// // Errors on the rare class 1 count ten times as much.
/// let weighted = softmax.class_weights([1.0, 10.0]);
/// assert_eq!(weighted.example(&[1000.0, 0.0], Target::Label(1), &mut gradient), 10_000.0);
/// ```
///
/// CS231n, Linear classification, "Softmax classifier"; C. Szegedy et al., "Rethinking the
/// Inception architecture for computer vision" (2016), for label smoothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SoftmaxCrossEntropy {
    label_smoothing: f64,
    class_weights: Vec<f64>,
}

impl SoftmaxCrossEntropy {
    /// Without smoothing, and with the same weight for all classes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the share `ε` of the target from the right class, and gives it to all `K`
    /// classes in equal parts. From 0 to less than 1.
    ///
    /// Scores then have no reason to grow without bound.
    #[must_use]
    pub fn label_smoothing(self, share: f64) -> Self {
        Self { label_smoothing: share, ..self }
    }

    /// How much each class counts, 1 by default. Not negative.
    #[must_use]
    pub fn class_weights(self, weights: impl Into<Vec<f64>>) -> Self {
        Self { class_weights: weights.into(), ..self }
    }

    /// The share `ε` of the target that is spread over all classes.
    #[must_use]
    pub fn smoothing(&self) -> f64 {
        self.label_smoothing
    }

    /// The weights of the classes, if they were given.
    #[must_use]
    pub fn weights(&self) -> Option<&[f64]> {
        (!self.class_weights.is_empty()).then_some(&self.class_weights)
    }

    /// The weight of class `k`.
    #[inline(always)]
    fn weight<T: Scalar>(&self, k: usize) -> T {
        self.class_weights.get(k).map_or(T::ONE, |&weight| T::from_f64(weight))
    }

    /// Turns the loss and the gradient of example `(scores, label)` into those with
    /// options. `others` is that of [`Shares`].
    fn apply_options<T: Scalar>(
        &self,
        scores: &[T],
        label: usize,
        others: T,
        loss: &mut T,
        dscores: &mut [T],
    ) {
        let right = self.weight::<T>(label);
        if self.label_smoothing == 0.0 {
            *loss = weigh(right, *loss);
            return dscores.iter_mut().for_each(|d| *d = weigh(right, *d));
        }
        let spread = T::from_f64(self.label_smoothing / scores.len() as f64);
        let kept = T::from_f64(1.0 - self.label_smoothing) * right;
        // wₖ qₖ, but for what the right class keeps.
        let share = |k: usize| spread * self.weight::<T>(k);
        let (max, log_total) = (max(scores), others.ln_1p());
        let (mut sum, mut rest) = (T::ZERO, T::ZERO);
        for (k, &s) in scores.iter().enumerate() {
            let share_of_k = if k == label { kept + share(k) } else { share(k) };
            sum += weigh(share_of_k, log_total - below(s, max));
            rest += if k == label { T::ZERO } else { share_of_k };
        }
        *loss = sum;
        let total = kept + share(label) + rest;
        for (k, d) in dscores.iter_mut().enumerate() {
            // d is pₖ, and p_y − 1 for the right class.
            *d = total * *d + if k == label { rest } else { -share(k) };
        }
    }
}

/// The share of the target that all classes get in equal parts.
const SMOOTHING: Range = Range::new(0.0, 1.0).below();

impl Described for SoftmaxCrossEntropy {
    const SPEC: Spec = Spec::new("softmax", "the logarithm of the probability of the right class")
        .options(&[
            Opt::number("label-smoothing", SMOOTHING).default_number(0.0).typical(0.0, 0.5),
            Opt::numbers("class-weights", Range::NOT_NEGATIVE),
        ]);

    fn from_options(options: &Options) -> Self {
        Self {
            label_smoothing: options.number("label-smoothing"),
            class_weights: options.numbers("class-weights").to_vec(),
        }
    }

    fn values(&self) -> Vec<Value> {
        vec![self.label_smoothing.into(), self.class_weights.clone().into()]
    }
}

impl<T: Scalar> Loss<T> for SoftmaxCrossEntropy {
    fn kind(&self) -> Kind {
        self.described()
    }

    fn name(&self) -> &'static str {
        "softmax"
    }

    fn target_kind(&self) -> TargetKind {
        TargetKind::Labels
    }

    /// `Σₖ aₖ ln(Σⱼ aⱼ / aₖ)` with `aₖ = wₖ qₖ`, at the probabilities `aₖ / Σⱼ aⱼ`.
    fn least(&self, outputs: usize, target: Target<'_, T>) -> f64 {
        let label = target.label();
        let share = |k: usize| {
            let kept = if k == label { 1.0 - self.label_smoothing } else { 0.0 };
            self.weight::<f64>(k) * (kept + self.label_smoothing / outputs as f64)
        };
        let total: f64 = (0..outputs).map(share).sum();
        let shares = (0..outputs).map(share).filter(|&share| share > 0.0);
        shares.map(|share| share * Real::ln(total / share)).sum()
    }

    #[inline(always)]
    fn example(&self, scores: &[T], target: Target<'_, T>, dscores: &mut [T]) -> T {
        let label = target.label();
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
        let plain = self.label_smoothing == 0.0 && self.class_weights.is_empty();
        let mut rest = (scores, labels, losses, dscores);
        while let n @ 1.. = rest.columns() {
            let (block, later) = rest.split_at(LANES.min(n));
            let (scores, labels, losses, mut dscores) = block;
            let shares = if scores.nrows() <= FEW {
                Shares::of_few_classes(scores, labels, dscores.as_mut())
            } else {
                Shares::of_many_classes(scores, labels, dscores.as_mut())
            };
            losses.copy_from_slice(&shares.losses()[..losses.len()]);
            if !plain {
                for (j, (&label, loss)) in labels.iter().zip(losses).enumerate() {
                    let (scores, d) = (column(scores, j), column_mut(dscores.as_mut(), j));
                    self.apply_options(scores, label, shares.others[j], loss, d);
                }
            }
            rest = later;
        }
    }

    fn probabilities(&self, scores: &[T], probabilities: &mut [T]) -> bool {
        vectorize(
            #[inline(always)]
            || {
                let max = max(scores);
                map(
                    probabilities,
                    [scores],
                    #[inline(always)]
                    |[s]| share(s, max),
                );
                let total = sum_of(probabilities, |e| e);
                map_in_place([probabilities], [], |[e], []| [e / total]);
            },
        );
        true
    }

    /// `sₖ − ln Σⱼ e^{sⱼ}`, summed over all classes but `k`.
    fn log_odds(&self, scores: &[T], log_odds: &mut [f64]) -> bool {
        if let (&[one, other], [of_one, of_other]) = (scores, &mut *log_odds) {
            let (one, other) = (one.to_f64(), other.to_f64());
            *of_one = if one >= other { 0.0 - below(other, one) } else { below(one, other) };
            // Not −0, which comes before 0 in an order.
            *of_other = 0.0 - *of_one;
            return true;
        }
        // So that products and sums are one instruction.
        vectorize(
            #[inline(always)]
            || {
                let scores = || scores.iter().map(|s| s.to_f64());
                let (max, total) = relative_total(scores());
                let mut largest = 0;
                for (k, (odds, score)) in log_odds.iter_mut().zip(scores()).enumerate() {
                    let share = below(score, max);
                    // Without that of `k`; at least 1, unless `k` is the largest.
                    *odds = share - Real::ln(total - Real::exp(share));
                    largest = if score == max { k } else { largest };
                }
                let others = scores().enumerate().filter(|&(k, _)| k != largest);
                let (second, others) = relative_total(others.map(|(_, score)| score));
                log_odds[largest] = below(max, second) - Real::ln(others);
            },
        );
        true
    }

    fn check(
        &self,
        outputs: usize,
        examples: usize,
        targets: Targets<'_, T>,
    ) -> Result<(), LossError> {
        SMOOTHING.check("softmax", "label-smoothing", self.label_smoothing)?;
        if !self.class_weights.is_empty() {
            ShapeError::expect("softmax", "class weights", outputs, self.class_weights.len())?;
        }
        for &weight in &self.class_weights {
            Range::NOT_NEGATIVE.check("softmax", "class weight", weight)?;
        }
        if !self.class_weights.is_empty() && self.class_weights.iter().all(|&weight| weight == 0.0)
        {
            Range::POSITIVE.check("softmax", "largest class weight", 0.0)?;
        }
        targets.check("softmax", TargetKind::Labels, outputs, examples)
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
    /// Writes the gradients to `dscores`.
    #[inline(always)]
    fn of_few_classes(scores: MatRef<'_, T>, labels: &[usize], dscores: MatMut<'_, T>) -> Self {
        let mut rows = [[T::ZERO; LANES]; FEW];
        for (row, scores) in rows.iter_mut().zip(scores.row_iter()) {
            for (value, &s) in row.iter_mut().zip(scores.iter()) {
                *value = s;
            }
        }
        let rows = &mut rows[..scores.nrows()];
        assert!(labels.iter().all(|&label| label < scores.nrows()), "a label is out of range");
        let mut label = [0; LANES];
        label[..labels.len()].copy_from_slice(labels);
        let mut max = [-T::INFINITY; LANES];
        for row in rows.iter() {
            for l in 0..LANES {
                max[l] = Real::max(max[l], row[l]);
            }
        }
        let (mut ties, mut smaller) = ([T::ZERO; LANES], [T::ZERO; LANES]);
        let (mut right, mut right_share) = ([T::ZERO; LANES], [T::ONE; LANES]);
        for (k, row) in rows.iter_mut().enumerate() {
            for l in 0..LANES {
                let (largest, difference) = (row[l] == max[l], below(row[l], max[l]));
                let e = share(row[l], max[l]);
                ties[l] += if largest { T::ONE } else { T::ZERO };
                smaller[l] += if largest { T::ZERO } else { e };
                right[l] = if label[l] == k { difference } else { right[l] };
                right_share[l] = if label[l] == k { e } else { right_share[l] };
                row[l] = e;
            }
        }
        let (mut others, mut scale) = ([T::ZERO; LANES], [T::ZERO; LANES]);
        for l in 0..LANES {
            others[l] = smaller[l] + (ties[l] - T::ONE);
            scale[l] = T::ONE / (T::ONE + others[l]);
        }
        let shares = Self { others, right, right_share };
        let gradient = shares.gradient();
        for (k, row) in rows.iter_mut().enumerate() {
            for l in 0..LANES {
                row[l] = if label[l] == k { gradient[l] } else { row[l] * scale[l] };
            }
        }
        for (d, row) in dscores.row_iter_mut().zip(rows) {
            for (d, &value) in d.iter_mut().zip(&*row) {
                *d = value;
            }
        }
        shares
    }

    /// Writes the gradients to `dscores`.
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
            map(
                d,
                [scores],
                #[inline(always)]
                |[s]| if s == max { T::ZERO } else { share(s, max) },
            );
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
        let shares = Self { others, right, right_share };
        let gradient = shares.gradient();
        for (j, &label) in labels.iter().enumerate() {
            column_mut(dscores.as_mut(), j)[label] = gradient[j];
        }
        shares
    }

    /// `L = ln(1 + others) − (s_y − m)`.
    #[inline(always)]
    fn losses(&self) -> [T; LANES] {
        let mut losses = [T::ZERO; LANES];
        for l in 0..LANES {
            losses[l] = self.others[l].ln_1p() - self.right[l];
        }
        losses
    }

    /// `∂L/∂s_y = p_y − 1`: minus the share of the others, which loses no digits to the 1.
    #[inline(always)]
    fn gradient(&self) -> [T; LANES] {
        let mut gradient = [T::ZERO; LANES];
        for l in 0..LANES {
            let (others, total) = (self.others[l], T::ONE + self.others[l]);
            let largest = self.right[l] == T::ZERO;
            let wrong = if largest { others } else { total - self.right_share[l] };
            gradient[l] = -(wrong * (T::ONE / total));
        }
        gradient
    }
}

/// The largest score `m`, and `Σ e^{s − m}`.
#[inline(always)]
fn relative_total(scores: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let max = scores.clone().fold(-f64::INFINITY, Real::max);
    (max, scores.map(|s| Real::exp(below(s, max))).sum())
}

/// `s − m`, which is 0 for equal scores even if they are infinite.
#[inline(always)]
fn below<T: Scalar>(s: T, max: T) -> T {
    let difference = s - max;
    if s == max { T::ZERO } else { difference }
}

/// `e^{s − m}`. What rounding takes from the difference would be multiplied by its size, which
/// is in the hundreds where shares are smallest.
#[inline(always)]
fn share<T: Scalar>(s: T, max: T) -> T {
    let difference = s - max;
    let max_part = difference - s;
    let lost = (s - (difference - max_part)) - (max + max_part);
    // Of infinite numbers, and of differences beyond all shares, nothing.
    let lost = if Real::abs(lost) < T::ONE { lost } else { T::ZERO };
    let e = below(s, max).exp();
    Real::mul_add(e, lost, e)
}

/// `−Σₖ wₖ qₖ ln pₖ`, where `−ln pₖ = ln(1 + Σ_{j ≠ k} e^{sⱼ − sₖ})`.
impl LossReference for SoftmaxCrossEntropy {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        let label = target.label();
        let smoothed = self.smoothing() / scores.len() as f64;
        let mut loss = R::ZERO;
        for (k, &score) in scores.iter().enumerate() {
            let right = if k == label { 1.0 - self.smoothing() } else { 0.0 };
            let weight = self.weights().map_or(1.0, |weights| weights[k]);
            let share = weight * (right + smoothed);
            if share > 0.0 {
                let others = scores.iter().enumerate().filter(|&(j, _)| j != k);
                let sum = others.fold(R::ZERO, |sum, (_, &s)| sum + (s - score).exp());
                loss = loss + R::from_f64(share) * sum.ln_1p();
            }
        }
        loss
    }
}
