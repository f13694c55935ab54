//! Products over shards of the examples, added by a tree.

use faer::{MatMut, MatRef};

use crate::columns::{column, column_mut};
use crate::kernels::vectorize;
use crate::{Buffer, IntoConst, Real, Scalar, Threads};

/// Columns of a tile of the result.
const COLUMNS: usize = 6;

/// Levels of the tree, at most.
const LEVELS: usize = 16;

/// Strips of an operand that a thread packs at a time.
const STRIPS: usize = 16;

/// `c = Σₛ aₛ bₛᵀ`, where `aₛ` and `bₛ` are the columns from `bounds[s]` on, up to `bounds[s + 1]`, of `a` and `b`: the
/// gradient of weights from shards of a batch. The products, a power of two of them, are added by the balanced binary
/// tree, `(0 + 1) + (2 + 3)` of four; each is summed example by example, by a fused multiply-add. So its bits are the same
/// on every processor, and however many of the shards are added here.
///
/// A tile of the result stays in registers for a shard, and what waits for the next one in the first-level cache: the result
/// is written once. `room` holds anything; nothing is allocated once it has grown. Work is split over about `width` columns
/// of `c`.
///
/// # Shapes
/// `a: m x n`, `b: k x n`, `c: m x k`, columns contiguous.
///
/// # Panics
/// If the shapes do not fit each other, or the number of shards is no power of two, or more than 32,768.
pub fn gemm_by_tree<T: Scalar>(
    c: MatMut<'_, T>,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    bounds: &[usize],
    width: usize,
    room: &mut Buffer<T>,
    threads: &Threads,
) {
    T::gemm_by_tree(c, a, b, bounds, width, room, threads);
}

/// With tiles of so many rows: a cache line of them.
pub(super) fn product<T: Scalar, const ROWS: usize>(
    c: MatMut<'_, T>,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    bounds: &[usize],
    width: usize,
    room: &mut Buffer<T>,
    threads: &Threads,
) {
    super::check_shapes(c.as_ref(), a, b.transpose());
    let (shards, n) = (bounds.len().saturating_sub(1), a.ncols());
    assert!(shards.is_power_of_two() && shards < 1 << LEVELS, "gemm_by_tree: {shards} shards");
    assert!(bounds[0] == 0 && bounds[shards] == n, "gemm_by_tree: shards of other examples");
    let [a_strips, b_strips] = [a.nrows().div_ceil(ROWS), b.nrows().div_ceil(COLUMNS)];
    let [a_len, b_len] = [a_strips * ROWS * n, b_strips * COLUMNS * n];
    let room = column_mut(room.view_mut(a_len + b_len, 1), 0);
    let (a_room, b_room) = room[..a_len + b_len].split_at_mut(a_len);
    let a_packed = packed::<T, ROWS>(a, a_room, threads);
    let b_packed = packed::<T, COLUMNS>(b, b_room, threads);
    threads.panels(c, width.next_multiple_of(COLUMNS).max(COLUMNS), |first, mut c| {
        vectorize(
            #[inline(always)]
            || {
                let mut kept = [[[T::ZERO; ROWS]; COLUMNS]; LEVELS];
                for top in (0..c.nrows()).step_by(ROWS) {
                    let rows = ROWS.min(c.nrows() - top);
                    let a = strip::<T, ROWS>(a_packed, top / ROWS);
                    for left in (0..c.ncols()).step_by(COLUMNS) {
                        let b = strip::<T, COLUMNS>(b_packed, (first + left) / COLUMNS);
                        let sums = tile(a, b, bounds, &mut kept);
                        for (j, sums) in (left..c.ncols()).zip(&sums) {
                            let c = &mut column_mut(c.as_mut(), j)[top..top + rows];
                            c.copy_from_slice(&sums[..rows]);
                        }
                    }
                }
            },
        );
    });
}

