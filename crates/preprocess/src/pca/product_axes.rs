use densely_tensor::{Accumulate, Mat, MatRef, Scalar, Threads, column_mut};

use crate::pca::accuracy::{
    WHITE, expect_eigenvectors, from_identity, tolerance, whitened, whiteness,
};
use crate::pca::centering::Centering;
use crate::pca::eigenpairs::{eigenpairs, pairs_to_find};
use crate::pca::principal_axes::PrincipalAxes;
use crate::pca::probed::{Probed, SURE, relative_residual, times};
use crate::pca::products::{mirror, product, symmetric_part, symmetric_product};
use crate::pca::scatter::{scatter, trace};

/// Of how many axes with the largest and with the smallest variance that is tested.
const TESTED: usize = 8;

/// Principal axes from the eigenvectors of a product of the centred data `X` with itself,
/// the smaller one: `X Xᵀ` (features x features) or `XᵀX` (n x n). `None` where squaring
/// the data has cost accuracy that whitening needs, or the residuals are too large.
///
/// What comes out is exact for a matrix `X Xᵀ + E`, where the errors `E` of the product
/// and of the eigendecomposition are of the order of `ε λ₁`. Whitening divides entry
/// (i, j) of the covariance by `√(λᵢ λⱼ)`, so it is off by `|vᵢᵀ E vⱼ| / √(λᵢ λⱼ)`, up to
/// `ε λ₁ / λₖ` for the smallest kept: if that is too much already, nothing more is done.
/// Otherwise `E` is measured:
///
/// - that of the eigendecomposition by `A V = V diag(λ)`, with a few random vectors, or, if it
///   might be too large, by all entries of `Vᵀ A V = diag(λ)`;
/// - that of the product, too, by projecting the data themselves on the axes of largest
///   and of smallest variance, where it is largest relative to `√(λᵢ λⱼ)`.
///
/// With `k` axes of a large matrix, the `λₖ` of the last that is asked for counts; of a
/// small one, the last of all, so that its first `k` axes are the same for every `k`.
///
/// Demmel, Veselić: Jacobi's method is more accurate than QR (1992), 2, on what the
/// squared data lose.
pub(crate) fn product_axes<T: Scalar>(
    x: MatRef<'_, T>,
    centering: &Centering,
    k: Option<usize>,
    threads: &Threads,
) -> Option<PrincipalAxes> {
    let (features, examples) = (x.nrows(), x.ncols());
    let rank = centering.rank(examples);
    let size = features.min(examples);
    if rank == 0 {
        return None;
    }
    let k = pairs_to_find(size, rank, k);
    let tolerance = tolerance(features, examples);
    let principal = if features <= examples {
        scatter_axes(scatter(x, centering, threads).as_ref(), k, tolerance, threads)
    } else {
        gram_axes(x, centering, k, tolerance, threads)
    }?;
    let white = whitens_both_ends(x, centering, &principal.axes, &principal.lambda, threads);
    white.then_some(principal)
}

/// Whether the data, projected on the axes of largest and of smallest variance, are white.
fn whitens_both_ends<T: Scalar>(
    x: MatRef<'_, T>,
    centering: &Centering,
    axes: &Mat<f64>,
    lambda: &[f64],
    threads: &Threads,
) -> bool {
    let k = lambda.len();
    let tested: Vec<usize> = (0..k).filter(|&j| j < TESTED || j + TESTED >= k).collect();
    let axes = Mat::from_fn(x.nrows(), tested.len(), |i, j| axes[(i, tested[j])]);
    let lambda: Vec<f64> = tested.iter().map(|&j| lambda[j]).collect();
    whiteness(x, centering, axes.as_ref(), &lambda, threads) <= WHITE
}

/// Eigenvalues and eigenvectors of a matrix `A` that are exact enough to whiten with.
#[derive(Debug)]
struct Eigen {
    values: Vec<f64>,
    vectors: Mat<f64>,
    /// `(Vᵀ A V)ᵢⱼ / √(λᵢ λⱼ)`, the lower triangle: nearly the identity. `None` if each vector
    /// is so exact, relative to its own value, that this surely is the identity.
    white: Option<Mat<f64>>,
}

