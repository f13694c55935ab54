use densely_tensor::kernels::{LANES, sum, vectorize};
use densely_tensor::{MatRef, Scalar, column};

use crate::plain::plain;

/// The mean, the standard deviation and the share of zeros of the entries of a matrix.
///
/// `x̄ = (1/N) Σ xᵢⱼ`, `s = √((1/N) Σ (xᵢⱼ − x̄)²)`, over all `N` entries; in `f64`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Statistics {
    /// The mean `x̄`.
    pub mean: f64,
    /// The standard deviation `s`.
    pub standard_deviation: f64,
    /// The share of entries that are zero, from 0 to 1.
    pub zeros: f64,
}

plain! { Statistics { mean, standard_deviation, zeros } }

impl Statistics {
    /// Of `factor` times the entries of a matrix with contiguous columns. All are NaN if
    /// there are none.
    pub(crate) fn of<T: Scalar>(matrix: MatRef<'_, T>, factor: f64) -> Self {
        let count = (matrix.nrows() * matrix.ncols()) as f64;
        let first = matrix.subcols(0, matrix.ncols().min(1));
        vectorize(
            #[inline(always)]
            || {
                // Deviations from the mean m of the first column, so that one pass is enough:
                // the variance is at least (x̄ − m)² over the number of columns, and that factor
                // is all that the difference below can lose.
                let [total] = sums(first, |x| [x.to_f64()]);
                let center = total / first.nrows() as f64;
                let [total, squares, zeros] = sums(matrix, |x| {
                    let deviation = x.to_f64() - center;
                    let zero = if x == T::ZERO { 1.0 } else { 0.0 };
                    [deviation, deviation * deviation, zero]
                });
                let shift = total / count;
                let variance = (squares / count - shift * shift).max(0.0);
                Self {
                    mean: factor * (center + shift),
                    standard_deviation: factor.abs() * variance.sqrt(),
                    zeros: zeros / count,
                }
            },
        )
    }
}

/// `Σ terms(xᵢⱼ)`, in a fixed order. The partial sums go on from column to column, since to
/// add them takes longer than a short column.
#[inline(always)]
fn sums<T: Scalar, const N: usize>(
    matrix: MatRef<'_, T>,
    terms: impl Fn(T) -> [f64; N],
) -> [f64; N] {
    let mut lanes = [[0.0; LANES]; N];
    for j in 0..matrix.ncols() {
        let (chunks, rest) = column(matrix, j).as_chunks::<LANES>();
        for chunk in chunks {
            for i in 0..LANES {
                let terms = terms(chunk[i]);
                (0..N).for_each(|k| lanes[k][i] += terms[k]);
            }
        }
        for (i, &x) in rest.iter().enumerate() {
            let terms = terms(x);
            (0..N).for_each(|k| lanes[k][i] += terms[k]);
        }
    }
    lanes.map(|lanes| sum(&lanes))
}

#[cfg(test)]
mod tests {
    use densely_tensor::{Mat, mat};

    use super::*;

    #[test]
    fn formulas() {
        let matrix = mat![[1.0_f32, 0.0, -2.0], [5.0, 0.0, 2.0]];
        let of = Statistics::of(matrix.as_ref(), -3.0);
        // The mean is 1, the deviations 0, −1, −3, 4, −1, 1.
        assert_eq!((of.mean, of.zeros), (-3.0, 2.0 / 6.0));
        assert!((of.standard_deviation - 3.0 * (28.0_f64 / 6.0).sqrt()).abs() < 1e-15);
    }

    /// The bound of the comment above is met: one column is far from all others.
    #[test]
    fn an_outlying_first_column_does_not_hide_the_deviation() {
        let matrix = Mat::from_fn(30, 100, |i, j| match j {
            0 => 1e12,
            _ => (i as f64 * 0.7 + j as f64).sin(),
        });
        let entries = || (0..100).flat_map(|j| column(matrix.as_ref(), j).iter());
        let mean = entries().sum::<f64>() / 3000.0;
        let squares: f64 = entries().map(|x| (x - mean) * (x - mean)).sum();
        let of = Statistics::of(matrix.as_ref(), 1.0);
        assert!((of.mean / mean - 1.0).abs() < 1e-13, "{of:?}");
        assert!((of.standard_deviation / (squares / 3000.0).sqrt() - 1.0).abs() < 1e-13, "{of:?}");
    }

    /// Integers around a large mean, of which nothing is lost.
    #[test]
    fn a_large_mean_does_not_hide_the_deviation() {
        for rows in 1..40 {
            let matrix = Mat::from_fn(rows, 2, |_, j| 1e8 + [-1.0, 1.0][j]);
            let of = Statistics::of(matrix.as_ref(), 1.0);
            assert_eq!((of.mean, of.standard_deviation, of.zeros), (1e8, 1.0, 0.0));
        }
    }
}
