use densely_tensor::{MatRef, Scalar, Threads};

use crate::statistics::sum::two_sum;
use crate::{PreprocessError, statistics};
use densely_tensor::kernels::{SWEPT as ROWS, sweep};

/// How far a computed value may be from what it should be, relative to its size: a sum or a
/// quotient of some tens of numbers, or a change of units and back, is off by some tens of
/// rounding errors. Measured numbers of 13 digits are not within that of each other.
const COMPUTED: f64 = 64.0 * f64::EPSILON;

/// The mean of a feature and the range of its values.
///
/// The mean is `mean + rest`: rounded to a number, and what rounding lost. Around a large
/// mean, that is much of the spread.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct FeatureMean {
    pub(crate) mean: f64,
    pub(crate) rest: f64,
    pub(crate) lowest: f64,
    pub(crate) highest: f64,
}

impl FeatureMean {
    /// Those of all features: `μ = Σ x / N`, each feature on one thread.
    ///
    /// A first pass finds a mean with rounding errors as large as those of the values, a
    /// second one, with compensated sums, what it lacks.
    ///
    /// # Errors
    /// If there are no examples or no features, a value is not finite, or values are too
    /// far apart.
    pub(crate) fn of_features<T: Scalar>(
        operation: &'static str,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<Vec<Self>, PreprocessError> {
        statistics::check_shape(operation, x)?;
        let mut features = vec![Self::default(); x.nrows()];
        threads.panels(features.as_mut_slice(), panel_width(x.nrows()), |first, features| {
            fill(x.subrows(first, features.len()), features);
        });
        match features.iter().position(|feature| !feature.largest_deviation().is_finite()) {
            None => Ok(features),
            Some(feature) => {
                statistics::check_finite(x)?;
                Err(PreprocessError::Overflow { feature })
            }
        }
    }

    /// Whether all values are equal.
    pub(crate) fn is_equal(&self) -> bool {
        self.lowest == self.highest
    }

    pub(crate) fn is_constant(&self) -> bool {
        differ_by_rounding(self.lowest, self.highest)
    }

    /// `max |x − μ|`: 0 if all values are equal, and not finite if one of them, or their
    /// distance, is not.
    pub(crate) fn largest_deviation(&self) -> f64 {
        if !self.mean.is_finite() {
            return f64::NAN;
        }
        (self.highest - self.mean).max(self.mean - self.lowest)
    }
}

/// The features that are constant, in order, and their means: those that [`Standardize`]
/// would [make 0].
///
/// ```
/// use densely_preprocess::constant_features;
/// use densely_tensor::mat;
///
/// let x = mat![[1.0, 2.0], [7.0, 7.0]];
/// assert_eq!(constant_features(x.as_ref())?, [(1, 7.0)]);
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
///
/// [`Standardize`]: crate::Standardize
/// [make 0]: crate::Standardize#constant-features
///
/// # Errors
/// If there are no examples or no features, a value is not finite, or values are too far apart.
pub fn constant_features<T: Scalar>(
    x: MatRef<'_, T>,
) -> Result<Vec<(usize, f64)>, PreprocessError> {
    let means = |first, rows| {
        FeatureMean::of_features("constant_features", x.subrows(first, rows), &Threads::single())
    };
    statistics::check_shape("constant_features", x)?;
    let ranges = ranges(x);
    if ranges.iter().any(|[lowest, highest]| !(highest - lowest).is_finite()) {
        // What is wrong is found with the means.
        means(0, x.nrows())?;
    }
    let constant = ranges.iter().enumerate().filter(|(_, of)| differ_by_rounding(of[0], of[1]));
    constant.map(|(i, _)| Ok((i, means(i, 1)?[0].mean))).collect()
}

