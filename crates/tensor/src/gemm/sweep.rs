//! Products with few columns in the right operand, and sums of columns.

use faer::{MatMut, MatRef};

use super::Accumulate;
use super::long_column;
use super::thin::{THIN, put};
use crate::columns::column;
use crate::kernels::vectorize;
use crate::reduce::LANES;
use crate::{Real, Reborrow, Scalar};

/// Rows of a result that are kept in registers at a time.
pub(super) const STRIP: usize = 4 * LANES;

/// The same where fewer are left.
const PAIR: usize = 2 * LANES;

/// `c = a b` with few columns in `b`: every column of `c` is a combination of the
/// contiguous columns of `a`.
pub(super) fn sweep<T: Scalar>(
    c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
) {
    let factor = |p, j| b[(p, j)];
    match b.ncols() {
        1 => sweep_columns::<T, 1>(c, accumulate, a, factor),
        2 => sweep_columns::<T, 2>(c, accumulate, a, factor),
        3 => sweep_columns::<T, 3>(c, accumulate, a, factor),
        _ => sweep_columns::<T, THIN>(c, accumulate, a, factor),
    }
}

/// `b = Σⱼ x[:, j]`, the columns added in order.
pub(super) fn add_up<T: Scalar>(x: MatRef<'_, T>, b: MatMut<'_, T>) {
    assert_eq!((b.nrows(), b.ncols()), (x.nrows(), 1), "sum_columns: shape of b");
    if long_column::suits(b.rb()) {
        long_column::add_up(x, b);
    } else {
        sweep_columns::<T, 1>(b, Accumulate::Replace, x, |_, _| T::ONE);
    }
}

/// `c[:, j] = Σₚ factor(p, j) a[:, p]` for `N` columns, the terms added in order.
fn sweep_columns<T: Scalar, const N: usize>(
    mut c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    factor: impl Fn(usize, usize) -> T,
) {
    vectorize(
        #[inline(always)]
        || {
            let m = a.nrows();
            let mut first = 0;
            while first < m {
                first += match m - first {
                    STRIP.. => strip::<T, N, STRIP>(c.as_mut(), accumulate, a, &factor, first),
                    PAIR.. => strip::<T, N, PAIR>(c.as_mut(), accumulate, a, &factor, first),
                    LANES.. => strip::<T, N, LANES>(c.as_mut(), accumulate, a, &factor, first),
                    4.. => strip::<T, N, 4>(c.as_mut(), accumulate, a, &factor, first),
                    3 => strip::<T, N, 3>(c.as_mut(), accumulate, a, &factor, first),
                    2 => strip::<T, N, 2>(c.as_mut(), accumulate, a, &factor, first),
                    _ => strip::<T, N, 1>(c.as_mut(), accumulate, a, &factor, first),
                }
            }
        },
    );
}

/// Rows `first .. first + R` of the product.
#[inline(always)]
fn strip<T: Scalar, const N: usize, const R: usize>(
    mut c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    factor: &impl Fn(usize, usize) -> T,
    first: usize,
) -> usize {
    let mut sums = [[T::ZERO; R]; N];
    for p in 0..a.ncols() {
        let Some(x) = column(a, p).get(first..).and_then(|x| x.first_chunk::<R>()) else {
            continue;
        };
        for (j, sums) in sums.iter_mut().enumerate() {
            let factor = factor(p, j);
            for (sum, &x) in sums.iter_mut().zip(x) {
                *sum = Real::mul_add(x, factor, *sum);
            }
        }
    }
    for (j, sums) in sums.into_iter().enumerate() {
        for (i, sum) in sums.into_iter().enumerate() {
            put(&mut c[(first + i, j)], accumulate, sum);
        }
    }
    R
}
