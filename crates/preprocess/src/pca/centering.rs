use densely_tensor::kernels::vectorize;
use densely_tensor::{MatMut, MatRef, Scalar, Threads, column, column_mut};

use crate::statistics::FeatureMean;
use crate::{PreprocessError, statistics};

/// What must be taken from data, and divided by, before they are decomposed:
/// `(x − μ − ρ) / unit`.
///
/// `μ` is the mean rounded to a number, `ρ` what rounding it lost: around a large mean,
/// that is much of the spread. The sum of both is as exact as two passes over the data
/// with compensated sums can make it (see [`FeatureMean`]). `unit` is a power of
/// two, near the largest deviation, so that squares neither overflow nor vanish.
#[derive(Debug)]
pub(crate) struct Centering {
    /// `μ` of each feature.
    pub(crate) mean: Vec<f64>,
    /// `ρ` of each feature.
    rest: Vec<f64>,
    /// Whether a feature has more than one value.
    pub(crate) varies: Vec<bool>,
    /// What deviations are divided by.
    pub(crate) unit: f64,
}

impl Centering {
    /// The means of the data, each feature on one thread.
    ///
    /// # Errors
    /// If there are no examples or no features, a value is not finite, values are too far
    /// apart, or all examples are equal.
    pub(crate) fn new<T: Scalar>(
        operation: &'static str,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        let features = FeatureMean::of_features(operation, x, threads)?;
        Self::about_varying(&features, x.ncols())
    }

    /// About these means of so many examples.
    ///
    /// # Errors
    /// If all examples are equal.
    pub(crate) fn about_varying(
        features: &[FeatureMean],
        examples: usize,
    ) -> Result<Self, PreprocessError> {
        let centering = Self::about(features);
        if centering.varies.contains(&true) {
            Ok(centering)
        } else {
            Err(PreprocessError::NoVariance { examples })
        }
    }

    /// About these means.
    pub(crate) fn about(features: &[FeatureMean]) -> Self {
        let largest = features.iter().map(FeatureMean::largest_deviation).fold(0.0, f64::max);
        Self {
            mean: features.iter().map(|feature| feature.mean).collect(),
            rest: features.iter().map(|feature| feature.rest).collect(),
            varies: features.iter().map(|feature| !feature.is_equal()).collect(),
            unit: statistics::power_of_two(largest),
        }
    }

    /// How many directions `n` examples can vary in: constant features and the mean each take
    /// one away.
    pub(crate) fn rank(&self, n: usize) -> usize {
        self.varies.iter().filter(|&&varies| varies).count().min(n - 1)
    }

    /// `y = (x − μ − ρ) / unit`.
    ///
    /// # Shapes
    /// `x, y: features x n`.
    pub(crate) fn apply<T: Scalar>(&self, x: MatRef<'_, T>, mut y: MatMut<'_, f64>) {
        let scale = 1.0 / self.unit;
        vectorize(
            #[inline(always)]
            || {
                for j in 0..x.ncols() {
                    let y = column_mut(y.as_mut(), j);
                    let statistics = self.mean.iter().zip(&self.rest);
                    for ((y, x), (mean, rest)) in y.iter_mut().zip(column(x, j)).zip(statistics) {
                        *y = ((x.to_f64() - mean) - rest) * scale;
                    }
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::Mat;

    use super::*;

    fn centering(x: &Mat<f64>) -> Result<Centering, PreprocessError> {
        Centering::new("test", x.as_ref(), &Threads::single())
    }

    #[test]
    fn centered_data_have_no_mean_left() {
        // Around 1e15, numbers are 1/8 apart: the mean cannot be represented.
        let x = Mat::from_fn(1, 3, |_, j| 1e15 + [0.0, 0.125, 0.125][j]);
        let centering = centering(&x).unwrap();
        let mut centered = Mat::zeros(1, 3);
        centering.apply(x.as_ref(), centered.as_mut());
        let sum: f64 = (0..3).map(|j| centering.unit * centered[(0, j)]).sum();
        assert!(sum.abs() < 1e-16, "{sum:e}");
    }

    #[test]
    fn constant_features_are_known_and_have_their_value_as_mean() {
        // A third has no exact representation, and neither has the sum of three of them.
        let x = Mat::from_fn(2, 7, |i, j| if i == 0 { 1.0 / 3.0 } else { j as f64 });
        let centering = centering(&x).unwrap();
        assert_eq!((&centering.varies[..], centering.unit), (&[false, true][..], 2.0));
        assert_eq!((centering.mean, centering.rest), (vec![1.0 / 3.0, 3.0], vec![0.0; 2]));
    }

    #[test]
    fn constant_features_and_the_mean_take_directions_away() {
        for (features, examples, rank) in [(4, 9, 3), (4, 4, 3), (4, 3, 2), (4, 2, 1), (1, 9, 0)] {
            let x = Mat::from_fn(features, examples, |i, j| (i * j) as f64);
            let means = FeatureMean::of_features("test", x.as_ref(), &Threads::single()).unwrap();
            assert_eq!(Centering::about(&means).rank(examples), rank, "{features} x {examples}");
        }
    }
}
