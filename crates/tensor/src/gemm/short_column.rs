//! A product with a single column, shorter than a strip.

use faer::{MatMut, MatRef};

use super::Accumulate;
use super::sweep::STRIP;
use super::thin::put;
use crate::columns::column;
use crate::reduce::LANES;
use crate::{Real, Scalar, vectorize};

/// Rows of a column, at least.
pub(super) const SHORT: usize = 8;

/// `c = a b` with a single column of `SHORT` to `STRIP` rows: the scores of ten classes.
pub(super) fn short_column<T: Scalar>(
    mut c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
) {
    vectorize(
        #[inline(always)]
        || {
            let m = a.nrows();
            let mut sums = [T::ZERO; STRIP];
            let mut first = 0;
            while first < m {
                // The last rows overlap with those before, and come out the same.
                first += if m >= LANES {
                    rows::<T, LANES>(&mut sums, a, b, first.min(m - LANES))
                } else {
                    rows::<T, SHORT>(&mut sums, a, b, first.min(m - SHORT))
                };
            }
            for (i, &sum) in sums.iter().enumerate().take(m) {
                put(&mut c[(i, 0)], accumulate, sum);
            }
        },
    );
}

/// Rows `first .. first + R`. Two sums, of every other term, go on side by side: a single one
/// would have to wait for itself.
#[inline(always)]
fn rows<T: Scalar, const R: usize>(
    to: &mut [T; STRIP],
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    first: usize,
) -> usize {
    let mut even = [T::ZERO; R];
    let mut odd = [T::ZERO; R];
    let terms = |p: usize| column(a, p).get(first..).and_then(|x| x.first_chunk::<R>());
    for p in (1..a.ncols()).step_by(2) {
        let (Some(x), Some(y)) = (terms(p - 1), terms(p)) else { continue };
        let (s, t) = (b[(p - 1, 0)], b[(p, 0)]);
        for i in 0..R {
            even[i] = Real::mul_add(x[i], s, even[i]);
            odd[i] = Real::mul_add(y[i], t, odd[i]);
        }
    }
    if a.ncols() % 2 == 1
        && let Some(x) = terms(a.ncols() - 1)
    {
        let s = b[(a.ncols() - 1, 0)];
        for i in 0..R {
            even[i] = Real::mul_add(x[i], s, even[i]);
        }
    }
    for i in 0..R {
        to[first + i] = even[i] + odd[i];
    }
    R
}
