use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatMut, MatRef, Par};

use crate::Scalar;

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
/// No memory is allocated, except by the first product on a thread, which sets up
/// that thread's packing buffer. The threads of a [`Threads`](crate::Threads) have
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
    let accumulate = match accumulate {
        Accumulate::Replace => Accum::Replace,
        Accumulate::Add => Accum::Add,
    };
    matmul(c, accumulate, a, b, T::ONE, Par::Seq);
}

/// Makes the first product on this thread, so that a later one allocates nothing.
pub(crate) fn prepare_gemm() {
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

    proptest! {
        /// Small integers, so that every order of summation gives the exact result.
        #[test]
        fn agrees_with_the_definition(
            m in 0_usize..40, k in 0_usize..40, n in 0_usize..40,
            transpose_a: bool, transpose_b: bool, add: bool, seed in 0_u64..1000,
        ) {
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
                if transpose_a { at.transpose() } else { a.as_ref() },
                if transpose_b { bt.transpose() } else { b.as_ref() },
            );
            prop_assert_eq!(c, expected);
        }
    }

    #[test]
    #[should_panic(expected = "2x2 = 2x3 times 2x2 does not fit")]
    fn refuses_shapes_that_do_not_fit() {
        let (a, b) = (Mat::<f64>::zeros(2, 3), Mat::zeros(2, 2));
        gemm(Mat::zeros(2, 2).as_mut(), Accumulate::Replace, a.as_ref(), b.as_ref());
    }
}