impl Eigen {
    /// The `k` largest of `a`, if they are exact enough.
    fn largest(a: MatRef<'_, f64>, k: usize, tolerance: f64, threads: &Threads) -> Option<Self> {
        let (values, vectors) = eigenpairs(a, k, threads).ok()?;
        if f64::EPSILON * values[0] >= WHITE * values[k - 1] {
            return None;
        }
        let v = vectors.as_ref();
        let probed = Probed::new(|z| times(&z, a, threads), v, &values, threads);
        if probed.are_surely_good(tolerance)
            && relative_residual(a, v, &values, threads) <= WHITE / SURE
        {
            return Some(Self { values, vectors, white: None });
        }
        Self::checked(a, values, vectors, tolerance, threads)
    }

    /// These of `a`, if they are exact enough: `A V = V diag(λ)` and `Vᵀ V = I` to rounding
    /// errors, and `Vᵀ A V = diag(λ)` with each entry relative to its own `√(λᵢ λⱼ)`.
    fn checked(
        a: MatRef<'_, f64>,
        values: Vec<f64>,
        vectors: Mat<f64>,
        tolerance: f64,
        threads: &Threads,
    ) -> Option<Self> {
        let k = values.len();
        let mut images = Mat::zeros(a.nrows(), k);
        product(images.as_mut(), a, vectors.as_ref(), threads);
        let mut inner = Mat::zeros(k, k);
        symmetric_part(inner.as_mut(), vectors.transpose(), images.as_ref(), threads);
        let white = whitened(inner, &values);
        let good = from_identity(white.as_ref()) <= WHITE
            && expect_eigenvectors(vectors.as_ref(), images.as_ref(), &values, tolerance, threads)
                .is_ok();
        good.then_some(Self { values, vectors, white: Some(white) })
    }
}

/// The eigenvectors of `X Xᵀ`.
fn scatter_axes(
    scatter: MatRef<'_, f64>,
    k: usize,
    tolerance: f64,
    threads: &Threads,
) -> Option<PrincipalAxes> {
    let Eigen { values, vectors, .. } = Eigen::largest(scatter, k, tolerance, threads)?;
    let total = trace(scatter);
    Some(PrincipalAxes { axes: vectors, lambda: values, total, uncertainty: 0.0, right: None })
}

/// Those that the eigenvectors `U` of `XᵀX` give: `V = X U diag(λ)^−½`.
///
/// An axis `X u / σ` holds what `u` has of the larger axes by rounding errors, enlarged by
/// the ratio of their σ. `(Uᵀ XᵀX U)ᵢⱼ / (σᵢ σⱼ)` tells how much, so that it is taken away
/// before the large product; what errors of `XᵀX` itself have left, if it is too much, after.
/// If neither is necessary, `U` is as exact as the axes.
fn gram_axes<T: Scalar>(
    x: MatRef<'_, T>,
    centering: &Centering,
    k: usize,
    tolerance: f64,
    threads: &Threads,
) -> Option<PrincipalAxes> {
    let (features, examples) = (x.nrows(), x.ncols());
    let mut centered = Mat::zeros(features, examples);
    let parts = (centered.as_mut(), x);
    threads.panels(parts, examples.div_ceil(8), |_, (y, x)| centering.apply(x, y));
    let centered = centered.as_ref();
    let mut gram = Mat::zeros(examples, examples);
    symmetric_product(gram.as_mut(), Accumulate::Replace, centered.transpose(), threads);
    mirror(gram.as_mut());
    let Eigen { values: lambda, vectors: mut u, white } =
        Eigen::largest(gram.as_ref(), k, tolerance, threads)?;
    let mut right = white.is_none().then(|| u.clone());
    for (j, lambda) in lambda.iter().enumerate() {
        let sigma = lambda.sqrt();
        column_mut(u.as_mut(), j).iter_mut().for_each(|u| *u /= sigma);
    }
    if let Some(white) = white {
        u = orthonormalized(u.as_ref(), white.as_ref(), threads);
    }
    let mut axes = Mat::zeros(features, k);
    product(axes.as_mut(), centered, u.as_ref(), threads);
    let times_scatter =
        |z: Mat<f64>| times(&times(&z, centered, threads), centered.transpose(), threads);
    let mut probed = Probed::new(times_scatter, axes.as_ref(), &lambda, threads);
    if probed.are_askew(tolerance) {
        axes = orthonormalize(axes.as_ref(), threads)?;
        probed = Probed::new(times_scatter, axes.as_ref(), &lambda, threads);
        right = None;
    }
    let total = trace(gram.as_ref());
    let principal = PrincipalAxes { axes, lambda, total, uncertainty: 0.0, right };
    probed.are_good(tolerance).then_some(principal)
}

