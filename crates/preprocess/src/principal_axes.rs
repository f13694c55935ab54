use densely_tensor::decomposition::left_singular;
use densely_tensor::{Accumulate, Mat, MatRef, Scalar, column, column_mut, gemm, sum_of_squares};

use crate::PreprocessError;
use crate::refine::orthogonalize;
use crate::rounding_noise::RoundingNoise;

/// The left singular vectors of centred data, and their singular values in descending
/// order: those that are not made of rounding errors.
pub(crate) struct PrincipalAxes {
    /// Features x rank.
    pub(crate) axes: Mat<f64>,
    pub(crate) sigma: Vec<f64>,
}

impl PrincipalAxes {
    /// `centered` is `x` without its mean, divided by `unit`.
    pub(crate) fn new<T: Scalar>(
        x: MatRef<'_, T>,
        centered: MatRef<'_, f64>,
        unit: f64,
    ) -> Result<Self, PreprocessError> {
        let (sigma, directions) = left_singular(centered)?;
        let noise = RoundingNoise::new(x, unit, sigma[0]);
        let is_real = |j: usize, sigma: f64| sigma > noise.along(column(directions.as_ref(), j));
        let candidates = (0..sigma.len()).take_while(|&j| is_real(j, sigma[j])).count();

        let mut axes = directions.subcols(0, candidates).to_owned();
        let mut projected = Mat::zeros(x.ncols(), candidates);
        gemm(projected.as_mut(), Accumulate::Replace, centered.transpose(), axes.as_ref());
        orthogonalize(&mut axes, &mut projected);

        // What was a trace of a larger axis is gone now.
        let mut order: Vec<(f64, usize)> = (0..candidates)
            .map(|j| (sum_of_squares(column(projected.as_ref(), j)).sqrt(), j))
            .filter(|&(sigma, j)| sigma > noise.along(column(axes.as_ref(), j)))
            .collect();
        order.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let mut axes = Mat::from_fn(x.nrows(), order.len(), |i, j| axes[(i, order[j].1)]);
        for j in 0..axes.ncols() {
            fix_sign(column_mut(axes.as_mut(), j));
        }
        Ok(Self { axes, sigma: order.into_iter().map(|(sigma, _)| sigma).collect() })
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
