use densely_tensor::{
    MatMut, MatRef, Scalar, ShapeError, Threads, column, column_mut, map, vectorize,
};

use crate::feature_mean::FeatureMean;
use crate::squared_deviation::SquaredDeviation;
use crate::{PreprocessError, RunningStatistics, Transform};

/// A deviation below so many rounding errors of the mean is one of rounding.
const ROUNDING: f64 = 10.0 * f64::EPSILON;

/// Gives each feature mean 0 and standard deviation 1: `y = (x − μ) / σ`, with
/// `σ = √(Σ (x − μ)² / N)`.
///
/// For features whose scales mean nothing to each other (metres and euros). A constant
/// feature has scale 1, which makes it 0: there is nothing to learn from it.
///
/// ```
/// use densely_preprocess::{Standardize, Transform};
/// use densely_tensor::mat;
///
/// let x = mat![[1.0, 3.0], [7.0, 7.0]];
/// let standardize = Standardize::fit(x.as_ref())?;
/// assert_eq!(standardize.transform(x.as_ref())?, mat![[-1.0, 1.0], [0.0, 0.0]]);
/// assert_eq!(standardize.inverse_transform(mat![[5.0], [0.0]].as_ref())?, mat![[7.0], [7.0]]);
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Standardize {
    mean: Vec<f64>,
    scale: Vec<f64>,
}

impl Standardize {
    /// Computes mean and standard deviation of each feature.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// If there are no examples or no features, a value is not finite, or values are so
    /// far apart that their deviation is not.
    pub fn fit<T: Scalar>(x: MatRef<'_, T>) -> Result<Self, PreprocessError> {
        let features = FeatureMean::of_features("Standardize::fit", x, &Threads::single())?;
        let squares = SquaredDeviation::of_features(x, &features);
        Self::from_deviations(&features, &squares, x.ncols())
    }

    /// By means and standard deviations of all examples that were added to `statistics`.
    ///
    /// # Errors
    /// If there are none, or a deviation is not finite.
    pub fn from_statistics(statistics: &RunningStatistics) -> Result<Self, PreprocessError> {
        let features = statistics.mean().of_some("Standardize::from_statistics")?;
        Self::from_deviations(features, statistics.squares(), statistics.examples())
    }

    /// From the statistics of so many examples.
    fn from_deviations(
        features: &[FeatureMean],
        squares: &[SquaredDeviation],
        examples: usize,
    ) -> Result<Self, PreprocessError> {
        let scale = |(feature, squares): (&FeatureMean, &SquaredDeviation)| {
            let deviation = squares.standard_deviation(examples);
            if deviation <= ROUNDING * feature.mean.abs() { 1.0 } else { deviation }
        };
        let scale = features.iter().zip(squares).map(scale).collect();
        Self::from_parts(features.iter().map(|feature| feature.mean).collect(), scale)
    }

    /// With these means and standard deviations.
    ///
    /// # Errors
    /// If there are none, their numbers differ, a mean is not finite, or a scale is not
    /// positive and finite.
    pub fn from_parts(mean: Vec<f64>, scale: Vec<f64>) -> Result<Self, PreprocessError> {
        ShapeError::expect_some("Standardize", "features", mean.len())?;
        ShapeError::expect("Standardize", "scales", mean.len(), scale.len())?;
        PreprocessError::expect("a mean", "finite", &mean, f64::is_finite)?;
        let positive = |scale: f64| scale.is_finite() && scale > 0.0;
        PreprocessError::expect("a scale", "positive and finite", &scale, positive)?;
        Ok(Self { mean, scale })
    }

    /// The mean `μ` of each feature.
    #[must_use]
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// What each feature is divided by: its standard deviation `σ`, or 1 if it is constant.
    #[must_use]
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }
}

impl Transform for Standardize {
    fn in_features(&self) -> usize {
        self.mean.len()
    }

    fn out_features(&self) -> usize {
        self.mean.len()
    }

    fn apply(&self, x: MatRef<'_, f64>, mut y: MatMut<'_, f64>) {
        vectorize(
            #[inline(always)]
            || {
                for j in 0..x.ncols() {
                    let y = column_mut(y.as_mut(), j);
                    let x = [column(x, j), &self.mean, &self.scale];
                    map(y, x, |[x, mean, scale]| (x - mean) / scale);
                }
            },
        );
    }

    fn invert(&self, y: MatRef<'_, f64>, mut x: MatMut<'_, f64>) {
        vectorize(
            #[inline(always)]
            || {
                for j in 0..y.ncols() {
                    let x = column_mut(x.as_mut(), j);
                    let y = [column(y, j), &self.mean, &self.scale];
                    map(x, y, |[y, mean, scale]| y * scale + mean);
                }
            },
        );
    }
}
