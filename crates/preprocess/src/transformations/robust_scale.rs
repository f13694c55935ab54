use densely_parts::{Options, Spec};
use densely_tensor::kernels::{map, vectorize};
use densely_tensor::{Mat, MatMut, MatRef, Scalar, ShapeError, Threads, column, column_mut};

use crate::statistics::{check_finite, check_shape};
use crate::{Learned, PreprocessError, Transform, TransformKind, is_constant};

/// Features that are looked at together: a cache line of numbers.
const BLOCK: usize = 8;

/// Gives each feature median 0 and interquartile range 1: `y = (x − q₂) / (q₃ − q₁)`, with the
/// quartiles `q`.
///
/// For features with a few values that are far out, which would make a standard deviation as
/// large as they like: what lies beyond the quartiles does not move them. Between two values,
/// a quartile is interpolated linearly: of `n` in their order, counted from 0, `qₖ` is the one at
/// `k (n − 1) / 4`.
///
/// A feature whose first and third quartile are the same, but for rounding (see
/// [`Standardize`](crate::Standardize#constant-features)), is divided by 1: a constant one, and one
/// that has the same value in most examples.
///
/// ```
/// use densely_preprocess::{RobustScale, Transform};
/// use densely_tensor::mat;
///
/// let x = mat![[1.0, 2.0, 3.0, 4.0, 1e6], [7.0, 7.0, 7.0, 7.0, 8.0]];
/// let robust = RobustScale::fit(x.as_ref())?;
/// assert_eq!((robust.median(), robust.scale()), (&[3.0, 7.0][..], &[2.0, 1.0][..]));
/// let y = robust.transform(mat![[5.0], [9.0]].as_ref())?;
/// assert_eq!(y, mat![[1.0], [2.0]]);
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
///
/// scikit-learn's `RobustScaler`. Hyndman and Fan: Sample quantiles in statistical packages (1996),
/// definition 7.
#[derive(Debug, Clone, PartialEq)]
pub struct RobustScale {
    median: Vec<f64>,
    scale: Vec<f64>,
}

impl RobustScale {
    /// Finds the quartiles of each feature.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// If there are no examples or no features, a value is not finite, or quartiles are so far
    /// apart that their distance is not.
    pub fn fit<T: Scalar>(x: MatRef<'_, T>) -> Result<Self, PreprocessError> {
        Self::fit_on(x, &Threads::single())
    }

    /// [`fit`](Self::fit) on these threads: the result has the same bits at any number.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_on<T: Scalar>(x: MatRef<'_, T>, threads: &Threads) -> Result<Self, PreprocessError> {
        const OPERATION: &str = "RobustScale::fit";
        check_shape(OPERATION, x)?;
        check_finite(x)?;
        let (features, n) = (x.nrows(), x.ncols());
        let bytes = (BLOCK.min(features) * size_of::<f64>()) as u128 * n as u128;
        ShapeError::expect_memory(OPERATION, "the values of a few features", bytes)?;
        let blocks = threads.map(features.div_ceil(BLOCK), |block| {
            let first = block * BLOCK;
            let rows = x.subrows(first, BLOCK.min(features - first));
            let mut values = Mat::<f64>::zeros(n, rows.nrows());
            for j in 0..n {
                for (i, value) in column(rows, j).iter().enumerate() {
                    values[(j, i)] = value.to_f64();
                }
            }
            let of = |i| quartiles(column_mut(values.as_mut(), i));
            (0..rows.nrows()).map(of).collect::<Vec<_>>()
        });
        let quartiles = blocks.concat();
        let range = |&[first, _, third]: &[f64; 3]| {
            if is_constant(&[first, third]) { 1.0 } else { third - first }
        };
        let scale: Vec<f64> = quartiles.iter().map(range).collect();
        let median: Vec<f64> = quartiles.iter().map(|quartiles| quartiles[1]).collect();
        let finite = |(median, scale): (&f64, &f64)| median.is_finite() && scale.is_finite();
        match median.iter().zip(&scale).position(|pair| !finite(pair)) {
            None => Self::from_parts(median, scale),
            Some(feature) => Err(PreprocessError::Overflow { feature }),
        }
    }

    /// With these medians and interquartile ranges.
    ///
    /// # Errors
    /// If there are none, their numbers differ, a median is not finite, or a scale is not finite
    /// and positive.
    pub fn from_parts(median: Vec<f64>, scale: Vec<f64>) -> Result<Self, PreprocessError> {
        ShapeError::expect_some("RobustScale", "features", median.len())?;
        ShapeError::expect("RobustScale", "scales", median.len(), scale.len())?;
        PreprocessError::expect("a median", "finite", &median, f64::is_finite)?;
        let valid = |scale: f64| scale.is_finite() && scale > 0.0;
        PreprocessError::expect("a scale", "finite, and above 0", &scale, valid)?;
        Ok(Self { median, scale })
    }

    /// The median of each feature.
    #[must_use]
    pub fn median(&self) -> &[f64] {
        &self.median
    }

    /// The interquartile range of each feature, by which it is divided; 1 if that is 0.
    #[must_use]
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }
}

/// The quartiles of finite values, which come into another order.
fn quartiles(values: &mut [f64]) -> [f64; 3] {
    [0.25, 0.5, 0.75].map(|share| {
        let position = share * (values.len() - 1) as f64;
        let (_, &mut below, above) =
            values.select_nth_unstable_by(position as usize, f64::total_cmp);
        let above = above.iter().copied().min_by(f64::total_cmp).unwrap_or(below);
        below + position.fract() * (above - below)
    })
}

impl TransformKind for RobustScale {
    const SPEC: Spec = Spec::new("robust", "median 0 and interquartile range 1");
    const FEATUREWISE: bool = true;

    fn fit_by<T: Scalar>(
        _options: &Options,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        Self::fit_on(x, threads)
    }

    fn learned(&self) -> Learned {
        Learned::new().with_vector("median", &self.median).with_vector("scale", &self.scale)
    }

    fn from_learned(
        _options: &Options,
        features: usize,
        learned: &mut Learned,
    ) -> Result<Self, PreprocessError> {
        Self::from_parts(learned.vector("median", features)?, learned.vector("scale", features)?)
    }

    fn keeps_features(&self) -> bool {
        true
    }
}

impl Transform for RobustScale {
    fn in_features(&self) -> usize {
        self.median.len()
    }

    fn out_features(&self) -> usize {
        self.median.len()
    }

    fn apply(&self, x: MatRef<'_, f64>, mut y: MatMut<'_, f64>) {
        vectorize(
            #[inline(always)]
            || {
                for j in 0..x.ncols() {
                    let y = column_mut(y.as_mut(), j);
                    let x = [column(x, j), &self.median, &self.scale];
                    map(y, x, |[x, median, scale]| (x - median) / scale);
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
                    let y = [column(y, j), &self.median, &self.scale];
                    map(x, y, |[y, median, scale]| y * scale + median);
                }
            },
        );
    }
}
