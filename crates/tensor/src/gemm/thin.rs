//! Products in which one operand has few rows or columns.
//!
//! A kernel made for large matrices fills its registers with a tile of the result,
//! most of which would lie outside a result of one to four rows: the scores of a few
//! classes, a single regression output, a single example. There it pays to work along
//! the long dimension instead. And a sum of one to four terms, from as many inputs or
//! outputs, is over before that kernel is under way.

use faer::{MatMut, MatRef};

use super::Accumulate;
use crate::columns::{column, column_mut};
use crate::reduce::{LANES, fold};
use crate::{Real, Scalar, map, map_in_place, vectorize};

/// Rows (or columns) of a thin result, or terms of a short sum, at most. With five the general kernel wins.
const THIN: usize = 4;

/// Values along `k` that are packed at a time.
const BLOCK: usize = 128;

/// Rows of a result that are kept in registers at a time, where columns are swept.
const STRIP: usize = 4 * LANES;

/// The same of a single column that is shorter.
const SHORT: usize = 8;

/// Computes the product if a kernel of this module suits it, and says whether it did.
///
/// Which kernel is chosen depends on `m`, `k` and `n` only as far as they are thin, so
/// that a panel of many columns is treated as the whole is.
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
    } else if k < LANES {
        return false;
    } else if thin && b.row_stride() == 1 {
        dots(c, accumulate, a, b);
    } else if thin && b.col_stride() == 1 {
        sweep(c.transpose_mut(), accumulate, b.transpose(), a.transpose());
    } else if n == 1 && a.row_stride() == 1 && m >= STRIP {
        sweep(c, accumulate, a, b);
    } else if n == 1 && a.row_stride() == 1 && m >= SHORT {
        short_column(c, accumulate, a, b);
    } else {
        return false;
    }
    true
}

/// `c = a b` with few rows in `a`: every entry is a dot product along the contiguous
/// columns of `b`.
fn dots<T: Scalar>(
    mut c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
) {
    let k = a.ncols();
    let mut accumulate = accumulate;
    // The last block has at least LANES values, as `tail` needs.
    let mut first = 0;
    while first < k {
        let rest = k - first;
        let size = if rest <= BLOCK { rest } else { BLOCK.min(rest - LANES) };
        let (a, b) = (a.subcols(first, size), b.subrows(first, size));
        match a.nrows() {
            0 => {}
            1 => Rows::<T, 1>::pack(a).times::<4>(c.as_mut(), accumulate, b),
            2 => Rows::<T, 2>::pack(a).times::<2>(c.as_mut(), accumulate, b),
            3 => Rows::<T, 3>::pack(a).times::<2>(c.as_mut(), accumulate, b),
            _ => Rows::<T, THIN>::pack(a).times::<2>(c.as_mut(), accumulate, b),
        }
        (first, accumulate) = (first + size, Accumulate::Add);
    }
}

/// `M` rows of at least `LANES` and at most `BLOCK` values, in chunks of `LANES`.
struct Rows<T, const M: usize> {
    chunks: [[[T; LANES]; M]; BLOCK / LANES],
    whole: usize,
    /// What the whole chunks leave over, at the end of the last `LANES` values.
    rest: usize,
    last: [[T; LANES]; M],
}

impl<T: Scalar, const M: usize> Rows<T, M> {
    fn pack(a: MatRef<'_, T>) -> Self {
        let (whole, rest) = (a.ncols() / LANES, a.ncols() % LANES);
        let mut chunks = [[[T::ZERO; LANES]; M]; BLOCK / LANES];
        for (chunk, rows) in chunks.iter_mut().take(whole).enumerate() {
            for (i, row) in rows.iter_mut().enumerate() {
                for (lane, value) in row.iter_mut().enumerate() {
                    *value = a[(i, chunk * LANES + lane)];
                }
            }
        }
        let mut last = [[T::ZERO; LANES]; M];
        for (i, row) in last.iter_mut().enumerate() {
            for (lane, value) in row.iter_mut().enumerate().skip(LANES - rest) {
                *value = a[(i, a.ncols() - LANES + lane)];
            }
        }
        Self { chunks, whole, rest, last }
    }

