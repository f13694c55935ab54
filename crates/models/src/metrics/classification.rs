use densely_loss::{Loss, Targets};
use densely_tensor::kernels::vectorize;
use densely_tensor::{Mat, MatRef, Real, Scalar, ShapeError, Threads, column, column_mut};

use super::checks::check_scores;
use super::sums::mean;
use super::{Calibration, ConfusionMatrix, roc_auc_against_rest};
use crate::ModelError;
use crate::model::{classify_columns, expect_columns};

/// How good a classifier is, from the scores that it gives, in `f64`.
///
/// A score of 30 and one of 40 are both a probability of 1 in `f32`, and −120 is one of 0. What
/// is said here of ranks and probabilities comes from the log-odds of each class instead,
///
/// `oₖ = ln(pₖ / (1 − pₖ))`, for softmax `sₖ − ln Σⱼ e^{sⱼ}` over all `j ≠ k`,
///
/// which hold what such probabilities have lost ([`Loss::log_odds`]):
///
/// | | |
/// |---|---|
/// | log loss | the mean of `ln(1 + e^{−o})` of the right classes |
/// | `pₖ` of Brier score and calibration | `1 / (1 + e^{−oₖ})`, and `1 − pₖ` by `−oₖ` |
/// | area under the ROC curve of class `k` | examples in the order of `oₖ` |
///
/// A loss without probabilities orders examples by the margin `sₖ − maxⱼ sⱼ`, over all `j ≠ k`.
/// So the two areas of two classes are the same.
///
/// ```
/// use densely_loss::SoftmaxCrossEntropy;
/// use densely_models::metrics::ClassificationScores;
/// use densely_tensor::mat;
///
/// // Certain three times; wrong the second time.
/// let scores = mat![[40.0_f32, -80.0, -90.0], [-40.0, 80.0, 90.0]];
/// let of = ClassificationScores::new(&SoftmaxCrossEntropy::new(), &[0, 0, 1], scores.as_ref())?;
/// assert_eq!(of.accuracy(), 2.0 / 3.0);
/// assert_eq!(of.log_loss(), Some(160.0 / 3.0));
/// assert_eq!((of.roc_auc(0), of.roc_auc(1)), (Some(1.0), Some(1.0)));
/// # Ok::<(), densely_models::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ClassificationScores {
    labels: Vec<usize>,
    predicted: Vec<usize>,
    /// How much the scores speak for each class against all others: classes x n.
    evidence: Mat<f64>,
    /// Whether these are log-odds.
    probabilistic: bool,
}

impl ClassificationScores {
    /// Judges the scores of a model with this loss.
    ///
    /// # Shapes
    /// `labels: n`, `scores: outputs x n`.
    ///
    /// # Errors
    /// If there are no examples, the labels or the loss do not fit, a score is NaN, or columns
    /// are not contiguous.
    pub fn new<T: Scalar>(
        loss: &dyn Loss<T>,
        labels: &[usize],
        scores: MatRef<'_, T>,
    ) -> Result<Self, ModelError> {
        let (outputs, examples) = (scores.nrows(), scores.ncols());
        ShapeError::expect_some("ClassificationScores", "examples", examples)?;
        expect_columns("outputs", outputs, scores)?;
        loss.check(outputs, examples, Targets::Labels(labels))?;
        check_scores(scores)?;
        let mut evidence = Mat::zeros(loss.classes(outputs), examples);
        let probabilistic = (0..examples).all(|j| {
            let evidence = column_mut(evidence.as_mut(), j);
            loss.log_odds(column(scores, j), evidence)
        });
        if !probabilistic {
            for j in 0..examples {
                margins(column(scores, j), column_mut(evidence.as_mut(), j));
            }
        }
        let predicted = classify_columns(loss, scores, &Threads::single());
        Ok(Self { labels: labels.to_vec(), predicted, evidence, probabilistic })
    }

    /// The predicted class of each example.
    #[must_use]
    pub fn predicted(&self) -> &[usize] {
        &self.predicted
    }