/// A tile of the result.
#[inline(always)]
fn tile<T: Scalar, const ROWS: usize>(
    a: &[[T; ROWS]],
    b: &[[T; COLUMNS]],
    bounds: &[usize],
    kept: &mut [[[T; ROWS]; COLUMNS]; LEVELS],
) -> [[T; ROWS]; COLUMNS] {
    let mut sums = [[T::ZERO; ROWS]; COLUMNS];
    for shard in 0..bounds.len() - 1 {
        let examples = bounds[shard]..bounds[shard + 1];
        sums = [[T::ZERO; ROWS]; COLUMNS];
        for (a, b) in a[examples.clone()].iter().zip(&b[examples]) {
            for j in 0..COLUMNS {
                for i in 0..ROWS {
                    sums[j][i] = Real::mul_add(a[i], b[j], sums[j][i]);
                }
            }
        }
        let full = shard.trailing_ones() as usize;
        for kept in &kept[..full] {
            for j in 0..COLUMNS {
                for i in 0..ROWS {
                    sums[j][i] += kept[j][i];
                }
            }
        }
        kept[full] = sums;
    }
    sums
}

/// The values of `x`, `ROWS` rows of it after the other; what is missing in the last of them is 0.
fn packed<'r, T: Scalar, const ROWS: usize>(
    x: MatRef<'_, T>,
    room: &'r mut [T],
    threads: &Threads,
) -> MatRef<'r, T> {
    let (len, strips) = (ROWS * x.ncols(), x.nrows().div_ceil(ROWS));
    let mut to = MatMut::from_column_major_slice_mut(room, len, strips);
    threads.panels(to.as_mut(), STRIPS, |first, mut to| {
        for strip in 0..to.ncols() {
            let top = (first + strip) * ROWS;
            let to = column_mut(to.as_mut(), strip).as_chunks_mut::<ROWS>().0;
            for (j, to) in to.iter_mut().enumerate() {
                let x = &column(x, j)[top..];
                match x.first_chunk::<ROWS>() {
                    Some(x) => *to = *x,
                    None => {
                        *to = [T::ZERO; ROWS];
                        to[..x.len()].copy_from_slice(x);
                    }
                }
            }
        }
    });
    to.into_const()
}

/// What was packed of a strip.
#[inline(always)]
fn strip<T: Scalar, const ROWS: usize>(packed: MatRef<'_, T>, index: usize) -> &[[T; ROWS]] {
    column(packed, index).as_chunks::<ROWS>().0
}

#[cfg(test)]
mod tests {
    use faer::Mat;
    use proptest::prelude::*;

    use super::*;

    /// Values of which no two orders of summation have the same sum.
    fn value<T: Scalar>(i: usize, j: usize, seed: usize) -> T {
        T::from_f64((((i * 37 + j * 101 + seed) % 997) as f64 - 498.0) / 7.0)
    }

    fn has_the_bits_of_the_tree<T: Scalar>(
        (m, k, n): (usize, usize, usize),
        levels: u32,
        width: usize,
        threads: usize,
    ) {
        let (a, b) = (
            Mat::from_fn(m, n, |i, j| value(i, j, 1)),
            Mat::from_fn(k, n, |i, j| value::<T>(i, j, 5)),
        );
        let shards = 1 << levels;
        let bounds: Vec<_> = (0..=shards).map(|s| s * n / shards).collect();
        let mut c = Mat::from_fn(m, k, |_, _| T::from_f64(f64::NAN));
        let mut room = Buffer::new();
        let threads = Threads::new(threads).unwrap();
        gemm_by_tree(c.as_mut(), a.as_ref(), b.as_ref(), &bounds, width, &mut room, &threads);
        for j in 0..k {
            for i in 0..m {
                let mut sums: Vec<T> = (0..shards)
                    .map(|s| {
                        (bounds[s]..bounds[s + 1])
                            .fold(T::ZERO, |sum, l| Real::mul_add(a[(i, l)], b[(j, l)], sum))
                    })
                    .collect();
                while sums.len() > 1 {
                    sums = sums.chunks(2).map(|pair| pair[0] + pair[1]).collect();
                }
                assert_eq!(
                    c[(i, j)],
                    sums[0],
                    "{i}, {j} of {m} x {k}, {n} examples, {shards} shards"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn products_are_added_by_the_tree(
            shape in (1_usize..40, 1_usize..40, 0_usize..40), levels in 0_u32..6, width in 1_usize..20, threads in 1_usize..3,
        ) {
            has_the_bits_of_the_tree::<f32>(shape, levels, width, threads);
            has_the_bits_of_the_tree::<f64>(shape, levels, width, threads);
        }
    }
}
