//! A product with a single column of many rows.

use faer::{MatMut, MatRef};

use super::Accumulate;
use crate::columns::{column, column_mut};
use crate::reduce::LANES;
use crate::{Real, Scalar, vectorize};

/// Rows of a column, at least. Fewer stay in registers while all of `a` goes by.
const LONG: usize = 8 * LANES;

/// Columns of `a` that are added at a time, for which `c` is read and written once.
const TOGETHER: usize = 4;

/// Rows that are in registers at a time.
const PIECE: usize = 2 * LANES;

/// Whether this is a single contiguous column, and long.
pub(super) fn suits<T>(c: MatRef<'_, T>) -> bool {
    c.ncols() == 1 && c.nrows() >= LONG && c.row_stride() == 1
}

/// `c = a b` with a single column in `b`: the columns of `a` are added to `c`, in the order in
/// which they lie in memory. So they come from there 1.3 times as fast as in strips of rows,
/// and from 1024 rows on up to twice.
pub(super) fn long_column<T: Scalar>(
    c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
) {
    combination(c, accumulate, a, |p| b[(p, 0)]);
}

/// `b = Σⱼ x[:, j]`.
pub(super) fn add_up<T: Scalar>(x: MatRef<'_, T>, b: MatMut<'_, T>) {
    combination(b, Accumulate::Replace, x, |_| T::ONE);
}

/// `c = Σₚ factor(p) a[:, p]`, the terms added in order.
fn combination<T: Scalar>(
    c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    factor: impl Fn(usize) -> T,
) {
    let c = column_mut(c, 0);
    if accumulate == Accumulate::Replace {
        c.fill(T::ZERO);
    }
    vectorize(
        #[inline(always)]
        || {
            let whole = a.ncols() - a.ncols() % TOGETHER;
            for p in (0..whole).step_by(TOGETHER) {
                add::<T, TOGETHER>(c, a, &factor, p);
            }
            for p in whole..a.ncols() {
                add::<T, 1>(c, a, &factor, p);
            }
        },
    );
}

/// `c += Σₚ factor(p) a[:, p]` for `N` columns from `first` on.
#[inline(always)]
fn add<T: Scalar, const N: usize>(
    c: &mut [T],
    a: MatRef<'_, T>,
    factor: &impl Fn(usize) -> T,
    first: usize,
) {
    let factors: [T; N] = std::array::from_fn(|n| factor(first + n));
    let columns: [&[T]; N] = std::array::from_fn(|n| column(a, first + n));
    let pieces = columns.map(|column| column.as_chunks::<PIECE>());
    let (c, c_rest) = c.as_chunks_mut::<PIECE>();
    for (i, c) in c.iter_mut().enumerate() {
        let mut sums = *c;
        for ((pieces, _), factor) in pieces.iter().zip(factors) {
            let Some(x) = pieces.get(i) else { continue };
            for (sum, &x) in sums.iter_mut().zip(x) {
                *sum = Real::mul_add(x, factor, *sum);
            }
        }
        *c = sums;
    }
    for ((_, rest), factor) in pieces.iter().zip(factors) {
        for (c, &x) in c_rest.iter_mut().zip(*rest) {
            *c = Real::mul_add(x, factor, *c);
        }
    }
}
