//! Copies of a right operand whose rows are contiguous, not its columns.

use faer::{MatMut, MatRef};

use super::{Accumulate, ROW_BYTES, blocks};
use crate::buffer::stride;
use crate::columns::{column, column_mut};
use crate::kernels::vectorize;
use crate::{Reborrow, ReborrowMut, Scalar};

/// Rows of the result that are worth a copy, to which each value of it goes.
const MANY_ROWS: usize = 512;

/// Terms of a sum that is long.
const LONG: usize = 256;

/// Bytes between rows that compete for the same places of a cache: a quarter of the 4 KiB that
/// one of its ways has.
const COLLISION: usize = 1024;

/// Bytes of a copy, at most.
const BYTES: usize = 1 << 20;

/// Rows that are copied together, so that columns are written a piece at a time.
const PIECE: usize = 8;

/// Whether a copy of `b` costs less than what is lost without one. Like the choice of a thin
/// kernel, it does not depend on the number of columns, so that a panel is treated as the whole.
///
/// The kernel reads four columns of `b` at a time, of which each row is on a cache line of its
/// own here. Of long sums, these are more than the first-level cache holds beside the rest; of
/// rows at a distance that is a multiple of a [`COLLISION`], few stay there.
pub(super) fn pays<T: Scalar>(a: MatRef<'_, T>, b: MatRef<'_, T>) -> bool {
    let distance = b.row_stride().unsigned_abs() * size_of::<T>();
    let (terms, rows) = if distance.is_multiple_of(COLLISION) {
        (LONG / 4, MANY_ROWS / 2)
    } else {
        (LONG, MANY_ROWS)
    };
    let transposed = b.col_stride() == 1 && b.row_stride() != 1;
    transposed && b.nrows() >= terms && a.nrows() >= rows
}

/// `c = a b` or `c += a b`, with a copy of one part of `b` after the other, of which there is
/// some.
pub(super) fn packed<T: Scalar>(
    mut c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
) {
    let depth = (ROW_BYTES / size_of::<T>()).min(b.nrows());
    T::with_memory(|memory| {
        let width = memory.len() / stride::<T>(depth);
        let mut accumulate = accumulate;
        for row in (0..b.nrows()).step_by(depth) {
            let rows = depth.min(b.nrows() - row);
            for first in (0..b.ncols()).step_by(width) {
                let columns = width.min(b.ncols() - first);
                let mut copy = MatMut::from_column_major_slice_with_stride_mut(
                    &mut *memory,
                    rows,
                    columns,
                    stride::<T>(depth),
                );
                transpose(b.submatrix(row, first, rows, columns).transpose(), copy.rb_mut());
                let c = c.rb_mut().subcols_mut(first, columns);
                blocks(c, accumulate, a.subcols(row, rows), copy.rb());
            }
            accumulate = Accumulate::Add;
        }
    });
}

/// The memory for copies.
pub(super) fn memory<T: Scalar>() -> Vec<T> {
    vec![T::ZERO; BYTES / size_of::<T>()]
}

/// `to = fromᵀ`, both with contiguous columns.
fn transpose<T: Scalar>(from: MatRef<'_, T>, mut to: MatMut<'_, T>) {
    vectorize(
        #[inline(always)]
        || {
            let mut first = 0;
            while first + PIECE <= to.nrows() {
                let from: [&[T]; PIECE] = std::array::from_fn(|i| column(from, first + i));
                for j in 0..to.ncols() {
                    let to = &mut column_mut(to.rb_mut(), j)[first..first + PIECE];
                    for (to, from) in to.iter_mut().zip(from) {
                        *to = from[j];
                    }
                }
                first += PIECE;
            }
            for i in first..to.nrows() {
                for (j, value) in column(from, i).iter().enumerate() {
                    to[(i, j)] = *value;
                }
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use faer::Mat;

    use super::*;

    /// Small integers, so that every order of summation gives the exact result. Several parts
    /// of a column and several of a row, and one of each.
    fn agrees_with_the_definition<T: Scalar>() {
        let entry = |i: usize, j: usize| T::from_f64(((i * 31 + j * 17) % 23) as f64 - 11.0);
        for (k, n) in [(1, 5), (7, 700), (8, 1), (300, 900), (2100, 300)] {
            let a = Mat::from_fn(6, k, entry);
            let b = Mat::from_fn(n, k, entry);
            for accumulate in [Accumulate::Replace, Accumulate::Add] {
                let mut c = Mat::from_fn(6, n, entry);
                let expected = Mat::from_fn(6, n, |i, j| {
                    let sum = (0..k).fold(T::ZERO, |sum, p| sum + a[(i, p)] * b[(j, p)]);
                    if accumulate == Accumulate::Add { c[(i, j)] + sum } else { sum }
                });
                packed(c.as_mut(), accumulate, a.as_ref(), b.transpose());
                assert_eq!(c, expected, "{k} x {n}");
            }
        }
    }

    #[test]
    fn products_with_a_copy_agree_with_the_definition() {
        agrees_with_the_definition::<f32>();
        agrees_with_the_definition::<f64>();
    }

    #[test]
    fn rows_that_collide_and_long_sums_are_worth_a_copy() {
        for (m, k, distance, worth) in [
            (255, 64, 512, false),
            (256, 63, 512, false),
            (256, 64, 512, true),
            (256, 64, 512 + 8, false),
            (512, 64, 512 + 8, false),
            (512, 255, 512 + 8, false),
            (511, 256, 512 + 8, false),
            (512, 256, 512 + 8, true),
        ] {
            let (a, x) = (Mat::<f64>::zeros(m, k), Mat::<f64>::zeros(distance, k));
            let rows = x.as_ref().subrows(0, 20);
            assert_eq!(pays(a.as_ref(), rows.transpose()), worth, "{m}, {k}, {distance}");
            let columns = Mat::<f64>::zeros(k, 20);
            assert!(!pays(a.as_ref(), columns.as_ref()));
        }
    }
}
