use densely_parts::{Opt, OptionError, Options, Range, Spec, Value};
use densely_tensor::kernels::{map, vectorize};
use densely_tensor::{MatMut, MatRef, Scalar, ShapeError, Threads, column, column_mut};

use crate::statistics::FeatureMean;
use crate::{Learned, PreprocessError, RunningStatistics, Transform, TransformKind};

/// Gives each feature the same range: `y = a + (b − a) (x − min) / (max − min)`.
///
/// The smallest value of the training data becomes `a`, the largest `b`, up to rounding;
/// other data may exceed them. For features with bounds that mean something, such as the
/// intensities of pixels; one outlier presses all other values together. A constant
/// feature, and one whose values are as close to each other as rounding could make them
/// (see [`Standardize`](crate::Standardize)), counts as having its smallest value only; it is
/// divided by 1, which makes it `a`.
///
/// ```
/// use densely_preprocess::{MinMax, Transform};
/// use densely_tensor::mat;
///
/// let x = mat![[2.0, 4.0, 6.0], [7.0, 7.0, 7.0]];
/// let min_max = MinMax::fit(x.as_ref(), -1.0, 1.0)?;
/// assert_eq!(min_max.transform(x.as_ref())?, mat![[-1.0, 0.0, 1.0], [-1.0, -1.0, -1.0]]);
/// assert_eq!(min_max.inverse_transform(mat![[2.0], [-1.0]].as_ref())?, mat![[8.0], [7.0]]);
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
///
/// CS231n, Neural Networks 2, "Data Preprocessing": the second form of normalisation.
#[derive(Debug, Clone, PartialEq)]
pub struct MinMax {
    minimum: Vec<f64>,
    maximum: Vec<f64>,
    /// `max − min`, or 1 if that is 0.
    span: Vec<f64>,
    lower: f64,
    upper: f64,
}

impl MinMax {
    /// Finds the range of each feature, which will become that from `lower` to `upper`.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// If there are no examples or no features, a value is not finite, values are so far
    /// apart that their distance is not, or as [`from_parts`](Self::from_parts).
    pub fn fit<T: Scalar>(
        x: MatRef<'_, T>,
        lower: f64,
        upper: f64,
    ) -> Result<Self, PreprocessError> {
        let features = FeatureMean::of_features("MinMax::fit", x, &Threads::single())?;
        Self::from_features(&features, lower, upper)
    }

    /// By the ranges of all examples that were added to `statistics`.
    ///
    /// # Errors
    /// If there are none, their distance is not finite, or as
    /// [`from_parts`](Self::from_parts).
    pub fn from_statistics(
        statistics: &RunningStatistics,
        lower: f64,
        upper: f64,
    ) -> Result<Self, PreprocessError> {
        let features = statistics.mean().of_some("MinMax::from_statistics")?;
        Self::from_features(features, lower, upper)
    }

    fn from_features(
        features: &[FeatureMean],
        lower: f64,
        upper: f64,
    ) -> Result<Self, PreprocessError> {
        let overflows = |feature: &FeatureMean| !(feature.highest - feature.lowest).is_finite();
        if let Some(feature) = features.iter().position(overflows) {
            return Err(PreprocessError::Overflow { feature });
        }
        let minimum = features.iter().map(|feature| feature.lowest).collect();
        let maximum = |feature: &FeatureMean| {
            if feature.is_constant() { feature.lowest } else { feature.highest }
        };
        let maximum = features.iter().map(maximum).collect();
        Self::from_parts(minimum, maximum, lower, upper)
    }

