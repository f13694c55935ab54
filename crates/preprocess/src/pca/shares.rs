use densely_tensor::{Mat, MatMut, MatRef, Scalar, Threads};

/// The sum, `size x size`, of what `add` adds up for each `share` of the examples. Threads share
/// them, and their sums are added in order, so that the bits do not depend on how many there are.
pub(crate) fn sum_of_shares<T: Scalar>(
    x: MatRef<'_, T>,
    share: usize,
    size: usize,
    threads: &Threads,
    add: impl Fn(MatRef<'_, T>, MatMut<'_, f64>) + Sync,
) -> Mat<f64> {
    let parts = threads.map(x.ncols().div_ceil(share), |index| {
        let first = index * share;
        let mut part = Mat::zeros(size, size);
        add(x.subcols(first, share.min(x.ncols() - first)), part.as_mut());
        part
    });
    let mut sum = Mat::zeros(size, size);
    for part in &parts {
        sum += part;
    }
    sum
}
