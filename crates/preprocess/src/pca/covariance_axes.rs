use densely_tensor::{Mat, MatRef, Threads, column};

use crate::PreprocessError;
use crate::pca::accuracy::{WHITE, expect_eigenvectors, tolerance};
use crate::pca::centering::Centering;
use crate::pca::eigenpairs::{eigenpairs, pairs_to_find};
use crate::pca::principal_axes::PrincipalAxes;
use crate::pca::products::product;
use crate::pca::rounding_noise::RoundingNoise;
use crate::pca::scatter;

/// How exact entries of `Vᵀ X Xᵀ V` are along axes of small variance, relative to the largest
/// variance: products, sums and eigendecomposition were seen to round away a third of it,
/// of 2 to 1500 features and up to 10⁶ examples, in chunks of any size.
const EXACT: f64 = 4.0 * f64::EPSILON;

/// Principal axes from the scatter `X Xᵀ` alone, where the data are not there any more:
/// those that are not made of rounding errors.
///
/// The scatter is exact to some `ε λ₁`. Of an eigenvalue not far above that, there is
/// nothing to tell how exact its axis is, and no data to find a better one. So the axes
/// have an [`uncertainty`](PrincipalAxes::uncertainty), by which whitening can refuse them.
///
/// # Shapes
/// `scatter: features x features`, both triangles.
///
/// # Errors
/// If the decomposition does not converge, or its residuals are too large.
pub(crate) fn covariance_axes(
    scatter: MatRef<'_, f64>,
    centering: &Centering,
    examples: usize,
    k: Option<usize>,
    threads: &Threads,
) -> Result<PrincipalAxes, PreprocessError> {
    let features = scatter.nrows();
    let rank = centering.rank(examples);
    let (values, vectors) = eigenpairs(scatter, pairs_to_find(features, rank, k), threads)?;
    let mut images = Mat::zeros(features, values.len());
    product(images.as_mut(), scatter, vectors.as_ref(), threads);
    let tolerance = tolerance(features, features);
    expect_eigenvectors(vectors.as_ref(), images.as_ref(), &values, tolerance, threads)?;

    let uncertainty = EXACT * values[0];
    let smallest = f64::EPSILON * features.max(16) as f64 * values[0];
    let squares = (0..features).map(|i| {
        let mean = centering.mean[i] / centering.unit;
        scatter[(i, i)] + examples as f64 * mean * mean
    });
    let noise = RoundingNoise::from_squares(squares.collect(), &centering.varies, smallest.sqrt());
    // As of data that are there, noise is looked for where small variances are not exact.
    let exact = values.last().is_some_and(|&last| uncertainty <= WHITE * last);
    let is_real = |j: usize| exact || values[j].sqrt() > noise.along(column(vectors.as_ref(), j));
    let real = (0..values.len()).take_while(|&j| is_real(j)).count();
    Ok(PrincipalAxes {
        axes: vectors.subcols(0, real).to_owned(),
        lambda: values[..real].to_vec(),
        total: scatter::trace(scatter),
        uncertainty,
        right: None,
    })
}