/// The lowest and the highest value of each feature; NaN if one is not finite.
fn ranges<T: Scalar>(x: MatRef<'_, T>) -> Vec<[f64; 2]> {
    let mut rows = vec![Rows::default(); x.nrows().div_ceil(ROWS)];
    sweep(x, &mut rows, |rows, i, _, value| {
        rows.lowest[i] = if value < rows.lowest[i] { value } else { rows.lowest[i] };
        rows.highest[i] = if value > rows.highest[i] { value } else { rows.highest[i] };
        // 0, and otherwise NaN.
        rows.rest[i] += value * 0.0;
    });
    let of = |i: usize| (&rows[i / ROWS], i % ROWS);
    let range = |(rows, i): (&Rows, usize)| [rows.lowest[i] + rows.rest[i], rows.highest[i]];
    (0..x.nrows()).map(|i| range(of(i))).collect()
}

/// Whether finite numbers are constant but for rounding, as a feature of them would be for
/// [`Standardize`](crate::Standardize#constant-features). None are; NaN and infinities are not.
///
/// ```
/// use densely_preprocess::is_constant;
///
/// assert!(is_constant(&[1.0, 1.0 + 1e-14, 1.0 - 1e-14]));
/// assert!(!is_constant(&[1.0, 1.0 + 1e-13]) && !is_constant(&[f64::NAN; 2]));
/// ```
#[must_use]
pub fn is_constant(numbers: &[f64]) -> bool {
    let lowest = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    numbers.is_empty()
        || numbers.iter().all(|v| v.is_finite()) && differ_by_rounding(lowest, highest)
}

/// Whether values that were [`COMPUTED`] could differ as these do, by rounding alone. A
/// difference of 1 is one of whole numbers, which are exact.
fn differ_by_rounding(lowest: f64, highest: f64) -> bool {
    let (range, size) = (highest - lowest, lowest.abs().max(highest.abs()));
    range <= 2.0 * COMPUTED * size && (range < 1.0 || range == 0.0)
}

/// The number of features that a thread sums at a time, of so many.
fn panel_width(features: usize) -> usize {
    (features / 8).next_multiple_of(ROWS).clamp(ROWS, 8 * ROWS)
}

/// Sums of some rows.
#[derive(Clone)]
struct Rows {
    /// The mean that the first pass finds.
    shift: [f64; ROWS],
    sum: [f64; ROWS],
    /// What `sum` rounds away.
    rest: [f64; ROWS],
    lowest: [f64; ROWS],
    highest: [f64; ROWS],
}

impl Default for Rows {
    fn default() -> Self {
        let zero = [0.0; ROWS];
        let (lowest, highest) = ([f64::INFINITY; ROWS], [f64::NEG_INFINITY; ROWS]);
        Self { shift: zero, sum: zero, rest: zero, lowest, highest }
    }
}

