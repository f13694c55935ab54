//! Products in which one operand has few rows or columns.
//!
//! A kernel made for large matrices fills its registers with a tile of the result,
//! most of which would lie outside a result of one to four rows: the scores of a few
//! classes, a single regression output, a single example. There it pays to work along
//! the long dimension instead. And a sum of one to four terms, from as many inputs or
//! outputs, is over before that kernel is under way.

use faer::{MatMut, MatRef};

use super::Accumulate;
use super::dots::dots;
use super::few_terms::few_terms;
use super::one_column::one_column;
use super::sweep::sweep;
use crate::Scalar;
use crate::reduce::LANES;

/// Rows (or columns) of a thin result, or terms of a short sum, at most. With five the general kernel wins.
pub(super) const THIN: usize = 4;

/// Computes the product if a kernel of this module suits it, and says whether it did.
///
/// Which kernel is chosen depends on `m`, `k` and `n` only as far as they are thin, so
/// that a panel of many columns is treated as the whole is. A single column has a kernel of its own,
/// which adds as those for many do.
#[inline]
pub(super) fn product<T: Scalar>(
    c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
) -> bool {
    let (m, k, n) = (a.nrows(), a.ncols(), b.ncols());
    let thin = (1..=THIN).contains(&m);
    if (1..=THIN).contains(&k) && c.row_stride() == 1 {
        few_terms(c, accumulate, a, b);
    } else if k >= LANES && thin && b.row_stride() == 1 {
        dots(c, accumulate, a, b);
    } else if k >= LANES && thin && b.col_stride() == 1 {
        sweep(c.transpose_mut(), accumulate, b.transpose(), a.transpose());
    } else if n == 1 && k > 0 && a.row_stride() == 1 {
        one_column(c, accumulate, a, b);
    } else {
        return false;
    }
    true
}

/// Writes a value of the result, or adds it.
#[inline(always)]
pub(super) fn put<T: Scalar>(c: &mut T, accumulate: Accumulate, value: T) {
    *c = match accumulate {
        Accumulate::Replace => value,
        Accumulate::Add => *c + value,
    };
}
