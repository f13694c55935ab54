use densely_tensor::kernels::decomposition::left_singular;
use densely_tensor::kernels::sum_of_squares;
use densely_tensor::{Mat, MatRef, Scalar, Threads, column};

use crate::PreprocessError;
use crate::pca::accuracy::{expect_eigenvectors, tolerance};
use crate::pca::centering::Centering;
use crate::pca::principal_axes::PrincipalAxes;
use crate::pca::products::product;
use crate::pca::refine::orthogonalize;
use crate::pca::rounding_noise::RoundingNoise;

/// Principal axes from the singular value decomposition of the centred data: those that
/// are not made of rounding errors, exact each relative to its own variance.
///
/// # Errors
/// If it does not converge, or its residuals are too large.
pub(crate) fn singular_axes<T: Scalar>(
    x: MatRef<'_, T>,
    centering: &Centering,
    threads: &Threads,
) -> Result<PrincipalAxes, PreprocessError> {
    let mut centered = Mat::zeros(x.nrows(), x.ncols());
    centering.apply(x, centered.as_mut());
    let centered = centered.as_ref();

    let (sigma, directions) = left_singular(centered, threads)?;
    let noise = RoundingNoise::new(x, centering, sigma[0]);
    let is_real = |j: usize, sigma: f64| sigma > noise.along(column(directions.as_ref(), j));
    let candidates = (0..sigma.len()).take_while(|&j| is_real(j, sigma[j])).count();

    let refined = |count| refined(x, centered, directions.subcols(0, count), &noise, threads);
    match refined(candidates) {
        // Decompositions were seen to leave a hundred roundings of noise in a large axis, where
        // some few are usual: it is turned away as traces of real axes are.
        Err(PreprocessError::Residual { .. }) if candidates < sigma.len() => refined(sigma.len()),
        axes => axes,
    }
}

/// Those of the directions that are more than noise, each freed of traces of the others.
fn refined<T: Scalar>(
    x: MatRef<'_, T>,
    centered: MatRef<'_, f64>,
    directions: MatRef<'_, f64>,
    noise: &RoundingNoise,
    threads: &Threads,
) -> Result<PrincipalAxes, PreprocessError> {
    let candidates = directions.ncols();
    let mut axes = directions.to_owned();
    let mut projected = Mat::zeros(x.ncols(), candidates);
    product(projected.as_mut(), centered.transpose(), axes.as_ref(), threads);
    orthogonalize(&mut axes, &mut projected);

    // What was a trace of a larger axis is gone now.
    let mut order: Vec<(f64, usize)> = (0..candidates)
        .map(|j| (sum_of_squares(column(projected.as_ref(), j)), j))
        .filter(|&(square, j)| square.sqrt() > noise.along(column(axes.as_ref(), j)))
        .collect();
    order.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let axes = Mat::from_fn(x.nrows(), order.len(), |i, j| axes[(i, order[j].1)]);
    let lambda: Vec<f64> = order.into_iter().map(|(square, _)| square).collect();

    let mut projected = Mat::zeros(x.ncols(), axes.ncols());
    let mut images = Mat::zeros(x.nrows(), axes.ncols());
    product(projected.as_mut(), centered.transpose(), axes.as_ref(), threads);
    product(images.as_mut(), centered, projected.as_ref(), threads);
    let tolerance = tolerance(x.nrows(), x.ncols());
    expect_eigenvectors(axes.as_ref(), images.as_ref(), &lambda, tolerance, threads)?;
    let total = lambda.iter().rev().sum();
    Ok(PrincipalAxes { axes, lambda, total, uncertainty: 0.0, right: None })
}
