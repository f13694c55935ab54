//! Products of matrices, split over threads by blocks of the result: a block is computed
//! by one thread, so that the bits do not depend on how many there are.

use densely_tensor::{Accumulate, MatMut, MatRef, Threads, gemm};

/// Columns of a block of a product, at most.
const BLOCK: usize = 128;
/// With fewer, packing the left factor for each block begins to take as long as the product.
const NARROW: usize = 24;

/// `c = a b`.
///
/// # Shapes
/// `a: m x k`, `b: k x n`, `c: m x n`.
pub(crate) fn product(
    c: MatMut<'_, f64>,
    a: MatRef<'_, f64>,
    b: MatRef<'_, f64>,
    threads: &Threads,
) {
    threads.panels((c, b), block(b.ncols()), |_, (c, b)| gemm(c, Accumulate::Replace, a, b));
}

/// The lower triangle of `c = a aᵀ` or `c += a aᵀ`, which is half of the work: of what is above
/// the diagonal, only what blocks on it reach is touched.
///
/// # Shapes
/// `a: m x k`, `c: m x m`.
pub(crate) fn symmetric_product(
    c: MatMut<'_, f64>,
    accumulate: Accumulate,
    a: MatRef<'_, f64>,
    threads: &Threads,
) {
    lower_triangle(c, accumulate, a, a.transpose(), threads);
}

/// The lower triangle of `c = a b`, which is known to be symmetric.
///
/// # Shapes
/// `a: m x k`, `b: k x m`, `c: m x m`.
pub(crate) fn symmetric_part(
    c: MatMut<'_, f64>,
    a: MatRef<'_, f64>,
    b: MatRef<'_, f64>,
    threads: &Threads,
) {
    lower_triangle(c, Accumulate::Replace, a, b, threads);
}

fn lower_triangle(
    c: MatMut<'_, f64>,
    accumulate: Accumulate,
    a: MatRef<'_, f64>,
    b: MatRef<'_, f64>,
    threads: &Threads,
) {
    let (size, width) = (a.nrows(), block(a.nrows()));
    let mut blocks = Vec::new();
    let mut rest = c;
    for first in (0..size).step_by(width) {
        let (columns, later) = rest.split_at_col_mut(width.min(size - first));
        let mut below = columns.split_at_row_mut(first).1;
        for row in (first..size).step_by(width) {
            let (block, later) = below.split_at_row_mut(width.min(size - row));
            blocks.push((row, first, block));
            below = later;
        }
        rest = later;
    }
    threads.panels(blocks.as_mut_slice(), 1, |_, blocks| {
        for (row, column, c) in blocks {
            let (rows, columns) = (c.nrows(), c.ncols());
            let (left, right) = (a.subrows(*row, rows), b.subcols(*column, columns));
            gemm(c.as_mut(), accumulate, left, right);
        }
    });
}

/// Copies the lower triangle to the upper one.
pub(crate) fn mirror(mut c: MatMut<'_, f64>) {
    for j in 0..c.ncols() {
        for i in 0..j {
            c[(i, j)] = c[(j, i)];
        }
    }
}

/// The width of a block: no more than [`BLOCK`], and small enough that four threads have
/// something to do.
fn block(size: usize) -> usize {
    let blocks = size.div_ceil(BLOCK).max((size / NARROW).min(4)).max(1);
    size.div_ceil(blocks).next_multiple_of(8).max(8)
}
