use densely_tensor::{Mat, MatRef, Scalar, Threads, column_mut};

use crate::PreprocessError;
use crate::centering::Centering;
use crate::product_axes::product_axes;
use crate::singular_axes::singular_axes;

/// Eigenvectors of the scatter `X Xᵀ` of centred data `X`, divided by their unit, and
/// their eigenvalues in descending order: those that are not made of rounding errors.
#[derive(Debug)]
pub(crate) struct PrincipalAxes {
    /// Features x k.
    pub(crate) axes: Mat<f64>,
    /// The squares of the singular values of `X`.
    pub(crate) lambda: Vec<f64>,
    /// The sum of all eigenvalues, kept or not.
    pub(crate) total: f64,
}

impl PrincipalAxes {
    /// At least the first `k`, or as many as there are. All there are if `k` is `None`.
    pub(crate) fn new<T: Scalar>(
        x: MatRef<'_, T>,
        centering: &Centering,
        k: Option<usize>,
        threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        let mut principal = match product_axes(x, centering, k, threads) {
            Some(axes) => axes,
            None => singular_axes(x, centering, threads)?,
        };
        for j in 0..principal.axes.ncols() {
            fix_sign(column_mut(principal.axes.as_mut(), j));
        }
        Ok(principal)
    }
}

/// Makes the entry of largest magnitude positive. Entries that differ by rounding errors
/// count as equal, so that these do not choose the sign.
fn fix_sign(axis: &mut [f64]) {
    let largest = axis.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let first = axis.iter().find(|value| value.abs() > largest * (1.0 - 1e-8));
    if first.is_some_and(|&value| value < 0.0) {
        for value in axis {
            *value = -*value;
        }
    }
}
