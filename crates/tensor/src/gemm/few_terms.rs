//! Products in which every entry is a sum of few terms.

use faer::{MatMut, MatRef};

use super::Accumulate;
use super::thin::THIN;
use crate::columns::column_mut;
use crate::{Real, Scalar, map, map_in_place, vectorize};

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
        let mut c = c.as_mut().subrows_mut(first, rows);
        vectorize(
            #[inline(always)]
            || {
                for j in 0..b.ncols() {
                    let factor = |p| if p < b.nrows() { b[(p, j)] } else { T::ONE };
                    let factors: [T; K] = std::array::from_fn(factor);
                    let sum = |start: T, terms: [T; K]| {
                        let pairs = terms.into_iter().zip(factors);
                        pairs.fold(start, |sum, (a, b)| Real::mul_add(a, b, sum))
                    };
                    let c = column_mut(c.as_mut(), j);
                    match accumulate {
                        Accumulate::Replace => map(c, terms, |terms| sum(T::ZERO, terms)),
                        Accumulate::Add => map_in_place([c], terms, |[c], terms| [sum(c, terms)]),
                    }
                }
            },
        );
    }
}
