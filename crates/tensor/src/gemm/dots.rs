//! Products with few rows in the left operand.

use faer::{MatMut, MatRef};

use super::Accumulate;
use super::thin::{THIN, put};
use crate::columns::column;
use crate::kernels::vectorize;
use crate::reduce::{LANES, fold};
use crate::{Real, Scalar};

/// Values along `k` that are packed at a time.
const BLOCK: usize = 128;

/// `c = a b` with few rows in `a`: every entry is a dot product along the contiguous
/// columns of `b`.
pub(super) fn dots<T: Scalar>(
    mut c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
) {
    let k = a.ncols();
    let mut accumulate = accumulate;
    // The last block has at least LANES values, as `Rows` needs.
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
        let chunks = x.map(|x| &x.as_chunks::<LANES>().0[..self.whole]);
        let mut sums = [[[T::ZERO; LANES]; M]; COLUMNS];
        for (chunk, rows) in self.chunks[..self.whole].iter().enumerate() {
            for q in 0..COLUMNS {
                for i in 0..M {
                    multiply_add(&mut sums[q][i], &rows[i], &chunks[q][chunk]);
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
