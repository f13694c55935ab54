use densely_tensor::{MatRef, Scalar, column, sum_of, vectorize};

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

impl Statistics {
    /// Of `factor` times the entries of a matrix with contiguous columns. All are NaN if
    /// there are none.
    pub(crate) fn of<T: Scalar>(matrix: MatRef<'_, T>, factor: f64) -> Self {
        let count = (matrix.nrows() * matrix.ncols()) as f64;
        vectorize(
            #[inline(always)]
            || {
                let mean = sum(matrix, |x| x.to_f64()) / count;
                let squares = sum(matrix, |x| {
                    let deviation = x.to_f64() - mean;
                    deviation * deviation
                });
                let zeros = sum(matrix, |x| if x == T::ZERO { 1.0 } else { 0.0 });
                Self {
                    mean: factor * mean,
                    standard_deviation: factor.abs() * (squares / count).sqrt(),
                    zeros: zeros / count,
                }
            },
        )
    }
}

/// `Σ term(xᵢⱼ)`, in a fixed order.
#[inline(always)]
fn sum<T: Scalar>(matrix: MatRef<'_, T>, term: impl Fn(T) -> f64) -> f64 {
    let mut sum = 0.0;
    for j in 0..matrix.ncols() {
        sum += sum_of(column(matrix, j), &term);
    }
    sum
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

    /// Integers around a large mean: the deviations are exact, which one pass would lose.
    #[test]
    fn a_large_mean_does_not_hide_the_deviation() {
        for rows in 1..40 {
            let matrix = Mat::from_fn(rows, 2, |_, j| 1e8 + [-1.0, 1.0][j]);
            let of = Statistics::of(matrix.as_ref(), 1.0);
            assert_eq!((of.mean, of.standard_deviation, of.zeros), (1e8, 1.0, 0.0));
        }
    }
}
