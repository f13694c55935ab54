//! A product with a single column: an example that is alone.
//!
//! The sums are those of the kernel for many columns, term by term: so an example has the same
//! scores alone and among others, to the bit. That kernel takes the terms of a
//! [`ROW_BYTES`](super::ROW_BYTES) of the left operand at a time, adds them up in order, and adds
//! the sum to what was there.

use std::array::from_fn;

use faer::{MatMut, MatRef};

use super::long_column::{self, long_column};
use super::sweep::{STRIP, sweep};
use super::thin::put;
use super::{Accumulate, ROW_BYTES};
use crate::columns::column;
use crate::kernels::vectorize;
use crate::reduce::LANES;
use crate::{Real, Reborrow, ReborrowMut, Scalar};

/// `c = a b` or `c += a b`, where `b` is a single column and the columns of `a` are contiguous.
pub(super) fn one_column<T: Scalar>(
    mut c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
) {
    let depth = ROW_BYTES / size_of::<T>();
    let mut accumulate = accumulate;
    for first in (0..a.ncols()).step_by(depth) {
        let terms = depth.min(a.ncols() - first);
        part(c.rb_mut(), accumulate, a.subcols(first, terms), b.subrows(first, terms));
        accumulate = Accumulate::Add;
    }
}

/// The same for terms that are added up together.
fn part<T: Scalar>(c: MatMut<'_, T>, accumulate: Accumulate, a: MatRef<'_, T>, b: MatRef<'_, T>) {
    match c.nrows() {
        // The kernel for many columns adds a term that is alone without rounding it before.
        _ if a.ncols() == 1 && accumulate == Accumulate::Add => add_term(c, a, b[(0, 0)]),
        STRIP.. if long_column::suits(c.rb()) => long_column(c, accumulate, a, b),
        4..8 => short::<T, 4>(c, accumulate, a, b),
        8..LANES => short::<T, 8>(c, accumulate, a, b),
        LANES..STRIP => short::<T, LANES>(c, accumulate, a, b),
        _ => sweep(c, accumulate, a, b),
    }
}

/// `c += factor a` for a column `a`.
fn add_term<T: Scalar>(mut c: MatMut<'_, T>, a: MatRef<'_, T>, factor: T) {
    vectorize(
        #[inline(always)]
        || {
            for (i, &a) in column(a, 0).iter().enumerate() {
                c[(i, 0)] = Real::mul_add(a, factor, c[(i, 0)]);
            }
        },
    );
}

/// The product for `R` to `4 R` rows: the scores of ten classes.
fn short<T: Scalar, const R: usize>(
    c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
) {
    match c.nrows().div_ceil(R) {
        1 => groups::<T, R, 1>(c, accumulate, a, b),
        2 => groups::<T, R, 2>(c, accumulate, a, b),
        3 => groups::<T, R, 3>(c, accumulate, a, b),
        _ => groups::<T, R, 4>(c, accumulate, a, b),
    }
}

/// The product for at most `G` groups of `R` rows, all of them in registers at a time: the sums of one
/// would have to wait for themselves.
fn groups<T: Scalar, const R: usize, const G: usize>(
    mut c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
) {
    vectorize(
        #[inline(always)]
        || {
            // The last rows overlap with those before, and come out the same.
            let starts: [usize; G] = from_fn(|g| (g * R).min(c.nrows() - R));
            let mut sums = [[T::ZERO; R]; G];
            for p in 0..a.ncols() {
                let (column, factor) = (column(a, p), b[(p, 0)]);
                for (sums, start) in sums.iter_mut().zip(starts) {
                    let rows = column.get(start..).and_then(|rows| rows.first_chunk::<R>());
                    let Some(rows) = rows else { continue };
                    for (sum, &a) in sums.iter_mut().zip(rows) {
                        *sum = Real::mul_add(a, factor, *sum);
                    }
                }
            }
            for (g, (sums, start)) in sums.iter().zip(starts).enumerate() {
                for (i, &sum) in sums.iter().enumerate().skip(g * R - start) {
                    put(&mut c[(start + i, 0)], accumulate, sum);
                }
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use faer::Mat;

    use super::super::{affine, gemm};
    use super::*;

    /// A column times each of some matrices of rows and terms at the edges of what kernels take,
    /// alone and beside others.
    fn a_column_is_the_same_in_any_company<T: Scalar>() {
        let entry = |i: usize, j: usize| T::from_f64(((i * 31 + j * 17) as f64 * 0.37).sin());
        let depth = ROW_BYTES / size_of::<T>();
        let terms = (1..36).chain([64, 100, depth - 1, depth, depth + 1, depth + 2, 2 * depth + 1]);
        for k in terms {
            let rows = (1..68).chain([95, 96, 97, 127, 128, 129, 159, 160, 161, 256, 300]);
            for m in rows {
                let (a, constant) = (Mat::from_fn(m, k, entry), Mat::from_fn(m, 1, entry));
                let x = Mat::from_fn(k, 1, |i, _| entry(3, i));
                let products = |n: usize| {
                    let x = Mat::from_fn(k, n, |i, _| x[(i, 0)]);
                    let mut affine_map = Mat::zeros(m, n);
                    affine(affine_map.as_mut(), a.as_ref(), x.as_ref(), constant.as_ref());
                    let mut product = Mat::zeros(m, n);
                    gemm(product.as_mut(), Accumulate::Replace, a.as_ref(), x.as_ref());
                    [affine_map, product]
                };
                let alone = products(1);
                for n in [2, 3, 4, 5, 7, 8, 13, 33] {
                    for (alone, among) in alone.iter().zip(products(n)) {
                        for j in 0..n {
                            let same = column(among.as_ref(), j) == column(alone.as_ref(), 0);
                            assert!(same, "{}: {m} x {k}, column {j} of {n}", T::NAME);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_column_is_the_same_in_any_company_in_f32() {
        a_column_is_the_same_in_any_company::<f32>();
    }

    #[test]
    fn a_column_is_the_same_in_any_company_in_f64() {
        a_column_is_the_same_in_any_company::<f64>();
    }

    /// Small integers, so that every order of summation gives the exact result.
    #[test]
    fn rows_that_are_not_contiguous_agree_with_the_definition() {
        let entry = |i: usize, j: usize| ((i * 31 + j * 17) % 23) as f64 - 11.0;
        for (m, k) in [(1, 9), (6, 300), (15, 257), (40, 20), (100, 257), (300, 9)] {
            let (a, b) = (Mat::from_fn(m, k, entry), Mat::from_fn(k, 1, entry));
            let mut c = Mat::from_fn(2, m, entry);
            let expected = Mat::from_fn(2, m, |i, j| {
                let product = (0..k).map(|p| a[(j, p)] * b[(p, 0)]).sum::<f64>();
                c[(i, j)] + if i == 0 { product } else { 0.0 }
            });
            let row = c.as_mut().subrows_mut(0, 1).transpose_mut();
            one_column(row, Accumulate::Add, a.as_ref(), b.as_ref());
            assert_eq!(c, expected, "{m} x {k}");
        }
    }
}
