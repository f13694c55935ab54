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
        let width = (features / 8).next_multiple_of(LANES).clamp(LANES, 8 * LANES);
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
    let mut rows = vec![Rows::default(); mean.len().div_ceil(LANES)];
    add_up(x, &mut rows, |rows, i, value| rows.shift[i] += value * scale);
    for rows in &mut rows {
        rows.shift.iter_mut().for_each(|shift| *shift *= inverse);
    }
    add_up(x, &mut rows, |rows, i, value| {
        rows.lowest[i] = if value < rows.lowest[i] { value } else { rows.lowest[i] };
        rows.highest[i] = if value > rows.highest[i] { value } else { rows.highest[i] };
        // Knuth's two-sum: what the addition rounds away is summed too.
        let term = (value - rows.shift[i]) * scale;
        let total = rows.sum[i] + term;
        let added = total - rows.sum[i];
        rows.rest[i] += (rows.sum[i] - (total - added)) + (term - added);
        rows.sum[i] = total;
    });
    for i in 0..mean.len() {
        let (rows, lane) = (&rows[i / LANES], i % LANES);
        let (lowest, highest) = (rows.lowest[lane], rows.highest[lane]);
        let correction = (rows.sum[lane] + rows.rest[lane]) * inverse;
        mean[i] = rows.shift[lane] + correction;
        rest[i] = correction - (mean[i] - rows.shift[lane]);
        if !mean[i].is_finite() {
            largest[i] = f64::NAN;
        } else if lowest == highest {
            (mean[i], rest[i], largest[i]) = (lowest, 0.0, 0.0);
        } else {
            largest[i] = (highest - mean[i]).max(mean[i] - lowest);
        }
    }
}

/// Rows that are summed side by side.
const LANES: usize = 32;
/// Columns that are summed before the next rows are: so many stay in cache.
const COLUMNS: usize = 64;

/// Sums of some rows.
#[derive(Clone)]
struct Rows {
    /// The mean that the first pass finds.
    shift: [f64; LANES],
    sum: [f64; LANES],
    /// What `sum` rounds away.
    rest: [f64; LANES],
    lowest: [f64; LANES],
    highest: [f64; LANES],
}

impl Default for Rows {
    fn default() -> Self {
        let zero = [0.0; LANES];
        let (lowest, highest) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
        Self { shift: zero, sum: zero, rest: zero, lowest, highest }
    }
}

/// Calls `add(rows, i, value)` for each value of `x`; each row from first to last column.
#[inline(always)]
fn add_up<T: Scalar>(x: MatRef<'_, T>, rows: &mut [Rows], add: impl Fn(&mut Rows, usize, f64)) {
    vectorize(
        #[inline(always)]
        || {
            for first in (0..x.ncols()).step_by(COLUMNS) {
                let end = (first + COLUMNS).min(x.ncols());
                for (chunk, state) in rows.iter_mut().enumerate() {
                    // A copy, which the compiler can keep in registers.
                    let mut rows = state.clone();
                    for j in first..end {
                        let x = &column(x, j)[chunk * LANES..];
                        match x.first_chunk::<LANES>() {
                            // Of fixed length, so that it is unrolled.
                            Some(x) => {
                                for (i, x) in x.iter().enumerate() {
                                    add(&mut rows, i, x.to_f64());
                                }
                            }
                            None => {
                                for (i, x) in x.iter().enumerate() {
                                    add(&mut rows, i, x.to_f64());
                                }
                            }
                        }
                    }
                    *state = rows;
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
