use std::iter;

use densely_tensor::{Mat, MatRef, Scalar, Threads, column, column_mut};

use crate::PreprocessError;
use crate::pca::centering::Centering;
use crate::pca::covariance_axes::covariance_axes;
use crate::pca::product_axes::product_axes;
use crate::pca::singular_axes::singular_axes;

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
    /// How far the eigenvalues may be off, and `vᵢᵀ X Xᵀ vⱼ` from 0; 0 if each axis is exact
    /// enough to whiten with.
    pub(crate) uncertainty: f64,
    /// Right singular vectors `U` of `X = V Σ Uᵀ`, n x k, if the axes came from them and each is
    /// exact enough to be a whitened feature of the examples.
    pub(crate) right: Option<Mat<f64>>,
}

impl PrincipalAxes {
    /// At least the first `k`, no more than the rank, or as many as there are. All there are if
    /// `k` is `None`.
    pub(crate) fn new<T: Scalar>(
        x: MatRef<'_, T>,
        centering: &Centering,
        k: Option<usize>,
        threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        let principal = match product_axes(x, centering, k, threads) {
            Some(axes) => axes,
            None => singular_axes(x, centering, threads)?,
        };
        Ok(principal.with_fixed_signs(threads))
    }

    /// As [`new`](Self::new), from the scatter of so many examples alone.
    pub(crate) fn of_scatter(
        scatter: MatRef<'_, f64>,
        centering: &Centering,
        examples: usize,
        k: Option<usize>,
        threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        Ok(covariance_axes(scatter, centering, examples, k, threads)?.with_fixed_signs(threads))
    }

    /// Makes the entry of largest magnitude of each axis positive.
    fn with_fixed_signs(mut self, threads: &Threads) -> Self {
        let axes = self.axes.as_ref();
        let negative = threads.map(axes.ncols(), |j| is_negative(column(axes, j)));
        for j in (0..negative.len()).filter(|&j| negative[j]) {
            for vectors in iter::once(&mut self.axes).chain(&mut self.right) {
                column_mut(vectors.as_mut(), j).iter_mut().for_each(|value| *value = -*value);
            }
        }
        self
    }
}

/// Whether the entry of largest magnitude is negative. Entries that differ by rounding errors
/// count as equal, so that these do not choose the sign.
fn is_negative(axis: &[f64]) -> bool {
    let largest = axis.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let first = axis.iter().find(|value| value.abs() > largest * (1.0 - 1e-8));
    first.is_some_and(|&value| value < 0.0)
}