/// Orthonormal columns from those that are nearly so; `None` if they are not.
fn orthonormalize(axes: MatRef<'_, f64>, threads: &Threads) -> Option<Mat<f64>> {
    let k = axes.ncols();
    let mut gram = Mat::zeros(k, k);
    symmetric_product(gram.as_mut(), Accumulate::Replace, axes.transpose(), threads);
    // One step squares the error.
    (from_identity(gram.as_ref()) <= 1e-8).then(|| orthonormalized(axes, gram.as_ref(), threads))
}

/// Takes from each column what it has of those before it, and makes its length one.
///
/// To first order, `V − V R`, where `R` is the part of `G − I` above the diagonal and half
/// of its diagonal, for `G = VᵀV`: its error is the square of that of `G`.
fn orthonormalized(v: MatRef<'_, f64>, gram: MatRef<'_, f64>, threads: &Threads) -> Mat<f64> {
    let k = v.ncols();
    let step = Mat::from_fn(k, k, |i, j| match i.cmp(&j) {
        std::cmp::Ordering::Less => -gram[(j, i)],
        std::cmp::Ordering::Equal => 1.0 - (gram[(j, j)] - 1.0) / 2.0,
        std::cmp::Ordering::Greater => 0.0,
    });
    let mut next = Mat::zeros(v.nrows(), k);
    product(next.as_mut(), v, step.as_ref(), threads);
    next
}

#[cfg(test)]
mod tests {
    use densely_tensor::kernels::dot;
    use densely_tensor::{Key, Purpose, Stream, column, mat};

    use super::*;
    use crate::pca::accuracy::orthonormality;

    fn diagonal(values: &[f64]) -> Mat<f64> {
        Mat::from_fn(values.len(), values.len(), |i, j| if i == j { values[i] } else { 0.0 })
    }

    #[test]
    fn squares_are_left_where_they_have_lost_small_variances() {
        for scale in [1.0, 1e3, 1e-3] {
            for (smallest, good) in [(1e-5, true), (1e-6, false)] {
                let a = diagonal(&[scale, scale * smallest]);
                let eigen = Eigen::largest(a.as_ref(), 2, 1e-14, &Threads::single());
                assert_eq!(eigen.is_some(), good, "{smallest}");
            }
        }
    }

    #[test]
    fn eigenvectors_have_to_be_exact_in_each_way() {
        let a = diagonal(&[4.0, 1.0]);
        let good = |values: [f64; 2], vectors: Mat<f64>, tolerance: f64| {
            let (values, threads) = (values.to_vec(), Threads::single());
            Eigen::checked(a.as_ref(), values, vectors, tolerance, &threads).is_some()
        };
        let exact = Mat::<f64>::identity(2, 2);
        assert!(good([4.0, 1.0], exact.clone(), 0.0));
        // Whitening makes 1e-10 of the one variance, and all is right but for that.
        assert!(!good([4.0, 1.0 - 1e-10], exact.clone(), 1.0));
        // White to 2e-12, and each a multiple of itself.
        assert!(!good([4.0, 1.0], (1.0 + 1e-12) * &exact, 1e-14));
        // Turned by 1e-12, which leaves them orthonormal and white to 1.5e-12.
        assert!(!good([4.0, 1.0], mat![[1.0, -1e-12], [1e-12, 1.0]], 1e-14));
    }

