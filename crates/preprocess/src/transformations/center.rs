use densely_parts::{Options, Spec};
use densely_tensor::kernels::{map, vectorize};
use densely_tensor::{MatMut, MatRef, Scalar, ShapeError, Threads, column, column_mut};

use crate::statistics::FeatureMean;
use crate::{Learned, PreprocessError, RunningStatistics, Transform, TransformKind};

/// Takes the mean of each feature away: `y = x − μ`, with `μ = Σ x / N`.
///
/// It moves the cloud of the data to the origin, so that the inputs of a neuron are not
/// all of one sign: the gradients of its weights would then be, too.
///
/// ```
/// use densely_preprocess::{Center, Transform};
/// use densely_tensor::mat;
///
/// let x = mat![[1.0, 2.0, 6.0]];
/// let y = Center::fit(x.as_ref())?.transform(x.as_ref())?;
/// assert_eq!(y, mat![[-2.0, -1.0, 3.0]]);
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Center {
    mean: Vec<f64>,
}

impl Center {
    /// Computes the mean of each feature.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// If there are no examples or no features, a value is not finite, or values are
    /// so far apart that their distance from the mean is not.
    pub fn fit<T: Scalar>(x: MatRef<'_, T>) -> Result<Self, PreprocessError> {
        let features = FeatureMean::of_features("Center::fit", x, &Threads::single())?;
        Ok(Self { mean: features.iter().map(|feature| feature.mean).collect() })
    }

    /// By the means of all examples that were added to `statistics`.
    ///
    /// # Errors
    /// If there are none.
    pub fn from_statistics(statistics: &RunningStatistics) -> Result<Self, PreprocessError> {
        let features = statistics.mean().of_some("Center::from_statistics")?;
        Self::from_parts(features.iter().map(|feature| feature.mean).collect())
    }

    /// With these means.
    ///
    /// # Errors
    /// If there are none, or one is not finite.
    pub fn from_parts(mean: Vec<f64>) -> Result<Self, PreprocessError> {
        ShapeError::expect_some("Center", "features", mean.len())?;
        PreprocessError::expect("a mean", "finite", &mean, f64::is_finite)?;
        Ok(Self { mean })
    }

    /// The mean of each feature.
    #[must_use]
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }
}

impl TransformKind for Center {
    const SPEC: Spec = Spec::new("center", "mean 0");
    const FEATUREWISE: bool = true;

    fn fit_by<T: Scalar>(
        _options: &Options,
        x: MatRef<'_, T>,
        _threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        Self::fit(x)
    }

    fn learned(&self) -> Learned {
        Learned::new().with_vector("mean", &self.mean)
    }

    fn from_learned(
        _options: &Options,
        features: usize,
        learned: &mut Learned,
    ) -> Result<Self, PreprocessError> {
        Self::from_parts(learned.vector("mean", features)?)
    }

    fn keeps_features(&self) -> bool {
        true
    }
}

impl Transform for Center {
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
                    map(y, [column(x, j), &self.mean], |[x, mean]| x - mean);
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
                    map(x, [column(y, j), &self.mean], |[y, mean]| y + mean);
                }
            },
        );
    }
}
