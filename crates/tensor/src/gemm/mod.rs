mod by_tree;
mod dots;
mod few_terms;
mod long_column;
mod one_column;
mod packing;
mod products;
mod strips;
mod sweep;
mod thin;
mod zeros;

pub use by_tree::gemm_by_tree;
pub(crate) use products::Products;
pub use strips::{Strips, round_to_bf16};

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatMut, MatRef, Par};

use crate::kernels::fill_columns;
use crate::{Reborrow, ReborrowMut, Scalar};

/// Rows of a block of the left operand: a multiple of those that faer's kernels work on at a
/// time, 12 to 96.
const ROWS: usize = 96;

/// Bytes of a row of it. A block of 192 KiB leaves room for the rest in a second-level cache of
/// 512 KiB, where products with one of 1 MiB take 3 to 12 % longer in `f32`, and up to 7 % in
/// `f64`.
const ROW_BYTES: usize = 2048;

/// What a product does with what its destination held before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accumulate {
    /// The destination is overwritten.
    Replace,
    /// The product is added to it.
    Add,
}

/// `c = a b` or `c += a b`, on the calling thread.
///
/// Any strides are allowed, so a transposed operand is `x.transpose()`. Threads
/// are the caller's business: split the columns of `c` and of `b`
/// ([`Threads::panels`](crate::Threads::panels)) and the result has the same bits
/// at any number of threads.
///
/// No memory is allocated, except by the first products on a thread, which set up
/// that thread's packing buffers. The threads of a [`Threads`](crate::Threads) have
/// theirs from the start.
///
/// # Shapes
/// `a: m x k`, `b: k x n`, `c: m x n`.
///
/// # Panics
/// If the shapes do not fit each other.
#[inline]
pub fn gemm<T: Scalar>(
    c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
) {
    T::gemm(c, accumulate, a, b);
}

fn product<T: Scalar>(
    mut c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
) {
    check_shapes(c.rb(), a, b);
    if thin::product(c.rb_mut(), accumulate, a, b) || zeros::product(c.rb_mut(), accumulate, a, b) {
        return;
    }
    if packing::pays(a, b) {
        packing::packed(c, accumulate, a, b);
    } else {
        blocks(c, accumulate, a, b);
    }
}

fn check_shapes<T>(c: MatRef<'_, T>, a: MatRef<'_, T>, b: MatRef<'_, T>) {
    assert!(
        a.ncols() == b.nrows() && c.nrows() == a.nrows() && c.ncols() == b.ncols(),
        "gemm: {}x{} = {}x{} times {}x{} does not fit",
        c.nrows(),
        c.ncols(),
        a.nrows(),
        a.ncols(),
        b.nrows(),
        b.ncols(),
    );
}

/// `y = W x + b`, on the calling thread: a fully-connected layer.
///
/// # Shapes
/// `w: m x k`, `x: k x n`, `bias: m x 1`, `y: m x n`.
///
/// # Panics
/// If the shapes do not fit each other, or columns of `y` or `bias` are not contiguous.
#[inline]
pub fn affine<T: Scalar>(
    y: MatMut<'_, T>,
    w: MatRef<'_, T>,
    x: MatRef<'_, T>,
    bias: MatRef<'_, T>,
) {
    T::affine(y, w, x, bias);
}

fn affine_map<T: Scalar>(
    mut y: MatMut<'_, T>,
    w: MatRef<'_, T>,
    x: MatRef<'_, T>,
    bias: MatRef<'_, T>,
) {
    check_shapes(y.rb(), w, x);
    assert_eq!((bias.nrows(), bias.ncols()), (y.nrows(), 1), "affine: shape of the bias");
    if !few_terms::affine(y.rb_mut(), w, x, bias) && !zeros::affine(y.rb_mut(), w, x, bias) {
        // Starting from the bias saves a pass over y after the product.
        fill_columns(y.rb_mut(), bias);
        product(y, Accumulate::Add, w, x);
    }
}

/// `b = Σⱼ x[:, j]`, the columns added in order: the gradient of a bias.
///
/// # Shapes
/// `x: m x n`, `b: m x 1`.
///
/// # Panics
/// If `b` has another shape, or the columns of `x` are not contiguous.
#[inline]
pub fn sum_columns<T: Scalar>(x: MatRef<'_, T>, b: MatMut<'_, T>) {
    T::sum_columns(x, b);
}

/// The product, a block of `a` at a time, so that the block stays in the cache while
/// all of `b` goes by. faer alone would go over all of `a` again and again: a product
/// of 4096 x 4096 and 4096 x 512 is 15 % faster this way.
fn blocks<T: Scalar>(
    mut c: MatMut<'_, T>,
    accumulate: Accumulate,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
) {
    let columns = ROW_BYTES / size_of::<T>();
    for row in (0..a.nrows()).step_by(ROWS) {
        let rows = ROWS.min(a.nrows() - row);
        let mut accumulate = accumulate;
        // An empty sum is zero, and has to be written.
        for first in (0..a.ncols().max(1)).step_by(columns) {
            let depth = columns.min(a.ncols() - first);
            matmul(
                c.rb_mut().subrows_mut(row, rows),
                match accumulate {
                    Accumulate::Replace => Accum::Replace,
                    Accumulate::Add => Accum::Add,
                },
                a.submatrix(row, first, rows, depth),
                b.subrows(first, depth),
                T::ONE,
                Par::Seq,
            );
            accumulate = Accumulate::Add;
        }
    }
}