    #[test]
    fn the_largest_and_the_smallest_variances_are_looked_at() {
        let k = 2 * TESTED + 3;
        let x = Mat::from_fn(k, 2 * k, |i, j| {
            let sign = f64::from(i8::from(j == i) - i8::from(j == i + k));
            sign * (k - i) as f64
        });
        let threads = Threads::single();
        let centering = Centering::new("test", x.as_ref(), &threads).unwrap();
        let square = |i: usize| 2.0 * ((k - i) as f64 / centering.unit).powi(2);
        for changed in 0..=k {
            let factor = |i: usize| if i == changed { 1.0 + 1e-9 } else { 1.0 };
            let lambda: Vec<f64> = (0..k).map(|i| square(i) * factor(i)).collect();
            let axes = Mat::identity(k, k);
            let white = whitens_both_ends(x.as_ref(), &centering, &axes, &lambda, &threads);
            let among = (TESTED..TESTED + 3).contains(&changed) || changed == k;
            assert_eq!(white, among, "variance {changed} changed");
        }
    }

    #[test]
    fn both_products_have_the_same_axes() {
        let x = Mat::from_fn(30, 6, |i, j| ((i * i * 7 + j * j * j * 3 + i * j * 5) % 17) as f64);
        let (x, threads, k) = (x.as_ref(), Threads::single(), 5);
        let (centering, tolerance) = (Centering::new("test", x, &threads).unwrap(), 1e-13);
        let products = scatter(x, &centering, &threads);
        let large = scatter_axes(products.as_ref(), k, tolerance, &threads).unwrap();
        let small = gram_axes(x, &centering, k, tolerance, &threads).unwrap();
        assert!((small.total / large.total - 1.0).abs() < 1e-14);
        for j in 0..k {
            assert!((small.lambda[j] / large.lambda[j] - 1.0).abs() < 1e-13);
            let (small, large) = (column(small.axes.as_ref(), j), column(large.axes.as_ref(), j));
            assert!((dot(small, large).abs() - 1.0).abs() < 1e-14);
        }
        assert!(product_axes(x, &centering, None, &threads).is_some());
        assert!(gram_axes(x, &centering, k, 1e-20, &threads).is_none());
    }

    /// The largest variance is 10⁵ times the smallest, and squares have lost as many digits of
    /// how the axes stand to each other.
    #[test]
    fn axes_that_squares_have_turned_are_orthonormal_again() {
        let mut stream = Stream::new(1, Purpose::Other, Key::default());
        let scales = [300.0, 30.0, 3.0, 1.0];
        let mut x = Mat::zeros(60, 5);
        for scale in scales {
            let [along, across] =
                [60, 5].map(|n| Mat::from_fn(n, 1, |_, _| stream.normal::<f64>()));
            x += scale * &along * across.transpose();
        }
        let threads = Threads::single();
        let centering = Centering::new("test", x.as_ref(), &threads).unwrap();
        let tolerance = tolerance(60, 5);
        let principal = gram_axes(x.as_ref(), &centering, 4, tolerance, &threads).unwrap();
        let error = orthonormality(principal.axes.as_ref(), &threads);
        assert!(error < 1e-15, "{error:e}");
    }

    /// Off by parts of 1e-9, of which the square would be left.
    #[test]
    fn nearly_orthonormal_columns_become_orthonormal_in_their_order() {
        let nearly = mat![[1.0 + 1e-9, 3e-9], [2e-9, 1.0 - 4e-9], [5e-9, 0.0]];
        let threads = Threads::single();
        let axes = orthonormalize(nearly.as_ref(), &threads).unwrap();
        assert!(orthonormality(axes.as_ref(), &threads) < 1e-15);
        // The first keeps its direction, the second that within their plane.
        for i in 0..3 {
            assert!((axes[(i, 0)] - nearly[(i, 0)] / (1.0 + 1e-9)).abs() < 1e-16);
        }
        assert!((axes[(0, 1)] + 2e-9).abs() < 1e-16);
        for bad in [1.1 * &nearly, f64::NAN * &nearly] {
            assert_eq!(orthonormalize(bad.as_ref(), &threads), None);
        }
    }
}
