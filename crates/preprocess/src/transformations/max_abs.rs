use densely_parts::{Options, Spec};
use densely_tensor::kernels::{map, vectorize};
use densely_tensor::{MatMut, MatRef, Scalar, ShapeError, Threads, column, column_mut};

use crate::statistics::FeatureMean;
use crate::{Learned, PreprocessError, RunningStatistics, Transform, TransformKind};

/// Divides each feature by its largest magnitude: `y = x / max |x|`.
///
/// The training data are from −1 to 1 then; other data may exceed that. What is 0 stays 0: for
/// features of which most are. A feature that is 0 everywhere is divided by 1.
///
/// ```
/// use densely_preprocess::{MaxAbs, Transform};
/// use densely_tensor::mat;
///
/// let x = mat![[0.0, 2.0, -4.0], [0.0, 0.0, 0.0]];
/// let max_abs = MaxAbs::fit(x.as_ref())?;
/// assert_eq!(max_abs.transform(x.as_ref())?, mat![[0.0, 0.5, -1.0], [0.0, 0.0, 0.0]]);
/// assert_eq!(max_abs.inverse_transform(mat![[2.0], [3.0]].as_ref())?, mat![[8.0], [3.0]]);
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
///
/// scikit-learn's `MaxAbsScaler`.
#[derive(Debug, Clone, PartialEq)]
pub struct MaxAbs {
    largest: Vec<f64>,
    /// `largest`, or 1 if that is 0.
    scale: Vec<f64>,
}

impl MaxAbs {
    /// Finds the largest magnitude of each feature.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// If there are no examples or no features, a value is not finite, or values are
    /// so far apart that their distance from the mean is not.
    pub fn fit<T: Scalar>(x: MatRef<'_, T>) -> Result<Self, PreprocessError> {
        let features = FeatureMean::of_features("MaxAbs::fit", x, &Threads::single())?;
        Self::from_parts(features.iter().map(largest).collect())
    }

    /// By all examples that were added to `statistics`.
    ///
    /// # Errors
    /// If there are none.
    pub fn from_statistics(statistics: &RunningStatistics) -> Result<Self, PreprocessError> {
        let features = statistics.mean().of_some("MaxAbs::from_statistics")?;
        Self::from_parts(features.iter().map(largest).collect())
    }

    /// With these largest magnitudes.
    ///
    /// # Errors
    /// If there are none, or one is negative or not finite.
    pub fn from_parts(largest: Vec<f64>) -> Result<Self, PreprocessError> {
        ShapeError::expect_some("MaxAbs", "features", largest.len())?;
        let valid = |largest: f64| largest.is_finite() && largest >= 0.0;
        let expected = "finite, and at least 0";
        PreprocessError::expect("a largest magnitude", expected, &largest, valid)?;
        let scale = largest.iter().map(|&largest| if largest == 0.0 { 1.0 } else { largest });
        Ok(Self { scale: scale.collect(), largest })
    }

    /// The largest magnitude of each feature.
    #[must_use]
    pub fn largest(&self) -> &[f64] {
        &self.largest
    }
}

fn largest(feature: &FeatureMean) -> f64 {
    feature.highest.abs().max(feature.lowest.abs())
}

impl TransformKind for MaxAbs {
    const SPEC: Spec = Spec::new("max-abs", "from −1 to 1, and 0 as it is");
    const FEATUREWISE: bool = true;

    fn fit_by<T: Scalar>(
        _options: &Options,
        x: MatRef<'_, T>,
        _threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        Self::fit(x)
    }

    fn learned(&self) -> Learned {
        Learned::new().with_vector("largest", &self.largest)
    }

    fn from_learned(
        _options: &Options,
        features: usize,
        learned: &mut Learned,
    ) -> Result<Self, PreprocessError> {
        Self::from_parts(learned.vector("largest", features)?)
    }

    fn keeps_features(&self) -> bool {
        true
    }
}

impl Transform for MaxAbs {
    fn in_features(&self) -> usize {
        self.scale.len()
    }

    fn out_features(&self) -> usize {
        self.scale.len()
    }

    fn apply(&self, x: MatRef<'_, f64>, mut y: MatMut<'_, f64>) {
        vectorize(
            #[inline(always)]
            || {
                for j in 0..x.ncols() {
                    let y = column_mut(y.as_mut(), j);
                    map(y, [column(x, j), &self.scale], |[x, scale]| x / scale);
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
                    map(x, [column(y, j), &self.scale], |[y, scale]| y * scale);
                }
            },
        );
    }
}
