//! Products in which every entry is a sum of few terms.

use std::array::from_fn;

use faer::{MatMut, MatRef};

use super::Accumulate;
use super::thin::THIN;
use crate::columns::column_mut;
use crate::kernels::{map_in_place, vectorize};
use crate::{Real, Scalar};

/// Rows of the terms that are packed at a time.
const BLOCK: usize = 128;

/// `c = a b` with few columns in `a`: every column of `c` is a combination of these.
pub(super) fn few_terms<T: Scalar>(
    c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
) {
    match a.ncols() {
        1 => combine::<T, 1>(c, accumulate, a, b, None),
        2 => combine::<T, 2>(c, accumulate, a, b, None),
        3 => combine::<T, 3>(c, accumulate, a, b, None),
        _ => combine::<T, THIN>(c, accumulate, a, b, None),
    }
}

/// `y = W x + b` if `W` has few columns, with the bias as one term more; says whether it
/// has.
pub(super) fn affine<T: Scalar>(
    y: MatMut<'_, T>,
    w: MatRef<'_, T>,
    x: MatRef<'_, T>,
    bias: MatRef<'_, T>,
) -> bool {
    match w.ncols() {
        1 => combine::<T, 2>(y, Accumulate::Replace, w, x, Some(bias)),
        2 => combine::<T, 3>(y, Accumulate::Replace, w, x, Some(bias)),
        3 => combine::<T, THIN>(y, Accumulate::Replace, w, x, Some(bias)),
        _ => return false,
    }
    true
}

/// `c = a b`, plus `constant` in every column: `K` terms in all.
fn combine<T: Scalar, const K: usize>(
    mut c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    constant: Option<MatRef<'_, T>>,
) {
    let mut packed = [[T::ZERO; BLOCK]; K];
    for first in (0..a.nrows()).step_by(BLOCK) {
        let rows = BLOCK.min(a.nrows() - first);
        for (p, packed) in packed.iter_mut().enumerate() {
            let (term, p) = match constant {
                Some(constant) if p + 1 == K => (constant, 0),
                _ => (a, p),
            };
            for (i, value) in packed[..rows].iter_mut().enumerate() {
                *value = term[(first + i, p)];
            }
        }
        let terms: [&[T]; K] = packed.each_ref().map(|packed| &packed[..rows]);
        let c = c.as_mut().subrows_mut(first, rows);
        vectorize(
            #[inline(always)]
            || {
                let factors = |j| from_fn(|p| if p < b.nrows() { b[(p, j)] } else { T::ONE });
                let (mut c, mut j) = (c, 0);
                // In pairs, so that the terms are read once for two columns.
                while c.ncols() >= 2 {
                    let (left, others) = c.split_at_col_mut(1);
                    let (right, others) = others.split_at_col_mut(1);
                    let pair = [column_mut(left, 0), column_mut(right, 0)];
                    add_terms(pair, accumulate, terms, [factors(j), factors(j + 1)]);
                    (c, j) = (others, j + 2);
                }
                if c.ncols() == 1 {
                    add_terms([column_mut(c, 0)], accumulate, terms, [factors(j)]);
                }
            },
        );
    }
}

/// `c[q] = Σₚ factors[q][p] terms[p]` for a few columns `c[q]`.
#[inline(always)]
fn add_terms<T: Scalar, const Q: usize, const K: usize>(
    c: [&mut [T]; Q],
    accumulate: Accumulate,
    terms: [&[T]; K],
    factors: [[T; K]; Q],
) {
    let sum = |q: usize, start: T, terms: [T; K]| {
        let pairs = terms.into_iter().zip(factors[q]);
        pairs.fold(start, |sum, (a, b)| Real::mul_add(a, b, sum))
    };
    match accumulate {
        Accumulate::Replace => {
            map_in_place(c, terms, |_, terms| from_fn(|q| sum(q, T::ZERO, terms)));
        }
        Accumulate::Add => map_in_place(c, terms, |c, terms| from_fn(|q| sum(q, c[q], terms))),
    }
}
