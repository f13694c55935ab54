//! Statistics of the features: of the rows, for an example is a column.

use densely_tensor::{MatRef, Scalar, ShapeError, column, first_non_finite};

use crate::PreprocessError;
use crate::sum::Sum;

/// Whether there are examples, and all values are finite.
pub(crate) fn check<T: Scalar>(
    operation: &'static str,
    x: MatRef<'_, T>,
) -> Result<(), PreprocessError> {
    ShapeError::expect_some(operation, "features", x.nrows())?;
    ShapeError::expect_some(operation, "examples", x.ncols())?;
    if x.row_stride() != 1 && x.nrows() > 1 {
        return Err(ShapeError::NotColumnMajor { operation }.into());
    }
    match first_non_finite(x) {
        None => Ok(()),
        Some((feature, example)) => {
            let value = x[(feature, example)].to_f64();
            Err(PreprocessError::NotFinite { feature, example, value })
        }
    }
}

/// `μ = Σ x / N` of each feature, corrected in a second pass by the mean of `x − μ`: the
/// rounding errors of the first are as large as the values, those of the second as small
/// as their spread.
pub(crate) fn means<T: Scalar>(x: MatRef<'_, T>) -> Result<Vec<f64>, PreprocessError> {
    let n = x.ncols() as f64;
    // Dividing first keeps the sum of large values finite.
    let first = sums(x, |_, value| value / n);
    let rest = sums(x, |i, value| (value - first[i]) / n);
    expect_finite(first.into_iter().zip(rest).map(|(mean, rest)| mean + rest).collect())
}

/// `σ = √(Σ (x − μ)² / N)` of each feature, by corrected two passes:
/// `σ² = Σ d² / N − (Σ d / N)²` with `d = x − μ`, where the second term is the error of
/// `μ`. Deviations are scaled by a power of two before they are squared, so that squares
/// neither overflow nor vanish.
///
/// Chan, Golub and Leveque: Algorithms for computing the sample variance (1983), eq. 1.7.
pub(crate) fn standard_deviations<T: Scalar>(
    x: MatRef<'_, T>,
    means: &[f64],
) -> Result<Vec<f64>, PreprocessError> {
    let n = x.ncols() as f64;
    let mut units = vec![0.0_f64; x.nrows()];
    for_each_value(x, |i, value| units[i] = units[i].max((value - means[i]).abs()));
    for unit in &mut units {
        *unit = power_of_two(*unit);
    }
    let deviations = sums(x, |i, value| (value - means[i]) / units[i]);
    let squares = sums(x, |i, value| ((value - means[i]) / units[i]).powi(2));
    let deviation = |((unit, sum), squares): ((f64, f64), f64)| {
        unit * (squares / n - (sum / n).powi(2)).max(0.0).sqrt()
    };
    expect_finite(units.into_iter().zip(deviations).zip(squares).map(deviation).collect())
}

/// The largest power of two that is not larger than `value`; 1 for 0, and infinity for
/// what is not finite.
pub(crate) fn power_of_two(value: f64) -> f64 {
    const EXPONENT: u64 = 0x7ff << 52;
    match value {
        0.0 => 1.0,
        _ if value.is_finite() => f64::from_bits(value.to_bits() & EXPONENT).max(f64::MIN_POSITIVE),
        _ => f64::INFINITY,
    }
}

/// The sum of `term(feature, value)` of each feature, over the examples.
fn sums<T: Scalar>(x: MatRef<'_, T>, term: impl Fn(usize, f64) -> f64) -> Vec<f64> {
    let mut sums = vec![Sum::default(); x.nrows()];
    for_each_value(x, |i, value| sums[i].add(term(i, value)));
    sums.into_iter().map(Sum::value).collect()
}

fn for_each_value<T: Scalar>(x: MatRef<'_, T>, mut visit: impl FnMut(usize, f64)) {
    for j in 0..x.ncols() {
        for (i, value) in column(x, j).iter().enumerate() {
            visit(i, value.to_f64());
        }
    }
}

fn expect_finite(statistics: Vec<f64>) -> Result<Vec<f64>, PreprocessError> {
    match statistics.iter().position(|value| !value.is_finite()) {
        None => Ok(statistics),
        Some(feature) => Err(PreprocessError::Overflow { feature }),
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::{Mat, mat};

    use super::*;

    fn statistics(x: &Mat<f64>) -> (Vec<f64>, Vec<f64>) {
        let means = means(x.as_ref()).unwrap();
        let deviations = standard_deviations(x.as_ref(), &means).unwrap();
        (means, deviations)
    }

    /// 1000 values whose mean and deviation are known exactly: offset + {0, 1, 2, 3} / 4.
    fn offset_by(offset: f64) -> Mat<f64> {
        Mat::from_fn(1, 1000, |_, j| offset + (j % 4) as f64 / 4.0)
    }

    #[test]
    fn a_large_offset_costs_no_accuracy() {
        for offset in [0.0, 1e8, -1e8, 1e12] {
            let (means, deviations) = statistics(&offset_by(offset));
            let mean = offset + 0.375;
            assert!((means[0] - mean).abs() <= f64::EPSILON * mean.abs(), "offset {offset}");
            let exact = (5.0_f64 / 64.0).sqrt();
            let error = (deviations[0] / exact - 1.0).abs();
            assert!(error < 3e-16, "offset {offset}: {error:e}");
        }
    }

    #[test]
    fn tiny_and_huge_values_neither_vanish_nor_overflow() {
        for scale in [1e-200, 1e200, 1e307] {
            let (means, deviations) = statistics(&mat![[scale, 3.0 * scale]]);
            assert!((means[0] / scale - 2.0).abs() < 1e-15);
            assert!((deviations[0] / scale - 1.0).abs() < 1e-15);
        }
        let x = mat![[0.0, 0.0, 0.0], [f64::MAX, f64::MAX, -f64::MAX]];
        assert_eq!(means(x.as_ref()), Err(PreprocessError::Overflow { feature: 1 }));
    }
}