    /// With these smallest and largest values, and the range that they become.
    ///
    /// # Errors
    /// If there are none, their numbers differ, a value is not finite, a maximum is less
    /// than its minimum, or `upper` is not above `lower`.
    pub fn from_parts(
        minimum: Vec<f64>,
        maximum: Vec<f64>,
        lower: f64,
        upper: f64,
    ) -> Result<Self, PreprocessError> {
        ShapeError::expect_some("MinMax", "features", minimum.len())?;
        ShapeError::expect("MinMax", "maxima", minimum.len(), maximum.len())?;
        PreprocessError::expect("a minimum", "finite", &minimum, f64::is_finite)?;
        PreprocessError::expect("a maximum", "finite", &maximum, f64::is_finite)?;
        let mut span: Vec<f64> = maximum.iter().zip(&minimum).map(|(max, min)| max - min).collect();
        let valid = |span: f64| span.is_finite() && span >= 0.0;
        let expected = "finite, and at least 0";
        PreprocessError::expect("a maximum less its minimum", expected, &span, valid)?;
        let expected = "finite, and above 0";
        PreprocessError::expect("upper less lower bound", expected, &[upper - lower], is_width)?;
        for span in span.iter_mut().filter(|span| **span == 0.0) {
            *span = 1.0;
        }
        Ok(Self { minimum, maximum, span, lower, upper })
    }

    /// The smallest value of each feature.
    #[must_use]
    pub fn minimum(&self) -> &[f64] {
        &self.minimum
    }

    /// The largest value of each feature, and of a constant one the smallest.
    #[must_use]
    pub fn maximum(&self) -> &[f64] {
        &self.maximum
    }

    /// What the smallest values become, and the largest.
    #[must_use]
    pub fn range(&self) -> (f64, f64) {
        (self.lower, self.upper)
    }
}

/// Whether a range may be so wide.
fn is_width(width: f64) -> bool {
    width.is_finite() && width > 0.0
}

impl TransformKind for MinMax {
    const SPEC: Spec = Spec::new("min-max", "each feature in the same range").options(&[
        Opt::number("lower", Range::FINITE).default_number(0.0),
        Opt::number("upper", Range::FINITE).default_number(1.0),
    ]);
    const FEATUREWISE: bool = true;

    fn check(options: &Options) -> Result<(), OptionError> {
        let (lower, upper) = (options.number("lower"), options.number("upper"));
        if is_width(upper - lower) {
            return Ok(());
        }
        let (lower, value) = (Value::from(lower), Value::from(upper).to_string());
        let (kind, option) = (Self::SPEC.name(), "upper");
        let expected = format!("above its lower, {lower}, by no more than 1.8e308");
        Err(OptionError { kind, option, expected, value })
    }

    fn fit_by<T: Scalar>(
        options: &Options,
        x: MatRef<'_, T>,
        _threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        Self::fit(x, options.number("lower"), options.number("upper"))
    }

    fn values(&self) -> Vec<Value> {
        vec![self.lower.into(), self.upper.into()]
    }

    fn learned(&self) -> Learned {
        Learned::new().with_vector("minimum", &self.minimum).with_vector("maximum", &self.maximum)
    }

    fn from_learned(
        options: &Options,
        features: usize,
        learned: &mut Learned,
    ) -> Result<Self, PreprocessError> {
        let (minimum, maximum) =
            (learned.vector("minimum", features)?, learned.vector("maximum", features)?);
        Self::from_parts(minimum, maximum, options.number("lower"), options.number("upper"))
    }

    fn keeps_features(&self) -> bool {
        true
    }
}

impl Transform for MinMax {
    fn in_features(&self) -> usize {
        self.minimum.len()
    }

    fn out_features(&self) -> usize {
        self.minimum.len()
    }

    fn apply(&self, x: MatRef<'_, f64>, mut y: MatMut<'_, f64>) {
        let (lower, width) = (self.lower, self.upper - self.lower);
        vectorize(
            #[inline(always)]
            || {
                for j in 0..x.ncols() {
                    let y = column_mut(y.as_mut(), j);
                    let x = [column(x, j), &self.minimum, &self.span];
                    map(y, x, |[x, min, span]| lower + width * ((x - min) / span));
                }
            },
        );
    }

    fn invert(&self, y: MatRef<'_, f64>, mut x: MatMut<'_, f64>) {
        let (lower, width) = (self.lower, self.upper - self.lower);
        vectorize(
            #[inline(always)]
            || {
                for j in 0..y.ncols() {
                    let x = column_mut(x.as_mut(), j);
                    let y = [column(y, j), &self.minimum, &self.span];
                    map(x, y, |[y, min, span]| min + span * ((y - lower) / width));
                }
            },
        );
    }
}
