//! Products with an operand that is mostly zeros, as features that tell categories are.
//!
//! A term with a zero changes no sum of finite factors, and is left out. All others are added as the kernel for many columns
//! adds them (see [`one_column`](super::one_column)), so the result has the same bits, and which kernel is chosen may depend on
//! the values. A factor that is not finite is met where the other is not 0: there a training that diverges is told by it.

use faer::{MatMut, MatRef};

use super::{Accumulate, ROW_BYTES};
use crate::columns::{column, column_mut};
use crate::kernels::vectorize;
use crate::reduce::LANES;
use crate::{Real, ReborrowMut, Scalar};

/// Of so many values of a column, one at most is no zero: with more, the kernel for large products wins.
const SPARSE: usize = 5;

/// Columns by which that is judged; mostly, the first says no.
const JUDGED: usize = 8;

/// Bytes of what every column goes over, anywhere: it has to stay in cache.
const CACHED_BYTES: usize = 1 << 19;

/// Terms of a column, and columns, at least: less is done before it is judged.
const TERMS: usize = 32;
const COLUMNS: usize = 8;

/// Terms of a column, at most, and where less room is needed for their places.
const MOST: usize = 4096;
const FEW: usize = 512;

/// Rows of a result that are kept in registers at a time.
const STRIP: usize = 4 * LANES;

/// `y = W x + b` if `x` is mostly zeros; says whether it is.
pub(super) fn affine<T: Scalar>(
    y: MatMut<'_, T>,
    w: MatRef<'_, T>,
    x: MatRef<'_, T>,
    bias: MatRef<'_, T>,
) -> bool {
    if w.row_stride() != 1 || !suits(w.nrows(), x) {
        return false;
    }
    match x.nrows() {
        ..=FEW => combine::<T, FEW>(y, w, x, bias),
        _ => combine::<T, MOST>(y, w, x, bias),
    }
    true
}

/// `c = a b` if the rows of `b` are mostly zeros; says whether they are.
pub(super) fn product<T: Scalar>(
    c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
) -> bool {
    // Sums of more terms are added up in parts.
    let is_one_part = a.ncols() <= ROW_BYTES / size_of::<T>();
    let are_columns = a.row_stride() == 1 && c.row_stride() == 1;
    let x = b.transpose();
    if accumulate != Accumulate::Replace || !is_one_part || !are_columns || !suits(a.nrows(), x) {
        return false;
    }
    match x.nrows() {
        ..=FEW => spread::<T, FEW>(c, a, x),
        _ => spread::<T, MOST>(c, a, x),
    }
    true
}

/// Whether these columns are mostly zeros, and products of so many rows with them are worth it.
fn suits<T: Scalar>(rows: usize, x: MatRef<'_, T>) -> bool {
    let (terms, columns) = x.shape();
    rows >= LANES
        && (TERMS..=MOST).contains(&terms)
        && columns >= COLUMNS
        && x.row_stride() == 1
        && rows * terms * size_of::<T>() <= CACHED_BYTES
        && is_sparse(x)
        && is_fused()
}

fn is_sparse<T: Scalar>(x: MatRef<'_, T>) -> bool {
    let step = x.ncols().div_ceil(JUDGED);
    (0..x.ncols()).step_by(step).all(|j| {
        let filled = column(x, j).iter().filter(|&&value| value != T::ZERO).count();
        SPARSE * filled <= x.nrows()
    })
}

/// Whether large products multiply and add without rounding between, as is done here.
fn is_fused() -> bool {
    #[cfg(target_arch = "x86_64")]
    let is_fused =
        std::arch::is_x86_feature_detected!("fma") && std::arch::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    let is_fused = cfg!(target_arch = "aarch64");
    is_fused
}

/// Where the values are that are no zeros.
#[inline(always)]
fn filled<'a, T: Scalar, const N: usize>(values: &[T], places: &'a mut [u16; N]) -> &'a [u16] {
    const BITS: usize = u64::BITS as usize;
    let mut count = 0;
    for (word, values) in values.chunks(BITS).enumerate() {
        let bit = |(bit, &value): (usize, &T)| u64::from(value != T::ZERO) << bit;
        let mut bits = match values.first_chunk::<BITS>() {
            // Of fixed length, so that it is a few comparisons.
            Some(values) => values.iter().enumerate().fold(0, |bits, value| bits | bit(value)),
            None => values.iter().enumerate().fold(0, |bits, value| bits | bit(value)),
        };
        while bits != 0 {
            if let Some(place) = places.get_mut(count) {
                *place = (word * BITS) as u16 + bits.trailing_zeros() as u16;
            }
            count += 1;
            bits &= bits - 1;
        }
    }
    &places[..count]
}

