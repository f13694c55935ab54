use densely_tensor::{MatMut, MatRef, Scalar, ShapeError, Threads, column, column_mut, vectorize};

use crate::{PreprocessError, statistics};

/// What must be taken from data, and divided by, before they are decomposed:
/// `(x − μ − ρ) / unit`.
///
/// `μ` is the mean rounded to a number, `ρ` what rounding it lost: around a large mean,
/// that is much of the spread. The sum of both is as exact as two passes over the data
/// with compensated sums can make it (see [`statistics::means`]). `unit` is a power of
/// two, near the largest deviation, so that squares neither overflow nor vanish.
#[derive(Debug)]
pub(crate) struct Centering {
    /// `μ` of each feature.
    pub(crate) mean: Vec<f64>,
    /// `ρ` of each feature.
    rest: Vec<f64>,
    /// The number of features that have one value only.
    pub(crate) constant: usize,
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
        ShapeError::expect_some(operation, "features", x.nrows())?;
        ShapeError::expect_some(operation, "examples", x.ncols())?;
        if x.row_stride() != 1 && x.nrows() > 1 {
            return Err(ShapeError::NotColumnMajor { operation }.into());
        }
        let features = x.nrows();
        let (mut mean, mut rest) = (vec![0.0; features], vec![0.0; features]);
        let mut largest = vec![0.0; features];
        let parts = (mean.as_mut_slice(), rest.as_mut_slice(), largest.as_mut_slice());
        let width = (features / 8).next_multiple_of(8).clamp(16, 256);
        threads.panels(parts, width, |first, (mean, rest, largest)| {
            means(x.subrows(first, mean.len()), mean, rest, largest);
        });
        if let Some(feature) = largest.iter().position(|value| !value.is_finite()) {
            statistics::check(operation, x)?;
            return Err(PreprocessError::Overflow { feature });
        }
        let constant = largest.iter().filter(|&&value| value == 0.0).count();
        if constant == features {
            return Err(PreprocessError::NoVariance { examples: x.ncols() });
        }
        let unit = statistics::power_of_two(largest.into_iter().fold(0.0, f64::max));
        Ok(Self { mean, rest, constant, unit })
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

/// Mean, what it lacks, and the largest deviation (0 if all values are equal; not finite
/// if one of them, or their distance, is not) of each row of `x`.
fn means<T: Scalar>(x: MatRef<'_, T>, mean: &mut [f64], rest: &mut [f64], largest: &mut [f64]) {
    let n = x.ncols();
    // Scaling first, by a power of two, keeps the sum of large values finite.
    let scale = 1.0 / n.next_power_of_two() as f64;
    let inverse = 1.0 / (n as f64 * scale);
    let (mut lowest, mut highest) =
        (vec![f64::INFINITY; mean.len()], vec![f64::NEG_INFINITY; mean.len()]);
    let zero = vec![0.0; mean.len()];
    add_up(x, scale, &zero, mean, rest, &mut lowest, &mut highest);
    let first: Vec<f64> =
        mean.iter().zip(&*rest).map(|(sum, rest)| (sum + rest) * inverse).collect();
    mean.fill(0.0);
    rest.fill(0.0);
    add_up(x, scale, &first, mean, rest, &mut lowest, &mut highest);
    for i in 0..mean.len() {
        let correction = (mean[i] + rest[i]) * inverse;
        mean[i] = first[i] + correction;
        rest[i] = correction - (mean[i] - first[i]);
        if !mean[i].is_finite() {
            largest[i] = f64::NAN;
        } else if lowest[i] == highest[i] {
            (mean[i], rest[i], largest[i]) = (lowest[i], 0.0, 0.0);
        } else {
            largest[i] = (highest[i] - mean[i]).max(mean[i] - lowest[i]);
        }
    }
}

/// Adds `scale (x − shift)` of each row to `sum + rest`, where `rest` takes what `sum`
/// rounds away (Knuth's two-sum), and finds the smallest and the largest `x`.
fn add_up<T: Scalar>(
    x: MatRef<'_, T>,
    scale: f64,
    shift: &[f64],
    sum: &mut [f64],
    rest: &mut [f64],
    lowest: &mut [f64],
    highest: &mut [f64],
) {
    vectorize(
        #[inline(always)]
        || {
            let n = sum.len();
            let (shift, rest) = (&shift[..n], &mut rest[..n]);
            let (lowest, highest) = (&mut lowest[..n], &mut highest[..n]);
            for j in 0..x.ncols() {
                let x = &column(x, j)[..n];
                for i in 0..n {
                    let value = x[i].to_f64();
                    lowest[i] = if value < lowest[i] { value } else { lowest[i] };
                    highest[i] = if value > highest[i] { value } else { highest[i] };
                    let term = (value - shift[i]) * scale;
                    let total = sum[i] + term;
                    let added = total - sum[i];
                    rest[i] += (sum[i] - (total - added)) + (term - added);
                    sum[i] = total;
                }
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use densely_tensor::{Mat, mat};

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
    fn means_are_those_of_the_statistics() {
        for offset in [0.0, 1e8, -1e12] {
            let x = Mat::from_fn(3, 100, |i, j| {
                offset * (1.0 + i as f64) + ((7 * i + j * j) % 13) as f64
            });
            let ours = centering(&x).unwrap().mean;
            let theirs = statistics::means(x.as_ref()).unwrap();
            for (ours, theirs) in ours.iter().zip(theirs) {
                assert!((ours - theirs).abs() <= f64::EPSILON * theirs.abs(), "{offset}");
            }
        }
    }

    #[test]
    fn constant_features_are_counted_and_have_their_value_as_mean() {
        // A third has no exact representation, and neither has the sum of three of them.
        let x = Mat::from_fn(2, 7, |i, j| if i == 0 { 1.0 / 3.0 } else { j as f64 });
        let centering = centering(&x).unwrap();
        assert_eq!((centering.constant, centering.unit), (1, 2.0));
        assert_eq!((centering.mean, centering.rest), (vec![1.0 / 3.0, 3.0], vec![0.0; 2]));
    }

    #[test]
    fn what_is_not_finite_or_overflows_is_found() {
        let largest = f64::MAX;
        assert_eq!(
            centering(&mat![[0.0, 1.0, 2.0], [largest, largest, -largest]]).unwrap_err(),
            PreprocessError::Overflow { feature: 1 }
        );
        for value in [f64::INFINITY, f64::NEG_INFINITY] {
            let error = centering(&mat![[0.0, 1.0], [value, 1.0]]).unwrap_err();
            assert_eq!(error, PreprocessError::NotFinite { feature: 1, example: 0, value });
        }
    }
}