fn fill<T: Scalar>(x: MatRef<'_, T>, features: &mut [FeatureMean]) {
    let n = x.ncols();
    // Scaling first, by a power of two, keeps the sum of large values finite.
    let scale = 1.0 / n.next_power_of_two() as f64;
    let inverse = 1.0 / (n as f64 * scale);
    let mut rows = vec![Rows::default(); features.len().div_ceil(ROWS)];
    sweep(x, &mut rows, |rows, i, _, value| rows.shift[i] += value * scale);
    for rows in &mut rows {
        rows.shift.iter_mut().for_each(|shift| *shift *= inverse);
    }
    sweep(x, &mut rows, |rows, i, _, value| {
        rows.lowest[i] = if value < rows.lowest[i] { value } else { rows.lowest[i] };
        rows.highest[i] = if value > rows.highest[i] { value } else { rows.highest[i] };
        // What the addition rounds away is summed too.
        let (sum, lost) = two_sum(rows.sum[i], (value - rows.shift[i]) * scale);
        rows.sum[i] = sum;
        rows.rest[i] += lost;
    });
    for (i, feature) in features.iter_mut().enumerate() {
        let (rows, lane) = (&rows[i / ROWS], i % ROWS);
        let (lowest, highest) = (rows.lowest[lane], rows.highest[lane]);
        let correction = (rows.sum[lane] + rows.rest[lane]) * inverse;
        let mean = rows.shift[lane] + correction;
        let rest = correction - (mean - rows.shift[lane]);
        *feature = FeatureMean { mean, rest, lowest, highest };
        if feature.mean.is_finite() && feature.is_equal() {
            (feature.mean, feature.rest) = (lowest, 0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::{Mat, mat};

    use super::*;

    fn features(x: &Mat<f64>) -> Result<Vec<FeatureMean>, PreprocessError> {
        FeatureMean::of_features("test", x.as_ref(), &Threads::single())
    }

    #[test]
    fn means_are_exact_around_large_offsets() {
        for offset in [0.0, 1e8, -1e8, 1e12] {
            let x = Mat::from_fn(70, 1000, |i, j| offset + ((i + j) % 4) as f64 / 4.0);
            for feature in features(&x).unwrap() {
                let error = (feature.mean - offset) - 0.375 + feature.rest;
                assert!(error.abs() <= f64::EPSILON, "{offset}: {error:e}");
                assert_eq!((feature.lowest, feature.highest), (offset, offset + 0.75));
            }
        }
    }

    /// Next to 2⁶⁰, a sum has no place for ones, and neither has the first mean.
    #[test]
    fn what_a_sum_rounds_away_is_in_the_mean() {
        let large = 2_f64.powi(60);
        let x = mat![[large, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -large]];
        let feature = features(&x).unwrap()[0];
        assert_eq!((feature.mean, feature.rest), (0.75, 0.0));
    }

    #[test]
    fn a_constant_feature_has_its_value_as_mean() {
        // A third has no exact representation, and neither has the sum of three of them.
        let feature = features(&Mat::from_fn(1, 7, |_, _| 1.0 / 3.0)).unwrap()[0];
        assert!(feature.is_equal() && feature.is_constant());
        assert_eq!(
            (feature.mean, feature.rest, feature.largest_deviation()),
            (1.0 / 3.0, 0.0, 0.0)
        );
    }

    #[test]
    fn differences_that_a_computation_could_leave_are_none() {
        for (values, constant) in [
            ([1.0 - 1e-14, 1.0 + 1e-14], true),
            ([100.0, 100.0 + 2e-12], true),
            ([100.0, 100.0 + 4e-12], false),
            ([-1e-300, -1e-300 * (1.0 + 1e-14)], true),
            ([-1e-20, 1e-20], false),
            // Whole numbers, and what lies as far apart.
            ([1e15 - 1.4, 1e15 + 1.4], false),
            ([1.7e15, 1.7e15 + 1.0], false),
            ([1e15, 1e15 + 0.875], true),
            ([1e300, 1e300], true),
        ] {
            let x = Mat::from_fn(1, 100, |_, j| values[j % 2]);
            let mean = features(&x).unwrap()[0];
            assert_eq!(mean.is_constant(), constant, "{values:?}");
            let expected = if constant { vec![(0, mean.mean)] } else { vec![] };
            assert_eq!(constant_features(x.as_ref()).unwrap(), expected, "{values:?}");
            assert_eq!(is_constant(&values), constant, "{values:?}");
        }
    }

    #[test]
    fn what_is_not_finite_or_overflows_is_found() {
        let largest = f64::MAX;
        assert_eq!(
            features(&mat![[0.0, 1.0, 2.0], [largest, largest, -largest]]).unwrap_err(),
            PreprocessError::Overflow { feature: 1 }
        );
        let nan = mat![[0.0, f64::NAN], [1.0, 2.0]];
        let error = constant_features(nan.as_ref()).unwrap_err();
        assert!(matches!(error, PreprocessError::NotFinite { .. }), "{error}");
        assert!(is_constant(&[]) && !is_constant(&[largest, -largest]));
        for value in [f64::INFINITY, f64::NEG_INFINITY] {
            assert!(!is_constant(&[value, value]));
            let x = mat![[0.0, 1.0], [value, 1.0]];
            let error = PreprocessError::NotFinite { feature: 1, example: 0, value };
            assert_eq!(features(&x).unwrap_err(), error);
            assert_eq!(constant_features(x.as_ref()).unwrap_err(), error);
        }
    }
}
