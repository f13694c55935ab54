use densely_loss::argmax;
use densely_tensor::{MatRef, Scalar, ShapeError};

use super::checks::check_probabilities;
use crate::ModelError;

/// Whether a classifier is right as often as it says: its predictions, sorted by
/// confidence into bins of equal width.
///
/// The confidence of a prediction is the probability of the predicted class. Bin `b` of
/// `B` has the `n_b` predictions with a confidence in `((b − 1)/B, b/B]`, of mean
/// confidence `conf_b`, of which the share `acc_b` is right:
///
/// | | |
/// |---|---|
/// | expected calibration error | `ECE = Σ_b (n_b / n) abs(acc_b − conf_b)` |
/// | maximum calibration error | `MCE = max_b abs(acc_b − conf_b)` |
///
/// ```
/// use densely_models::metrics::Calibration;
/// use densely_tensor::mat;
///
/// // Three times certain by 90 %, right twice.
/// let calibration = Calibration::new(&[0, 1, 0], mat![[0.9, 0.1, 0.1], [0.1, 0.9, 0.9]].as_ref(), 10)?;
/// assert!((calibration.expected_error() - (0.9 - 2.0 / 3.0)).abs() < 1e-15);
/// # Ok::<(), densely_models::ModelError>(())
/// ```
///
/// C. Guo et al., "On calibration of modern neural networks" (2017).
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    bins: Vec<ReliabilityBin>,
}

/// The predictions of similar confidence: a point of a reliability diagram.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReliabilityBin {
    /// Their number.
    pub count: usize,
    /// Their mean confidence; 0 if there are none.
    pub confidence: f64,
    /// The share of them that is right; 0 if there are none.
    pub accuracy: f64,
}

impl Calibration {
    /// Sorts predictions into bins.
    ///
    /// # Shapes
    /// `labels: n`, `probabilities: classes x n`.
    ///
    /// # Errors
    /// If there are no examples or no bins, more bins than there is memory for, the labels do
    /// not fit, or a probability is not in `[0, 1]`.
    pub fn new<T: Scalar>(
        labels: &[usize],
        probabilities: MatRef<'_, T>,
        bins: usize,
    ) -> Result<Self, ModelError> {
        check_probabilities("Calibration", labels, probabilities)?;
        let mut example: Vec<T> = Vec::with_capacity(probabilities.nrows());
        let prediction = |(j, &label): (usize, &usize)| {
            example.clear();
            example.extend(probabilities.col(j).iter());
            let class = argmax(&example);
            (probabilities[(class, j)].to_f64(), class == label)
        };
        Self::of(labels.iter().enumerate().map(prediction), bins)
    }

    /// The same, of the confidence of each prediction and whether it is right.
    pub(crate) fn of(
        predictions: impl Iterator<Item = (f64, bool)>,
        bins: usize,
    ) -> Result<Self, ModelError> {
        if bins == 0 {
            return Err(ModelError::option("the number of bins", "at least 1", &bins));
        }
        let bytes = bins as u128 * size_of::<ReliabilityBin>() as u128;
        ShapeError::expect_memory("Calibration", "the bins", bytes)?;
        let mut sums = vec![ReliabilityBin { count: 0, confidence: 0.0, accuracy: 0.0 }; bins];
        for (confidence, is_right) in predictions {
            let bin = ((confidence * bins as f64).ceil() as usize).clamp(1, bins) - 1;
            sums[bin].count += 1;
            sums[bin].confidence += confidence;
            sums[bin].accuracy += if is_right { 1.0 } else { 0.0 };
        }
        let mean = |sum: ReliabilityBin| {
            let count = sum.count.max(1) as f64;
            let (confidence, accuracy) = (sum.confidence / count, sum.accuracy / count);
            ReliabilityBin { confidence, accuracy, ..sum }
        };
        Ok(Self { bins: sums.into_iter().map(mean).collect() })
    }

    /// The bins, from the lowest confidence to the highest.
    #[must_use]
    pub fn bins(&self) -> &[ReliabilityBin] {
        &self.bins
    }

    /// The expected calibration error.
    #[must_use]
    pub fn expected_error(&self) -> f64 {
        let total: usize = self.bins.iter().map(|bin| bin.count).sum();
        self.bins.iter().map(|bin| bin.count as f64 * bin.gap()).sum::<f64>() / total as f64
    }

    /// The maximum calibration error, over bins that are not empty.
    #[must_use]
    pub fn maximum_error(&self) -> f64 {
        self.bins.iter().map(|bin| bin.gap()).fold(0.0, f64::max)
    }
}

impl ReliabilityBin {
    /// How far accuracy and confidence are apart.
    #[must_use]
    pub fn gap(&self) -> f64 {
        (self.accuracy - self.confidence).abs()
    }
}