/// Each column of `y` is the bias and a combination of columns of `W`.
fn combine<T: Scalar, const N: usize>(
    mut y: MatMut<'_, T>,
    w: MatRef<'_, T>,
    x: MatRef<'_, T>,
    bias: MatRef<'_, T>,
) {
    vectorize(
        #[inline(always)]
        || {
            let mut places = [0; N];
            for j in 0..x.ncols() {
                let x = column(x, j);
                let places = filled(x, &mut places);
                let (y, bias) = (column_mut(y.rb_mut(), j), column(bias, 0));
                // The last rows overlap with those before, and come out the same.
                let mut first = 0;
                while first + STRIP <= y.len() {
                    strip::<T, STRIP>(y, w, x, places, bias, first);
                    first += STRIP;
                }
                while first < y.len() {
                    strip::<T, LANES>(y, w, x, places, bias, first.min(y.len() - LANES));
                    first += LANES;
                }
            }
        },
    );
}

/// `R` rows of a column: the terms of a part are added up in order, and their sum is added to what there was.
#[inline(always)]
fn strip<T: Scalar, const R: usize>(
    y: &mut [T],
    w: MatRef<'_, T>,
    x: &[T],
    places: &[u16],
    bias: &[T],
    first: usize,
) {
    let depth = ROW_BYTES / size_of::<T>();
    let (Some(y), Some(bias)) = (
        y.get_mut(first..).and_then(|y| y.first_chunk_mut::<R>()),
        bias.get(first..).and_then(|bias| bias.first_chunk::<R>()),
    ) else {
        return;
    };
    let (mut totals, mut rest) = (*bias, places);
    while let Some(&next) = rest.first() {
        let part = usize::from(next) / depth;
        let end = (part + 1) * depth;
        let (own, others) = rest.split_at(rest.partition_point(|&place| usize::from(place) < end));
        rest = others;
        // A term that is alone is not rounded before it is added.
        let is_alone = x.len() - part * depth == 1;
        let mut sums = if is_alone { totals } else { [T::ZERO; R] };
        for &place in own {
            let place = usize::from(place);
            let weights = column(w, place).get(first..).and_then(|w| w.first_chunk::<R>());
            let (Some(weights), Some(&factor)) = (weights, x.get(place)) else { continue };
            for (sum, &weight) in sums.iter_mut().zip(weights) {
                *sum = Real::mul_add(weight, factor, *sum);
            }
        }
        match is_alone {
            true => totals = sums,
            false => totals.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum),
        }
    }
    *y = totals;
}

/// Each column of `a` is added to those columns of `c` that its row of `b` has factors for: `c = a xᵀ`.
fn spread<T: Scalar, const N: usize>(mut c: MatMut<'_, T>, a: MatRef<'_, T>, x: MatRef<'_, T>) {
    vectorize(
        #[inline(always)]
        || {
            c.fill(T::ZERO);
            let mut places = [0; N];
            for p in 0..x.ncols() {
                let (a, x) = (column(a, p), column(x, p));
                for &place in filled(x, &mut places) {
                    let place = usize::from(place);
                    let Some(&factor) = x.get(place) else { continue };
                    let c = column_mut(c.rb_mut(), place);
                    let (strips, rest) = c.as_chunks_mut::<STRIP>();
                    let (terms, rest_of_terms) = a.as_chunks::<STRIP>();
                    for (c, a) in strips.iter_mut().zip(terms) {
                        add(c, a, factor);
                    }
                    add(rest, rest_of_terms, factor);
                }
            }
        },
    );
}

#[inline(always)]
fn add<T: Scalar>(c: &mut [T], a: &[T], factor: T) {
    for (c, &a) in c.iter_mut().zip(a) {
        *c = Real::mul_add(a, factor, *c);
    }
}