    /// The share of examples whose predicted class is their label.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        let right = (0..self.labels.len()).filter(|&j| self.is_right(j)).count();
        right as f64 / self.labels.len() as f64
    }

    /// How often examples of each class were taken for each class.
    ///
    /// # Errors
    /// As [`ConfusionMatrix::new`].
    pub fn confusion(&self) -> Result<ConfusionMatrix, ModelError> {
        ConfusionMatrix::new(&self.labels, &self.predicted, self.evidence.nrows())
    }

    /// The area under the ROC curve of a class against all others; `None` if there is no such
    /// class, or it has no examples, or all.
    #[must_use]
    pub fn roc_auc(&self, class: usize) -> Option<f64> {
        roc_auc_against_rest(&self.labels, self.evidence.as_ref(), class).ok()
    }

    /// The mean of `−ln p` of each example's class; `None` if the loss defines no
    /// probabilities.
    ///
    /// It is the loss of a model that was trained to lower it, but without its options, as
    /// label smoothing or weights.
    #[must_use]
    pub fn log_loss(&self) -> Option<f64> {
        let mut terms = vec![0.0; self.labels.len()];
        vectorize(
            #[inline(always)]
            || {
                for (j, (term, &label)) in terms.iter_mut().zip(&self.labels).enumerate() {
                    *term = log_one_plus_exp(-self.evidence[(label, j)]);
                }
            },
        );
        self.probabilistic.then(|| mean(&terms))
    }

    /// The [Brier score](super::brier_score); `None` if the loss defines no probabilities.
    #[must_use]
    pub fn brier_score(&self) -> Option<f64> {
        let sum = vectorize(
            #[inline(always)]
            || {
                let mut sum = 0.0;
                for j in 0..self.labels.len() {
                    sum +=
                        (0..self.evidence.nrows()).map(|k| self.error(k, j).powi(2)).sum::<f64>();
                }
                sum
            },
        );
        self.probabilistic.then(|| sum / self.labels.len() as f64)
    }

    /// The probability `pₖ` of a class for an example; `None` if the loss defines none, or there is
    /// no such class or example.
    #[must_use]
    pub fn probability(&self, class: usize, example: usize) -> Option<f64> {
        let known = class < self.evidence.nrows() && example < self.evidence.ncols();
        (self.probabilistic && known).then(|| Real::sigmoid(self.evidence[(class, example)]))
    }

    /// The [calibration](Calibration) in so many bins; `None` if the loss defines no
    /// probabilities.
    ///
    /// # Errors
    /// If there are no bins.
    pub fn calibration(&self, bins: usize) -> Result<Option<Calibration>, ModelError> {
        let confidence = |j: usize| Real::sigmoid(self.evidence[(self.predicted[j], j)]);
        let predictions = (0..self.labels.len()).map(|j| (confidence(j), self.is_right(j)));
        let calibration = Calibration::of(predictions, bins)?;
        Ok(self.probabilistic.then_some(calibration))
    }

    /// How far the probability of class `k` is from 0, or from 1 if it is the label: from the near side, so that a small
    /// error keeps its digits.
    #[inline(always)]
    fn error(&self, k: usize, example: usize) -> f64 {
        let odds = self.evidence[(k, example)];
        Real::sigmoid(if k == self.labels[example] { -odds } else { odds })
    }

    fn is_right(&self, example: usize) -> bool {
        self.labels[example] == self.predicted[example]
    }
}

/// `ln(1 + eˣ)`, which is `x` for a large one.
#[inline(always)]
fn log_one_plus_exp(x: f64) -> f64 {
    x.max(0.0) + Real::ln_1p(Real::exp(-x.abs()))
}

/// The distance of each score from the largest of the others. One score of two classes is that
/// of the second above the first.
fn margins<T: Scalar>(scores: &[T], margins: &mut [f64]) {
    if let ([score], [first, second]) = (scores, &mut *margins) {
        (*first, *second) = (-score.to_f64(), score.to_f64());
        return;
    }
    // The two largest.
    let (mut largest, mut max, mut second) = (0, -f64::INFINITY, -f64::INFINITY);
    for (k, score) in scores.iter().enumerate() {
        let score = score.to_f64();
        if score > max {
            (largest, max, second) = (k, score, max);
        } else {
            second = second.max(score);
        }
    }
    for (k, (margin, score)) in margins.iter_mut().zip(scores).enumerate() {
        let (score, other) = (score.to_f64(), if k == largest { second } else { max });
        // Also of equal infinities.
        *margin = if score == other { 0.0 } else { score - other };
    }
}