/// Takes the memory that products need on this thread, so that a later one allocates nothing.
pub(crate) fn prepare_gemm() {
    f32::with_memory(|_| ());
    f64::with_memory(|_| ());
    // Large enough for the kernel that packs its operands.
    let a = Mat::<f32>::zeros(64, 64);
    let mut c = Mat::zeros(64, 64);
    gemm(c.as_mut(), Accumulate::Replace, a.as_ref(), a.as_ref());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(i: usize, j: usize, seed: u64) -> f64 {
        ((i as u64 * 31 + j as u64 * 17 + seed) % 23) as f64 - 11.0
    }

    /// Small integers, so that every order of summation gives the exact result.
    fn check(
        (m, k, n): (usize, usize, usize),
        transpose: [bool; 2],
        add: bool,
        seed: u64,
    ) -> Result<(), TestCaseError> {
        let a = Mat::from_fn(m, k, |i, j| entry(i, j, seed));
        let b = Mat::from_fn(k, n, |i, j| entry(i, j, seed + 5));
        let (at, bt) = (a.transpose().to_owned(), b.transpose().to_owned());
        let mut c = Mat::from_fn(m, n, |i, j| entry(i, j, seed + 9));
        let expected = Mat::from_fn(m, n, |i, j| {
            let product: f64 = (0..k).map(|l| a[(i, l)] * b[(l, j)]).sum();
            if add { c[(i, j)] + product } else { product }
        });
        gemm(
            c.as_mut(),
            if add { Accumulate::Add } else { Accumulate::Replace },
            if transpose[0] { at.transpose() } else { a.as_ref() },
            if transpose[1] { bt.transpose() } else { b.as_ref() },
        );
        prop_assert_eq!(c, expected);
        Ok(())
    }

    proptest! {
        #[test]
        fn an_affine_map_is_a_product_and_a_bias(
            m in 1_usize..300, k in 0_usize..7, n in 0_usize..20, seed in 0_u64..1000,
        ) {
            let w = Mat::from_fn(m, k, |i, j| entry(i, j, seed));
            let x = Mat::from_fn(k, n, |i, j| entry(i, j, seed + 5));
            let bias = Mat::from_fn(m, 1, |i, j| entry(i, j, seed + 9));
            let mut y = Mat::from_fn(m, n, |_, _| f64::NAN);
            affine(y.as_mut(), w.as_ref(), x.as_ref(), bias.as_ref());
            let product = |i, j| (0..k).map(|l| w[(i, l)] * x[(l, j)]).sum::<f64>();
            prop_assert_eq!(y, Mat::from_fn(m, n, |i, j| product(i, j) + bias[(i, 0)]));
        }

        #[test]
        fn agrees_with_the_definition(
            shape in (0_usize..40, 0_usize..40, 0_usize..40),
            transpose: [bool; 2], add: bool, seed in 0_u64..1000,
        ) {
            check(shape, transpose, add, seed)?;
        }

        /// One to five rows or columns, and sums longer than a block.
        #[test]
        fn thin_products_agree_with_the_definition(
            thin in 1_usize..6, k in 1_usize..700, long in 1_usize..150, tall: bool,
            transpose: [bool; 2], add: bool, seed in 0_u64..1000,
        ) {
            check(if tall { (long, k, thin) } else { (thin, k, long) }, transpose, add, seed)?;
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        /// More rows, and longer sums, than a block of the left operand has.
        #[test]
        fn products_of_several_blocks_agree_with_the_definition(
            m in ROWS - 1..ROWS + 20, k in ROWS - 1..2 * ROWS + 2, n in 5_usize..8,
            transpose: [bool; 2], add: bool, seed in 0_u64..1000,
        ) {
            check((m, k, n), transpose, add, seed)?;
        }
    }

    /// What a value that is not finite does to its own entries, and to no others.
    #[test]
    fn infinities_and_nan_stay_where_they_belong() {
        for (m, k, n) in [(3, 100, 9), (1, 37, 5), (40, 37, 20), (9, 100, 3), (70, 20, 1)] {
            for value in [f64::INFINITY, f64::NAN] {
                for l in 0..k {
                    let a = Mat::from_fn(m, k, |i, j| entry(i, j, 3));
                    let mut b = Mat::from_fn(k, n, |i, j| entry(i, j, 8));
                    b[(l, n - 1)] = value;
                    for transpose in [false, true] {
                        let bt = b.transpose().to_owned();
                        let b = if transpose { bt.transpose() } else { b.as_ref() };
                        let mut c = Mat::zeros(m, n);
                        gemm(c.as_mut(), Accumulate::Replace, a.as_ref(), b);
                        for i in 0..m {
                            let product = a[(i, l)] * value;
                            let last = c[(i, n - 1)];
                            assert!(last == product || (last.is_nan() && product.is_nan()));
                            assert!((0..n - 1).all(|j| c[(i, j)].is_finite()));
                        }
                    }
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "2x2 = 2x3 times 2x2 does not fit")]
    fn refuses_shapes_that_do_not_fit() {
        let (a, b) = (Mat::<f64>::zeros(2, 3), Mat::zeros(2, 2));
        gemm(Mat::zeros(2, 2).as_mut(), Accumulate::Replace, a.as_ref(), b.as_ref());
    }
}