    /// The product with `b`, `COLUMNS` of its columns at a time: enough sums under way
    /// to keep the processor busy, and no more than it has registers.
    fn times<const COLUMNS: usize>(
        &self,
        mut c: MatMut<'_, T>,
        accumulate: Accumulate,
        b: MatRef<'_, T>,
    ) {
        vectorize(
            #[inline(always)]
            || {
                let mut j = 0;
                while j + COLUMNS <= b.ncols() {
                    self.columns::<COLUMNS>(c.as_mut(), accumulate, b, j);
                    j += COLUMNS;
                }
                while j < b.ncols() {
                    self.columns::<1>(c.as_mut(), accumulate, b, j);
                    j += 1;
                }
            },
        );
    }

    /// Columns `j .. j + COLUMNS` of the product.
    #[inline(always)]
    fn columns<const COLUMNS: usize>(
        &self,
        mut c: MatMut<'_, T>,
        accumulate: Accumulate,
        b: MatRef<'_, T>,
        j: usize,
    ) {
        let x: [&[T]; COLUMNS] = std::array::from_fn(|q| column(b, j + q));
        let mut sums = [[[T::ZERO; LANES]; M]; COLUMNS];
        for (chunk, rows) in self.chunks[..self.whole].iter().enumerate() {
            for q in 0..COLUMNS {
                let values = x[q].get(chunk * LANES..).and_then(|x| x.first_chunk());
                let Some(values) = values else { continue };
                for i in 0..M {
                    multiply_add(&mut sums[q][i], &rows[i], values);
                }
            }
        }
        // The last values overlap with those before; what was there already is left out.
        for q in 0..COLUMNS {
            let Some(&(mut values)) = x[q].last_chunk() else { continue };
            for (lane, value) in values.iter_mut().enumerate() {
                *value = if lane >= LANES - self.rest { *value } else { T::ZERO };
            }
            for i in 0..M {
                multiply_add(&mut sums[q][i], &self.last[i], &values);
            }
        }
        for (q, sums) in sums.into_iter().enumerate() {
            for (i, sums) in sums.into_iter().enumerate() {
                put(&mut c[(i, j + q)], accumulate, fold(sums));
            }
        }
    }
}

#[inline(always)]
fn multiply_add<T: Scalar>(sums: &mut [T; LANES], a: &[T; LANES], b: &[T; LANES]) {
    for l in 0..LANES {
        sums[l] = Real::mul_add(a[l], b[l], sums[l]);
    }
}

/// `c = a b` with few columns in `b`: every column of `c` is a combination of the
/// contiguous columns of `a`.
fn sweep<T: Scalar>(c: MatMut<'_, T>, accumulate: Accumulate, a: MatRef<'_, T>, b: MatRef<'_, T>) {
    match b.ncols() {
        1 => sweep_columns::<T, 1>(c, accumulate, a, b),
        2 => sweep_columns::<T, 2>(c, accumulate, a, b),
        3 => sweep_columns::<T, 3>(c, accumulate, a, b),
        _ => sweep_columns::<T, THIN>(c, accumulate, a, b),
    }
}

fn sweep_columns<T: Scalar, const N: usize>(
    mut c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
) {
    vectorize(
        #[inline(always)]
        || {
            let m = a.nrows();
            let mut first = 0;
            while first < m {
                first += match m - first {
                    STRIP.. => strip::<T, N, STRIP>(c.as_mut(), accumulate, a, b, first),
                    LANES.. => strip::<T, N, LANES>(c.as_mut(), accumulate, a, b, first),
                    4.. => strip::<T, N, 4>(c.as_mut(), accumulate, a, b, first),
                    _ => strip::<T, N, 1>(c.as_mut(), accumulate, a, b, first),
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
    b: MatRef<'_, T>,
    first: usize,
) -> usize {
    let mut sums = [[T::ZERO; R]; N];
    for p in 0..a.ncols() {
        let Some(x) = column(a, p).get(first..).and_then(|x| x.first_chunk::<R>()) else {
            continue;
        };
        for (j, sums) in sums.iter_mut().enumerate() {
            let factor = b[(p, j)];
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

/// `c = a b` with a single column of `SHORT` to `STRIP` rows: the scores of ten classes.
fn short_column<T: Scalar>(
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

/// `c = a b` with few columns in `a`: every column of `c` is a combination of these.
fn few_terms<T: Scalar>(
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

#[inline(always)]
fn put<T: Scalar>(c: &mut T, accumulate: Accumulate, value: T) {
    *c = match accumulate {
        Accumulate::Replace => value,
        Accumulate::Add => *c + value,
    };
}
