use densely_parts::{Opt, Options, Spec, Value};
use densely_tensor::kernels::{map, vectorize};
use densely_tensor::{MatMut, MatRef, Scalar, ShapeError, Threads, column, column_mut};

use crate::statistics::{FeatureMean, SquaredDeviation, check_shape};
use crate::{Learned, PreprocessError, RunningStatistics, Transform, TransformKind};

/// Gives each feature mean 0 and standard deviation 1: `y = (x − μ) / σ`, with
/// `σ = √(Σ (x − μ)² / N)`.
///
/// For features whose scales mean nothing to each other (metres and euros).
///
/// # Constant features
///
/// There is nothing to learn from a feature that is constant in training, and weights for it
/// would keep the values at which they began. So its scale is 0, and it becomes 0, whatever its
/// value is in new data; [`inverse_transform`](Transform::inverse_transform) gives the constant
/// back.
///
/// A feature counts as constant if its values differ by no more than computations leave: if
/// `max − min` is at most `128 ε` times the largest magnitude, 2.8e-14, and less than 1. Values
/// from `1 − 1e-14` to `1 + 1e-14` are one; `1e15` and its neighbour `1e15 + 1` are two, for
/// whole numbers are exact. The number of examples has no part in it.
///
/// # Binary features
///
/// One example in 1,000 that is 1 where the others are 0 becomes 32, and moves the weights of its feature as no other value
/// does. So features of which all values are 0 or 1, as those of [categories and truth values] are, may
/// [stay as they are](Self::fit_but_binary): `μ = 0` and `σ = 1`. One that is constant becomes 0 all the same.
///
/// [categories and truth values]: https://docs.rs/densely-table
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
    /// `scale`, and infinity in place of 0.
    divisor: Vec<f64>,
    keep_binary: bool,
}

const KEEP_BINARY: Opt = Opt::flag("keep-binary");

/// What errors of fitting name.
const FIT: &str = "Standardize::fit";

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
        let features = FeatureMean::of_features(FIT, x, &Threads::single())?;
        let squares = SquaredDeviation::of_features(x, &features);
        Self::from_deviations(&features, &squares, x.ncols())
    }

    /// [`fit`](Self::fit), but features of which all values are 0 or 1, and both are there, stay as they are.
    ///
    /// ```
    /// use densely_preprocess::{Standardize, Transform};
    /// use densely_tensor::mat;
    ///
    /// let x = mat![[0.0, 0.0, 1.0], [3.0, 3.0, 9.0]];
    /// let standardize = Standardize::fit_but_binary(x.as_ref())?;
    /// assert_eq!((standardize.mean(), standardize.scale()), (&[0.0, 5.0][..], &[1.0, 8_f64.sqrt()][..]));
    /// # Ok::<(), densely_preprocess::PreprocessError>(())
    /// ```
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_but_binary<T: Scalar>(x: MatRef<'_, T>) -> Result<Self, PreprocessError> {
        check_shape(FIT, x)?;
        let is_binary = binary_features(x);
        if !is_binary.contains(&true) {
            return Ok(Self { keep_binary: true, ..Self::fit(x)? });
        }
        let (mut mean, mut scale) = (vec![0.0; x.nrows()], vec![1.0; x.nrows()]);
        let mut first = 0;
        // Means and deviations are of the others alone, some that lie side by side at a time.
        for run in is_binary.chunk_by(|a, b| a == b) {
            if !run[0] {
                let Ok(fitted) = Self::fit(x.subrows(first, run.len())) else {
                    // What is wrong is told as of all features.
                    return Self::fit(x);
                };
                mean[first..][..run.len()].copy_from_slice(&fitted.mean);
                scale[first..][..run.len()].copy_from_slice(&fitted.scale);
            }
            first += run.len();
        }
        Ok(Self { keep_binary: true, ..Self::from_parts(mean, scale)? })
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
            if feature.is_constant() { 0.0 } else { squares.standard_deviation(examples) }
        };
        let scale = features.iter().zip(squares).map(scale).collect();
        Self::from_parts(features.iter().map(|feature| feature.mean).collect(), scale)
    }

    /// With these means and standard deviations, of which those of constant features are 0.
    ///
    /// # Errors
    /// If there are none, their numbers differ, a mean is not finite, or a scale is negative or
    /// not finite.
    pub fn from_parts(mean: Vec<f64>, scale: Vec<f64>) -> Result<Self, PreprocessError> {
        ShapeError::expect_some("Standardize", "features", mean.len())?;
        ShapeError::expect("Standardize", "scales", mean.len(), scale.len())?;
        PreprocessError::expect("a mean", "finite", &mean, f64::is_finite)?;
        let valid = |scale: f64| scale.is_finite() && scale >= 0.0;
        PreprocessError::expect("a scale", "finite, and at least 0", &scale, valid)?;
        let divisor = |&scale: &f64| if scale == 0.0 { f64::INFINITY } else { scale };
        let divisor = scale.iter().map(divisor).collect();
        Ok(Self { mean, scale, divisor, keep_binary: false })
    }

    /// Whether a feature stays as it is where [binary ones do](Self::fit_but_binary): one with mean 0 and
    /// deviation 1 does so anyway.
    #[must_use]
    pub fn keeps(&self, feature: usize) -> bool {
        self.keep_binary && self.mean[feature] == 0.0 && self.scale[feature] == 1.0
    }

    /// The same, with other means and standard deviations.
    ///
    /// # Errors
    /// As [`from_parts`](Self::from_parts).
    pub fn with_parts(&self, mean: Vec<f64>, scale: Vec<f64>) -> Result<Self, PreprocessError> {
        Ok(Self { keep_binary: self.keep_binary, ..Self::from_parts(mean, scale)? })
    }

    /// The mean `μ` of each feature.
    #[must_use]
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// The standard deviation `σ` of each feature, by which it is divided; 0 if it is constant,
    /// and becomes 0.
    #[must_use]
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }
}

