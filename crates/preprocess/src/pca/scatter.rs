use densely_tensor::{Accumulate, Mat, MatMut, MatRef, Scalar, Threads};

use crate::pca::centering::Centering;
use crate::pca::products::{mirror, symmetric_product};
use crate::pca::shares::sum_of_shares;

/// Examples that are centred at a time.
const PANEL: usize = 512;
/// Up to so many features, the examples are shared among threads.
const FEW_FEATURES: usize = 128;
/// Parts that the examples are then cut into, whatever the number of threads.
const SHARES: usize = 8;

/// `X Xᵀ` of centred data, a panel of examples at a time.
///
/// With many features, threads share the blocks of each product. With few, blocks are too
/// small for that: they share the examples, in parts whose sums are added in order.
///
/// # Shapes
/// `x`: features x n; the result is features x features.
pub(crate) fn scatter<T: Scalar>(
    x: MatRef<'_, T>,
    centering: &Centering,
    threads: &Threads,
) -> Mat<f64> {
    let (features, examples) = (x.nrows(), x.ncols());
    let mut scatter = if features > FEW_FEATURES {
        let mut scatter = Mat::zeros(features, features);
        add_up(x, centering, scatter.as_mut(), threads);
        scatter
    } else {
        let share = examples.div_ceil(SHARES).max(PANEL.min(examples));
        sum_of_shares(x, share, features, threads, |x, scatter| {
            add_up(x, centering, scatter, &Threads::single());
        })
    };
    mirror(scatter.as_mut());
    scatter
}

/// `scatter += X Xᵀ`, the lower triangle.
fn add_up<T: Scalar>(
    x: MatRef<'_, T>,
    centering: &Centering,
    mut scatter: MatMut<'_, f64>,
    threads: &Threads,
) {
    let width = PANEL.min(x.ncols());
    let mut panel = Mat::zeros(x.nrows(), width);
    for first in (0..x.ncols()).step_by(width) {
        let n = width.min(x.ncols() - first);
        let parts = (panel.as_mut().subcols_mut(0, n), x.subcols(first, n));
        threads.panels(parts, n.div_ceil(8), |_, (panel, x)| centering.apply(x, panel));
        let panel = panel.as_ref().subcols(0, n);
        symmetric_product(scatter.as_mut(), Accumulate::Add, panel, threads);
    }
}

/// The sum of the diagonal.
pub(crate) fn trace(a: MatRef<'_, f64>) -> f64 {
    (0..a.nrows()).map(|i| a[(i, i)]).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Centred small integers, so that every order of summation gives the exact result.
    #[test]
    fn is_the_sum_of_the_products_at_any_number_of_threads() {
        for (features, examples) in [(1, 6), (3, 1000), (64, 5000), (130, 700), (300, 1026)] {
            let entry = |i: usize, j: usize| ((i * 7 + j / 2 * 5 + i * j / 2) % 8) as f64;
            let sign = |j: usize| if j.is_multiple_of(2) { 1.0 } else { -1.0 };
            let x = Mat::from_fn(features, examples, |i, j| sign(j) * entry(i, j - j % 2));
            let expected = &x * x.transpose();
            for count in [1, 2, 4] {
                let threads = Threads::new(count).unwrap();
                let centering = Centering::new("test", x.as_ref(), &threads).unwrap();
                let squared = centering.unit * centering.unit;
                let scatter = scatter(x.as_ref(), &centering, &threads);
                assert_eq!(
                    Mat::from_fn(features, features, |i, j| squared * scatter[(i, j)]),
                    expected
                );
            }
        }
    }
}