#[cfg(test)]
mod tests {
    use faer::Mat;

    use super::super::{affine as any_affine, blocks, gemm};
    use super::*;

    fn entry<T: Scalar>(i: usize, j: usize) -> T {
        T::from_f64(((i * 31 + j * 17) as f64 * 0.37).sin())
    }

    /// One of `one_in` values is no zero, and the first ones of each column are none either.
    fn features<T: Scalar>(k: usize, n: usize, one_in: usize) -> Mat<T> {
        let is_filled = |i: usize, j: usize| i < k / 20 || (i * 7 + j * 13).is_multiple_of(one_in);
        Mat::from_fn(k, n, |i, j| if is_filled(i, j) { entry(i, j) } else { T::ZERO })
    }

    /// Beside the kernels for a single column, and for a large product.
    fn results_have_the_bits_of_other_kernels<T: Scalar>() {
        let depth = ROW_BYTES / size_of::<T>();
        for k in [32, 33, 64, 100, 250, depth - 1, depth, depth + 1, depth + 2, 2 * depth + 1] {
            for m in [16, 17, 31, 33, 64, 65, 79, 100, 128, 200] {
                let (w, bias) = (Mat::<T>::from_fn(m, k, entry), Mat::<T>::from_fn(m, 1, entry));
                let x = features::<T>(k, 19, 9);
                let mut y = Mat::zeros(m, 19);
                let suits = m * k * size_of::<T>() <= CACHED_BYTES;
                let done = affine(y.as_mut(), w.as_ref(), x.as_ref(), bias.as_ref());
                assert_eq!(done, suits && is_fused(), "{}: {m} x {k}", T::NAME);
                for j in (0..19).filter(|_| done) {
                    let mut alone = Mat::zeros(m, 1);
                    let x = x.as_ref().subcols(j, 1);
                    any_affine(alone.as_mut(), w.as_ref(), x, bias.as_ref());
                    assert_eq!(y.as_ref().subcols(j, 1), alone, "{}: {m} x {k}", T::NAME);
                }
            }
        }
        for n in [8, 9, 100, depth - 1, depth] {
            for m in [16, 17, 31, 33, 64, 65, 100, 200] {
                let (a, x) = (Mat::<T>::from_fn(m, n, entry), features::<T>(70, n, 9));
                let mut c = Mat::from_fn(m, 70, entry);
                let done =
                    product(c.as_mut(), Accumulate::Replace, a.as_ref(), x.as_ref().transpose());
                assert_eq!(done, is_fused(), "{}: {m} x {n}", T::NAME);
                let mut expected = Mat::zeros(m, 70);
                let b = x.as_ref().transpose();
                blocks(expected.as_mut(), Accumulate::Replace, a.as_ref(), b);
                assert!(!done || c == expected, "{}: {m} x {n}", T::NAME);
                let mut c = Mat::zeros(m, 70);
                gemm(c.as_mut(), Accumulate::Replace, a.as_ref(), b);
                assert_eq!(c, expected, "{}: {m} x {n}", T::NAME);
            }
        }
    }

    #[test]
    fn results_have_the_bits_of_other_kernels_in_f32() {
        results_have_the_bits_of_other_kernels::<f32>();
    }

    #[test]
    fn results_have_the_bits_of_other_kernels_in_f64() {
        results_have_the_bits_of_other_kernels::<f64>();
    }

    #[test]
    fn it_is_for_what_is_mostly_zeros_and_for_enough_of_it() {
        let suits = |rows, x: &Mat<f32>| suits(rows, x.as_ref());
        assert_eq!(suits(64, &features(250, 256, 9)), is_fused());
        assert!(!suits(64, &features(250, 256, 3)), "too full");
        assert!(!suits(8, &features(250, 256, 9)), "too few rows");
        assert!(!suits(64, &features(31, 256, 9)) && !suits(64, &features(250, 7, 9)), "too small");
        assert!(!suits(4096, &features(250, 256, 9)), "too large");
        assert!(!suits(16, &features(4097, 8, 9)), "too long");
        let rows = Mat::<f32>::zeros(256, 250);
        assert!(!super::suits(64, rows.as_ref().transpose()), "not contiguous");
    }
}