/// Of which features all values are 0 or 1, and not all the same.
fn binary_features<T: Scalar>(x: MatRef<'_, T>) -> Vec<bool> {
    const ZERO: u8 = 1;
    const ONE: u8 = 2;
    const OTHER: u8 = 4;
    /// Examples after which it is looked whether all features have other values.
    const EXAMPLES: usize = 64;
    let mut seen = vec![0; x.nrows()];
    vectorize(
        #[inline(always)]
        || {
            for first in (0..x.ncols()).step_by(EXAMPLES) {
                for j in first..x.ncols().min(first + EXAMPLES) {
                    for (seen, &value) in seen.iter_mut().zip(column(x, j)) {
                        let one_or_other = if value == T::ONE { ONE } else { OTHER };
                        *seen |= if value == T::ZERO { ZERO } else { one_or_other };
                    }
                }
                if seen.iter().all(|&seen| seen & OTHER != 0) {
                    break;
                }
            }
        },
    );
    seen.into_iter().map(|seen| seen == ZERO | ONE).collect()
}

impl TransformKind for Standardize {
    const SPEC: Spec = Spec::new(
        "standardize",
        "mean 0 and standard deviation 1; of features of 0 and 1 not, if keep-binary",
    )
    .options(&[KEEP_BINARY]);
    const FEATUREWISE: bool = true;

    fn fit_by<T: Scalar>(
        options: &Options,
        x: MatRef<'_, T>,
        _threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        if options.flag(KEEP_BINARY.name()) { Self::fit_but_binary(x) } else { Self::fit(x) }
    }

    fn values(&self) -> Vec<Value> {
        vec![Value::Flag(self.keep_binary)]
    }

    fn learned(&self) -> Learned {
        Learned::new().with_vector("mean", &self.mean).with_vector("scale", &self.scale)
    }

    fn from_learned(
        options: &Options,
        features: usize,
        learned: &mut Learned,
    ) -> Result<Self, PreprocessError> {
        let (mean, scale) = (learned.vector("mean", features)?, learned.vector("scale", features)?);
        let keep_binary = options.flag(KEEP_BINARY.name());
        Ok(Self { keep_binary, ..Self::from_parts(mean, scale)? })
    }

    fn keeps_features(&self) -> bool {
        true
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
                    let x = [column(x, j), &self.mean, &self.divisor];
                    map(y, x, |[x, mean, divisor]| (x - mean) / divisor);
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
